"""The rhythm of a set of days: a job that runs each week, month or quarter. docs/cadence.md has the rule."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

from activity.days import KEPT, Days

_SHORTEST = 7
_FEWEST_GAPS = 3
# How far a gap may be from the usual one, as a share of that: 9 days of 91, so that months of 28 to 31 days and
# weekends are forgiven. More gaps prove more, so that each may be farther off: 7 days of 30.
_OFF, _OFF_OF_MANY, _MANY_GAPS = 0.10, 0.22, 5
# The share of gaps that must be alike.
_ALIKE = 0.85


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`days`: from one run to the next, about. `first` and `last`: the days on which those runs began."""

    days: int
    first: date
    last: date


def _runs(days: Days) -> tuple[list[date], list[int]]:
    """The first day of each, and the days from one to the next. Consecutive days are one run."""
    runs = list(Days(days.mask & ~(days.mask << 1)))
    return runs, [(later - earlier).days for earlier, later in pairwise(runs)]


def too_long(days: Days) -> int:
    """The days from one use to the next, if no rhythm of that length can show in those that are kept; or 0."""
    _, gaps = _runs(days)
    is_too_long = bool(gaps) and min(gaps) * _FEWEST_GAPS > KEPT.days
    return round(median(gaps)) if is_too_long else 0


def rhythm(days: Days) -> Rhythm | None:
    """A gap of twice the usual length is a run that was skipped."""
    runs, gaps = _runs(days)
    if len(gaps) < _FEWEST_GAPS:
        return None
    usual = median(gaps)
    off = round((_OFF_OF_MANY if len(gaps) >= _MANY_GAPS else _OFF) * usual)
    single, double = (sum(abs(gap - times * usual) <= off for gap in gaps) for times in (1, 2))
    is_regular = single >= _FEWEST_GAPS and single + double >= _ALIKE * len(gaps)
    is_still = gaps[-1] <= 2 * usual + off  # Else it has changed.
    return Rhythm(round(usual), runs[0], runs[-1]) if is_regular and is_still and usual >= _SHORTEST else None
