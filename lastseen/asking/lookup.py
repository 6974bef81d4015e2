"""Questions to the activity table: who is meant by a handle, and all that is known of somebody."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from ipaddress import ip_address
from itertools import groupby

from activity.arn import is_role, parts, without_path
from activity.flags import Flags
from activity.item import Item
from activity.keeping import Key
from activity.model import (
    COVERAGE,
    Activity,
    Evidence,
    denied_facet,
    held_by,
    id_facet,
    ip_facet,
    is_of_principal,
    to_text,
)
from activity.scan import Scan
from activity.table import ActivityTable
from lastseen.asking.handle import Handle, Network
from lastseen.asking.profile import Profile, account_of, newest

_READERS = 8  # botocore keeps ten connections.


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody whom a handle may mean, and the facets that it was found by: none where by its name.

    `last` is the newest sighting with these, or of the principal itself; None where it was flagged only. `by`:
    how it was found without any of these.
    """

    principal: str
    facets: tuple[str, ...]
    last: Activity | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """`before_scan` is called before all of an index or of the table is read, with what for."""

    table: ActivityTable
    flags: Flags
    scan: Scan
    before_scan: Callable[[str], object] = bool

    def find(self, handle: Handle, *, everywhere: bool = False) -> list[Match]:
        """By keys and indexes where these answer. The last seen first.

        `everywhere`: by last events, too, though somebody was found already.
        """
        seen_with = [(who, facet) for facet in handle.facets for who in self.table.principals_with(facet)]
        if handle.name and handle.is_certain:
            seen_with = [key for key in seen_with if handle.name.fits(key[0])]
        itself: dict[Key, Item] = {}
        for principal in handle.principals:
            itself = itself or self.items_of(principal)
        held = {held_by(facet) for _, facet in itself if is_of_principal(facet)} - {""}
        is_pathless = any(is_role(who) and who == without_path(who) for who, _ in itself)
        if handle.name and is_pathless:  # With its path, it may have been seen since.
            facets = [facet(each) for each in held for facet in (id_facet, denied_facet)]
            names = {who for facet in facets for who in self.table.principals_with(facet)}
            itself |= self._get((who, facet) for who in names if handle.name.fits(who) for facet in facets)
        if handle.network:
            seen_with += self._addresses_within(handle.network)
        if handle.federated:
            itself |= self._last_seen_as(handle.federated, handle.account)
        is_told = seen_with or (itself and (held or not is_pathless))
        if handle.name and not (handle.is_certain and is_told):
            self.before_scan(f"every name for {handle.name.name}")
            begins = handle.session_begins
            keys = self.scan.keys(naming=handle.name.name, facet_begins=begins)
            seen_with += [key for key in keys if begins and key[1].startswith(begins)]
            itself |= self._get(key for key in keys if handle.name.fits(key[0]))
        found = _matches(self._get(seen_with), itself)
        if found and not everywhere:
            return found
        known = {match.principal for match in found}
        return found + [match for match in self._by_last_event(handle) if match.principal not in known]

    def _by_last_event(self, handle: Handle) -> list[Match]:
        """Of whom addresses and sessions are not kept, the last event may tell."""
        found: dict[Key, Item] = {}
        if handle.last_address:
            self.before_scan(f"every last sighting from {handle.last_address}")
            found = self.scan.last_seen_from(handle.last_address)
        if handle.last_session:
            self.before_scan(f"every last sighting by a session named {handle.last_session}")
            found = self.scan.last_seen_as(handle.last_session)
        by = f"last event {'from' if handle.last_address else 'by session'}"
        by = f"{by} {handle.last_address or handle.last_session}"
        last: dict[str, list[Activity]] = {}
        for (who, _), item in _told(found).items():
            last.setdefault(who, []).extend(filter(None, [item.activity]))
        matches = (Match(who, (), newest(those), by) for who, those in last.items())
        return sorted(matches, key=lambda match: (_age(match.last), match.principal))

    def items_of(self, principal: str) -> dict[Key, Item]:
        return _told(self.table.items_of(principal))

    def profiles(self, principal: str) -> list[Profile]:
        """Of those who had this name: of who has it now first."""
        return Profile.all_of(principal, self.items_of(principal))

    def coverage(self) -> list[Activity]:
        """The accounts and regions that events came from, and since and until when."""
        return sorted(self.table.of(COVERAGE), key=lambda each: each.facet)

    def everybody(self) -> dict[Key, Item]:
        self.before_scan("every principal")
        return _told(self.scan.recencies())

    def seen_with(self, facet: str) -> dict[Key, Item]:
        """And the unique ids of whom a predecessor of the same name may have been seen so."""
        found = self._get((who, facet) for who in self.table.principals_with(facet))
        seen = {who: item.activity for (who, _), item in found.items() if item.activity}
        own = self._get((who, id_facet(each.evidence.principal_id)) for who, each in seen.items())
        began = {who: item.activity.first_seen for (who, _), item in own.items() if item.activity}
        for who in (each for each in began if seen[each].first_seen < began[each]):
            ids = _told(self.table.items_of(who, facet_begins=id_facet("")))
            found |= {key: replace(item, flag=None) for key, item in ids.items() if item.activity}
        return found

    def flagged(self, accounts: Collection[str]) -> dict[Key, Item]:
        """All of the principals of which something is flagged, or was until it was seen again.

        Of all accounts, if none is named.
        """
        keys = [key for each in accounts for key in self.flags.of(each)] if accounts else self.scan.flagged()
        with ThreadPoolExecutor(_READERS) as pool:
            found = pool.map(self.items_of, sorted({principal for principal, _ in keys}))
            return {key: item for items in found for key, item in items.items()}

    def other_names(self, profile: Profile) -> dict[Key, Item]:
        """What tells of the same unique id by another ARN: a user that was renamed, a role without its path."""
        facets = [facet(held) for held in profile.unique_ids for facet in (id_facet, denied_facet)]
        keys = ((name, facet) for facet in facets for name in self.table.principals_with(facet))
        return self._get(key for key in keys if key[0] != profile.principal)

    def _get(self, keys: Iterable[Key]) -> dict[Key, Item]:
        return _told(self.table.get(keys))

    def _addresses_within(self, network: Network) -> list[Key]:
        self.before_scan(f"every address for {network}")
        keys = self.scan.keys(facet_begins=ip_facet(""))
        addresses = ((key, ip_address(held_by(key[1]))) for key in keys)
        return [key for key, address in addresses if address in network]

    def _last_seen_as(self, session_name: str, account: str) -> dict[Key, Item]:
        self.before_scan(f"every last sighting for the session {session_name}")
        found = _told(self.scan.last_seen_as(session_name))
        return {key: item for key, item in found.items() if account_of(key[0]) == account}


def _told(items: Mapping[Key, Item]) -> dict[Key, Item]:
    """Without what tells of nobody: an item with neither a sighting nor a flag of its own, or of no ARN.

    An exemption that is remembered is such an item, and a record with its names blacked out leaves no ARN.
    """
    return {
        key: item
        for key, item in items.items()
        if (item.activity or item.own_flag or item.problem) and parts(key[0]).resource
    }


def _matches(seen_with: dict[Key, Item], itself: dict[Key, Item]) -> list[Match]:
    by: dict[str, dict[str, Item]] = {}
    own: dict[str, list[Item]] = {}
    for (principal, facet), item in seen_with.items():
        by.setdefault(principal, {})[facet] = item
    for (principal, facet), item in itself.items():
        own.setdefault(principal, []).extend([item] if is_of_principal(facet) else [])
    matches = []
    for principal in by | own:
        facets = by.get(principal, {})
        items = facets.values() or own[principal]
        last = newest(item.activity for item in items if item.activity)
        matches.append(Match(principal, tuple(facets), last))
    return sorted(matches, key=lambda match: (_age(match.last), match.principal))


def _age(activity: Activity | None) -> float:
    """Sorts the newest first, and what was never seen last."""
    return -activity.last_seen.timestamp() if activity else 0


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
            times = f"{to_text(activity.first_seen)} to {to_text(activity.last_seen)}"
            yield f"  {activity.facet:<36} {times}  {event_of(activity.evidence)}"


def event_of(evidence: Evidence) -> str:
    """Which call it was, and from where."""
    call = " ".join(filter(None, (evidence.event_source, evidence.event_name, evidence.error_code)))
    return ", ".join(filter(None, (call, evidence.region, evidence.source_ip)))
