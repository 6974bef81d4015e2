"""Whose a sighting or a flag is: by unique id and access key id first, by name last.

IAM never reuses a unique id, and a user keeps its own when it is renamed. Names are reused.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
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
    """Somebody who has a name, or had it. `id`: the unique id, or an access key's; "" if neither is known.

    `since` and `until`: when it got the name, and when somebody else did, as far as is known.
    """

    arn: str
    id: str = ""
    since: datetime = _EVER
    until: datetime = _NEVER

    def did(self, seen: Activity) -> bool:
        """Whether a sighting is this holder's. One without an id belongs to whoever had the name then."""
        told = id_told_by(seen)
        is_namesake = without_path(seen.principal) == without_path(self.arn)
        return (is_namesake or bool(told and self.id)) and self.is_meant(told, seen.last_seen)

    def is_meant(self, told: str, at: datetime) -> bool:
        """By the id `told`; without one, by the time `at`."""
        return told == self.id if told and self.id else self.since <= at < self.until

    @property
    def has_namesakes(self) -> bool:
        """Whether others are known to have had the name, before or since."""
        return (self.since, self.until) != (_EVER, _NEVER)

    @property
    def is_succeeded(self) -> bool:
        """Whether somebody else has got the name since."""
        return self.until != _NEVER

    def began(self, seen: Activity) -> datetime:
        """When it was first seen like this. Sightings from before it got the name are a predecessor's."""
        return max(seen.first_seen, self.since)


def id_told_by(seen: Activity) -> str:
    """The unique id or access key id that a sighting gives for whose it is."""
    return held_by(seen.facet) if names_holder(seen.facet) else seen.evidence.principal_id


def ids_told_by(activities: Iterable[Activity]) -> set[str]:
    """The unique ids under which a principal itself was seen or refused."""
    return {held_by(each.facet) for each in activities if is_of_principal(each.facet)} - {""}


def by_holder(arn: str, items: Mapping[str, Item]) -> dict[Holder, dict[str, Item]]:
    """The items under a name, by facet, for each holder of the name. Its current holder comes first.

    The current holder is the one seen last. If an item's sighting and flag belong to two holders, it is split.
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
    """A holder that is known only by a flag counts from when it was idle, or created."""
    seen_at: dict[str, list[datetime]] = {}
    flagged_at: dict[str, list[datetime]] = {}
    for facet, item in items.items():
        seen, flag = item.activity, item.own_flag
        if seen:
            # An item without an id of its own may have been a predecessor's at first.
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
    """Always finds one: every id belongs to a holder, and together the holders had the name at all times."""
    return next(each for each in holders if each.is_meant(told, at))


def _person_told_by(seen: Activity) -> str:
    """The unique id of the principal of a sighting; for an access key, its user's."""
    own = held_by(seen.facet) if is_of_principal(seen.facet) else ""
    return own or seen.evidence.principal_id


def _told_by_flag(flag: Flag, facet: str, seen: Activity | None) -> str:
    """An access key only ever has one user. A password may have been used by another than the flagged user."""
    held = held_by(facet) if is_of_principal(facet) else flag.holder
    return held or (_person_told_by(seen) if seen and access_key_of(facet) else "")


def _at(flag: Flag) -> datetime:
    return flag.first_flagged or flag.awakened_at or _EVER


def places(key: Key) -> tuple[Key, ...]:
    """The items by which a use of what `key` stands for may show, its own first.

    A refused use has an item of its own; some records leave out the unique id, others a role's path.
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
    """The same, and the item that finds a password used under another name: its own key has no id."""
    is_password = key[1] == SIGNIN and holder
    return (*places(key), (key[0], signin_facet(holder))) if is_password else places(key)


def is_kept(items: Mapping[Key, Item], key: Key, flag: Flag, *, until: datetime) -> bool:
    """Whether `items`, which the table holds, have all that flagging `key` would write, and stay until `until`.

    They don't if an earlier report stopped half way.
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
    """The facets of a principal itself: seen or refused, with its unique id or without."""
    return id_facet(unique_id), denied_facet(unique_id), id_facet(""), denied_facet("")
