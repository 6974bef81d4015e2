"""Users that were renamed or moved since they were flagged: ids and keys stay the same, ARNs do not."""

from collections.abc import Iterable, Mapping

from activity.keeping import Key
from activity.model import id_facet, key_facet
from reporter.account import Gap, Inventory
from reporter.subjects import KeysOf


def nameless(flags: Iterable[Key], inventory: Inventory) -> set[str]:
    """The ARNs of flagged users that nobody has now: they were deleted, or have another name."""
    have = {user.arn for user in inventory.users}
    return {arn for arn, _ in flags if ":user/" in arn and arn not in have} if inventory.lists_users else set()


def heirs(ids: Mapping[str, Iterable[str]], inventory: Inventory) -> dict[str, str]:
    """By an old ARN, the one of the user who has one of its unique ids now."""
    owners = {user.id: user.arn for user in inventory.users}
    return {arn: owners[held] for arn, those in ids.items() for held in those if held in owners}


def moves(
    flags: Iterable[Key], inventory: Inventory, keys_of: KeysOf, names: Mapping[str, str]
) -> dict[Key, Key]:
    """Where what was flagged under an old name belongs now. `names`: of ARNs that nobody has, who had them.

    Somebody else may have the name by now: then a password stays, for nothing tells whose it was.
    """
    owners = {id_facet(user.id): user.arn for user in inventory.users} | _of_keys(inventory, keys_of)
    new = {key: owners.get(key[1]) or names.get(key[0], key[0]) for key in flags}
    return {key: (arn, key[1]) for key, arn in new.items() if arn != key[0]}


def _of_keys(inventory: Inventory, keys_of: KeysOf) -> dict[str, str]:
    owners: dict[str, str] = {}
    for user in inventory.users:
        keys = keys_of.get(user.id, ())
        owners |= {} if isinstance(keys, Gap) else {key_facet(key.id): user.arn for key in keys}
    return owners
