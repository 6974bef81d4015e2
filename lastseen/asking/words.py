"""The table's facets and events in words: `KEY#AKIA…` is for programs, "access key AKIA…" for people."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from activity.model import (
    COVERAGE,
    Activity,
    Evidence,
    access_key_of,
    change_of,
    kind_and_value,
    place_covered,
    to_text,
)
from lastseen.times import noun

_NOUNS = {
    "ID": "unique id",
    "SIGNIN": "console password",
    "CHANGE": "change",
    "KEY": "access key",
    "SESSION": "session",
    "IP": "address",
    "SERVICE": "service",
    "DENIED": "refused call",
}
_MANY = {"IP": "addresses"}


def named(facet: str) -> str:
    """A facet in words."""
    kind, value = kind_and_value(facet)
    if kind == "SIGNIN":
        return _NOUNS[kind]
    if kind == "DENIED":
        return f"refused {'access key' if access_key_of(facet) else 'unique id'} {value or '(not told)'}"
    return f"{_NOUNS.get(kind, kind)} {change_of(facet) or value or '(not told)'}"


def flagged(facet: str) -> str:
    """What of a principal it is that is flagged, in words."""
    return "itself" if kind_and_value(facet)[0] == "ID" else named(facet)


def counted(facet: str, count: int) -> str:
    kind, _ = kind_and_value(facet)
    return f"{count:,} {noun(count, _NOUNS[kind], _MANY.get(kind, ''))}"


def event_of(evidence: Evidence) -> str:
    """Which call it was, and from where."""
    call = " ".join(filter(None, (evidence.event_source, evidence.event_name, evidence.error_code)))
    return ", ".join(filter(None, (call, evidence.region, evidence.source_ip)))


def lines(activities: Iterable[Activity]) -> Iterator[str]:
    """One line for each activity, below the name of its principal."""
    for principal, those in groupby(activities, lambda activity: activity.principal):
        yield principal
        for activity in those:
            what = _place(activity.facet) if principal == COVERAGE else named(activity.facet)
            times = f"{to_text(activity.first_seen)} to {to_text(activity.last_seen)}"
            yield f"  {what:<36} {times}  {event_of(activity.evidence)}".rstrip()


def _place(facet: str) -> str:
    return " ".join(("account", *place_covered(facet)))
