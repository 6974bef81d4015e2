"""All that the table knows of one principal, sorted out for a reader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Self

from activity.arn import parts
from activity.item import Flag, Item
from activity.keeping import Key
from activity.model import Activity, change_of, held_by, is_of_principal, kind_and_value

# The facets that only an allowed call or sign-in gives: a refused one leaves its address and session as well.
_PROOFS = {"ID", "KEY", "SIGNIN", "SERVICE", "CHANGE"}
_ORDER = "ID", "SIGNIN", "CHANGE", "KEY", "SESSION", "IP", "SERVICE", "DENIED"
_NOUNS = {
    "ID": ("unique id", "unique ids"),
    "SIGNIN": ("console password", "console passwords"),
    "CHANGE": ("change", "changes"),
    "KEY": ("access key", "access keys"),
    "SESSION": ("session", "sessions"),
    "IP": ("address", "addresses"),
    "SERVICE": ("service", "services"),
    "DENIED": ("denied", "denied"),
}

_LAST_SEEN = attrgetter("last_seen")


@dataclass(frozen=True, slots=True)
class Profile:
    principal: str
    activities: tuple[Activity, ...]
    flags: Mapping[str, Flag]
    problems: tuple[str, ...] = ()

    @classmethod
    def of(cls, principal: str, items: Mapping[Key, Item]) -> Self:
        activities = sorted(
            (item.activity for item in items.values() if item.activity), key=_LAST_SEEN, reverse=True
        )
        flags = {facet: item.own_flag for (_, facet), item in items.items()}
        problems = tuple(item.problem for item in items.values() if item.problem)
        return cls(
            principal, tuple(activities), {facet: flag for facet, flag in flags.items() if flag}, problems
        )

    @property
    def type(self) -> str:
        return type_of(self.principal)

    @property
    def account(self) -> str:
        return account_of(self.principal) or next((each.evidence.account for each in self.activities), "")

    @property
    def last(self) -> Activity | None:
        """The newest sighting by a call or sign-in that was allowed."""
        return next((each for each in self.activities if kind_of(each.facet) in _PROOFS), None)

    @property
    def first_seen(self) -> datetime | None:
        proofs = (each.first_seen for each in self.activities if kind_of(each.facet) in _PROOFS)
        return min(proofs, default=None)

    @property
    def last_denied(self) -> Activity | None:
        return next((each for each in self.activities if kind_of(each.facet) == "DENIED"), None)

    @property
    def unique_ids(self) -> list[str]:
        """Also of what was only refused, or flagged and never seen; the keys of refused calls are none."""
        facets = (*(each.facet for each in self.activities), *self.flags)
        return list(dict.fromkeys(filter(None, (held_by(each) for each in facets if is_of_principal(each)))))

    def groups(self) -> list[list[Activity]]:
        """What it was seen with, by kind, each the newest first."""
        kinds = ([each for each in self.activities if kind_of(each.facet) == kind] for kind in _ORDER)
        return [group for group in kinds if group]


def newest(activities: Iterable[Activity]) -> Activity | None:
    return max(activities, key=_LAST_SEEN, default=None)


def kind_of(facet: str) -> str:
    return kind_and_value(facet)[0]


def named(facet: str) -> str:
    """A facet in words."""
    kind, value = kind_and_value(facet)
    value = change_of(facet) or value
    noun = _NOUNS[kind][0] if kind in _NOUNS else kind
    return f"{noun} {value or '(not told)'}" if kind != "SIGNIN" else noun


def counted(facet: str, count: int) -> str:
    return f"{count:,} {_NOUNS[kind_of(facet)][count != 1]}"


def type_of(principal: str) -> str:
    """ "" for what is no ARN."""
    arn = parts(principal)
    return "identity-center" if arn.service == "identitystore" else arn.type


def account_of(principal: str) -> str:
    return parts(principal).account
