"""Who is meant by a handle: by keys where these answer, or else by reading all names, or all last events."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from activity.arn import is_role, without_path
from activity.item import Item
from activity.keeping import Key
from activity.model import denied_facet, held_by, id_facet, ip_facet, is_of_principal
from lastseen.asking.handle import Handle, Name, Network
from lastseen.asking.lookup import Lookup, known
from lastseen.asking.matches import Found, Match, by_last_event, matches
from lastseen.asking.names import Fit
from lastseen.asking.profile import account_of

# A name is asked for as a user's and as a role's in so many accounts; of more, the index takes less time.
_MOST_ACCOUNTS = 20
_FITS = {Fit.BUT_FOR_CASE: "in another case", Fit.BEGINS_SO: "by how it begins"}


@dataclass(frozen=True, slots=True)
class Finder:
    lookup: Lookup

    def find(self, handle: Handle, *, everywhere: bool = False) -> Found:
        """The last seen first.

        `everywhere`: by all names and last events, too, though somebody was found already.
        """
        seen_with, itself = self._by_keys(handle)
        is_told = bool(seen_with) or _is_whole(itself)
        note, like = "", []
        if handle.name and not (is_told and (handle.is_certain or not everywhere)):
            named = self.lookup.index.named(handle.name, handle.session_begins, is_certain=handle.is_certain)
            seen_with += named.sessions
            itself |= self.lookup.get(named.keys)
            note, like = _how(handle.name, named.fit), named.like
        elif handle.name and not handle.is_certain:
            note = _not_searched(handle)
        found = matches(self.lookup.get(seen_with), itself)
        if not found or everywhere:
            there = {match.principal for match in found}
            found += [match for match in self._by_last_event(handle) if match.principal not in there]
        return Found(tuple(found), note, tuple(like))

    def _by_keys(self, handle: Handle) -> tuple[list[Key], dict[Key, Item]]:
        """The keys that it was seen with, and the items of itself."""
        principals_with = self.lookup.table.principals_with
        seen_with = [(who, facet) for facet in handle.facets for who in principals_with(facet)]
        if handle.name and handle.is_certain:
            seen_with = [key for key in seen_with if handle.name.fits(key[0])]
        itself: dict[Key, Item] = {}
        for principal in handle.principals:
            itself = itself or self.lookup.items_of(principal)
        if handle.name and not handle.is_certain:
            itself = self.lookup.of_all(self._arns(handle, handle.name))
        if handle.name:
            itself |= self._with_path(handle.name, itself)
        if handle.network:
            seen_with += self._addresses_within(handle.network)
        if handle.federated:
            itself |= self._last_seen_as(handle.federated, handle.account)
        return seen_with, itself

    def _arns(self, handle: Handle, name: Name) -> list[str]:
        """Of a name without a path, in the accounts that are heard."""
        accounts = self.lookup.heard.accounts()
        begin = [f"arn:{partition}:iam::{account}:" for account, partition in accounts.items()]
        roots = [f"{each}root" for each in begin] if handle.may_be_root else []
        if len(begin) > _MOST_ACCOUNTS:
            return roots
        return roots + [f"{each}{kind}/{name.name}" for each in begin for kind in name.kinds]

    def _with_path(self, name: Name, itself: Mapping[Key, Item]) -> dict[Key, Item]:
        """Of a role that was seen without its path: with it, it may have been seen since."""
        held = {held_by(facet) for who, facet in itself if is_of_principal(facet) and _is_pathless(who)} - {""}
        facets = [facet(each) for each in held for facet in (id_facet, denied_facet)]
        names = {who for facet in facets for who in self.lookup.table.principals_with(facet)}
        return self.lookup.get((who, facet) for who in names if name.fits(who) for facet in facets)

    def _by_last_event(self, handle: Handle) -> list[Match]:
        """Of whom addresses and sessions are not kept, the last event may tell."""
        patience, scan = self.lookup.patience, self.lookup.scan
        if handle.last_address:
            with patience(f"every last event from {handle.last_address}"):
                found = scan.last_seen_from(handle.last_address)
            return by_last_event(known(found), f"last event from {handle.last_address}")
        if handle.last_session:
            with patience(f"every last event by a session named {handle.last_session}"):
                found = scan.last_seen_as(handle.last_session)
            return by_last_event(known(found), f"last event by session {handle.last_session}")
        return []

    def _addresses_within(self, network: Network) -> list[Key]:
        with self.lookup.patience(f"every address for {network}"):
            keys = self.lookup.scan.keys(facet_begins=ip_facet(""))
        addresses = ((key, ip_address(held_by(key[1]))) for key in keys)
        return [key for key, address in addresses if address in network]

    def _last_seen_as(self, session_name: str, account: str) -> dict[Key, Item]:
        with self.lookup.patience(f"every last event by a session named {session_name}"):
            found = known(self.lookup.scan.last_seen_as(session_name))
        return {key: item for key, item in found.items() if account_of(key[0]) == account}


def _is_whole(itself: Mapping[Key, Item]) -> bool:
    """Whether these tell of all that there is: a role without path and id may be known with both, too."""
    held = {held_by(facet) for _, facet in itself if is_of_principal(facet)} - {""}
    return bool(itself) and (bool(held) or not any(_is_pathless(who) for who, _ in itself))


def _is_pathless(principal: str) -> bool:
    return is_role(principal) and principal == without_path(principal)


def _not_searched(handle: Handle) -> str:
    longer = ", nor were sessions whose name begins so" if handle.session_begins else ""
    return f"Found under exactly this name. Users and roles with a path were not searched{longer}: add --all."


def _how(name: Name, fit: Fit) -> str:
    if fit is Fit.WHOLLY:
        return ""
    return f"No {' or '.join(name.kinds)} is named {name.name} as it is written: this was found {_FITS[fit]}."
