"""How often a rhythm is recognized in 400 days of history, and how often one is seen where there is none."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from activity.days import Days
from reporter.judgement.cadence import rhythm

DRAWS = 2000
KEPT = 400
FIRST = date(2025, 10, 17)
# Every so many days, give or take so many.
JOBS = (7, 0), (7, 1), (14, 1), (14, 2), (30, 1), (30, 3), (60, 3), (91, 0), (91, 2), (91, 4)
MISSED = 0.0, 0.05, 0.15
AT_RANDOM = 3, 7, 15, 30, 60, 100

Draw = Callable[[Random], Days]


def rhythms(draws: int = DRAWS) -> dict[str, Any]:
    found = {
        f"every {every} days, give or take {off}: runs missed 0 %, 5 %, 15 %": "; ".join(
            f"{recognized(periodic(every, off, missed), every, draws):.1%}" for missed in MISSED
        )
        for every, off in JOBS
    }
    months = {
        f"on a day of each month, or the next weekday; every {count} months": (
            f"{recognized(of_months(count), 30.4 * count, draws):.1%}"
        )
        for count in (1, 2, 3)
    }
    random = {
        f"random days, one in {each}: taken for a rhythm": f"{seen(at_random(each), draws):.2%}"
        for each in AT_RANDOM
    }
    short = {
        f"the same, of five times as many days, one in {each}": f"{seen(at_random(each, 5 * each), draws):.2%}"
        for each in AT_RANDOM[1:]
    }
    return found | months | random | short


def recognized(draw: Draw, every: float, draws: int = DRAWS) -> float:
    """The share in which the rhythm is found, and is right within a fifteenth."""
    random = Random(f"{every}")
    found = [rhythm(draw(random)) for _ in range(draws)]
    return sum(each is not None and abs(each.days - every) <= max(2, every / 15) for each in found) / draws


def seen(draw: Draw, draws: int = DRAWS) -> float:
    random = Random(5)
    return sum(rhythm(draw(random)) is not None for _ in range(draws)) / draws


def periodic(every: int, off: int, missed: float = 0.0) -> Draw:
    def draw(random: Random) -> Days:
        planned = range(random.randrange(every), KEPT, every)
        return _days(
            each + random.randint(-off, off) if random.random() >= missed else None for each in planned
        )

    return draw


def of_months(every: int) -> Draw:
    def draw(random: Random) -> Days:
        on, begins = random.randint(1, 31), random.randrange(every)
        start = FIRST + timedelta(days=random.randrange(KEPT))
        return Days.of(
            *(
                day
                for month in range(begins, 15, every)
                if 0 <= ((day := _weekday(start, month, on)) - start).days < KEPT
            )
        )

    return draw


def at_random(mean: int, kept: int = KEPT) -> Draw:
    return lambda random: _days(each if random.random() < 1 / mean else None for each in range(kept))


def _days(those: Any) -> Days:
    return Days.of(*(FIRST + timedelta(days=max(0, each)) for each in those if each is not None))


def _weekday(start: date, month: int, on: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + month, 12)
    day = date(year, month + 1, min(on, monthrange(year, month + 1)[1]))
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
