"""Whose a sighting or a flag is: by unique id and access key id first, by name last.

IAM's unique ids are never given twice, and a user keeps its own when it is renamed. Names are given again: to
whoever is made next under them. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from activity.arn import is_role, without_path
from activity.item import Flag, Item
from activity.keeping import Key
from activity.model import (
    SIGNIN,
    Activity,
    access_key_of,
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
        is_namesake = without_path(seen.principal) == without_path(self.arn)
        return (is_namesake or bool(told and self.id)) and self.is_meant(told, seen.last_seen)

    def is_meant(self, told: str, at: datetime) -> bool:
        """By the id that something tells; by when it was, where it tells none."""
        return told == self.id if told and self.id else self.since <= at < self.until

    @property
    def has_namesakes(self) -> bool:
        """Whether it is known of others that they had the name, before or since."""
        return (self.since, self.until) != (_EVER, _NEVER)

    @property
    def is_succeeded(self) -> bool:
        """Whether somebody else has come to the name since."""
        return self.until != _NEVER

    def began(self, seen: Activity) -> datetime:
        """When it was first seen so, or later: what was seen before it came to the name was a predecessor."""
        return max(seen.first_seen, self.since)


def id_told_by(seen: Activity) -> str:
    """The unique id, or the access key's, by which a sighting tells whose it is."""
    return held_by(seen.facet) if names_holder(seen.facet) else seen.evidence.principal_id


def ids_told_by(activities: Iterable[Activity]) -> set[str]:
    """The unique ids under which a principal itself was seen or refused."""
    return {held_by(each.facet) for each in activities if is_of_principal(each.facet)} - {""}


def by_holder(arn: str, items: Mapping[str, Item]) -> dict[Holder, dict[str, Item]]:
    """What is kept under a name, by facet, for each of those who had it: who has it now comes first.

    Who was seen last has it now. An item is divided where its sighting is one's and its flag another's.
    """
    holders = _holders(arn, items)
    found: dict[Holder, dict[str, Item]] = {each: {} for each in holders}
    for facet, item in items.items():
        seen, flag = item.activity, item.own_flag
        if seen:
            of_seen = found[_meant(holders, _person_told_by(seen), seen.last_seen)]
            of_seen[facet] = replace(item, flag=None)
        if flag:
            of_flag = found[_meant(holders, _told_by_flag(flag, facet, seen), _at(flag))]
            of_flag[facet] = replace(of_flag.get(facet) or replace(item, activity=None), flag=flag)
        if not seen and not flag:
            found[holders[0]][facet] = item
    return found


def _holders(arn: str, items: Mapping[str, Item]) -> Sequence[Holder]:
    """Who is known by a flag alone counts from when it was idle, or made."""
    seen_at: dict[str, list[datetime]] = {}
    flagged_at: dict[str, list[datetime]] = {}
    for facet, item in items.items():
        seen, flag = item.activity, item.own_flag
        if seen:
            # What tells no id of its own may have been a predecessor's at first.
            first = seen.first_seen if names_holder(facet) else seen.last_seen
            seen_at.setdefault(_person_told_by(seen), []).extend((first, seen.last_seen))
        if flag:
            flagged_at.setdefault(_told_by_flag(flag, facet, seen), []).append(flag.idle_since or _at(flag))
    times = {held: those for held, those in (flagged_at | seen_at).items() if held}
    by_last = sorted(times, key=lambda held: (max(times[held]), held), reverse=True)
    holders, until = [], _NEVER
    for held in by_last:
        since = _EVER if held == by_last[-1] else min(times[held])
        holders.append(Holder(arn, held, since, until))
        until = since
    return holders or [Holder(arn)]


def _meant(holders: Sequence[Holder], told: str, at: datetime) -> Holder:
    """There is one: each id that is told is a holder's, and between them they had the name at all times."""
    return next(each for each in holders if each.is_meant(told, at))


def _person_told_by(seen: Activity) -> str:
    """The unique id of whom a sighting is; of an access key's, that of its user."""
    own = held_by(seen.facet) if is_of_principal(seen.facet) else ""
    return own or seen.evidence.principal_id


def _told_by_flag(flag: Flag, facet: str, seen: Activity | None) -> str:
    """An access key has one user ever; a password may have been used by another than its flag is of."""
    held = held_by(facet) if is_of_principal(facet) else flag.holder
    return held or (_person_told_by(seen) if seen and access_key_of(facet) else "")


def _at(flag: Flag) -> datetime:
    return flag.first_flagged or flag.awakened_at or _EVER


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


def is_kept(items: Mapping[Key, Item], key: Key, flag: Flag, *, until: datetime) -> bool:
    """Whether all that flagging `key` so would write is there, and stays until then.

    `items`: what the table holds. Whatever stopped an earlier report half way shows in them.
    """
    held = [items.get(each) for each in places_of_flag(key, flag.holder)]
    own = held[0].own_flag if held[0] else None
    return bool(own and not own.awakened_at and not own.told_at) and all(
        item
        and item.flag
        and item.flag.says_as_much_as(flag)
        and (item.expires_at is None or item.expires_at >= until)
        for item in held
    )


def facets_of(unique_id: str) -> tuple[str, ...]:
    """What a principal itself may be seen with, seen or refused, with its unique id or without."""
    return id_facet(unique_id), denied_facet(unique_id), id_facet(""), denied_facet("")
