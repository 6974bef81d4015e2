"""An item of the activity table as DynamoDB has it: the attributes' names, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from activity.days import NONE, Days, is_month
from activity.model import Activity, Evidence, from_text, to_text

EVIDENCE = Evidence._fields
_TIMES = "first_flagged", "idle_since", "awakened_at", "told_at"


class UnreadableItem(ValueError):
    """An item that somebody edited: it is not as it was written. The message names it and says what to do."""

    @classmethod
    def named(cls, key: tuple[str, str], what: str) -> Self:
        principal, facet = key
        return cls(
            f"the table's item of principal {principal} and facet {facet} cannot be read: {what};"
            " correct that, or delete the item"
        )


@dataclass(frozen=True, slots=True)
class Flag:
    """Says that a report flagged what an item stands for: first when, and idle (or existing) since when.

    `awakened_at`: it was used since, and is no longer flagged; the next report says so, and removes the flag.
    `told_at`: the time of the report that said what became of it. `holder`: the unique id of whose it was.
    """

    first_flagged: datetime | None
    idle_since: datetime | None = None
    awakened_at: datetime | None = None
    told_at: datetime | None = None
    holder: str = ""

    def says_as_much_as(self, other: "Flag") -> bool:
        """Whether it has the same times, to the second as the table keeps them, and the same holder."""
        times = ((each.first_flagged, each.idle_since) for each in (self, other))
        mine, others = ([at and to_text(at) for at in those] for those in times)
        return mine == others and self.holder == other.holder


@dataclass(frozen=True, slots=True)
class Item:
    """What the table holds at one key: an activity, a report's flag, or both.

    `is_flags_own`: it stands for what was flagged. Any other item has a flag only so that a use is noticed.
    `told_at`: the time of the report that said what became of it, flagged or exempt.
    `problem`: why it could not be read; nothing else is known of it then.
    """

    activity: Activity | None
    flag: Flag | None = None
    expires_at: datetime | None = None
    is_flags_own: bool = False
    told_at: datetime | None = None
    problem: str = ""

    @property
    def first_flagged(self) -> datetime | None:
        """None if it is not flagged, or no longer."""
        return self.flag.first_flagged if self.flag else None

    @property
    def own_flag(self) -> Flag | None:
        return self.flag if self.is_flags_own else None


def item_of(item: Mapping[str, Any]) -> Item:
    """`item`: as DynamoDB's client returns it, or an image of the stream. Raises UnreadableItem."""
    return Item(
        activity=activity_of(item) if "last_seen" in item else None,
        flag=_flag_of(item),
        expires_at=_expiry_of(item),
        is_flags_own="flagged" in item,
        told_at=_time(item, "told_at") if "told_at" in item else None,
    )


def readable(item: Mapping[str, Any]) -> Item:
    """For callers that read many items: an unreadable one has only its `problem`."""
    try:
        return item_of(item)
    except UnreadableItem as error:
        return Item(None, problem=str(error))


def unedited(items: dict[tuple[str, str], Item]) -> dict[tuple[str, str], Item]:
    """For callers that need every item. Raises UnreadableItem."""
    for item in items.values():
        if item.problem:
            raise UnreadableItem(item.problem)
    return items


def activity_of(item: Mapping[str, Any]) -> Activity:
    """Raises UnreadableItem."""
    plain = {name: next(iter(value.values())) for name, value in item.items()}
    known = {name: plain[name] for name in EVIDENCE if name in plain}
    evidence = Evidence(**known | ({"delay": _seconds(item)} if "delay" in known else {}))
    seen = _time(item, "first_seen"), _time(item, "last_seen")
    return Activity(plain["principal"], plain["facet"], *seen, evidence, _days_of(item))


def _days_of(item: Mapping[str, Any]) -> Days:
    months = [name for name in item if is_month(name)]
    try:
        return Days.from_months({name: int(item[name]["N"]) for name in months})
    except (KeyError, ValueError) as error:
        said = ", ".join(f"{name} is {_said(item, name)!r}" for name in months)
        what = f"{said[:200]}: no days of a month, a bit for each"
        raise UnreadableItem.named(_key_of(item), what) from error


def _flag_of(item: Mapping[str, Any]) -> Flag | None:
    first, idle, awakened, told = (_time(item, name) if name in item else None for name in _TIMES)
    holder = _said(item, "flagged_id") or ""
    return Flag(first, idle, awakened, told, holder) if first or awakened else None


def _expiry_of(item: Mapping[str, Any]) -> datetime | None:
    if "expires_at" not in item:
        return None
    try:
        return datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError) as error:
        what = f"expires_at is {_said(item, 'expires_at')}, no seconds since 1970"
        raise UnreadableItem.named(_key_of(item), what) from error


def _seconds(item: Mapping[str, Any]) -> int:
    try:
        return int(item["delay"]["N"])
    except (KeyError, ValueError) as error:
        raise UnreadableItem.named(_key_of(item), f"delay is {_said(item, 'delay')!r}, no seconds") from error


def _time(item: Mapping[str, Any], name: str) -> datetime:
    """Only in the spelling that the table's conditions compare, to the letter."""
    said = _said(item, name)
    try:
        at = from_text(said)
        is_as_written = to_text(at) == said
    except (TypeError, ValueError, OverflowError):
        is_as_written = False
    if not is_as_written:
        raise UnreadableItem.named(_key_of(item), f"{name} is {said!r}, no time such as 2026-11-20T12:00:00Z")
    return at


def _said(item: Mapping[str, Any], name: str) -> Any:
    return next(iter(item[name].values())) if name in item else None


def _key_of(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["principal"]["S"], item["facet"]["S"]


def attributes(activity: Activity) -> dict[str, Any]:
    """An activity under the table's attribute names, in plain values, without those that are not known."""
    return {
        "principal": activity.principal,
        "facet": activity.facet,
        "first_seen": to_text(activity.first_seen),
        "last_seen": to_text(activity.last_seen),
        **known_of(activity.evidence),
        **({"days": [each.isoformat() for each in activity.days]} if activity.days else {}),
    }


def stored(activity: Activity) -> dict[str, Any]:
    """The item that `activity_of` reads as this activity."""
    values = attributes(activity._replace(days=NONE)) | activity.days.months()
    return {name: typed(value) for name, value in values.items()}


def plain(key: tuple[str, str], item: Item) -> dict[str, Any]:
    """An item with its flag, under the table's attribute names, in plain values."""
    flag = item.own_flag or Flag(None)
    times = {name: getattr(flag, name) for name in _TIMES}
    return {
        "principal": key[0],
        "facet": key[1],
        **(attributes(item.activity) if item.activity else {}),
        **{name: to_text(at) for name, at in times.items() if at},
    }


def known_of(evidence: Evidence) -> dict[str, str | bool | int]:
    values = {name: getattr(evidence, name) for name in EVIDENCE}
    return {name: value for name, value in values.items() if value not in ("", None)}


def typed(value: str | bool | int) -> dict[str, Any]:
    """A plain value as DynamoDB takes it."""
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
