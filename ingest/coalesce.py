"""Merges the many records of a batch into the few writes that matter."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from activity.days import NONE, Days, only
from activity.keeping import Key
from activity.model import Activity, Sighting
from ingest.principals import Ignored
from ingest.wire import Record

_SECOND = timedelta(seconds=1)
_LONG_AGO = _A_DAY = timedelta(days=1)
# So an event that comes a little later than the one before it causes no further question.
_LATER = timedelta(minutes=1)
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Quiet(NamedTuple):
    """Until `expires`, no sighting between `since` and `until` (both excluded) needs to be written."""

    since: datetime
    until: datetime
    expires: datetime

    def holds(self, first: datetime, last: datetime, arrived: datetime) -> bool:
        return self.since < first and last < self.until and arrived < self.expires


class Stored:
    """What this sandbox knows the table to hold: the times of items that it wrote, or found to be newer.

    Items may be deleted meanwhile. So it asks the table again one resolution after it last asked, when most
    need a write anyway, and always about sightings dated long before the newest, as dead letters are.
    """

    def __init__(self, resolution_of: Callable[[str], timedelta], most: int = 50_000) -> None:
        self._resolution_of = resolution_of
        self._most = most
        self._held: OrderedDict[Key, Quiet] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def remember(self, stored: Activity, asked: datetime) -> None:
        """Notes between which times a write would move neither time by more than the resolution, nor add a day.

        Without a resolution, the event id decides within a second, and only the table knows that.
        """
        resolution = self._resolution_of(stored.facet)
        around = resolution + _SECOND if resolution else resolution
        since, until = max(stored.first_seen - around, stored.last_seen - _LONG_AGO), stored.last_seen + around
        if stored.days:
            began, ended = _days_around(stored)
            since, until = max(since, began - _SECOND), min(until, ended)
        self._held[stored.key] = Quiet(since, until, asked + resolution + _LATER)
        self._held.move_to_end(stored.key)
        if len(self._held) > self._most:
            self._held.popitem(last=False)  # The least recently used.

    def covers(self, activity: Activity, arrived: datetime) -> bool:
        quiet = self.quiet([activity.key])
        return quiet is not None and quiet.holds(activity.first_seen, activity.last_seen, arrived)

    def quiet(self, keys: Iterable[Key]) -> Quiet | None:
        """When no sighting with these keys needs to be written. None if a key is not known."""
        since, until = _EVER
        expires = until
        for key in keys:
            held = self._held.get(key)
            if held is None:
                return None
            self._held.move_to_end(key)
            since, until, expires = max(since, held[0]), min(until, held[1]), min(expires, held[2])
        return Quiet(since, until, expires)


@dataclass(slots=True)
class Gist:
    """What all records that are alike say, and when their sightings need not be written."""

    keys: tuple[Key, ...]
    sightings: int
    ignored: Ignored | None
    # A Quiet as a plain tuple, which is faster: it is read for each record.
    quiet: tuple[datetime, datetime, datetime] | None = None


class Group:
    """Records of one batch that are alike: only the oldest, the newest and their days can change the table.

    If several share the newest second, the greatest event id decides; differing records with that id all count.
    """

    __slots__ = ("day", "days", "first", "gist", "last", "messages", "newest", "oldest")

    def __init__(self, gist: Gist, record: Record, at: datetime, message: str) -> None:
        self.gist = gist
        self.day = at.toordinal()
        self.days = only(at.date())
        self.first = self.last = at
        self.oldest = record
        self.newest = [record]
        self.messages = [message]

    def add(self, record: Record, at: datetime, message: str) -> None:
        self.messages.append(message)
        if (day := at.toordinal()) != self.day:
            self.day, self.days = day, self.days | only(at.date())
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

    def is_known(self, stored: Stored, arrived: datetime) -> bool:
        """Whether the table is known to hold all that these records say."""
        quiet = stored.quiet(self.gist.keys)
        self.gist.quiet = (quiet.since, quiet.until, quiet.expires) if quiet else None
        return quiet is not None and quiet.holds(self.first, self.last, arrived)

    def telling(self) -> list[Record]:
        return [*self.newest, self.oldest] if self.first < self.last else self.newest


class Coalescer:
    """One activity for each principal and facet, and which messages are behind it."""

    def __init__(self) -> None:
        self._activities: dict[Key, Activity] = {}
        self._messages: dict[Key, list[list[str]]] = {}

    def add(self, sighting: Sighting, messages: list[str], on: Days = NONE) -> None:
        """`on`: the days of all that is alike."""
        for activity in sighting.activities(on=on):
            known = self._activities.get(activity.key)
            self._activities[activity.key] = known.merge(activity) if known else activity
            self._messages.setdefault(activity.key, []).append(messages)

    def unknown_to(self, stored: Stored, arrived: datetime) -> list[Activity]:
        """The activities that the table may not hold yet."""
        return [each for each in self._activities.values() if not stored.covers(each, arrived)]

    def messages_behind(self, keys: Iterable[Key]) -> set[str]:
        return {message for key in keys for messages in self._messages[key] for message in messages}


def _days_around(stored: Activity) -> tuple[datetime, datetime]:
    """When the day of the last sighting began, or the day before if that is known as well; and when it ends."""
    last = stored.last_seen.date()
    midnight = datetime.combine(last, time.min, UTC)
    if last not in stored.days:  # Days were not kept at the time.
        return midnight, midnight
    is_longer = last - _A_DAY in stored.days
    return midnight - _A_DAY if is_longer else midnight, midnight + _A_DAY
