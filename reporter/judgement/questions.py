"""What must be asked next of IAM and of the table, by what is known so far."""

from collections.abc import Iterable
from datetime import datetime

from activity.keeping import Key
from activity.model import access_key_of
from activity.whose import facets_of, places, places_of_flag
from reporter.inventory.account import Gap, Inventory, Role, User
from reporter.judgement.judging import verdicts
from reporter.judgement.known import Known
from reporter.judgement.missed import hidden_uses, missed
from reporter.judgement.staleness import Status
from reporter.judgement.subjects import Kind, Limits, Subject, left_out, needs_key_ids, seems_to_have_nothing

# IAM lists SSH public keys and certificates for one user at a time.
MOST_ASKED = 200

Uses = list[tuple[datetime, bool]]


def whose_undated(inventory: Inventory, limits: Limits, now: datetime) -> list[User]:
    """The idle users who seem to have nothing, as far as IAM may be asked for each of them."""
    idle = (each for each in inventory.users if seems_to_have_nothing(each, limits, now))
    return [each for each in idle if each.undated_gap is None][:MOST_ASKED]


def whose_keys(known: Known) -> list[User]:
    """The users who have a key that seems idle, or that an earlier report flagged.

    IAM's credential report tells of keys without their ids.
    """
    remembered, limits = known.remembered, known.terms.limits
    owners = {remembered.place_of(key)[0] for key in remembered.flags if access_key_of(key[1])}
    users = known.inventory.users
    return [each for each in users if each.arn in owners or needs_key_ids(each, limits, known.now)]


def whose_hidden_uses(known: Known) -> dict[str, tuple[User, Uses]]:
    """By id, the other users of whom a use of a key may have been missed behind a newer one, and the uses.

    Keys in use are known from events; IAM is asked for the ids where these leave a use without a key.
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
    """Those of passwords and keys."""
    own = (each for each in subjects if each.kind in (Kind.PASSWORD, Kind.ACCESS_KEY) and each.facets)
    return [place for each in own for place in places_of_flag(each.key, each.id)]


def suspects(known: Known) -> list[Subject]:
    """Who seems idle, or used without our seeing it: to be looked for under other names before that is said."""
    if isinstance(known.items, Gap):
        return []
    first = verdicts(known, known.seen())
    late = missed(first, known.coverage, retention=known.terms.retention, now=known.now)
    behind = {each.subject.arn for each in late}
    return [each for each, verdict in first if verdict.status is not Status.ACTIVE or each.arn in behind]
