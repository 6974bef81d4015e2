"""What the records of any number of files come to, in memory that does not grow with their number."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from activity.keeping import Key
from activity.model import Activity
from ingest.cloudtrail import EARLY, STS, Reading, read, time_of
from ingest.likeness import Likeness, likeness
from ingest.refusals import SIGN_IN
from ingest.wire import Record, UnreadableRecord

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ingest.principals import Ignored

# The line, or the how-manieth in a log file's list.
Place = str | int

_NOTHING = msgspec.Raw(b"null")


class Handover(msgspec.Struct, tag=True):
    """What was gathered since the last one: at most one activity for each principal and facet."""

    activities: list[Activity]
    sightings: int
    ignored: dict[str, int]


class _Alike:
    """Records that come to the same: how many, since when, and the newest, whose evidence it is that is kept.

    Of several in the newest second it is the one with the greatest event id; and all that have that id, should
    they differ.
    """

    __slots__ = ("count", "first", "is_fresh", "last", "newest", "reading")

    def __init__(self, record: Record, reading: Reading, at: datetime) -> None:
        self.count = 0
        self.first = self.last = at
        self.newest = [record]
        self.reading: Reading | None = reading
        self.is_fresh = True

    def replace(self, record: Record, at: datetime) -> None:
        """`at` is not before the newest."""
        event_id, known = record.event_id or "", self.newest[0].event_id or ""
        if at > self.last or event_id > known:
            self.last, self.newest, self.reading = at, [record], None
        elif event_id == known and record not in self.newest:
            self.newest.append(record)
            self.reading = None

    def readings(self, arrived: datetime) -> list[Reading]:
        return [self.reading] if self.reading else [read(each, arrived=arrived) for each in self.newest]


class Gathering:
    """Holds one or two records for each kind of them, and forgets all when it hands over.

    Any order will do. The newest first is the fastest: whatever comes later only moves `first`.
    """

    def __init__(self, *, arrived: datetime) -> None:
        self._arrived = arrived
        self._before = arrived + EARLY
        self._groups: dict[Likeness, _Alike] = {}
        self._fresh: list[_Alike] = []
        # What many likenesses have in common is kept once: less is to be fetched from memory to compare them.
        self._shared: dict[Hashable, Hashable] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def add(self, records: Iterable[tuple[Place, Record]]) -> Iterator[tuple[Place, str]]:
        """The places of those that cannot be read, and why."""
        groups, before = self._groups, self._before
        for place, record in records:
            try:
                at = time_of(record, before)
                alike = likeness(record)
                group = groups.get(alike) or self._group(alike, record, at)
            except UnreadableRecord as error:
                yield place, str(error)
                continue
            group.count += 1
            if at < group.first:
                group.first = at
            elif at >= group.last:
                self._replace(group, record, at)

    def end_of_file(self) -> None:
        """Lets go of the file's content, which records refer to for their details."""
        for group in self._fresh:
            group.newest = [_on_its_own(record) for record in group.newest]
            group.is_fresh = False
        self._fresh.clear()

    def hand_over(self) -> Handover:
        activities: dict[Key, Activity] = {}
        ignored: Counter[Ignored] = Counter()
        sightings = 0
        for group in self._groups.values():
            for reading in group.readings(self._arrived):
                _merge(activities, reading, group.first)
            sightings += len(reading.sightings) * group.count
            if reading.ignored:
                ignored[reading.ignored] += group.count
        self._groups.clear()
        self._fresh.clear()
        self._shared.clear()
        return Handover(list(activities.values()), sightings, {str(why): n for why, n in ignored.items()})

    def _group(self, alike: Likeness, record: Record, at: datetime) -> _Alike:
        shared = tuple(self._shared.setdefault(each, each) for each in alike)
        group = self._groups[shared] = _Alike(record, read(record, arrived=self._arrived), at)
        self._fresh.append(group)
        return group

    def _replace(self, group: _Alike, record: Record, at: datetime) -> None:
        """The newest of the group, by one that is as new or newer."""
        group.replace(record, at)
        if not group.is_fresh:
            group.is_fresh = True
            self._fresh.append(group)


def _merge(activities: dict[Key, Activity], reading: Reading, first: datetime) -> None:
    """Records that are alike sight the same, so that the oldest of them gives no more than its time."""
    for sighting in reading.everything():
        for activity in sighting.activities(since=first):
            known = activities.get(activity.key)
            activities[activity.key] = known.merge(activity) if known else activity


def _on_its_own(record: Record) -> Record:
    """Without the file around it. Only records of these two sources are asked for their details."""
    is_asked = record.event_source in (STS, SIGN_IN)
    return msgspec.structs.replace(
        record,
        request_parameters=record.request_parameters.copy() if is_asked else _NOTHING,
        response_elements=record.response_elements.copy() if is_asked else _NOTHING,
        additional_event_data=record.additional_event_data.copy() if is_asked else _NOTHING,
        service_event_details=record.service_event_details.copy() if is_asked else _NOTHING,
    )
