"""Questions to the activity table: all that is known of somebody, and everybody."""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from activity.accounts import Account, titled
from activity.arn import is_role, parts, without_path
from activity.item import Item
from activity.keeping import Key
from activity.model import COVERAGE, denied_facet, held_by, id_facet, is_of_principal
from activity.quarantine.entry import Entry
from activity.quarantine.ledger import NothingQuarantined
from activity.reading import Flagged, Named, Quarantined, Searches, Sightings
from lastseen.asking.accounts import names_of
from lastseen.asking.heard import Heard
from lastseen.asking.index import Index
from lastseen.asking.profile import Profile
from lastseen.asking.roles import gathered, whole_arns

_READERS = 8  # botocore keeps ten connections.


@dataclass(frozen=True)
class Lookup:
    """`patience` is entered with what is read for, while all of an index or of the table is.

    `is_live`: whether events still arrive in the table, unlike in a case file. `kept_since`: what it had before
    that day may have expired.
    """

    table: Sightings
    flags: Flagged
    scan: Searches
    patience: Callable[[str], AbstractContextManager[object]]
    names: Named
    is_live: bool = True
    kept_since: date = date.min
    quarantine: Quarantined = field(default_factory=NothingQuarantined)
    index: Index = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", Index(self.scan, self.patience))

    @cached_property
    def heard(self) -> Heard:
        """The accounts and regions that events came from, and since and until when."""
        places = sorted(self.table.of(COVERAGE), key=lambda each: each.facet)
        return Heard(tuple(places), self.is_live, self.kept_since)

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """The organization's, by id, as a report has listed them last."""
        return self.names.all()

    @cached_property
    def account_names(self) -> dict[str, str]:
        return names_of(self.accounts)

    def titled(self, account: str) -> str:
        return titled(account, self.account_names.get(account, ""))

    def items_of(self, principal: str) -> dict[Key, Item]:
        return known(self.table.items_of(principal))

    def of_all(self, principals: Collection[str]) -> dict[Key, Item]:
        with ThreadPoolExecutor(_READERS) as pool:
            found = pool.map(self.items_of, principals)
            return {key: item for items in found for key, item in items.items()}

    def profiles(self, principal: str) -> list[Profile]:
        """Of those who had this name: of who has it now first."""
        items = self._all_of(principal)
        arn = whole_arns(items).get(principal, principal)
        by_facet = gathered(items).get(arn, {})
        return Profile.all_of(arn, {(arn, facet): item for facet, item in by_facet.items()})

    def _all_of(self, principal: str) -> dict[Key, Item]:
        """Of a role, also under the ARN that leaves out its path, or has it."""
        items = self.items_of(principal)
        if not is_role(principal):
            return items
        bare = without_path(principal)
        held = {held_by(facet) for _, facet in items if is_of_principal(facet)} - {""}
        names = {who for each in held for who in self._known_as(each)}
        others = {bare, *(who for who in names if is_role(who) and without_path(who) == bare)} - {principal}
        return items | self.of_all(sorted(others))

    def _known_as(self, held: str) -> list[str]:
        facets = id_facet(held), denied_facet(held)
        return [who for facet in facets for who in self.table.principals_with(facet)]

    def everybody(self) -> dict[Key, Item]:
        with self.patience("every principal"):
            return known(self.scan.recencies())

    def seen_with(self, facet: str) -> dict[Key, Item]:
        """And the unique ids of whom a predecessor of the same name may have been seen so."""
        found = self.get((who, facet) for who in self.table.principals_with(facet))
        seen = {who: item.activity for (who, _), item in found.items() if item.activity}
        own = self.get((who, id_facet(each.evidence.principal_id)) for who, each in seen.items())
        began = {who: item.activity.first_seen for (who, _), item in own.items() if item.activity}
        for who in (each for each in began if seen[each].first_seen < began[each]):
            ids = known(self.table.items_of(who, facet_begins=id_facet("")))
            found |= {key: replace(item, flag=None) for key, item in ids.items() if item.activity}
        return found

    def flagged(self, accounts: Collection[str]) -> dict[Key, Item]:
        """All of the principals of which something is flagged, or was until it was seen again.

        Of all accounts, if none is named.
        """
        keys = [key for each in accounts for key in self.flags.of(each)] if accounts else self.scan.flagged()
        return self.of_all(sorted({principal for principal, _ in keys}))

    def other_names(self, profile: Profile) -> dict[Key, Item]:
        """What tells of the same unique id by another ARN: a user that was renamed."""
        facets = [facet(held) for held in profile.unique_ids for facet in (id_facet, denied_facet)]
        keys = ((name, facet) for facet in facets for name in self.table.principals_with(facet))
        return self.get(key for key in keys if not _is_same(key[0], profile.principal))

    def quarantined(self, profile: Profile) -> list[Entry]:
        """What quarantine keeps of a principal and its keys. Raises UnreadableItem."""
        ids, every = profile.unique_ids, self.quarantine.of(profile.account) if profile.account else {}
        return [each for each in every.values() if each.target.id in ids]

    def get(self, keys: Iterable[Key]) -> dict[Key, Item]:
        return known(self.table.get(keys))


def known(items: Mapping[Key, Item]) -> dict[Key, Item]:
    """Without what tells of nobody: an item with neither a sighting nor a flag of its own, or of no ARN.

    An exemption that is remembered is such an item, and a record with its names blacked out leaves no ARN.
    """
    return {
        key: item
        for key, item in items.items()
        if (item.activity or item.own_flag or item.problem) and parts(key[0]).resource
    }


def _is_same(principal: str, other: str) -> bool:
    are_roles = is_role(principal) and is_role(other)
    return principal == other or (are_roles and without_path(principal) == without_path(other))
