"""Questions to the activity table: who holds this, and all that is known of somebody."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from activity.model import Activity, to_text
from activity.table import ActivityTable


def holders(table: ActivityTable, facet: str) -> list[Activity]:
    """Everybody seen with `facet`, the last seen first."""
    keys = ((principal, facet) for principal in table.principals_with(facet))
    found = [item.activity for item in table.get(keys).values() if item.activity]
    return sorted(found, key=lambda activity: activity.last_seen, reverse=True)


def profile(table: ActivityTable, principal: str) -> list[Activity]:
    """All that a principal was seen with, the last seen first."""
    return sorted(table.of(principal), key=lambda activity: activity.last_seen, reverse=True)


def lines(activities: Iterable[Activity]) -> Iterator[str]:
    """One line for each activity, below the name of its principal."""
    for principal, those in groupby(activities, lambda activity: activity.principal):
        yield principal
        for activity in those:
            evidence = activity.evidence
            call = " ".join(filter(None, (evidence.event_source, evidence.event_name, evidence.error_code)))
            where = ", ".join(filter(None, (call, evidence.region, evidence.source_ip)))
            times = f"{to_text(activity.first_seen)} to {to_text(activity.last_seen)}"
            yield f"  {activity.facet:<36} {times}  {where}"
