"""An item of the activity table as DynamoDB has it: the attributes' names, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from activity.model import Activity, Evidence, from_text, to_text

EVIDENCE = Evidence._fields
_TIMES = "first_flagged", "idle_since", "awakened_at", "told_at"


@dataclass(frozen=True, slots=True)
class Flag:
    """That a report flagged what an item stands for: first when, and idle since when (or made when).

    `awakened_at`: it was used since, and is no longer flagged; the next report tells so, and forgets it.
    `told_at`: of the report that told what became of it. `holder`: the unique id of whose it was.
    """

    first_flagged: datetime | None
    idle_since: datetime | None = None
    awakened_at: datetime | None = None
    told_at: datetime | None = None
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What the table holds at one key: an activity, a report's flag, or both.

    `is_flags_own`: it stands for what was flagged; the flag of any other is there to have a use noticed.
    """

    activity: Activity | None
    flag: Flag | None = None
    expires_at: datetime | None = None
    is_flags_own: bool = False

    @property
    def first_flagged(self) -> datetime | None:
        """None where it is not flagged, or no longer."""
        return self.flag.first_flagged if self.flag else None

    @property
    def own_flag(self) -> Flag | None:
        return self.flag if self.is_flags_own else None


def item_of(item: Mapping[str, Any]) -> Item:
    """`item`: as a client of DynamoDB answers it, or an image of its stream."""
    expires = item.get("expires_at")
    return Item(
        activity=activity_of(item) if "last_seen" in item else None,
        flag=flag_of(item),
        expires_at=datetime.fromtimestamp(int(expires["N"]), UTC) if expires else None,
        is_flags_own="flagged" in item,
    )


def activity_of(item: Mapping[str, Any]) -> Activity:
    plain = {name: next(iter(value.values())) for name, value in item.items()}
    evidence = Evidence(**{name: plain[name] for name in EVIDENCE if name in plain})
    seen = from_text(plain["first_seen"]), from_text(plain["last_seen"])
    return Activity(plain["principal"], plain["facet"], *seen, evidence)


def flag_of(item: Mapping[str, Any]) -> Flag | None:
    first, idle, awakened, told = (from_text(item[name]["S"]) if name in item else None for name in _TIMES)
    holder = item["flagged_id"]["S"] if "flagged_id" in item else ""
    return Flag(first, idle, awakened, told, holder) if first or awakened else None


def attributes(activity: Activity) -> dict[str, Any]:
    """An activity under the table's attribute names, in plain values; what is not known is left out."""
    return {
        "principal": activity.principal,
        "facet": activity.facet,
        "first_seen": to_text(activity.first_seen),
        "last_seen": to_text(activity.last_seen),
        **known_of(activity.evidence),
    }


def plain(key: tuple[str, str], item: Item) -> dict[str, Any]:
    """An item under the table's attribute names, its flag too, in plain values."""
    flag = item.own_flag or Flag(None)
    times = {name: getattr(flag, name) for name in _TIMES}
    return {
        "principal": key[0],
        "facet": key[1],
        **(attributes(item.activity) if item.activity else {}),
        **{name: to_text(at) for name, at in times.items() if at},
    }


def known_of(evidence: Evidence) -> dict[str, str | bool]:
    values = {name: getattr(evidence, name) for name in EVIDENCE}
    return {name: value for name, value in values.items() if value not in ("", None)}


def typed(value: str | bool | int) -> dict[str, Any]:
    """A plain value as DynamoDB takes it."""
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
