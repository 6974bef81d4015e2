"""What IAM would have listed at a moment, as far as it can be told from what it lists today."""

from dataclasses import replace
from datetime import datetime

from reporter.inventory.account import AccessKey, Credentials, Gap, Inventory, KeySlot, Role, Undated, Use, User


def inventory_at(today: Inventory, at: datetime) -> Inventory:
    """Without what was created later, and without uses that were recorded later.

    Of something that was used since, IAM keeps no earlier use: then CloudTrail alone decides.
    """
    return replace(
        today,
        users=tuple(_user(each, at) for each in today.users if each.created <= at),
        roles=tuple(_role(each, at) for each in today.roles if each.created <= at),
        root=today.root and _credentials(today.root, at),
    )


def keys_at(today: tuple[AccessKey, ...] | Gap, at: datetime) -> tuple[AccessKey, ...] | Gap:
    if isinstance(today, Gap):
        return today
    there = (each for each in today if each.created <= at)
    return tuple(
        each if isinstance(each.last_used, Gap) else replace(each, last_used=_use(each.last_used, at))
        for each in there
    )


def undated_at(today: tuple[Undated, ...] | Gap, at: datetime) -> tuple[Undated, ...] | Gap:
    return today if isinstance(today, Gap) else tuple(each for each in today if _is_there(each.created, at))


def _user(user: User, at: datetime) -> User:
    credentials = user.credentials
    return replace(
        user,
        password_last_used=_until(user.password_last_used, at),
        credentials=credentials if isinstance(credentials, Gap) else _credentials(credentials, at),
        undated=tuple(each for each in user.undated if _is_there(each.created, at)),
    )


def _credentials(credentials: Credentials, at: datetime) -> Credentials:
    """A password that was changed since was there before, for all that is known."""
    return replace(
        credentials,
        password_last_used=_until(credentials.password_last_used, at),
        password_changed=_until(credentials.password_changed, at),
        slots=tuple(_slot(each, at) for each in credentials.slots if _is_there(each.rotated, at)),
    )


def _slot(slot: KeySlot, at: datetime) -> KeySlot:
    return replace(slot, last_used=_use(slot.last_used, at))


def _role(role: Role, at: datetime) -> Role:
    return replace(role, last_used=_use(role.last_used, at))


def _use(use: Use, at: datetime) -> Use:
    return Use() if use.at and use.at > at else use


def _until(when: datetime | None, at: datetime) -> datetime | None:
    return when if when and when <= at else None


def _is_there(created: datetime | None, at: datetime) -> bool:
    return created is None or created <= at
