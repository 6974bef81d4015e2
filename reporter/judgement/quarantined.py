"""What the opt-in quarantine has done, or announced, as far as a report tells of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from activity.quarantine.entry import Entry, Step

_STANDS = Step.DISABLED, Step.ACTING, Step.ANNOUNCED, Step.REHEARSED
_ORDER = tuple(Step)


def told(entries: Iterable[Entry], previous: datetime | None) -> tuple[Entry, ...]:
    """What is disabled or announced, and what has ended since the previous report; what is disabled first."""
    return tuple(sorted(_told(entries, previous), key=_rank))


def _told(entries: Iterable[Entry], previous: datetime | None) -> Iterator[Entry]:
    for each in entries:
        is_pending = each.step is Step.ANNOUNCED and not each.told
        has_ended_lately = previous is not None and each.moved > previous
        if not is_pending and (each.step in _STANDS or has_ended_lately):
            yield each


def _rank(entry: Entry) -> tuple[int, datetime, str]:
    step = _STANDS.index(entry.step) if entry.step in _STANDS else len(_STANDS) + _ORDER.index(entry.step)
    return step, entry.due, entry.id
