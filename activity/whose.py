"""Whose a sighting or a flag is: by unique id and access key id first, by name last.

IAM's unique ids are never given twice, and a user keeps its own when it is renamed. Names are given again: to
whoever is made next under them. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from activity.arn import is_role, without_path
from activity.keeping import Key
from activity.model import (
    SIGNIN,
    Activity,
    denied_facet,
    held_by,
    id_facet,
    is_of_principal,
    kind_and_value,
    names_holder,
    signin_facet,
)

_EVER = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Holder(NamedTuple):
    """Somebody who has a name, or had it: known by its unique id, or by an access key's; "" where by none.

    `since` and `until`: when it came to the name, and when somebody else did, as far as that is known.
    """

    arn: str
    id: str = ""
    since: datetime = _EVER
    until: datetime = _NEVER

    def did(self, seen: Activity) -> bool:
        """Whether a sighting is this holder's. One that names nobody is of whoever had the name then."""
        told = id_told_by(seen)
        if told and self.id:
            return told == self.id
        is_namesake = without_path(seen.principal) == without_path(self.arn)
        return is_namesake and self.since <= seen.last_seen < self.until


def id_told_by(seen: Activity) -> str:
    """The unique id, or the access key's, by which a sighting tells whose it is."""
    return held_by(seen.facet) if names_holder(seen.facet) else seen.evidence.principal_id


def ids_told_by(activities: Iterable[Activity]) -> set[str]:
    """The unique ids under which a principal itself was seen or refused."""
    return {held_by(each.facet) for each in activities if is_of_principal(each.facet)} - {""}


def places(key: Key) -> tuple[Key, ...]:
    """The items by which a use of what `key` stands for may show, its own first.

    A use that was refused has one of its own; some records leave out the unique id, others a role's path.
    """
    principal, facet = key
    kind, held = kind_and_value(facet)
    if kind == "KEY":
        return key, (principal, denied_facet(held))
    if kind != "ID":
        return (key,)
    names = dict.fromkeys((principal, without_path(principal) if is_role(principal) else principal))
    facets = facets_of(held)
    return tuple((name, each) for name in names for each in facets)


def places_of_flag(key: Key, holder: str) -> tuple[Key, ...]:
    """The same, and by what a password is found that is used under another name: its own key has no id."""
    is_password = key[1] == SIGNIN and holder
    return (*places(key), (key[0], signin_facet(holder))) if is_password else places(key)


def facets_of(unique_id: str) -> tuple[str, ...]:
    """What a principal itself may be seen with, seen or refused, with its unique id or without."""
    return id_facet(unique_id), denied_facet(unique_id), id_facet(""), denied_facet("")
