"""All that the table knows of one principal, sorted out for a reader."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Self

from activity.arn import parts
from activity.days import Days
from activity.item import Flag, Item, plain
from activity.keeping import Key
from activity.model import Activity, held_by, is_of_principal, kind_and_value, to_text
from activity.whose import Holder, by_holder
from lastseen.asking.calendar import Calendar

# The facets that only an allowed call or sign-in gives: a refused one leaves its address and session as well.
_PROOFS = {"ID", "KEY", "SIGNIN", "SERVICE", "CHANGE"}
_ORDER = "ID", "SIGNIN", "CHANGE", "KEY", "SESSION", "IP", "SERVICE", "DENIED"
_LAST_SEEN = attrgetter("last_seen")


@dataclass(frozen=True, slots=True)
class Profile:
    """`items` by facet, of one of those who had the name."""

    holder: Holder
    items: Mapping[str, Item]

    @classmethod
    def all_of(cls, principal: str, items: Mapping[Key, Item]) -> list[Self]:
        """One for each of those who had the name: of who has it now first."""
        by_facet = {facet: item for (_, facet), item in items.items()}
        return [cls(holder, those) for holder, those in by_holder(principal, by_facet).items()]

    @property
    def principal(self) -> str:
        return self.holder.arn

    @property
    def activities(self) -> list[Activity]:
        """The last seen first."""
        seen = (item.activity for item in self.items.values() if item.activity)
        return sorted(seen, key=_LAST_SEEN, reverse=True)

    @property
    def flags(self) -> dict[str, Flag]:
        flags = {facet: item.own_flag for facet, item in self.items.items()}
        return {facet: flag for facet, flag in flags.items() if flag}

    @property
    def problems(self) -> list[str]:
        return [item.problem for item in self.items.values() if item.problem]

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
        proofs = (self.holder.began(each) for each in self.activities if kind_of(each.facet) in _PROOFS)
        return min(proofs, default=None)

    @property
    def last_denied(self) -> Activity | None:
        return next((each for each in self.activities if kind_of(each.facet) == "DENIED"), None)

    def calendar(self, heard: Days) -> Calendar:
        """Of all that it was active with, or refused, since it got its name."""
        those = (each for each in self.activities if kind_of(each.facet) in ("ID", "DENIED"))
        return Calendar.of(those, heard, self.holder.since.date())

    @property
    def unique_ids(self) -> list[str]:
        """Also of what was only refused, or flagged and never seen; the keys of refused calls are none."""
        facets = (*(each.facet for each in self.activities), *self.flags)
        return list(dict.fromkeys(filter(None, (held_by(each) for each in facets if is_of_principal(each)))))

    def items_as_dicts(self) -> Iterator[dict[str, Any]]:
        """As the table has them; without the first sighting where that is a predecessor's."""
        for facet, item in self.items.items():
            told = plain((self.principal, facet), item)
            if item.activity and self.holder.began(item.activity) > item.activity.first_seen:
                del told["first_seen"]
            yield told

    def as_dict(self) -> dict[str, Any]:
        """In short."""
        last, denied = self.last, self.last_denied
        flagged = {facet: flag.first_flagged for facet, flag in self.flags.items() if flag.first_flagged}
        times = {
            "first_seen": self.first_seen,
            "last_seen": last.last_seen if last else None,
            "last_denied": denied.last_seen if denied else None,
            "first_flagged": min(flagged.values(), default=None),
        }
        return {
            "principal": self.principal,
            **{name: to_text(at) for name, at in times.items() if at},
            **({"flagged": sorted(flagged)} if flagged else {}),
        }

    def groups(self) -> list[list[Activity]]:
        """What it was seen with, by kind, each the newest first."""
        kinds = ([each for each in self.activities if kind_of(each.facet) == kind] for kind in _ORDER)
        return [group for group in kinds if group]


def newest(activities: Iterable[Activity]) -> Activity | None:
    return max(activities, key=_LAST_SEEN, default=None)


def kind_of(facet: str) -> str:
    return kind_and_value(facet)[0]


def type_of(principal: str) -> str:
    """ "" for what is no ARN."""
    arn = parts(principal)
    return "identity-center" if arn.service == "identitystore" else arn.type


def account_of(principal: str) -> str:
    return parts(principal).account
