"""What is idle beyond its threshold, but used rarely and regularly, and not overdue."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from activity.days import KEPT, NONE, Days
from reporter.judgement.cadence import rhythm

_A_DAY = timedelta(days=1)
# Events may fail to come for so many days in a row: no run of a month or a quarter is overlooked for that.
_MOST_UNHEARD = 4
_OVERDUE = 1.5


@dataclass(frozen=True, slots=True)
class Active:
    """On which of the last 400 days something was active. `until`: the last of them.

    `since`: the first on which events came, if that is not the first of all.
    """

    days: Days = NONE
    until: date = date.min
    since: date | None = None

    @classmethod
    def of(cls, days: Days, heard: Days, today: date) -> "Active":
        """`heard`: the days on which events of the account came."""
        first = today - KEPT
        known = next(iter(heard.between(first, today)), None)
        is_partly_known = known and known > first + _MOST_UNHEARD * _A_DAY
        return cls(days.between(first, today), today, known if is_partly_known else None)


@dataclass(frozen=True, slots=True)
class Dormancy:
    """`rhythm_days`: the days from one use to the next, about. It counts as stale from `stale_from` on."""

    rhythm_days: int
    last: date
    expected_by: date
    stale_from: date


@dataclass(frozen=True, slots=True)
class Unheard:
    """It would be dormant, but no events came from `first` to `last`, as far as is known."""

    rhythm_days: int
    first: date
    last: date


def dormancy(days: Days, last: date, heard: Days, today: date) -> Dormancy | Unheard | None:
    """`last`: the day of the last use, whoever knows of it. None if it has no rhythm, or is overdue."""
    found = rhythm(days)
    if found is None:
        return None
    # What was used after its last run, as IAM alone knows, may have run again.
    began = found.last if last <= max(days) else last
    stale_from = max(began + ceil(_OVERDUE * found.days) * _A_DAY, last + _A_DAY)
    if today >= stale_from:
        return None
    unheard = silence(heard, found.first, today)
    if unheard:
        return Unheard(found.days, *unheard)
    return Dormancy(found.days, last, began + found.days * _A_DAY, stale_from)


def silence(heard: Days, first: date, last: date) -> tuple[date, date] | None:
    """The first days in a row, too many, on which no events came."""
    begun = first
    for day in (*heard.between(first, last), last + _A_DAY):
        if (day - begun).days > _MOST_UNHEARD:
            return begun, day - _A_DAY
        begun = day + _A_DAY
    return None
