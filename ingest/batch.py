"""What a batch of messages says, and which of that the table doesn't hold yet."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta
from itertools import islice

from activity.keeping import Key
from activity.model import Activity
from ingest.cloudtrail import EARLY, read, time_of
from ingest.coalesce import Coalescer, Gist, Group, Stored
from ingest.likeness import likeness
from ingest.principals import Ignored
from ingest.wire import Record, UnreadableRecord, envelope

_MOST_GISTS = 20_000  # A dropped one is made again from the next record that is alike.


class Memory:
    """What one sandbox remembers from batch to batch; an empty one makes each batch independent."""

    def __init__(self, resolution_of: Callable[[str], timedelta]) -> None:
        self.stored = Stored(resolution_of)
        self.gists: dict[Hashable, Gist] = {}


class Batch:
    """Merges messages into writes, and counts what was ignored, why, and what can't be read.

    `road`: by which the messages came, "" if nobody is to know. `saved` counts the facets of records that the
    table is known to hold already.
    """

    def __init__(self, memory: Memory, *, arrived: datetime, road: str = "") -> None:
        self._memory = memory
        self._gists = memory.gists
        self._arrived = arrived
        self._road = road
        self._before = arrived + EARLY
        self._groups: dict[Hashable, Group] = {}
        self._writes = Coalescer()
        self.sightings = 0
        self.saved = 0
        self.ignored: Counter[Ignored] = Counter()
        self.unreadable: dict[str, str] = {}
        self.newest: datetime | None = None

    def add(self, body: bytes | str, message: str) -> None:
        """`body` is an EventBridge envelope, `message` its name within the batch."""
        try:
            self.add_event(body, message)
        except UnreadableRecord as error:
            self.unreadable[message] = str(error)

    def add_event(self, body: bytes | str, message: str) -> None:
        """Raises UnreadableRecord."""
        event = envelope(body)
        if event.is_from_aws:
            self.add_record(event.detail, message)
        else:  # Anybody can put an event that looks like CloudTrail's.
            self.ignored[Ignored.NOT_FROM_AWS] += 1

    def add_record(self, record: Record, message: str) -> None:
        """Raises UnreadableRecord."""
        at = time_of(record, self._before)
        alike = likeness(record)
        gist = self._gists.get(alike) or self._gist(alike, record)
        self.sightings += gist.sightings
        if gist.ignored:
            self.ignored[gist.ignored] += 1
        if not self.newest or at > self.newest:
            self.newest = at
        quiet = gist.quiet
        if quiet and quiet[0] < at < quiet[1] and self._arrived < quiet[2]:
            self.saved += len(gist.keys)
        elif alike in self._groups:
            self._groups[alike].add(record, at, message)
        else:
            self._groups[alike] = Group(gist, record, at, message)

    def activities(self) -> list[Activity]:
        """The activities to write. Call it once, after adding all messages."""
        for group in self._groups.values():
            if group.is_known(self._memory.stored, self._arrived):
                self.saved += len(group.gist.keys) * len(group.messages)
            else:
                self._add_writes(group)
        return self._writes.unknown_to(self._memory.stored, self._arrived)

    def remember(self, stored: Iterable[Activity]) -> None:
        """`stored`: what the table turned out to hold when the activities were written."""
        for each in stored:
            self._memory.stored.remember(each, self._arrived)

    def messages_behind(self, keys: Iterable[Key]) -> set[str]:
        return self._writes.messages_behind(keys)

    def _add_writes(self, group: Group) -> None:
        for record in group.telling():
            for sighting in read(record, arrived=self._arrived, road=self._road).everything():
                self._writes.add(sighting, group.messages, group.days)

    def _gist(self, alike: Hashable, record: Record) -> Gist:
        reading = read(record, arrived=self._arrived, road=self._road)
        keys = [(each.principal, facet) for each in reading.everything() for facet in each.facets]
        gist = Gist(tuple(dict.fromkeys(keys)), len(reading.sightings), reading.ignored)
        if len(self._gists) >= _MOST_GISTS:
            for oldest in list(islice(self._gists, _MOST_GISTS // 2)):
                del self._gists[oldest]
        self._gists[alike] = gist
        return gist
