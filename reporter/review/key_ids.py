"""Which users IAM is asked for the ids of their keys: its credential report tells of keys without them."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from activity.item import Item
from activity.keeping import Key
from activity.model import access_key_of
from activity.table import ActivityTable
from activity.whose import facets_of
from reporter.inventory.account import AccessKey, Gap, Inventory, User
from reporter.inventory.iam import Iam
from reporter.judgement.missed import are_seen, hidden_uses
from reporter.judgement.owners import Remembered
from reporter.judgement.subjects import KeysOf, Limits, needs_key_ids
from reporter.listening.coverage import Coverage
from reporter.review import sightings

# IAM's rate limits are not published, and are shared by all who ask in the account.
_ASKING = 4


def keys_of_suspects(
    iam: Iam, inventory: Inventory, remembered: Remembered, limits: Limits, now: datetime
) -> dict[str, tuple[AccessKey, ...] | Gap]:
    """Of the users who have a key that seems idle, or that an earlier report flagged."""
    owners = {remembered.place_of(key)[0] for key in remembered.flags if access_key_of(key[1])}
    asked = [u for u in inventory.users if u.arn in owners or needs_key_ids(u, limits, now)]
    with ThreadPoolExecutor(_ASKING) as pool:
        return dict(zip((user.id for user in asked), pool.map(iam.access_keys, asked), strict=True))


def keys_of_hidden(
    iam: Iam,
    table: ActivityTable,
    inventory: Inventory,
    known: KeysOf,
    coverage: Coverage,
    items: Mapping[Key, Item] | Gap,
    *,
    retention: timedelta,
    now: datetime,
) -> tuple[dict[str, tuple[AccessKey, ...]], tuple[Gap, ...]]:
    """Keys in use are known from events; IAM is asked for the ids where these leave a use without a key.

    What it would not tell changes no verdict. `items` are those of the users. Raises the table's errors.
    """
    if isinstance(items, Gap):
        return {}, ()

    def ask(user: User) -> tuple[AccessKey, ...] | Gap | None:
        itself = (items.get((user.arn, each)) for each in facets_of(user.id))
        times = (item.activity.last_seen for item in itself if item and item.activity)
        uses = hidden_uses(user, max(times, default=None), coverage, retention=retention, now=now)
        if not uses or are_seen(uses, sightings.keys_seen(table, user.arn), now):
            return None
        return iam.access_keys(user)

    asked = [user for user in inventory.users if user.id not in known]
    with ThreadPoolExecutor(_ASKING) as pool:
        found = dict(zip((user.id for user in asked), pool.map(ask, asked), strict=True))
    gaps = tuple(each for each in found.values() if isinstance(each, Gap))
    return {each: keys for each, keys in found.items() if keys is not None and not isinstance(keys, Gap)}, gaps
