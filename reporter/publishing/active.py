"""On which days something was active, and when it is used next, in words."""

from datetime import date

from activity.days import KEPT
from reporter.judgement.dormancy import Active, Dormancy

_MOST_NAMED = 6


def active_on(active: Active) -> str:
    """ "active on 4 days in the last 400: 1 January, 1 April, 1 July, 1 October"; "" if no days are known."""
    days = list(active.days)
    if not days:
        return ""
    span = f"since {_day(active.since, active.until)}" if active.since else f"in the last {KEPT.days}"
    told = f"active on {len(days)} {'day' if len(days) == 1 else 'days'} {span}"
    if len(days) > _MOST_NAMED:
        return f"{told}, last on {_day(days[-1], active.until)}"
    return f"{told}: {', '.join(_day(each, active.until) for each in days)}"


def expected(dormancy: Dormancy, today: date) -> str:
    """ "runs about every 91 days, next around 2027-01-01"."""
    when = "next" if dormancy.expected_by >= today else "expected"
    return f"runs about every {dormancy.rhythm_days} days, {when} around {dormancy.expected_by}"


def _day(day: date, today: date) -> str:
    return f"{day.day} {day:%B}{'' if day.year == today.year else f' {day.year}'}"
