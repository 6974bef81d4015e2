"""Whom the things that earlier reports flagged belong to now: by unique id and key id first, by name last.

Users are renamed, moved, and deleted and created again; roles are deleted and created again.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

from activity.arn import is_role
from activity.item import Flag, Item
from activity.keeping import Key
from activity.model import SIGNIN, held_by, is_of_principal, key_facet
from reporter.inventory.account import Gap, Inventory
from reporter.judgement.subjects import KeysOf, Subject


class Lost(StrEnum):
    """Why a flag belongs to nobody now."""

    DELETED = "deleted"
    UNTOLD = "it could not be read whether it still exists"
    SEVERAL = "several had that name"


Owner = str | Lost
IdsOf = Mapping[str, Set[str]] | Gap


@dataclass(frozen=True, slots=True)
class Remembered:
    """What earlier reports left in the table: flags, exemptions, and when the last of them was mailed.

    `told`: for exemptions, which report said that they are over. `owners`: the ARN that each flag and exemption
    belongs to now, or why it belongs to none. `lists_flags`: whether the flags could be listed.
    """

    flags: Mapping[Key, Flag] = field(default_factory=dict)
    exempt: frozenset[Key] = frozenset()
    told: Mapping[Key, datetime | None] = field(default_factory=dict)
    previous: datetime | Gap | None = None
    owners: Mapping[Key, Owner] = field(default_factory=dict)
    lists_flags: bool = True

    def place_of(self, key: Key) -> Key:
        """Where it belongs now; the same key if it belongs to nobody."""
        owner = self.owners.get(key, key[0])
        return key if isinstance(owner, Lost) else (owner, key[1])

    def lost(self) -> dict[Key, Lost]:
        """What is flagged and belongs to nobody now."""
        return {key: owner for key in self.flags if isinstance(owner := self.owners.get(key), Lost)}

    def lost_things(self) -> Iterator[tuple[tuple[Key, ...], Lost]]:
        """The same, each thing once, even if it also has a flag under an old name."""
        lost, keys = self.lost(), dict[tuple[str, str], tuple[Key, ...]]()
        for key in lost:
            thing = self.flags[key].holder or key[0], key[1]
            keys[thing] = (*keys.get(thing, ()), key)
        return ((each, lost[each[0]]) for each in keys.values())

    def by_place(self) -> dict[Key, tuple[Key, ...]]:
        """The keys of all other flags, by where they belong now; that place comes first if it has a flag."""
        lost, places = self.lost(), dict[Key, tuple[Key, ...]]()
        for key in sorted(self.flags, key=lambda each: each != self.place_of(each)):
            if key not in lost:
                places[self.place_of(key)] = (*places.get(self.place_of(key), ()), key)
        return places

    def with_items(self, subjects: Iterable[Subject], items: Mapping[Key, Item]) -> "Remembered":
        """If the flags couldn't be listed, takes those of existing subjects from their items."""
        if self.lists_flags:
            return self
        own = ((each, item.own_flag) for each in subjects if (item := items.get(each.key)))
        flags = {each.key: flag for each, flag in own if flag and flag.holder in ("", each.id)}
        owners = {**self.owners, **{key: key[0] for key in flags}}
        return replace(self, flags=flags, owners=owners)

    def with_keys(self, inventory: Inventory, keys_of: KeysOf) -> "Remembered":
        """Once the keys of a user are listed, its flagged keys are known to be its own."""
        of_key: dict[str, str] = {}
        for user in inventory.users:
            keys = keys_of.get(user.id, ())
            of_key |= {} if isinstance(keys, Gap) else {key_facet(key.id): user.arn for key in keys}
        told = {key: of_key[key[1]] for key in self.owners if key[1] in of_key}
        # If nothing else says whose a password is, it goes with the keys.
        for key in (each for each in self.lost() if each[1] == SIGNIN):
            others = {owner for (arn, _), owner in told.items() if arn == key[0]}
            told |= {key: others.pop()} if len(others) == 1 else {}
        return replace(self, owners={**self.owners, **told})


def owners(
    flags: Mapping[Key, Flag], exempt: Iterable[Key], inventory: Inventory, ids_of: IdsOf
) -> dict[Key, Owner]:
    """`ids_of`: the unique ids seen under the names that `asked_of` returns, or why they are not known."""
    known, there = _ids(flags, exempt), _There.of(inventory)
    return {
        key: _role(key, there) if is_role(key[0]) else _user(key, flags.get(key), known, there, ids_of)
        for key in (*flags, *exempt)
    }


def asked_of(flags: Mapping[Key, Flag], exempt: Iterable[Key], inventory: Inventory) -> set[str]:
    """The names for which nothing else says who had them when the report flagged something."""
    if not inventory.lists_users:
        return set()
    known, there = _ids(flags, exempt), _There.of(inventory)
    return {
        key[0] for key, flag in flags.items() if not _holder(key, flag, known) and not there.had(key[0], flag)
    }


class _There(NamedTuple):
    """Who exists: ARNs by unique id, None if they couldn't be listed; and since when, by a user's ARN."""

    users: Mapping[str, str] | None
    roles: Mapping[str, str] | None
    since: Mapping[str, datetime]

    @classmethod
    def of(cls, inventory: Inventory) -> Self:
        return cls(
            {user.id: user.arn for user in inventory.users} if inventory.lists_users else None,
            {role.id: role.arn for role in inventory.roles} if inventory.lists_roles else None,
            {user.arn: user.created for user in inventory.users},
        )

    def had(self, arn: str, flag: Flag) -> bool:
        """Whether today's holder of the name already had it when the report flagged something under it."""
        at, since = flag.first_flagged or flag.awakened_at, self.since.get(arn)
        return at is not None and since is not None and since <= at


def _role(key: Key, there: _There) -> Owner:
    return Lost.UNTOLD if there.roles is None else there.roles.get(held_by(key[1]), Lost.DELETED)


def _user(key: Key, flag: Flag | None, known: Mapping[str, Set[str]], there: _There, ids_of: IdsOf) -> Owner:
    users = there.users
    if users is None:
        return Lost.UNTOLD
    holder = _holder(key, flag, known)
    if holder:
        return users.get(holder, Lost.DELETED)
    if flag and there.had(key[0], flag):
        return key[0]
    if isinstance(ids_of, Gap):
        return Lost.UNTOLD
    # Today's holder of the name got it after the flag.
    living = {users[held] for held in ids_of.get(key[0], ()) if held in users} - {key[0]}
    return Lost.SEVERAL if len(living) > 1 else next(iter(living), Lost.DELETED)


def _holder(key: Key, flag: Flag | None, known: Mapping[str, Set[str]]) -> str:
    """The unique id that says whose it was; "" if there is none."""
    if is_of_principal(key[1]):
        return held_by(key[1])
    if flag and flag.holder:
        return flag.holder
    others = known.get(key[0], set())
    return next(iter(others)) if len(others) == 1 else ""


def _ids(flags: Iterable[Key], exempt: Iterable[Key]) -> dict[str, set[str]]:
    """The unique ids that are flagged or exempt, by name."""
    ids: dict[str, set[str]] = {}
    for arn, facet in (*flags, *exempt):
        if is_of_principal(facet):
            ids.setdefault(arn, set()).add(held_by(facet))
    return ids
