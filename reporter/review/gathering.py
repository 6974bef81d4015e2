"""Asks for all that a report needs, in as few waves as the answers allow. Judges and writes nothing.

`reporter.judgement.questions` decides what to ask next, from what is known by then.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

from activity.keeping import Key
from activity.quarantine.ledger import NothingQuarantined
from activity.reading import Flagged, Quarantined, Sightings, Snoozed
from activity.snooze import NothingSnoozed
from reporter.inventory.account import AccessKey, Gap, Inventory, User
from reporter.inventory.answers import or_gap
from reporter.inventory.iam import Iam
from reporter.judgement import questions
from reporter.judgement.candidates import subjects
from reporter.judgement.known import Known, Terms
from reporter.judgement.missed import are_seen
from reporter.judgement.owners import Remembered, asked_of, owners
from reporter.judgement.undated import with_undated
from reporter.listening import canaries
from reporter.listening.coverage import Coverage
from reporter.listening.trails import CloudTrail
from reporter.review import sightings

# IAM's rate limits are not published, and all callers in the account share them.
_ASKING = 4

T = TypeVar("T")
Table = TypeVar("Table", bound=Sightings, covariant=True)
Flags = TypeVar("Flags", bound=Flagged, covariant=True)


@dataclass(frozen=True, slots=True)
class Sources(Generic[Table, Flags]):
    """Everything that a report asks. `logs`: the bucket of the log files that the stack reads, if any.

    `basis`: what the sightings are, if no tracker is listening; `trails` is None then.
    """

    iam: Iam
    trails: CloudTrail | None
    table: Table
    flags: Flags
    logs: str = ""
    basis: str = ""
    snoozes: Snoozed = field(default_factory=NothingSnoozed)
    quarantine: Quarantined = field(default_factory=NothingQuarantined)


AnySources = Sources[Sightings, Flagged]


def gather(sources: AnySources, account: str, terms: Terms, now: datetime, *, partition: str) -> Known:
    """Raises nothing for what could not be read: that is among the gaps of what is known."""
    iam, table = sources.iam, sources.table
    inventory = _with_undated(iam, iam.list(account), terms, now)
    coverage = _coverage(sources, account)
    known = _remembered(sources, Known(inventory, now, terms, coverage=coverage))
    known = replace(known, keys_of=_of_each(questions.whose_keys(known), iam.access_keys))
    known = _with_items(known, table, questions.places_of_principals(inventory))
    known = _with_hidden_keys(known, sources)
    known = _with_quarantine(_with_snoozes(known, sources.snoozes), sources.quarantine)
    known = _with_subjects(known)
    known = _with_items(known, table, questions.places_of_credentials(known.subjects))
    root = sightings.root(table, inventory, partition)
    if isinstance(known.items, Gap):  # One gap says it all.
        unheard = replace(coverage, regions=known.items)
        return _linked(replace(known, root=root, coverage=unheard, gaps=(known.items,)))
    gaps = *known.gaps, *filter(None, [root.unread])
    return _linked(_with_other_names(replace(known, root=root, gaps=gaps), table))


def _with_subjects(known: Known) -> Known:
    terms = known.terms
    owner = "" if isinstance(terms.account_owner, Gap) else terms.account_owner
    every = subjects(
        known.inventory, known.keys_of, tag=terms.tag, owner_tags=terms.owner_tags, account_owner=owner
    )
    return replace(known, subjects=tuple(every))


def _with_snoozes(known: Known, snoozes: Snoozed) -> Known:
    """Adds who asked to leave what alone. What could not be read snoozes nothing."""
    listed = or_gap("what is snoozed", lambda: snoozes.of(known.inventory.account))
    if isinstance(listed, Gap):
        return replace(known, gaps=(*known.gaps, listed))
    edited = (Gap("a snooze, which holds for nothing until then", why, "") for why in listed.problems)
    by_finding = {str(each.finding): each for each in listed.snoozes}
    return replace(known, snoozes=by_finding, gaps=(*known.gaps, *edited))


def _with_quarantine(known: Known, quarantine: Quarantined) -> Known:
    listed = or_gap("what quarantine has done", lambda: quarantine.of(known.inventory.account))
    if isinstance(listed, Gap):
        return replace(known, gaps=(*known.gaps, listed))
    return replace(known, quarantine=tuple(listed.values()))


def _linked(known: Known) -> Known:
    """Adds to what was remembered what the inventory and the items say about it."""
    remembered = known.remembered
    if not isinstance(known.items, Gap):
        remembered = remembered.with_items(known.subjects, known.items)
    return replace(known, remembered=remembered.with_keys(known.inventory, known.keys_of))


def _of_each(users: Iterable[User], ask: Callable[[User], T]) -> dict[str, T]:
    """Asks for each user; the answers are by user id."""
    asked = list(users)
    with ThreadPoolExecutor(_ASKING) as pool:
        return dict(zip((user.id for user in asked), pool.map(ask, asked), strict=True))


def _with_undated(iam: Iam, inventory: Inventory, terms: Terms, now: datetime) -> Inventory:
    found = _of_each(questions.whose_undated(inventory, terms.limits, now), iam.undated)
    users = (with_undated(user, found[user.id]) if user.id in found else user for user in inventory.users)
    return replace(inventory, users=tuple(users))


def _remembered(sources: AnySources, known: Known) -> Known:
    """Adds what earlier reports left, the items of what they flagged, and gaps for what could not be read."""
    table, flags, account = sources.table, sources.flags, known.inventory.account
    listed = or_gap("what earlier reports flagged", lambda: flags.of(account))
    exempt = or_gap("what was exempt before", lambda: flags.exempt_of(account))
    earlier = or_gap("the time of the last report", lambda: sightings.earlier(table, account))
    flagged = {} if isinstance(listed, Gap) else listed
    spared = frozenset() if isinstance(exempt, Gap) else frozenset(exempt)
    items = or_gap("the activity table", lambda: sightings.remembered_items(table, flagged, spared))
    if isinstance(items, Gap):  # The index says neither whose a flag is, nor whether a report has resolved it.
        flagged, spared = {}, frozenset()
    else:
        flagged |= {key: items[key].own_flag or flag for key, flag in flagged.items() if key in items}
    asked = asked_of(flagged, spared, known.inventory)
    ids_of = or_gap("the ids of flagged users", lambda: sightings.ids_seen(table, asked))
    remembered = Remembered(
        flags=flagged,
        exempt=spared,
        previous=earlier if isinstance(earlier, Gap) else earlier.mailed,
        told={} if isinstance(items, Gap) else {key: items[key].told_at for key in spared if key in items},
        owners=owners(flagged, spared, known.inventory, ids_of),
        lists_flags=not isinstance(listed, Gap),
    )
    unnoted = None if isinstance(earlier, Gap) else earlier.gap
    gaps = tuple(each for each in (listed, exempt, earlier, unnoted, ids_of) if isinstance(each, Gap))
    return replace(known, remembered=remembered, items=items, gaps=gaps)


def _with_items(known: Known, table: Sightings, places: Iterable[Key]) -> Known:
    """Adds the items at these places, or a gap if any could not be read."""
    if isinstance(known.items, Gap):
        return known
    more = or_gap("the activity table", lambda: table.get(places))
    return replace(known, items=more if isinstance(more, Gap) else {**known.items, **more})


def _with_hidden_keys(known: Known, sources: AnySources) -> Known:
    """Adds the keys of users with hidden uses. A gap here changes no verdict."""
    hidden = questions.whose_hidden_uses(known)

    def ask(user: User) -> tuple[AccessKey, ...] | Gap | None:
        _, uses = hidden[user.id]
        is_shown = are_seen(uses, sightings.keys_seen(sources.table, user.arn), known.now)
        return None if is_shown else sources.iam.access_keys(user)

    found = or_gap("which keys were seen", lambda: _of_each((user for user, _ in hidden.values()), ask))
    if isinstance(found, Gap):
        return replace(known, gaps=(*known.gaps, found))
    gaps = tuple(keys for keys in found.values() if isinstance(keys, Gap))
    told = {each: keys for each, keys in found.items() if keys is not None and not isinstance(keys, Gap)}
    return replace(known, keys_of={**known.keys_of, **told}, gaps=(*known.gaps, *gaps))


def _with_other_names(known: Known, table: Sightings) -> Known:
    suspects = questions.suspects(known)
    elsewhere = or_gap("the activity table's index", lambda: sightings.under_other_names(table, suspects))
    gaps = (elsewhere,) if isinstance(elsewhere, Gap) else ()
    return replace(known, elsewhere=elsewhere, gaps=(*known.gaps, *gaps))


def _coverage(sources: AnySources, account: str) -> Coverage:
    """The coverage in the table. Test calls have been sent by now, if this caller sends any."""
    table = sources.table
    if sources.trails is None:
        return Coverage(
            or_gap("CloudTrail's coverage", lambda: canaries.known_regions(table, account)), basis=sources.basis
        )
    trails = sources.trails.check()
    unlisted = or_gap("the enabled regions", lambda: canaries.unlisted(table, account))
    return Coverage(
        or_gap("CloudTrail's coverage", lambda: canaries.known_regions(table, account)),
        trails,
        "" if isinstance(unlisted, Gap) else unlisted,
        sources.logs,
    )
