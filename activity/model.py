"""What one record proves about a principal, and how many such proofs become one item.

Facets are the strings of the table's sort key; the functions here are the only place that spells them.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from activity.days import KEPT, NONE, Days, oldest_kept, only

ACCOUNTS = "accounts"
COVERAGE = "coverage"
REPORT = "report"
CANARY = "canary"
CANARY_SENT = "canary-sent"
ROAD = "road"
SNOOZED = "snoozed"
EVENTS, LOGS = "events", "logs"  # The roads: EventBridge, and CloudTrail's log files.
SIGNIN = "SIGNIN"
# In the user agent, which CloudTrail keeps. The reporter's own calls are recognized by it when they come back.
CANARY_AGENT = "last-activity-canary"

# Of these the days are kept, and of coverage: whoever or whatever was active, or tried to be.
_OF_DAYS = ("ID#", "KEY#", "DENIED#")
# Kept at the coarser resolution: these add detail to a last-seen time, and don't decide one.
_DETAIL = ("SERVICE#", "IP#", "SESSION#")


def id_facet(unique_id: str) -> str:
    return f"ID#{unique_id}"


def key_facet(access_key_id: str) -> str:
    return f"KEY#{access_key_id}"


def facet_of(held: str) -> str:
    """The facet of whoever or whatever has this unique id or access key id."""
    return key_facet(held) if held.startswith("AKIA") else id_facet(held)


def begun_facet(account: str, *, is_empty: bool = False) -> str:
    """A facet of REPORT: the last report that was to be mailed, or the last mail that nothing could be read."""
    return f"{account}#{'nothing_read' if is_empty else 'begun'}"


def denied_facet(held: str) -> str:
    """`held` is a unique id or an access key id."""
    return f"DENIED#{held}"


def signin_facet(unique_id: str) -> str:
    """Not a sighting: it finds the flag of a password even if its user was renamed."""
    return f"{SIGNIN}#{unique_id}"


def service_facet(event_source: str) -> str:
    return f"SERVICE#{event_source}"


def ip_facet(address: str) -> str:
    """`address` in the spelling of `address_of`."""
    return f"IP#{address}"


@lru_cache(maxsize=4096)
def address_of(text: str) -> str:
    """In its shortest form; "" if it is not an address, such as a service's name.

    Python 3.11 and 3.13 spell an IPv4 address within IPv6 in two ways: it is the IPv4 address.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def change_facet(event_name: str, at: datetime) -> str:
    """One facet for each of the root user's changes to its own credentials, so none replaces another."""
    return f"CHANGE#{event_name}#{to_text(at)}"


def change_of(facet: str) -> str:
    """The name of the event that made the change; "" for a facet of anything else."""
    kind, _, value = facet.partition("#")
    return value.partition("#")[0] if kind == "CHANGE" else ""


def session_facet(session_name: str) -> str:
    return f"SESSION#{session_name}"


def coverage_facet(account: str, region: str) -> str:
    return f"{account}#{region}"


def place_covered(facet: str) -> tuple[str, str]:
    """The account and the region that a facet of `coverage` or of a canary is about."""
    account, _, region = facet.partition("#")
    return account, region


def road_facet(account: str, region: str = "", road: str = "") -> str:
    """That events of a region came by this road. With the account alone: how all of its facets begin."""
    return "#".join(("ROAD", account, region, *([road] if road else [])))


def road_of(facet: str) -> tuple[str, str, str]:
    """The account, the region and the road."""
    _, account, region, road = facet.split("#", 3)
    return account, region, road


def held_by(facet: str) -> str:
    """The unique id or access key id that a facet names."""
    return kind_and_value(facet)[1]


def access_key_of(facet: str) -> str:
    """The access key that was used, or tried; "" for a facet of anything else."""
    names_key = facet.startswith((key_facet(""), denied_facet("AKIA")))
    return held_by(facet) if names_key else ""


def is_of_principal(facet: str) -> bool:
    """Whether it stands for the principal itself, by its unique id."""
    return facet.startswith((id_facet(""), denied_facet(""))) and not access_key_of(facet)


def names_holder(facet: str) -> bool:
    """Whether it contains an id that says whose it is."""
    kind, value = kind_and_value(facet)
    return bool(value) and kind in ("ID", "KEY", "DENIED")


def kind_and_value(facet: str) -> tuple[str, str]:
    """What comes before the mark and after it: a kind of thing, and which one it is."""
    kind, _, value = facet.partition("#")
    return kind, value


def is_denied(facet: str) -> bool:
    return facet.startswith("DENIED#")


def is_of_road(facet: str) -> bool:
    return facet.startswith("ROAD#")


def is_detail(facet: str) -> bool:
    return facet.startswith(_DETAIL)


def has_days(principal: str, facet: str) -> bool:
    """Whether its item keeps on which days it was seen."""
    return facet.startswith(_OF_DAYS) or facet == SIGNIN or principal == COVERAGE


# Tuples, since there are several for each kind of record: a frozen dataclass takes five times as long to make.


class Evidence(NamedTuple):
    """What supports a time: the event, its region and address. Names are the table's attributes.

    `delay`: seconds from the event until it arrived, on items of ROAD.
    """

    event_id: str = ""
    event_source: str = ""
    event_name: str = ""
    principal_id: str = ""
    type: str = ""
    account: str = ""
    region: str = ""
    source_ip: str = ""
    user_agent: str = ""
    session_name: str = ""
    mfa: bool | None = None
    error_code: str = ""
    delay: int | None = None

    def rank(self) -> tuple[str, ...]:
        """Decides between two events of the same second: the greater event id, then anything total.

        Of one event that was delivered twice, the first delivery.
        """
        return *map(str, self[:-1]), "" if self.delay is None else f"{10**10 - self.delay:011}"


class Activity(NamedTuple):
    """The first and the last sighting of one principal with one facet, and the days of all if they are kept."""

    principal: str
    facet: str
    first_seen: datetime
    last_seen: datetime
    evidence: Evidence
    days: Days = NONE

    @property
    def key(self) -> tuple[str, str]:
        return self.principal, self.facet

    def merge(self, other: "Activity") -> "Activity":
        """Commutative, associative and idempotent, so the order of delivery does not matter."""
        is_older = self.last_seen < other.last_seen
        if self.last_seen == other.last_seen:
            is_older = self.evidence.rank() < other.evidence.rank()
        newer, older = (other, self) if is_older else (self, other)
        both = newer.days | older.days
        if newer.first_seen <= older.first_seen and newer.days == both:
            return newer
        return newer._replace(first_seen=min(newer.first_seen, older.first_seen), days=both)

    @property
    def known_since(self) -> date | None:
        """From which day on one that is not among `days` is known to have had no sighting; None: from none.

        Days may have been switched off at first, or an item be older than they are.
        """
        first = self.first_seen.date()
        if not self.days:
            return None
        is_whole = first in self.days or first < oldest_kept(self.last_seen.date())
        return date.min if is_whole else min(self.days)

    def keeping(self, kept: timedelta | None) -> "Activity":
        """Without the days longer ago than that, by whole months, from the last one; None: without any."""
        if not self.days:
            return self
        last = self.last_seen.date()
        days = NONE if kept is None else self.days.between(oldest_kept(last, kept), last)
        return self._replace(days=days)

    def superseding(
        self, stored: "Activity", resolution: timedelta, kept: timedelta | None = KEPT
    ) -> "Activity | None":
        """What to store instead of `stored`, or None if neither time moves by more than `resolution`.

        A new day is always stored; `kept` says for how long.
        """
        merged = stored.merge(self).keeping(kept)
        if stored.first_seen - merged.first_seen > resolution:
            return merged
        is_later = merged.last_seen - stored.last_seen > resolution
        if is_later or merged.days.missing_in(stored.days) or (not resolution and merged != stored):
            return merged._replace(first_seen=stored.first_seen)
        return None


class Sighting(NamedTuple):
    """One record proving that one principal was active, and with what it was seen."""

    principal: str
    facets: tuple[str, ...]
    at: datetime
    evidence: Evidence

    def activities(self, since: datetime | None = None, on: Days = NONE) -> Iterator[Activity]:
        """`since`: when the principal was first seen like this, if that was before; `on`: the days of all.

        Keeps an error code only of a refused call, and then on all of its activities.
        """
        evidence = self.evidence
        if evidence.error_code and not any(map(is_denied, self.facets)):
            evidence = evidence._replace(error_code="")
        for facet in self.facets:
            days = on or only(self.at.date()) if has_days(self.principal, facet) else NONE
            yield Activity(self.principal, facet, since or self.at, self.at, evidence, days)


def to_text(at: datetime) -> str:
    """A time as the table keeps it: UTC, to the second. Sorted as text, it is in order of time."""
    return f"{at.astimezone(UTC).isoformat()[:19]}Z"


def from_text(text: str) -> datetime:
    """Raises ValueError if the text is not a time."""
    return datetime.fromisoformat(text)
