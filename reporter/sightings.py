"""What the activity table knows of an account: sightings of what exists, coverage, the last report."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from activity.item import Item, UnreadableItem
from activity.keeping import Key
from activity.model import (
    CANARY,
    COVERAGE,
    REPORT,
    SIGNIN,
    Activity,
    access_key_of,
    denied_facet,
    held_by,
    id_facet,
    is_of_principal,
    key_facet,
    region_covered,
    service_facet,
)
from activity.table import ActivityTable
from reporter.account import Gap, Inventory
from reporter.findings import Root
from reporter.hearing import Canary, Heard
from reporter.inventory import or_gap
from reporter.subjects import Kind, Subject

Seen = dict[Key, Activity]

_ASKING = 16


def items(table: ActivityTable, every: Iterable[Subject]) -> dict[Key, Item]:
    return table.get((subject.arn, facet) for subject in every for facet in subject.facets)


def previous(table: ActivityTable, account: str) -> Activity | None:
    """The last report of this account that was published."""
    item = readable(table.get([(REPORT, account)])).get((REPORT, account))
    return item.activity if item else None


def canary(table: ActivityTable, account: str) -> Canary | None:
    """When the last run asked IAM, and of which of its calls CloudTrail told last. None before the first."""
    run = readable(table.get([(CANARY, account)])).get((CANARY, account))
    if run is None or run.activity is None or not run.activity.evidence.principal_id:
        return None
    names = table.principals_with(id_facet(run.activity.evidence.principal_id))
    items = table.get((arn, service_facet("iam.amazonaws.com")) for arn in names)
    return Canary(run.activity.last_seen, _newest(activities(items).values()), run.activity.first_seen)


def heard(table: ActivityTable, account: str) -> tuple[Heard, ...]:
    """The regions of this account that events came from, the last heard first."""
    every = activities(readable(table.items_of(COVERAGE))).values()
    regions = ((region_covered(each.facet, account), each) for each in every)
    heard = [Heard(region, each.first_seen, each.last_seen) for region, each in regions if region]
    return tuple(sorted(heard, key=lambda each: each.until, reverse=True))


def root(table: ActivityTable, inventory: Inventory, partition: str) -> Root:
    arn = f"arn:{partition}:iam::{inventory.account}:root"
    denied = arn, denied_facet(inventory.account)
    own = (arn, id_facet(inventory.account)), (arn, SIGNIN), denied
    items = or_gap("root", lambda: readable(table.get(own)))
    seen = {} if isinstance(items, Gap) else activities(items)
    refused = seen.pop(denied, None)
    at, refused_at = _newest(seen.values()), refused.last_seen if refused else None
    row = inventory.root
    if row is None:
        return Root(at, None, None, refused_at)
    used = [row.password_last_used, *(slot.last_used.at for slot in row.slots)]
    keys = sum(slot.is_active for slot in row.slots)
    return Root(at, max(filter(None, used), default=None), keys, refused_at)


def readable(items: dict[Key, Item]) -> dict[Key, Item]:
    """Raises UnreadableItem where one of them was edited."""
    problem = next((item.problem for item in items.values() if item.problem), "")
    if problem:
        raise UnreadableItem(problem)
    return items


def gap_of(subject: Subject, items: dict[Key, Item]) -> Gap | None:
    """Where an item of the subject was edited, what it was seen with is not known."""
    own = (items.get((subject.arn, facet)) for facet in subject.facets)
    problem = next((item.problem for item in own if item and item.problem), "")
    return Gap("the activity table", problem) if problem else None


def activities(items: dict[Key, Item]) -> Seen:
    return {key: item.activity for key, item in items.items() if item.activity}


def under_other_names(table: ActivityTable, suspects: Iterable[Subject]) -> Seen:
    """A user renamed or moved keeps its id under a new ARN; some role sessions omit their role's path."""
    of_id: dict[str, list[Subject]] = {}
    for subject in suspects:
        of_id.setdefault(subject.id, []).append(subject)
    with ThreadPoolExecutor(_ASKING) as pool:
        found = pool.map(lambda unique_id: _under_other_names(table, of_id[unique_id]), of_id)
    return {key: activity for each in found for key, activity in each.items()}


def _under_other_names(table: ActivityTable, suspects: list[Subject]) -> Seen:
    """`suspects` are of one user or role."""
    first = suspects[0]
    facets = id_facet(first.id), denied_facet(first.id)
    others = {arn for facet in facets for arn in table.principals_with(facet)} - {first.arn}
    items = table.get((arn, facet) for arn in others for subject in suspects for facet in subject.facets)
    found: Seen = {}
    for (_, facet), activity in activities(items).items():
        if first.kind is not Kind.ROLE and not (held_by(facet) or activity.evidence.principal_id == first.id):
            continue  # Somebody else may have that name now, and this does not tell whose it is.
        key = first.arn, facet
        found[key] = activity.merge(found[key]) if key in found else activity
    return found


def keys_seen(table: ActivityTable, arn: str) -> list[datetime]:
    """When each access key of a user was last seen or refused."""
    last: dict[str, datetime] = {}
    for begins in (key_facet(""), denied_facet("AKIA")):
        for activity in table.of(arn, facet_begins=begins):
            key = access_key_of(activity.facet)
            last[key] = max(activity.last_seen, last.get(key, activity.last_seen))
    return list(last.values())


def unique_ids(table: ActivityTable, arn: str) -> set[str]:
    """Those under which a principal of this name was seen or refused."""
    return {held_by(each.facet) for each in table.of(arn) if is_of_principal(each.facet)} - {""}


def merged(seen: Seen, elsewhere: Seen) -> Seen:
    both = {key: activity.merge(seen[key]) for key, activity in elsewhere.items() if key in seen}
    return seen | elsewhere | both


def _newest(those: Iterable[Activity]) -> datetime | None:
    return max((each.last_seen for each in those), default=None)
