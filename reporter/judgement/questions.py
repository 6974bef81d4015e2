"""What to ask IAM and the table next, given what is known so far."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from activity.finding import Kind
from activity.keeping import Key
from activity.model import access_key_of
from activity.whose import facets_of, places, places_of_flag
from reporter.inventory.account import Gap, Inventory, KeySlot, Role, User
from reporter.judgement.candidates import left_out
from reporter.judgement.judging import verdicts
from reporter.judgement.known import Known
from reporter.judgement.missed import hidden_uses, missed
from reporter.judgement.staleness import Status
from reporter.judgement.subjects import Limits, Subject

# IAM lists SSH public keys and certificates for one user at a time.
MOST_ASKED = 200

Uses = list[tuple[datetime, bool]]


def whose_undated(inventory: Inventory, limits: Limits, now: datetime) -> list[User]:
    """The idle users who seem to have no credentials, as many as the reporter may ask IAM about."""
    idle = (each for each in inventory.users if seems_to_have_nothing(each, limits, now))
    return [each for each in idle if each.undated_gap is None][:MOST_ASKED]


def whose_keys(known: Known) -> list[User]:
    """The users who have a key that seems idle, or that an earlier report flagged.

    IAM's credential report lists keys without their ids.
    """
    remembered, limits = known.remembered, known.terms.limits
    owners = {remembered.place_of(key)[0] for key in remembered.flags if access_key_of(key[1])}
    users = known.inventory.users
    return [each for each in users if each.arn in owners or needs_key_ids(each, limits, known.now)]


def whose_hidden_uses(known: Known) -> dict[str, tuple[User, Uses]]:
    """By id, other users with a newer use that may hide a missed use of a key, and their uses.

    Keys in use are known from events. IAM is asked for key ids only if a use matches none of them.
    """
    if isinstance(known.items, Gap):
        return {}
    found = {}
    for user in (each for each in known.inventory.users if each.id not in known.keys_of):
        itself = (known.items.get((user.arn, each)) for each in facets_of(user.id))
        times = (item.activity.last_seen for item in itself if item and item.activity)
        last, retention = max(times, default=None), known.terms.retention
        if uses := hidden_uses(user, last, known.coverage, retention=retention, now=known.now):
            found[user.id] = user, uses
    return found


def places_of_principals(inventory: Inventory) -> list[Key]:
    """The table's items of users and roles themselves."""
    roles = (each for each in inventory.roles if left_out(each) is None)
    every: tuple[User | Role, ...] = (*inventory.users, *roles)
    return [place for each in every for place in places((each.arn, facets_of(each.id)[0]))]


def places_of_credentials(subjects: Iterable[Subject]) -> list[Key]:
    """The table's items of passwords and keys."""
    own = (each for each in subjects if each.kind in (Kind.PASSWORD, Kind.ACCESS_KEY) and each.facets)
    return [place for each in own for place in places_of_flag(each.key, each.id)]


def suspects(known: Known) -> list[Subject]:
    """Who seems idle, or used without an event. Look for them under other names before saying so."""
    if isinstance(known.items, Gap):
        return []
    first = verdicts(known, known.seen())
    late = missed(first, known.coverage, retention=known.terms.retention, now=known.now)
    behind = {each.subject.arn for each in late}
    return [each for each, verdict in first if verdict.status is not Status.ACTIVE or each.arn in behind]


def needs_key_ids(user: User, limits: Limits, now: datetime) -> bool:
    """Whether the report may have to name a key: it seems idle, was disabled, or is not in IAM's report.

    IAM's report names no ids. An idle user is reported with the commands for all its credentials.
    """
    if isinstance(user.credentials, Gap):
        return False
    limit = timedelta(days=min(limits.access_key, limits.user))
    return user.credentials.has_more_keys or any(
        slot.exists and not _is_in_use(slot, now - limit) for slot in user.credentials.slots
    )


def seems_to_have_nothing(user: User, limits: Limits, now: datetime) -> bool:
    """Whether it is idle and, by the credential report, has neither a password nor an active key."""
    credentials, since = user.credentials, now - timedelta(days=limits.user)
    if isinstance(credentials, Gap) or credentials.has_password or credentials.has_more_keys:
        return False
    uses = (slot.last_used.at for slot in credentials.slots)
    last = max(filter(None, (user.created, user.password_last_used, credentials.password_last_used, *uses)))
    return last <= since and not any(slot.is_active for slot in credentials.slots)


def _is_in_use(slot: KeySlot, since: datetime) -> bool:
    return slot.is_active and slot.last_used.at is not None and slot.last_used.at > since
