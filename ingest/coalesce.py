"""From the many records of a batch to the few writes that matter."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from activity.keeping import Key
from activity.model import Activity, Sighting
from ingest.principals import Ignored
from ingest.wire import Record

Span = tuple[datetime, datetime]
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_SECOND = timedelta(seconds=1)
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Recent(Generic[K, V]):
    """A mapping that forgets what was not asked for longest, once it holds more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        value = self._held.get(key)
        if value is not None:
            self._held.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        self._held[key] = value
        self._held.move_to_end(key)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def __len__(self) -> int:
        return len(self._held)


class Stored:
    """What this sandbox knows the table to hold: the times of items that were written, or found to be newer."""

    def __init__(self, resolution_of: Callable[[str], timedelta], most: int = 50_000) -> None:
        self._resolution_of = resolution_of
        self._times: Recent[Key, Span] = Recent(most)

    def __len__(self) -> int:
        return len(self._times)

    def remember(self, stored: Activity) -> None:
        self._times.put(stored.key, (stored.first_seen, stored.last_seen))

    def covers(self, activity: Activity) -> bool:
        span = self.quiet([activity.key])
        return span is not None and span[0] < activity.first_seen and activity.last_seen < span[1]

    def quiet(self, keys: Iterable[Key]) -> Span | None:
        """Between these two times, both excluded, nothing seen with these keys needs to be written.

        A write would move no item's last_seen, nor first_seen, by more than its resolution. Where that is none,
        the event id decides within a second, and only the table can tell. None where a key is not known.
        """
        since, until = _EVER
        for key in keys:
            times = self._times.get(key)
            if times is None:
                return None
            resolution = self._resolution_of(key[1])
            around = resolution + _SECOND if resolution else resolution
            since, until = max(since, times[0] - around), min(until, times[1] + around)
        return since, until


@dataclass(slots=True)
class Gist:
    """What all records that are alike come to, and when their sightings need not be written."""

    keys: tuple[Key, ...]
    sightings: int
    ignored: Ignored | None
    quiet: Span | None = None


class Group:
    """Records of one batch that are alike: only the oldest and the newest of them can tell in the table.

    Of several in the newest second it is the one with the greatest event id; and all that have that id, should
    they differ.
    """

    __slots__ = ("first", "gist", "last", "messages", "newest", "oldest")

    def __init__(self, gist: Gist, record: Record, at: datetime, message: str) -> None:
        self.gist = gist
        self.first = self.last = at
        self.oldest = record
        self.newest = [record]
        self.messages = [message]

    def add(self, record: Record, at: datetime, message: str) -> None:
        self.messages.append(message)
        if at < self.first:
            self.first, self.oldest = at, record
        elif at >= self.last:
            self._add_newest(record, at)

    def _add_newest(self, record: Record, at: datetime) -> None:
        event_id, known = record.event_id or "", self.newest[0].event_id or ""
        if at > self.last or event_id > known:
            self.last, self.newest = at, [record]
        elif event_id == known and record not in self.newest:
            self.newest.append(record)

    def is_known(self, stored: Stored) -> bool:
        """Whether the table is known to hold as much; what was quiet once stays so, since items only grow."""
        self.gist.quiet = quiet = stored.quiet(self.gist.keys)
        return quiet is not None and quiet[0] < self.first and self.last < quiet[1]

    def telling(self) -> list[Record]:
        return [*self.newest, self.oldest] if self.first < self.last else self.newest


class Coalescer:
    """One activity for each principal and facet, and which messages are behind it."""

    def __init__(self) -> None:
        self._activities: dict[Key, Activity] = {}
        self._messages: dict[Key, list[list[str]]] = {}

    def add(self, sighting: Sighting, messages: list[str]) -> None:
        for activity in sighting.activities():
            known = self._activities.get(activity.key)
            self._activities[activity.key] = known.merge(activity) if known else activity
            self._messages.setdefault(activity.key, []).append(messages)

    def unknown_to(self, stored: Stored) -> list[Activity]:
        """The activities that the table is not known to hold already."""
        return [each for each in self._activities.values() if not stored.covers(each)]

    def messages_behind(self, keys: Iterable[Key]) -> set[str]:
        return {message for key in keys for messages in self._messages[key] for message in messages}
