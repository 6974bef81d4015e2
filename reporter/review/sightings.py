"""What the activity table knows of an account: sightings of what exists, coverage, the last report."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

from activity.item import Item, unedited
from activity.keeping import Key
from activity.model import (
    REPORT,
    SIGNIN,
    Activity,
    access_key_of,
    begun_facet,
    denied_facet,
    id_facet,
    key_facet,
)
from activity.plain import minute
from activity.reading import Sightings
from activity.whose import ids_told_by, places
from reporter.inventory.account import Gap, Inventory
from reporter.inventory.answers import or_gap
from reporter.judgement.known import Root
from reporter.judgement.subjects import Subject

_ASKING = 16


class Earlier(NamedTuple):
    """When the last report of an account was mailed, and when the last one to be mailed was begun."""

    mailed: datetime | None
    begun: datetime | None

    @property
    def gap(self) -> Gap | None:
        if self.begun is None or (self.mailed and self.begun <= self.mailed):
            return None
        why = "the note that it was mailed could not be saved, so this report repeats what it said"
        return Gap(f"the last report, begun on {minute(self.begun)}", why)


def remembered_items(table: Sightings, flagged: Iterable[Key], exempt: Iterable[Key]) -> dict[Key, Item]:
    """The items of what earlier reports flagged or exempted: whose it was, and when it was seen since."""
    return table.get((*(place for key in flagged for place in places(key)), *exempt))


def earlier(table: Sightings, account: str) -> Earlier:
    items = unedited(table.get([(REPORT, account), (REPORT, begun_facet(account))]))
    at = {facet: item.activity.last_seen for (_, facet), item in items.items() if item.activity}
    return Earlier(at.get(account), at.get(begun_facet(account)))


def root(table: Sightings, inventory: Inventory, partition: str) -> Root:
    arn = f"arn:{partition}:iam::{inventory.account}:root"
    denied = arn, denied_facet(inventory.account)
    own = (arn, id_facet(inventory.account)), (arn, SIGNIN), denied
    items = or_gap("what CloudTrail saw of the root user", lambda: unedited(table.get(own)))
    unread = items if isinstance(items, Gap) else None
    every = {} if isinstance(items, Gap) else items
    seen = {key: item.activity for key, item in every.items() if item.activity}
    refused = seen.pop(denied, None)
    at, refused_at = _newest(seen.values()), refused.last_seen if refused else None
    row = inventory.root
    if row is None:
        return Root(at, None, None, refused_at, unread)
    used = [row.password_last_used, *(slot.last_used.at for slot in row.slots)]
    active = sum(slot.is_active for slot in row.slots)
    return Root(at, max(filter(None, used), default=None), active, refused_at, unread)


def under_other_names(table: Sightings, suspects: Iterable[Subject]) -> dict[Key, Item]:
    """Items with the suspects' ids under other ARNs: a user that was renamed or moved keeps its ids."""
    of_id: dict[str, list[Subject]] = {}
    for subject in suspects:
        of_id.setdefault(subject.id, []).append(subject)
    with ThreadPoolExecutor(_ASKING) as pool:
        found = pool.map(lambda unique_id: _under_other_names(table, unique_id, of_id[unique_id]), of_id)
    return {key: item for each in found for key, item in each.items()}


def _under_other_names(table: Sightings, unique_id: str, suspects: list[Subject]) -> dict[Key, Item]:
    facets = id_facet(unique_id), denied_facet(unique_id)
    names = {arn for facet in facets for arn in table.principals_with(facet)} - {suspects[0].arn}
    return table.get((arn, facet) for arn in names for subject in suspects for facet in subject.facets)


def keys_seen(table: Sightings, arn: str) -> list[datetime]:
    """When each access key of a user was last seen or refused."""
    last: dict[str, datetime] = {}
    for begins in (key_facet(""), denied_facet("AKIA")):
        for activity in table.of(arn, facet_begins=begins):
            key = access_key_of(activity.facet)
            last[key] = max(activity.last_seen, last.get(key, activity.last_seen))
    return list(last.values())


def ids_seen(table: Sightings, names: Iterable[str]) -> dict[str, set[str]]:
    """The unique ids under which the principals of these names were seen or refused."""
    return {arn: ids_told_by(table.of(arn)) for arn in names}


def _newest(those: Iterable[Activity]) -> datetime | None:
    return max((each.last_seen for each in those), default=None)
