"""Times as the sentences about events have them."""

from datetime import UTC, datetime, timedelta


def date(at: datetime | None) -> str:
    """A date as people write it: 3 November 2026."""
    return f"{at.astimezone(UTC).day} {at.astimezone(UTC):%B %Y}" if at else "ever"


def minute(at: datetime) -> str:
    return f"{date(at)} {at.astimezone(UTC):%H:%M} UTC"


def length(time: timedelta) -> str:
    hours = int(time.total_seconds()) // 3600
    minutes = int(time.total_seconds()) // 60
    number, unit = (hours, "hour") if hours else (minutes, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"
