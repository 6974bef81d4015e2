"""What became of what earlier reports flagged and this one does not."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from activity.item import Flag
from activity.keeping import Key
from activity.model import SIGNIN, id_facet, is_denied, key_facet
from reporter.account import AccessKey, Credentials, Gap, Inventory, User
from reporter.staleness import Source, Status, Verdict
from reporter.subjects import KeysOf, Kind, Subject


class How(StrEnum):
    USED = "used"
    RENEWED = "renewed"  # a password that was set anew; a user that was given a new credential
    EXEMPT = "exempt"
    DISABLED = "disabled"
    DELETED = "deleted"
    WITHIN_LIMIT = "within_limit"  # the threshold is a longer one now


_DONE = {How.DISABLED, How.DELETED}


@dataclass(frozen=True, slots=True)
class Resolved:
    """`at`: when it was used, where that is how; `is_refused`: that was an attempt.

    `then`: what was done about it after that.
    """

    key: Key
    kind: Kind
    how: How
    flag: Flag
    at: datetime | None = None
    is_refused: bool = False
    then: How | None = None

    @property
    def arn(self) -> str:
        return self.key[0]

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]

    @property
    def access_key_id(self) -> str:
        return self.key[1].partition("#")[2] if self.kind is Kind.ACCESS_KEY else ""


def resolved(
    flags: Mapping[Key, Flag],
    judged: Mapping[Key, tuple[Subject, Verdict]],
    inventory: Inventory,
    keys_of: KeysOf,
    untold: Set[Key] = frozenset(),
) -> Iterator[Resolved]:
    """Of what could not be read nothing is told: it stays flagged. `untold`: of whom that is not known."""
    users = {user.arn: user for user in inventory.users}
    roles = {(role.arn, id_facet(role.id)) for role in inventory.roles}
    for key, flag in flags.items():
        kind = _kind(key)
        if key in judged:
            how, at = _by_verdict(*judged[key], flag)
        elif kind is Kind.ROLE:
            how, at = (None if not inventory.lists_roles or key in roles else How.DELETED), None
        elif not inventory.lists_users or key in untold:
            how, at = None, None
        else:
            user = users.get(key[0])
            how, at = How.DELETED if user is None else _of_credential(key, user, keys_of.get(user.id)), None
        then = None
        if how and flag.awakened_at:
            then = how if how in _DONE else None
            how, at = How.USED, flag.awakened_at
        if how:
            yield Resolved(key, kind, how, flag, at, key in judged and _is_refused(judged[key][1]), then)


def _kind(key: Key) -> Kind:
    if key[1] == SIGNIN:
        return Kind.PASSWORD
    if key[1].startswith("KEY#"):
        return Kind.ACCESS_KEY
    return Kind.ROLE if ":role/" in key[0] else Kind.USER


def _by_verdict(subject: Subject, verdict: Verdict, flag: Flag) -> tuple[How | None, datetime | None]:
    if verdict.status is Status.EXEMPT:
        return How.EXEMPT, None
    if verdict.status is not Status.ACTIVE:
        return None, None
    if verdict.at and (flag.idle_since is None or verdict.at > flag.idle_since):
        return How.USED, verdict.at
    began = max(filter(None, (subject.created, subject.renewed)))
    is_newer = flag.first_flagged is not None and began > flag.first_flagged
    return (How.RENEWED if is_newer else How.WITHIN_LIMIT), None


def _is_refused(verdict: Verdict) -> bool:
    return verdict.source is Source.CLOUDTRAIL and verdict.seen is not None and is_denied(verdict.seen.facet)


def _of_credential(key: Key, user: User, keys: tuple[AccessKey, ...] | Gap | None) -> How | None:
    """Of a user that exists."""
    credentials = user.credentials
    if key[1] == SIGNIN:
        return How.DELETED if isinstance(credentials, Credentials) and not credentials.has_password else None
    if not key[1].startswith("KEY#"):
        return How.DELETED  # This user has another id: it was made anew.
    if keys is None or isinstance(keys, Gap):
        return None
    listed = next((each for each in keys if key_facet(each.id) == key[1]), None)
    if listed is None:
        return How.DELETED
    return None if listed.is_active else How.DISABLED
