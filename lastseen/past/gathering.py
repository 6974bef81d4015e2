"""What the records of any number of files come to, in memory that does not grow with their number."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from activity.days import NONE, only
from activity.keeping import Key
from activity.model import Activity
from ingest.cloudtrail import CLOUDTRAIL_BEGAN, EARLY, Reading, read, time_of
from ingest.likeness import Likeness, likeness
from ingest.logfile import Place
from ingest.wire import Record, UnreadableRecord
from ingest.wire import record as as_record

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ingest.principals import Ignored

_encode = msgspec.msgpack.encode
_encode_record = msgspec.json.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Reading)


class Handover(msgspec.Struct, tag=True):
    """What was gathered since the last one: at most one activity for each principal and facet."""

    activities: list[Activity]
    sightings: int
    ignored: dict[str, int]


class _Alike:
    """Records that come to the same: how many, since when, and the newest, whose evidence it is that is kept.

    Of several in the newest second it is the one with the greatest event id; and all that have that id, should
    they differ. `newest` are of the run that is being read; those of other runs are in `kept`, or in `told` if
    it is known what they come to.
    """

    __slots__ = (
        "count",
        "day",
        "days",
        "event_id",
        "first",
        "kept",
        "last",
        "newest",
        "reading",
        "size",
        "told",
    )

    def __init__(self, record: Record, reading: Reading, at: datetime) -> None:
        self.count = 0
        self.day, self.days = 0, NONE
        self.first = self.last = at
        self.event_id = record.event_id or ""
        self.newest = [record]
        self.reading: Reading | None = reading
        self.told: list[bytes] = []
        self.kept: list[bytes] = []
        self.size = 0

    def add(self, record: Record, at: datetime) -> None:
        """`at` is not before the newest."""
        event_id = record.event_id or ""
        if at > self.last or event_id > self.event_id:
            self.last, self.event_id, self.newest = at, event_id, [record]
            self.told, self.kept = [], []
            self.reading = None
        elif event_id == self.event_id and record not in self.newest:
            self.newest.append(record)
            self.reading = None

    def settle(self) -> int:
        """Keeps each of the newest in one piece, and not the many pieces of a record; answers how much more.

        Those would stay behind among all that is freed with a run, and make room hard to find for the next. The
        rules are asked for a record in the end, if no newer one has come by then: that takes ten times as long.
        """
        if self.reading:
            self.told.append(_encode(self.reading))
        else:
            self.kept += map(_encode_record, self.newest)
        self.newest, self.reading = [], None
        before, self.size = self.size, sum(map(len, self.kept))
        return self.size - before

    def readings(self, arrived: datetime) -> Iterator[Reading]:
        yield from map(_decoder.decode, self.told)
        for each in dict.fromkeys(self.kept):
            yield read(as_record(each), arrived=arrived)


class Gathering:
    """Holds one or two records of each kind, or what they come to, and forgets all when it hands over.

    `size`: bytes of the records that are held of all runs but the present one.

    Any order will do. The newest first is the fastest: whatever comes later only moves `first`.
    """

    def __init__(self, *, arrived: datetime) -> None:
        self._arrived = arrived
        self._before = arrived + EARLY
        self._groups: dict[Likeness, _Alike] = {}
        self._fresh: list[_Alike] = []
        self.size = 0
        # What many likenesses have in common is kept once: less is to be fetched from memory to compare them.
        self._shared: dict[Hashable, Hashable] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def add(self, records: Iterable[tuple[Place, Record]]) -> Iterator[tuple[Place, str]]:
        """The places of those that cannot be read, and why."""
        groups, began, before = self._groups, CLOUDTRAIL_BEGAN, self._before
        for place, record in records:
            try:
                alike = likeness(record)
                group, at = groups.get(alike), record.event_time
                if group is None:
                    group = self._group(alike, record, time_of(record, before))
                elif began < at < group.first:
                    group.first = at
                elif at >= group.last or at <= began:
                    self._replace(group, record, time_of(record, before))
            except UnreadableRecord as error:
                yield place, str(error)
                continue
            group.count += 1
            if at.tzinfo is not UTC:
                at = at.astimezone(UTC)  # it is read for nothing else
            if (day := at.toordinal()) != group.day:  # As a rule, the next is of the same day.
                group.day, group.days = day, group.days | only(at.date())

    def end_of_run(self) -> None:
        """Lets go of its records and of their content, to which they refer for their details."""
        for group in self._fresh:
            self.size += group.settle()
        self._fresh.clear()

    def hand_over(self) -> Handover:
        activities: dict[Key, Activity] = {}
        ignored: Counter[Ignored] = Counter()
        sightings = 0
        self.end_of_run()
        for group in self._groups.values():
            for reading in group.readings(self._arrived):
                _merge(activities, reading, group)
            sightings += len(reading.sightings) * group.count
            if reading.ignored:
                ignored[reading.ignored] += group.count
        self._groups.clear()
        self._shared.clear()
        self.size = 0
        return Handover(list(activities.values()), sightings, {str(why): n for why, n in ignored.items()})

    def _group(self, alike: Likeness, record: Record, at: datetime) -> _Alike:
        shared = tuple(map(self._shared.setdefault, alike, alike))
        group = self._groups[shared] = _Alike(record, read(record, arrived=self._arrived), at)
        self._fresh.append(group)
        return group

    def _replace(self, group: _Alike, record: Record, at: datetime) -> None:
        """The newest of the group, by one that is as new or newer."""
        if at < group.last:
            return
        if not group.newest:
            self._fresh.append(group)
        group.add(record, at)


def _merge(activities: dict[Key, Activity], reading: Reading, group: _Alike) -> None:
    """Records that are alike sight the same, so that the others give no more than their times."""
    for sighting in reading.everything():
        for activity in sighting.activities(since=group.first, on=group.days):
            known = activities.get(activity.key)
            activities[activity.key] = known.merge(activity) if known else activity
