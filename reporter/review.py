"""Puts IAM's inventory and the activity table side by side and judges everything; writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from activity.flags import Flags
from activity.item import Flag, Item
from activity.keeping import Key
from activity.model import Activity
from activity.table import ActivityTable
from reporter import sightings
from reporter.account import Gap
from reporter.findings import FLAGGED, Remembered, Report, sum_up
from reporter.hearing import Hearing
from reporter.inventory import Iam, or_gap
from reporter.key_ids import keys_of_hidden, keys_of_suspects, names_of
from reporter.missed import missed
from reporter.sightings import Seen
from reporter.staleness import Verdict, judge
from reporter.subjects import Limits, Subject, subjects
from reporter.tidying import Judged
from reporter.trails import Trails


@dataclass(frozen=True, slots=True)
class Sources:
    """All that is asked for a report."""

    iam: Iam
    trails: Trails
    table: ActivityTable
    flags: Flags


@dataclass(frozen=True, slots=True)
class Terms:
    """By what an account is judged. `retention`: how long the table keeps what it was told."""

    limits: Limits = field(default_factory=Limits)
    tag: str = "last-activity:exempt"
    retention: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the table and its indexes hold, each as it could be read."""

    items: dict[Key, Item] | Gap
    listed: dict[Key, Flag] | Gap
    exempt: set[Key] | Gap
    previous: Activity | Gap | None
    names: dict[str, str] | Gap

    @property
    def gaps(self) -> tuple[Gap, ...]:
        if isinstance(self.items, Gap):
            return (self.items,)  # That tells it all.
        every = self.listed, self.exempt, self.previous, self.names
        return tuple(each for each in every if isinstance(each, Gap))

    def remembered(self) -> Remembered:
        listed = {} if isinstance(self.listed, Gap) else self.listed
        items = {} if isinstance(self.items, Gap) else self.items
        return Remembered(
            flags=listed | {key: item.flag for key, item in items.items() if item.flag},
            listed=listed,
            exempt=frozenset() if isinstance(self.exempt, Gap) else frozenset(self.exempt),
            expiry={key: item.expires_at for key, item in items.items() if item.flag and item.expires_at},
            previous=self.previous.last_seen if isinstance(self.previous, Activity) else None,
            names=self.names,
        )


def review(sources: Sources, account: str, terms: Terms, now: datetime, *, partition: str = "aws") -> Report:
    """What could not be read is among the report's gaps; nothing is raised for it."""
    table, flags = sources.table, sources.flags
    inventory = sources.iam.list(account)
    hearing = _hearing(sources, account, partition)
    listed = or_gap("what earlier reports flagged", lambda: flags.of(account))
    exempt = or_gap("what was exempt before", lambda: flags.exempt_of(account))
    known = [key for each in (listed, exempt) if not isinstance(each, Gap) for key in each]
    names = or_gap("the ids of flagged users", lambda: names_of(table, known, inventory))
    heirs = {} if isinstance(names, Gap) else names
    keys_of = keys_of_suspects(sources.iam, inventory, known, heirs, terms.limits, now)
    hidden_keys = partial(
        keys_of_hidden, sources.iam, table, inventory, keys_of, hearing, retention=terms.retention, now=now
    )
    every = list(subjects(inventory, keys_of, tag=terms.tag))
    items = or_gap("the activity table", lambda: sightings.items(table, every))
    found = or_gap("which keys were seen", lambda: hidden_keys(items))
    hidden, unread = ({}, (found,)) if isinstance(found, Gap) else found
    if hidden:
        keys_of |= hidden
        every = list(subjects(inventory, keys_of, tag=terms.tag))
        items = or_gap("the activity table", lambda: sightings.items(table, every))
    if isinstance(items, Gap):  # That tells it all.
        hearing = replace(hearing, heard=items, canary=None)
    previous = or_gap("the time of the last report", lambda: sightings.previous(table, account))
    kept = Kept(items, listed, exempt, previous, names)
    judged, gaps = _judged(table, every, items, hearing, terms, now)
    return sum_up(
        inventory,
        keys_of,
        judged,
        remembered=kept.remembered(),
        hearing=hearing,
        root=sightings.root(table, inventory, partition),
        gaps=(*kept.gaps, *gaps, *unread),
        limits=terms.limits,
        retention=terms.retention,
        now=now,
    )


def _judged(
    table: ActivityTable,
    every: Iterable[Subject],
    items: dict[Key, Item] | Gap,
    hearing: Hearing,
    terms: Terms,
    now: datetime,
) -> tuple[list[Judged], tuple[Gap, ...]]:
    """Who seems stale, or used without our seeing it, is looked for under other names before that is said."""
    limits = terms.limits
    seen = items if isinstance(items, Gap) else sightings.activities(items)
    judged = [(subject, _judge(subject, seen, items, limits, now)) for subject in every]
    behind = {each.subject.arn for each in missed(judged, hearing, retention=terms.retention, now=now)}
    suspects = [each for each, verdict in judged if verdict.status in FLAGGED or each.arn in behind]
    elsewhere = or_gap("the activity table's index", lambda: sightings.under_other_names(table, suspects))
    both = (
        elsewhere if isinstance(seen, Gap) or isinstance(elsewhere, Gap) else sightings.merged(seen, elsewhere)
    )
    again = [
        (
            each,
            _judge(each, both, items, limits, now)
            if verdict.status in FLAGGED or each.arn in behind
            else verdict,
        )
        for each, verdict in judged
    ]
    return again, (elsewhere,) if isinstance(elsewhere, Gap) else ()


def _judge(
    subject: Subject, seen: Seen | Gap, items: dict[Key, Item] | Gap, limits: Limits, now: datetime
) -> Verdict:
    known = seen if isinstance(items, Gap) else sightings.gap_of(subject, items) or seen
    return judge(subject, known, limit=timedelta(days=limits.days(subject.kind)), now=now)


def _hearing(sources: Sources, account: str, partition: str) -> Hearing:
    table, deaf = sources.table, sources.trails.deafness()
    return Hearing(
        partition,
        or_gap("CloudTrail's coverage", lambda: sightings.heard(table, account)),
        or_gap("the canary", lambda: sightings.canary(table, account)),
        deaf,
    )
