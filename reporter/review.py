"""Puts IAM's inventory and the activity table side by side and judges everything; writes nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from activity.model import Activity, denied_facet, id_facet
from activity.table import ActivityTable, Item, Key
from reporter.account import Gap
from reporter.findings import FLAGGED, Judged, Report, flag_key, sum_up
from reporter.inventory import Iam
from reporter.staleness import judge
from reporter.subjects import Limits, Subject, needs_key_ids, subjects

Seen = dict[Key, Activity]


def review(iam: Iam, table: ActivityTable, account: str, *, limits: Limits, tag: str, now: datetime) -> Report:
    """What could not be read is among the report's gaps; nothing is raised for it."""
    inventory = iam.list(account)
    keys_of = {user.id: iam.access_keys(user) for user in inventory.users if needs_key_ids(user, limits, now)}
    every = list(subjects(inventory, keys_of, tag=tag))
    items = _items(table, every)
    seen = (
        items
        if isinstance(items, Gap)
        else {key: item.activity for key, item in items.items() if item.activity}
    )
    judged = _judge(every, seen, limits, now)
    gaps = [items] if isinstance(items, Gap) else []
    if not isinstance(seen, Gap):
        suspects = [subject for subject, verdict in judged if verdict.status in FLAGGED]
        elsewhere = _seen_under_other_names(table, suspects)
        gaps += [elsewhere] if isinstance(elsewhere, Gap) else []
        judged = _judge(
            every, elsewhere if isinstance(elsewhere, Gap) else _merged(seen, elsewhere), limits, now
        )
    known = {} if isinstance(items, Gap) else items
    return sum_up(
        inventory, keys_of, judged, flagged=_flagged(judged, known), gaps=gaps, limits=limits, now=now
    )


def _judge(every: Sequence[Subject], seen: Seen | Gap, limits: Limits, now: datetime) -> list[Judged]:
    return [
        (subject, judge(subject, seen, limit=timedelta(days=limits.days(subject.kind)), now=now))
        for subject in every
    ]


def _items(table: ActivityTable, every: Iterable[Subject]) -> dict[Key, Item] | Gap:
    try:
        return table.get((subject.arn, facet) for subject in every for facet in subject.facets)
    except (ClientError, BotoCoreError) as error:
        return Gap("the activity table", str(error))


def _seen_under_other_names(table: ActivityTable, suspects: Iterable[Subject]) -> Seen | Gap:
    """A user renamed or moved keeps its id under a new ARN; some role sessions omit their role's path."""
    found: Seen = {}
    names: dict[str, set[str]] = {}
    try:
        for subject in suspects:
            if subject.id not in names:
                facets = id_facet(subject.id), denied_facet(subject.id)
                names[subject.id] = {arn for facet in facets for arn in table.principals_with(facet)}
            others = names[subject.id] - {subject.arn}
            for (_, facet), item in table.get(
                (arn, facet) for arn in others for facet in subject.facets
            ).items():
                if item.activity:
                    key = subject.arn, facet
                    found[key] = item.activity.merge(found[key]) if key in found else item.activity
    except (ClientError, BotoCoreError) as error:
        return Gap("the activity table's index", str(error))
    return found


def _merged(seen: Seen, elsewhere: Seen) -> Seen:
    both = {key: activity.merge(seen[key]) for key, activity in elsewhere.items() if key in seen}
    return seen | elsewhere | both


def _flagged(judged: Iterable[Judged], items: dict[Key, Item]) -> dict[Key, datetime]:
    """When earlier reports flagged what exists today; a flag older than the thing is its predecessor's."""
    flags = ((subject, items.get(flag_key(subject))) for subject, _ in judged)
    return {
        flag_key(subject): item.first_flagged
        for subject, item in flags
        if item and item.first_flagged and item.first_flagged >= subject.exists_since
    }
