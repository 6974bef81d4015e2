"""The activity table as it was at the end of a day: later sightings are taken back, by the days it keeps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from activity.item import Item
from activity.keeping import Key
from activity.model import Activity, Evidence, has_days
from activity.reading import Sightings

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def end_of(day: date) -> datetime:
    return datetime.combine(day + _DAY, time.min, UTC) - _SECOND


@dataclass(frozen=True, slots=True)
class TableAt:
    """Answers as `table` would have at the end of `day`, but for what has been deleted since."""

    table: Sightings
    day: date

    def get(self, keys: Iterable[Key]) -> dict[Key, Item]:
        return self._then(self.table.get(keys))

    def of(self, principal: str, *, facet_begins: str = "") -> Iterator[Activity]:
        items = self.items_of(principal, facet_begins=facet_begins)
        return (item.activity for item in items.values() if item.activity)

    def items_of(self, principal: str, *, facet_begins: str = "", is_current: bool = False) -> dict[Key, Item]:
        return self._then(self.table.items_of(principal, facet_begins=facet_begins, is_current=is_current))

    def principals_with(self, facet: str) -> list[str]:
        return self.table.principals_with(facet)

    def _then(self, items: Mapping[Key, Item]) -> dict[Key, Item]:
        then = {key: self._item(item) for key, item in items.items()}
        return {key: item for key, item in then.items() if item}

    def _item(self, item: Item) -> Item | None:
        if item.problem or not item.activity:
            return item if item.problem else None
        try:
            seen = activity_at(item.activity, self.day)
        except UnknownThen as unknown:
            return Item(None, problem=str(unknown))
        return replace(item, activity=seen, flag=None, is_flags_own=False, told_at=None) if seen else None


class UnknownThen(Exception):
    """When it was last seen before that day; the message names it."""


def activity_at(seen: Activity, day: date) -> Activity | None:
    """None if it was first seen later. Of an earlier day it is not known by which event, nor at which hour.

    Raises UnknownThen.
    """
    at = end_of(day)
    if seen.first_seen > at:
        return None
    if seen.last_seen <= at:
        return seen
    if not has_days(seen.principal, seen.facet):
        return None
    if seen.known_since is None or day < seen.known_since:
        raise UnknownThen(f"it is not known on which days {seen.principal} ({seen.facet}) was active by then")
    days = seen.days.between(date.min, day)
    last = end_of(max(days)) if days else seen.first_seen
    whose = seen.evidence
    known = Evidence(principal_id=whose.principal_id, type=whose.type, account=whose.account)
    return seen._replace(last_seen=max(last, seen.first_seen), days=days, evidence=known)
