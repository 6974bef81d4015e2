"""Users that were renamed or moved since they were flagged: ids and keys stay the same, ARNs do not."""

from collections.abc import Iterable

from activity.keeping import Key
from activity.model import id_facet, key_facet
from reporter.account import Gap, Inventory
from reporter.subjects import KeysOf


def heirs(flags: Iterable[Key], inventory: Inventory) -> dict[str, str]:
    """The ARN that has a flagged user's unique id now, by the ARN under which it was flagged."""
    owners = {id_facet(user.id): user.arn for user in inventory.users}
    return {arn: owners[facet] for arn, facet in flags if owners.get(facet, arn) != arn}


def moves(flags: Iterable[Key], inventory: Inventory, keys_of: KeysOf) -> dict[Key, Key]:
    """Where what was flagged under an old name belongs now.

    A password has nothing that tells whose it was: it goes along with what else was flagged under that name,
    unless somebody else has the name now.
    """
    flags = list(flags)
    owners = {id_facet(user.id): user.arn for user in inventory.users} | _of_keys(inventory, keys_of)
    told = {key: (owners[key[1]], key[1]) for key in flags if owners.get(key[1], key[0]) != key[0]}
    names = {old: new for (old, _), (new, _) in told.items()}
    taken = {user.arn for user in inventory.users}
    rest = {key: (names[key[0]], key[1]) for key in flags if key[0] in names and key[0] not in taken}
    return rest | told


def _of_keys(inventory: Inventory, keys_of: KeysOf) -> dict[str, str]:
    owners: dict[str, str] = {}
    for user in inventory.users:
        keys = keys_of.get(user.id, ())
        owners |= {} if isinstance(keys, Gap) else {key_facet(key.id): user.arn for key in keys}
    return owners
