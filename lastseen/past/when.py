"""Times as people write them on the command line."""

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_AGO = re.compile(r"(\d{1,4})([hdw])")


class BadTime(Exception):
    """A time that cannot be read; the message says how to write one."""


def time_of(text: str, *, now: datetime) -> datetime:
    """`2026-11-01` (midnight), `2026-11-01T06:00Z`, or `90d`, `36h`, `2w` before `now`; UTC unless it says.

    Raises BadTime.
    """
    try:
        at = _time_of(text, now)
    except OverflowError:  # In UTC, it is before the year 1 or after the year 9999.
        at = None
    except ValueError as error:
        raise BadTime(f"{text!r} is no time: write 2026-11-01, 2026-11-01T06:00Z or 90d") from error
    if at is None or not 2000 <= at.year < 9000:  # So that a day more or less is a day, too.
        raise BadTime(f"{text} is not a time that CloudTrail's files can be of")
    return at


def _time_of(text: str, now: datetime) -> datetime:
    ago = _AGO.fullmatch(text)
    if ago:
        return now - int(ago[1]) * _UNITS[ago[2]]
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
