"""Times and numbers as people say and read them: 90d, 10 minutes ago, the local time beside UTC, 1 file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from activity.model import to_text

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,6})([mhdw])")


class BadDuration(Exception):
    """No length of time that can be read; the message says what can."""


def duration(text: str) -> timedelta:
    """Raises BadDuration."""
    said = _DURATION.fullmatch(text.strip())
    if not said:
        raise BadDuration(f"{text!r} is no length of time: write it as 30m, 12h, 90d or 2w")
    return timedelta(**{_UNITS[said[2]]: int(said[1])})


@dataclass(frozen=True, slots=True)
class Times:
    """How times are shown at a moment; `localise` gives the time of the reader's clock, None for UTC alone."""

    now: datetime
    localise: Callable[[datetime], datetime] | None = None

    def text(self, at: datetime) -> str:
        local = f" ({self.localise(at):%Y-%m-%d %H:%M:%S %Z})" if self.localise else ""
        return f"{to_text(at)}{local}"

    def ago(self, at: datetime) -> str:
        return f"{length(self.now - at)} ago"


def length(time: timedelta) -> str:
    """In the largest unit of which there are two or more, so that it says much in little."""
    seconds = max(int(time.total_seconds()), 0)
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {unit}s"
    return f"{seconds} {noun(seconds, 'second')}"


def noun(count: int, one: str, many: str = "") -> str:
    return one if count == 1 else many or f"{one}s"
