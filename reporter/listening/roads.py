"""The roads that events come by: EventBridge, and CloudTrail's log files."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from activity.model import EVENTS, LOGS, Activity, road_of

NAMES = {EVENTS: "EventBridge", LOGS: "log files"}
# Test calls are a day apart, and the time by a road is kept to the hour.
_STOPPED = timedelta(days=2)
# A road that was given up on purpose is not spoken of for ever.
_GIVEN_UP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Road:
    """`until`: the last event that came by it, to the hour. `delay`: how late that one was."""

    name: str
    until: datetime
    delay: timedelta

    @classmethod
    def of(cls, item: Activity) -> Self:
        delay = timedelta(seconds=item.evidence.delay or 0)
        return cls(road_of(item.facet)[2], item.last_seen, delay)

    def is_in_use(self, now: datetime) -> bool:
        return now - self.until <= _STOPPED

    def is_given_up(self, now: datetime) -> bool:
        return now - self.until > _GIVEN_UP

    def has_stopped(self, now: datetime) -> bool:
        return not (self.is_in_use(now) or self.is_given_up(now))


@dataclass(frozen=True, slots=True)
class Remedy:
    """Why no events, or no read-only ones, may come, and what to do about it; `forward` in few words."""

    gone: str
    fix: str
    no_reads: str
    forward: str


_BY_EVENTS = Remedy(
    "the rule or the trail is switched off, or the forwarder is gone.",
    "Fix: make forwarders (in the stack's own region, make deploy).",
    "the trail logs no read events, or the rule is not ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.",
    "make forwarders",
)
_BY_LOGS = Remedy(
    "the trail is switched off, or the queue isn't told of new log files.",
    'Fix: make verify, then "How the stack is told of new files" in docs/logs.md.',
    "the trail logs no read events.",
    "log all regions in the trail, then make verify",
)


def remedy(names: Collection[str]) -> Remedy:
    """`names`: the roads that events come by, or should. Log files bring those of every region."""
    return _BY_LOGS if LOGS in names else _BY_EVENTS


def length(delay: timedelta) -> str:
    """As short as a sentence with several of them needs it."""
    seconds = int(delay.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def how_late(roads: Sequence[Road]) -> str:
    """By which roads events come, and how late the latest was; of several regions, the longest."""
    delays = {name: [each.delay for each in roads if each.name == name] for name in NAMES}
    used = [name for name in NAMES if delays[name]]
    return ", ".join(
        f"by {NAMES[name]}, latest after {length(max(delays[name]))}"
        + (f" ({len(delays[name])} region{'' if len(delays[name]) == 1 else 's'})" if len(used) > 1 else "")
        for name in used
    )
