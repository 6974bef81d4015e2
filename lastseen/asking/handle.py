"""What is looked for, whatever form it was given in."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from activity.model import access_key_of, facet_of, held_by, is_denied, session_facet
from lastseen.asking.names import Fit, fits
from lastseen.asking.words import named

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Name:
    """A user's or role's name, whatever its path; or the end of its path and its name."""

    name: str
    kinds: tuple[str, ...] = ("user", "role")
    account: str = ""

    def fits(self, principal: str, fit: Fit = Fit.WHOLLY) -> bool:
        return fits(self.name, principal, fit, kinds=self.kinds, account=self.account)


@dataclass(frozen=True, slots=True)
class Handle:
    """What to look for; of `principals`, the first that is there.

    `network` and `federated` take a scan; so does `name`, unless keys have found somebody; so do `last_address`
    and `last_session`, of last sightings, where nobody was found otherwise. `is_certain`: it can be of nobody
    but who has the name. `caveat`: what the answer cannot tell; `hint`: what may be wrong with the handle.
    """

    means: str
    principals: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    name: Name | None = None
    is_certain: bool = True
    network: Network | None = None
    session: str = ""
    federated: str = ""
    account: str = ""
    last_address: str = ""
    last_session: str = ""
    caveat: str = ""
    hint: str = ""

    @property
    def session_begins(self) -> str:
        """Of a word that may be the beginning of a session's name, as `judy` of judy@example.com."""
        return self.last_session if self.name and not self.is_certain else ""

    @property
    def may_be_root(self) -> bool:
        return self.name is not None and self.last_session.casefold() == "root"

    @property
    def access_key(self) -> str:
        return next(filter(None, map(access_key_of, self.facets)), "")

    @property
    def of_account(self) -> str:
        """Whose coverage tells what an empty answer means."""
        return self.account or (self.name.account if self.name else "")

    def searched(self) -> list[str]:
        """All that is looked for, in words."""
        words = [f"the principal {each}" for each in self.principals]
        words += ["every root user"] if self.may_be_root else []
        words += [_words(each) for each in self.facets if not self._is_begun(each)]
        if self.name:
            kinds = " and ".join(self.name.kinds)
            begins = "" if self.is_certain else ", or whose name begins so"
            words.append(f"every {kinds} named {self.name.name}{begins}")
        if self.session_begins:
            words.append(f"every session whose name begins with {self.session_begins}")
        if self.network:
            words.append(f"every address within {self.network}")
        if self.last_address:
            words.append(f"every principal whose last event came from {self.last_address}")
        if self.last_session or self.federated:
            words.append(
                f"every principal whose last event was by session {self.last_session or self.federated}"
            )
        return words

    def _is_begun(self, facet: str) -> bool:
        return bool(self.session_begins) and facet == session_facet(self.session_begins)


def _words(facet: str) -> str:
    return f"refused calls of {named(facet_of(held_by(facet)))}" if is_denied(facet) else named(facet)
