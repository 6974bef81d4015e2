"""What UpdateItem is told so that an activity takes the place of what the table was seen to hold."""

import re
from typing import Any

from activity.item import EVIDENCE, known_of, typed
from activity.model import Activity, to_text

IS_NEW = "attribute_not_exists(#last_seen)"
IS_NO_OLDER = f"{IS_NEW} OR #last_seen <= :last_seen"
# Also of an event that was itself the last.
IS_FREE = f"{IS_NEW} OR #last_seen < :last_seen OR (#last_seen = :last_seen AND #event_id = :event_id)"


def key_of(principal: str, facet: str) -> dict[str, Any]:
    return {"principal": typed(principal), "facet": typed(facet)}


def replacing(stored: Activity | None, activity: Activity, expires_at: int) -> dict[str, Any]:
    """Is refused if the item is no longer as `stored`."""
    if stored is None:
        return put(activity, expires_at, IS_NEW)
    months, before = activity.days.months(), stored.days.months()
    changed = {name: bits for name, bits in months.items() if before.get(name) != bits}
    read: dict[str, str | int] = {
        "last_seen": to_text(stored.last_seen),
        "first_seen": to_text(stored.first_seen),
    }
    read |= {"event_id": stored.evidence.event_id} if stored.evidence.event_id else {}
    # A day that comes late moves no time, so each month that changes is compared by itself.
    read |= {name: before[name] for name in changed if name in before}
    conditions = [f"#{name} = :read_{name}" for name in read]
    conditions += [] if stored.evidence.event_id else ["attribute_not_exists(#event_id)"]
    # Somebody who erased a month's days by hand may have left a 0.
    empty = [name for name in changed if name not in before]
    conditions += [f"(attribute_not_exists(#{name}) OR #{name} = :none)" for name in empty]
    values = {f":read_{name}": typed(value) for name, value in read.items()}
    values |= {":none": typed(0)} if empty else {}
    gone = [name for name in before if name not in months]
    return _update(activity, expires_at, " AND ".join(conditions), values, changed, gone)


def put(activity: Activity, expires_at: int, condition: str) -> dict[str, Any]:
    """Whatever times the item has."""
    return _update(activity, expires_at, condition, {}, activity.days.months(), [])


def _update(
    activity: Activity,
    expires_at: int,
    condition: str,
    values: dict[str, Any],
    months: dict[str, int],
    gone: list[str],
) -> dict[str, Any]:
    known = known_of(activity.evidence)
    times = {"first_seen": to_text(activity.first_seen), "last_seen": to_text(activity.last_seen)}
    kept = times | {"expires_at": expires_at} | known | months
    removed = [name for name in EVIDENCE if name not in known] + gone
    update = "SET " + ", ".join(f"#{name} = :{name}" for name in kept)
    update += " REMOVE " + ", ".join(f"#{name}" for name in removed) if removed else ""
    return {
        "Key": key_of(*activity.key),
        "UpdateExpression": update,
        "ConditionExpression": condition,
        # Placeholders for all attributes, because `type`, `region` and others are reserved words of DynamoDB.
        "ExpressionAttributeNames": {mark: mark[1:] for mark in re.findall(r"#\w+", f"{update} {condition}")},
        "ExpressionAttributeValues": values | {f":{name}": typed(value) for name, value in kept.items()},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
