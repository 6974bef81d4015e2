"""Puts IAM's inventory and the activity table side by side and judges everything; writes nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from activity.item import Item
from activity.keeping import Key
from activity.model import COVERAGE, Activity, denied_facet, id_facet, region_covered
from activity.table import ActivityTable
from reporter.account import Gap
from reporter.findings import FLAGGED, Heard, Report, sum_up
from reporter.inventory import Iam, or_gap
from reporter.staleness import Verdict, judge
from reporter.subjects import Limits, Subject, needs_key_ids, subjects

Seen = dict[Key, Activity]


def review(iam: Iam, table: ActivityTable, account: str, *, limits: Limits, tag: str, now: datetime) -> Report:
    """What could not be read is among the report's gaps; nothing is raised for it."""
    inventory = iam.list(account)
    keys_of = {user.id: iam.access_keys(user) for user in inventory.users if needs_key_ids(user, limits, now)}
    every = list(subjects(inventory, keys_of, tag=tag))
    items = or_gap("the activity table", lambda: _items(table, every))
    seen = items if isinstance(items, Gap) else _activities(items)
    judged = [(subject, _judge(subject, seen, limits, now)) for subject in every]
    gaps = [items] if isinstance(items, Gap) else []
    suspects = [subject for subject, verdict in judged if verdict.status in FLAGGED]
    elsewhere = or_gap("the activity table's index", lambda: _seen_under_other_names(table, suspects))
    if isinstance(elsewhere, Gap):
        gaps.append(elsewhere)
    again = elsewhere if isinstance(seen, Gap) or isinstance(elsewhere, Gap) else _merged(seen, elsewhere)
    judged = [
        (subject, _judge(subject, again, limits, now) if verdict.status in FLAGGED else verdict)
        for subject, verdict in judged
    ]
    heard = items if isinstance(items, Gap) else or_gap("CloudTrail's coverage", lambda: _heard(table, account))
    if isinstance(heard, Gap):
        gaps.append(heard)
    flags = {} if isinstance(items, Gap) else _flags(items)
    return sum_up(inventory, keys_of, judged, flags=flags, heard=heard, gaps=gaps, limits=limits, now=now)


def _judge(subject: Subject, seen: Seen | Gap, limits: Limits, now: datetime) -> Verdict:
    return judge(subject, seen, limit=timedelta(days=limits.days(subject.kind)), now=now)


def _items(table: ActivityTable, every: Iterable[Subject]) -> dict[Key, Item]:
    return table.get((subject.arn, facet) for subject in every for facet in subject.facets)


def _heard(table: ActivityTable, account: str) -> tuple[Heard, ...]:
    """The regions of this account that events came from, the last heard first."""
    regions = ((region_covered(each.facet, account), each) for each in table.of(COVERAGE))
    heard = [Heard(region, each.first_seen, each.last_seen) for region, each in regions if region]
    return tuple(sorted(heard, key=lambda each: each.until, reverse=True))


def _activities(items: dict[Key, Item]) -> Seen:
    return {key: item.activity for key, item in items.items() if item.activity}


def _seen_under_other_names(table: ActivityTable, suspects: Iterable[Subject]) -> Seen:
    """A user renamed or moved keeps its id under a new ARN; some role sessions omit their role's path."""
    found: Seen = {}
    names: dict[str, set[str]] = {}
    for subject in suspects:
        if subject.id not in names:
            facets = id_facet(subject.id), denied_facet(subject.id)
            names[subject.id] = {arn for facet in facets for arn in table.principals_with(facet)}
        others = names[subject.id] - {subject.arn}
        items = table.get((arn, facet) for arn in others for facet in subject.facets)
        for (_, facet), activity in _activities(items).items():
            key = subject.arn, facet
            found[key] = activity.merge(found[key]) if key in found else activity
    return found


def _merged(seen: Seen, elsewhere: Seen) -> Seen:
    both = {key: activity.merge(seen[key]) for key, activity in elsewhere.items() if key in seen}
    return seen | elsewhere | both


def _flags(items: dict[Key, Item]) -> dict[Key, datetime]:
    return {key: item.first_flagged for key, item in items.items() if item.first_flagged}
