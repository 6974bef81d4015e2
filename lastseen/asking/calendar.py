"""On which days somebody was active, refused, idle, or nobody knows: as numbers, and as a strip of weeks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from activity.days import NONE, Days
from activity.model import Activity, is_denied

WEEKS = 53
SPANS = 30, 90, 400
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
# For a week with so many active days.
_MARKS = "·▁▂▃▄▅▆█"
_UNKNOWN = " "


class There(StrEnum):
    """What is known of somebody on a day."""

    ACTIVE = "active"
    REFUSED = "refused"
    IDLE = "idle"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day to the last, both included, in UTC."""

    first: date
    last: date

    @property
    def days(self) -> Days:
        return Days.of(*(self.first + each * _DAY for each in range((self.last - self.first).days + 1)))

    def __str__(self) -> str:
        return f"on {self.first}" if self.first == self.last else f"from {self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """`heard`: the days on which events of its account arrived. Of any other day, silence says nothing."""

    active: Days
    refused: Days = NONE
    heard: Days = NONE

    @classmethod
    def of(cls, seen: Iterable[Activity], heard: Days, since: date = date.min) -> Self:
        """Of several items together: idle is only what each of them would show if it were not."""
        those = list(seen)
        known = [each.known_since for each in those]
        certain = max((each for each in known if each), default=date.min)
        active, refused = (
            Days.all_of(days_of(each) for each in those if is_denied(each.facet) is kind)
            for kind in (False, True)
        )
        return cls(
            active.between(since, date.max),
            refused.between(since, date.max),
            NONE if None in known else heard.between(certain, date.max),
        )

    @property
    def known(self) -> Days:
        return self.heard | self.active | self.refused

    def on(self, day: date) -> There:
        if day in self.active:
            return There.ACTIVE
        if day in self.refused:
            return There.REFUSED
        return There.IDLE if day in self.heard else There.UNKNOWN

    def during(self, span: Span) -> dict[date, There]:
        return {day: self.on(day) for day in span.days}

    def counts(self, of: Days, today: date) -> str:
        """How many of the last days are among these, and how many of all are not known; today is the last."""
        spans = [(span, today - (span - 1) * _DAY) for span in SPANS]
        counted = [f"{len(of.between(first, today))} of {_among(span)}" for span, first in spans]
        span, first = spans[-1]
        unknown = span - len(self.known.between(first, today))
        return ", ".join(counted) + (f" ({unknown} not known)" if unknown else "")

    def strip(self, today: date) -> tuple[str, str]:
        """A mark for each of the last weeks, higher for more active days; and their first and last day."""
        marks = "".join(self._mark(today - back * _WEEK) for back in reversed(range(WEEKS)))
        return marks, f"{today - WEEKS * _WEEK + _DAY}".ljust(WEEKS - len(f"{today}")) + f"{today}"

    def _mark(self, last: date) -> str:
        first = last - _WEEK + _DAY
        count = len(self.active.between(first, last))
        return _MARKS[count] if count or self.known.between(first, last) else _UNKNOWN


def _among(span: int) -> str:
    return f"the last {span} days" if span == SPANS[0] else str(span)


def days_of(seen: Activity) -> Days:
    """Also those of its first and its last sighting, which it has even if no days are kept."""
    return seen.days | Days.of(seen.first_seen.date(), seen.last_seen.date())


def ranges(days: Days) -> str:
    """As people write them: 2026-10-12 to 2026-10-14, 2026-10-20."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
