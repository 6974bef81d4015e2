"""Users that were renamed or moved since they were flagged: ids and keys stay the same, ARNs do not."""

from collections.abc import Iterable, Mapping

from activity.keeping import Key
from activity.model import id_facet, is_of_principal, key_facet
from reporter.account import Gap, Inventory
from reporter.subjects import KeysOf


def nameless(flags: Iterable[Key], inventory: Inventory) -> set[str]:
    """The ARNs of flagged users that nobody has now: they were deleted, or have another name."""
    have = {user.arn for user in inventory.users}
    return {arn for arn, _ in flags if ":user/" in arn and arn not in have} if inventory.lists_users else set()


def heirs(ids: Mapping[str, Iterable[str]], inventory: Inventory) -> dict[str, str]:
    """By an old ARN, the one of the only user who has one of its unique ids now."""
    owners = {user.id: user.arn for user in inventory.users}
    found = {arn: {owners[held] for held in those if held in owners} for arn, those in ids.items()}
    return {arn: next(iter(those)) for arn, those in found.items() if len(those) == 1}


def moves(
    flags: Iterable[Key], inventory: Inventory, keys_of: KeysOf, names: Mapping[str, str]
) -> dict[Key, Key]:
    """Where what was flagged under an old name belongs now. `names`: of ARNs that nobody has, who had them.

    A unique id and a key tell by themselves whose they are; a password goes along with what else is known of
    the name, unless somebody else has that by now.
    """
    flags, have = list(flags), {user.arn for user in inventory.users}
    owners = {id_facet(user.id): user.arn for user in inventory.users} | _of_keys(inventory, keys_of)
    told = {arn: owners[facet] for arn, facet in flags if facet in owners and arn not in have}
    names = told | dict(names)

    def owner(arn: str, facet: str) -> str:
        return owners.get(facet) or (arn if is_of_principal(facet) else names.get(arn, arn))

    return {key: (owner(*key), key[1]) for key in flags if owner(*key) != key[0]}


def _of_keys(inventory: Inventory, keys_of: KeysOf) -> dict[str, str]:
    owners: dict[str, str] = {}
    for user in inventory.users:
        keys = keys_of.get(user.id, ())
        owners |= {} if isinstance(keys, Gap) else {key_facet(key.id): user.arn for key in keys}
    return owners
