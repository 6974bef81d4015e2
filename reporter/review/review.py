"""Puts IAM's inventory and the activity table side by side and judges everything; writes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from activity.flags import Flags
from activity.item import Item
from activity.keeping import Key
from activity.table import ActivityTable
from reporter.inventory.account import Gap, Inventory
from reporter.inventory.iam import Iam, or_gap
from reporter.judgement.findings import Report, sum_up
from reporter.judgement.missed import missed
from reporter.judgement.owners import Remembered, asked_of, owners
from reporter.judgement.seen import Seen
from reporter.judgement.staleness import Status, judge
from reporter.judgement.subjects import Limits, Subject, subjects
from reporter.judgement.tidying import Judged
from reporter.listening import canaries
from reporter.listening.coverage import Coverage
from reporter.listening.trails import CloudTrail
from reporter.review import sightings
from reporter.review.key_ids import keys_of_hidden, keys_of_suspects
from reporter.review.undated_ids import looked_up


@dataclass(frozen=True, slots=True)
class Sources:
    """All that is asked for a report."""

    iam: Iam
    trails: CloudTrail
    table: ActivityTable
    flags: Flags


@dataclass(frozen=True, slots=True)
class Terms:
    """By what an account is judged. `retention`: how long the table keeps what it was told."""

    limits: Limits = field(default_factory=Limits)
    tag: str = "last-activity:exempt"
    retention: timedelta = timedelta(days=400)


def review(sources: Sources, account: str, terms: Terms, now: datetime, *, partition: str = "aws") -> Report:
    """What could not be read is among the report's gaps; nothing is raised for it."""
    table = sources.table
    inventory = looked_up(sources.iam, sources.iam.list(account), terms.limits, now)
    coverage = _coverage(sources, account)
    remembered, items, gaps = _remembered(sources, account, inventory)
    keys_of = keys_of_suspects(sources.iam, inventory, remembered, terms.limits, now)
    every = list(subjects(inventory, keys_of, tag=terms.tag))
    items = _with(items, "the activity table", lambda: sightings.items(table, every))
    found = or_gap(
        "which keys were seen",
        lambda: keys_of_hidden(
            sources.iam, table, inventory, keys_of, coverage, items, retention=terms.retention, now=now
        ),
    )
    hidden, unread = ({}, (found,)) if isinstance(found, Gap) else found
    if hidden:
        keys_of |= hidden
        every = list(subjects(inventory, keys_of, tag=terms.tag))
        items = _with(items, "the activity table", lambda: sightings.items(table, every))
    root = sightings.root(table, inventory, partition)
    if isinstance(items, Gap):  # That tells it all.
        coverage, gaps = replace(coverage, regions=items), [items]
    else:
        remembered, gaps = remembered.with_items(every, items), [*gaps, *filter(None, [root.unread])]
    judged, seen, more = _judged(table, every, items, coverage, terms, now)
    report = sum_up(
        inventory,
        keys_of,
        judged,
        seen=seen,
        remembered=remembered.with_keys(inventory, keys_of),
        coverage=coverage,
        root=root,
        gaps=(*gaps, *more, *unread),
        limits=terms.limits,
        retention=terms.retention,
        now=now,
    )
    return _without_exemptions(report) if isinstance(items, Gap) else report


def _without_exemptions(report: Report) -> Report:
    """To note an exemption takes a flag off, of which it may be that nobody has told what became of it."""
    return replace(report, to_remember=replace(report.to_remember, exempt=()))


def _remembered(
    sources: Sources, account: str, inventory: Inventory
) -> tuple[Remembered, dict[Key, Item] | Gap, list[Gap]]:
    """What earlier reports left, the items of what they flagged, and what of it could not be read."""
    table, flags = sources.table, sources.flags
    listed = or_gap("what earlier reports flagged", lambda: flags.of(account))
    exempt = or_gap("what was exempt before", lambda: flags.exempt_of(account))
    earlier = or_gap("the time of the last report", lambda: sightings.earlier(table, account))
    flagged = {} if isinstance(listed, Gap) else listed
    spared = frozenset() if isinstance(exempt, Gap) else frozenset(exempt)
    items = or_gap("the activity table", lambda: sightings.remembered_items(table, flagged, spared))
    if isinstance(items, Gap):  # The index tells neither whose a flag is, nor whether it was told of.
        flagged, spared = {}, frozenset()
    else:
        flagged |= {key: items[key].own_flag or flag for key, flag in flagged.items() if key in items}
    asked = asked_of(flagged, spared, inventory)
    ids_of = or_gap("the ids of flagged users", lambda: sightings.ids_seen(table, asked))
    remembered = Remembered(
        flags=flagged,
        exempt=spared,
        previous=earlier if isinstance(earlier, Gap) else earlier.mailed,
        told={} if isinstance(items, Gap) else {key: items[key].told_at for key in spared if key in items},
        owners=owners(flagged, spared, inventory, ids_of),
        lists_flags=not isinstance(listed, Gap),
    )
    unnoted = None if isinstance(earlier, Gap) else earlier.gap
    gaps = [each for each in (listed, exempt, earlier, unnoted, ids_of) if isinstance(each, Gap)]
    return remembered, items, gaps


def _with(
    items: dict[Key, Item] | Gap, what: str, read: Callable[[], dict[Key, Item]]
) -> dict[Key, Item] | Gap:
    """With more of them; a gap where any could not be read."""
    more = items if isinstance(items, Gap) else or_gap(what, read)
    return more if isinstance(more, Gap) or isinstance(items, Gap) else items | more


def _judged(
    table: ActivityTable,
    every: Iterable[Subject],
    items: dict[Key, Item] | Gap,
    coverage: Coverage,
    terms: Terms,
    now: datetime,
) -> tuple[list[Judged], Seen, tuple[Gap, ...]]:
    """Who seems idle, or used without our seeing it, is looked for under other names before that is said."""

    def judged(subject: Subject, seen: Seen, unread: Gap | None) -> Judged:
        limit = timedelta(days=terms.limits.days(subject.kind))
        return subject, judge(subject, seen, limit=limit, now=now, unread=unread)

    if isinstance(items, Gap):
        return [judged(each, Seen(), items) for each in every], Seen(), ()
    seen = Seen(sightings.activities(items).values())
    edited = {id(each): sightings.gap_of(each, items) for each in every}
    first = [judged(each, seen, edited[id(each)]) for each in every]
    behind = {each.subject.arn for each in missed(first, coverage, retention=terms.retention, now=now)}
    suspects = [each for each, verdict in first if verdict.status is not Status.ACTIVE or each.arn in behind]
    elsewhere = or_gap("the activity table's index", lambda: sightings.under_other_names(table, suspects))
    unread = elsewhere if isinstance(elsewhere, Gap) else None
    if not isinstance(elsewhere, Gap):
        seen = Seen(sightings.activities({**elsewhere, **items}).values())
    again = {id(each) for each in suspects}
    every_one = [
        judged(each, seen, edited[id(each)] or unread) if id(each) in again else (each, verdict)
        for each, verdict in first
    ]
    return every_one, seen, (unread,) if unread else ()


def _coverage(sources: Sources, account: str) -> Coverage:
    """As the table has it: whoever may send test calls has done so."""
    table, trails = sources.table, sources.trails.check()
    unlisted = or_gap("the enabled regions", lambda: canaries.unlisted(table, account))
    return Coverage(
        or_gap("CloudTrail's coverage", lambda: canaries.known_regions(table, account)),
        trails,
        "" if isinstance(unlisted, Gap) else unlisted,
    )
