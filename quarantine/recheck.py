"""The verdict asked for again in the second before an act, and in the second after, of the one thing alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from activity.arn import parts
from activity.item import Item
from activity.keeping import Key
from activity.quarantine.target import Target
from quarantine.brakes import BREAK_GLASS
from quarantine.mark import Mark
from reporter.judgement import exemption

OWN = "last-activity:tracker"


@dataclass(frozen=True, slots=True)
class Found:
    """What IAM says of a target now. `uses`: of itself and, of a user, of all its credentials.

    `renewed`: when it was made, or a user got its newest key. `is_active`: a key that is not disabled.
    `keys`: of a user, the ids of all its keys.
    """

    arn: str
    id: str
    created: datetime
    tags: Mapping[str, str]
    mark: Mark
    uses: tuple[datetime, ...]
    renewed: datetime
    is_active: bool
    is_denied: bool
    keys: tuple[str, ...] = ()

    def is_disabled(self, target: Target) -> bool:
        return not self.is_active if target.key_id else self.is_denied


def why_not(
    target: Target,
    found: Found | None,
    items: Mapping[Key, Item],
    *,
    tag: str,
    limit: timedelta,
    announced: datetime,
    now: datetime,
) -> str:
    """Why it must not be disabled, or not stay so; "" if nothing speaks against it.

    `items`: the table's, read with all that was written until now. `tag`: that exempts. `announced`: it must
    not have been used since.
    """
    if found is None:
        return "it no longer exists"
    if (found.arn, found.id, found.created) != (target.arn, target.id, target.created):
        return "it is another than was announced"
    return _protected(found, tag) or _used(target, found, items, min(now - limit, announced))


def _protected(found: Found, tag: str) -> str:
    if exemption.of(found.tags, tag) is not None:
        return "it has the exemption's tag by now"
    if OWN in map(str.lower, found.tags):
        return "it is one of the tracker's own roles"
    return "it is for emergencies" if BREAK_GLASS in parts(found.arn).resource else ""


def _used(target: Target, found: Found, items: Mapping[Key, Item], since: datetime) -> str:
    unread = next((item.problem for item in items.values() if item.problem), "")
    if unread:
        return f"the table could not be read: {unread}"
    last = max((*found.uses, *_seen(items), *_given(target, found)), default=since)
    return f"it was used, or given a key, on {last:%Y-%m-%d}" if last > since else ""


def _seen(items: Mapping[Key, Item]) -> Iterable[datetime]:
    return (item.activity.last_seen for item in items.values() if item.activity)


def _given(target: Target, found: Found) -> tuple[datetime, ...]:
    """Who gave a user a key means it to be used. A key that is judged by itself has its uses alone."""
    return () if target.key_id else (found.renewed,)
