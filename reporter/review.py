"""Puts IAM's inventory and the activity table side by side and judges everything; writes nothing."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from activity.flags import Flags
from activity.item import Flag, Item
from activity.keeping import Key
from activity.model import Activity, denied_facet, held_by, id_facet, is_of_principal
from activity.table import ActivityTable
from reporter import sightings
from reporter.account import AccessKey, Gap, Inventory, User
from reporter.findings import FLAGGED, Remembered, Report, sum_up
from reporter.hearing import Hearing
from reporter.inventory import Iam, or_gap
from reporter.missed import are_seen, hidden_uses, missed
from reporter.renaming import heirs, nameless
from reporter.sightings import Seen
from reporter.staleness import Verdict, judge
from reporter.subjects import KeysOf, Limits, Subject, needs_key_ids, subjects
from reporter.tidying import Judged
from reporter.trails import Trails

# IAM's rate limits are not published, and are shared by all who ask in the account.
_ASKING = 4


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
            names={} if isinstance(self.names, Gap) else self.names,
        )


def review(sources: Sources, account: str, terms: Terms, now: datetime, *, partition: str = "aws") -> Report:
    """What could not be read is among the report's gaps; nothing is raised for it."""
    table, flags = sources.table, sources.flags
    inventory = sources.iam.list(account)
    hearing = _hearing(sources, account, partition)
    listed = or_gap("what earlier reports flagged", lambda: flags.of(account))
    exempt = or_gap("what was exempt before", lambda: flags.exempt_of(account))
    known = [key for each in (listed, exempt) if not isinstance(each, Gap) for key in each]
    names = or_gap("the ids of flagged users", lambda: _names(table, known, inventory))
    keys_of = _keys_of(sources.iam, inventory, known, {} if isinstance(names, Gap) else names, terms, now)
    every = list(subjects(inventory, keys_of, tag=terms.tag))
    items = or_gap("the activity table", lambda: sightings.items(table, every))
    if not isinstance(items, Gap):
        hidden = _keys_of_hidden(sources, inventory, keys_of, items, hearing, terms, now)
        keys_of |= hidden
        every = list(subjects(inventory, keys_of, tag=terms.tag)) if hidden else every
        more = or_gap(
            "the activity table", lambda: sightings.items(table, [x for x in every if x.id in hidden])
        )
        items = more if isinstance(more, Gap) else items | more
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
        gaps=(*kept.gaps, *gaps),
        limits=terms.limits,
        retention=terms.retention,
        now=now,
    )


def _names(table: ActivityTable, flagged: Iterable[Key], inventory: Inventory) -> dict[str, str]:
    """By the ARNs of flagged users that nobody has now, who had them: by their unique ids, flagged or seen."""
    flagged = list(flagged)
    gone = nameless(flagged, inventory)
    ids = {arn: sightings.unique_ids(table, arn) for arn in gone}
    for arn, facet in flagged:
        if arn in gone and is_of_principal(facet):
            ids[arn].add(held_by(facet))
    return heirs(ids, inventory)


def _keys_of(
    iam: Iam,
    inventory: Inventory,
    flagged: Iterable[Key],
    names: Mapping[str, str],
    terms: Terms,
    now: datetime,
) -> dict[str, tuple[AccessKey, ...] | Gap]:
    """Of the users who have a key that seems idle, or that an earlier report flagged."""
    owners = {names.get(arn, arn) for arn, facet in flagged if facet.startswith("KEY#")}
    asked = [u for u in inventory.users if u.arn in owners or needs_key_ids(u, terms.limits, now)]
    with ThreadPoolExecutor(_ASKING) as pool:
        return dict(zip((user.id for user in asked), pool.map(iam.access_keys, asked), strict=True))


def _keys_of_hidden(
    sources: Sources,
    inventory: Inventory,
    known: KeysOf,
    items: Mapping[Key, Item],
    hearing: Hearing,
    terms: Terms,
    now: datetime,
) -> dict[str, tuple[AccessKey, ...] | Gap]:
    """Keys in use are known from events; IAM is asked for the ids where these leave a use without a key."""

    def ask(user: User) -> tuple[AccessKey, ...] | Gap | None:
        itself = (items.get((user.arn, facet)) for facet in (id_facet(user.id), denied_facet(user.id)))
        times = (item.activity.last_seen for item in itself if item and item.activity)
        uses = hidden_uses(user, max(times, default=None), hearing, retention=terms.retention, now=now)
        if not uses or are_seen(uses, sightings.keys_seen(sources.table, user.arn), now):
            return None
        return sources.iam.access_keys(user)

    asked = [user for user in inventory.users if user.id not in known]
    with ThreadPoolExecutor(_ASKING) as pool:
        found = zip((user.id for user in asked), pool.map(ask, asked), strict=True)
        return {unique_id: keys for unique_id, keys in found if keys is not None}


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
    judged = [(subject, _judge(subject, seen, limits, now)) for subject in every]
    behind = {each.subject.arn for each in missed(judged, hearing, retention=terms.retention, now=now)}
    suspects = [each for each, verdict in judged if verdict.status in FLAGGED or each.arn in behind]
    elsewhere = or_gap("the activity table's index", lambda: sightings.under_other_names(table, suspects))
    both = (
        elsewhere if isinstance(seen, Gap) or isinstance(elsewhere, Gap) else sightings.merged(seen, elsewhere)
    )
    again = [
        (each, _judge(each, both, limits, now) if verdict.status in FLAGGED or each.arn in behind else verdict)
        for each, verdict in judged
    ]
    return again, (elsewhere,) if isinstance(elsewhere, Gap) else ()


def _judge(subject: Subject, seen: Seen | Gap, limits: Limits, now: datetime) -> Verdict:
    return judge(subject, seen, limit=timedelta(days=limits.days(subject.kind)), now=now)


def _hearing(sources: Sources, account: str, partition: str) -> Hearing:
    table, deaf = sources.table, sources.trails.deafness()
    return Hearing(
        partition,
        or_gap("CloudTrail's coverage", lambda: sightings.heard(table, account)),
        or_gap("the canary", lambda: sightings.canary(table, account)),
        deaf,
    )
