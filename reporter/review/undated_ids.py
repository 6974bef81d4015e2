"""Which users IAM is asked for SSH public keys and certificates: it lists these for one user at a time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from reporter.inventory.account import Gap, Inventory, Undatable, Undated, User
from reporter.inventory.iam import Iam
from reporter.judgement.subjects import Limits, seems_to_have_nothing

# IAM's rate limits are not published, and are shared by all who ask in the account.
_ASKING = 4
_MOST_ASKED = 200


def looked_up(iam: Iam, inventory: Inventory, limits: Limits, now: datetime) -> Inventory:
    """With what idle users have who seem to have nothing; of more than these it is known that nobody asked."""
    asked = [
        user
        for user in inventory.users
        if user.undated_gap is None and seems_to_have_nothing(user, limits, now)
    ][:_MOST_ASKED]
    with ThreadPoolExecutor(_ASKING) as pool:
        found = dict(zip((user.id for user in asked), pool.map(iam.undated, asked), strict=True))
    return replace(
        inventory,
        users=tuple(_with(user, found[user.id]) if user.id in found else user for user in inventory.users),
    )


def _with(user: User, found: tuple[Undated, ...] | Gap) -> User:
    if isinstance(found, Gap):
        return replace(user, undated_gap=found)
    kept = [each for each in user.undated if each.kind is Undatable.SERVICE_SPECIFIC_CREDENTIAL]
    return replace(user, undated=(*kept, *found), is_looked_up=True)
