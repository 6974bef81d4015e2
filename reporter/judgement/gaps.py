"""All that could not be checked, including single users and keys."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from reporter.inventory.account import AccessKey, Gap, Inventory
from reporter.judgement.known import Known
from reporter.judgement.subjects import KeysOf, Limits
from reporter.judgement.tidying import Judged


def readable(keys_of: KeysOf, user_id: str) -> tuple[AccessKey, ...]:
    keys = keys_of.get(user_id, ())
    return () if isinstance(keys, Gap) else keys


def all_gaps(known: Known, judged: Sequence[Judged]) -> tuple[Gap, ...]:
    """Includes those of users and keys, each once."""
    owner = known.terms.account_owner
    told = *known.inventory.gaps, *known.gaps, *known.coverage.gaps(known.now)
    told += (owner,) if isinstance(owner, Gap) else ()
    single = *_of_keys(known.keys_of, judged), *_of_users(known.inventory, known.terms.limits, known.now)
    return tuple(dict.fromkeys((*told, *single)))


def _of_users(inventory: Inventory, limits: Limits, now: datetime) -> Iterator[Gap]:
    """Gaps of users whose credentials couldn't be read, though some may be old enough to be stale."""
    since = now - timedelta(days=min(limits.user, limits.access_key))
    for user in inventory.users:
        if isinstance(user.credentials, Gap) and user.created <= since:
            yield user.credentials


def _of_keys(keys_of: KeysOf, judged: Sequence[Judged]) -> Iterator[Gap]:
    """Gaps of single users and keys, and of what could not be judged because of them."""
    for user in keys_of:
        keys = keys_of[user]
        if isinstance(keys, Gap):
            yield keys
        yield from (key.last_used for key in readable(keys_of, user) if isinstance(key.last_used, Gap))
    for _, verdict in judged:
        yield from verdict.gaps
