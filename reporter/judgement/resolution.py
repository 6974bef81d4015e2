"""What became of what earlier reports flagged and this one does not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from activity.arn import is_role, parts, without_path
from activity.finding import Kind, finding_id
from activity.item import Flag
from activity.keeping import Key
from activity.model import SIGNIN, access_key_of, facet_of, held_by, is_denied, is_of_principal
from activity.whose import Holder, places
from reporter.inventory.account import AccessKey, Credentials, Gap, Inventory, Role, User
from reporter.judgement.owners import Lost, Remembered
from reporter.judgement.seen import Seen
from reporter.judgement.staleness import SAME_USE, Status, Verdict, newest
from reporter.judgement.subjects import KeysOf, Subject


class How(StrEnum):
    USED = "used"  # or attempted, and refused
    RENEWED = "renewed"  # the password was reset, or the user has a newer credential
    EXEMPT = "exempt"
    DORMANT = "dormant"  # used rarely and regularly, as its days show by now
    DISABLED = "disabled"
    DELETED = "deleted"
    WITHIN_LIMIT = "within_limit"  # the threshold was raised
    NOT_TOLD = "not_told"  # several users had the name, and nothing says whose it was


# Where it belongs now, where it was flagged, what became of it, and how it was judged.
Became = tuple[Key, tuple[Key, ...], How | None, "tuple[Subject, Verdict] | None"]

_DONE = {How.DISABLED, How.DELETED}
_MAY_BE_USED = {How.USED, How.EXEMPT, *_DONE}
_LOST = {Lost.DELETED: How.DELETED, Lost.SEVERAL: How.NOT_TOLD}


@dataclass(frozen=True, slots=True)
class Resolved:
    """`used`: when it was used. `refused`: when it was last attempted and refused, if that was later.

    `then`: what was done about it after that. `key`: where it belongs now. `places`: where it was flagged.
    """

    key: Key
    kind: Kind
    how: How
    flag: Flag
    used: datetime | None = None
    refused: datetime | None = None
    then: How | None = None
    places: tuple[Key, ...] = ()

    @property
    def at(self) -> datetime | None:
        return self.used or self.refused

    @property
    def is_refused(self) -> bool:
        return self.used is None and self.refused is not None

    @property
    def arn(self) -> str:
        return self.key[0]

    @property
    def name(self) -> str:
        return parts(self.arn).name

    @property
    def account(self) -> str:
        return parts(self.arn).account

    @property
    def access_key_id(self) -> str:
        return access_key_of(self.key[1])

    @property
    def finding_id(self) -> str:
        """That of the finding; by name if the flag of a password does not say whose it was."""
        held = held_by(self.key[1]) or self.flag.holder or self.name
        return finding_id(self.account, self.kind, held)


def resolved(
    remembered: Remembered,
    judged: Mapping[Key, tuple[Subject, Verdict]],
    inventory: Inventory,
    keys_of: KeysOf,
    seen: Seen,
) -> Iterator[Resolved]:
    """Leaves out what couldn't be read, which stays flagged, and what an earlier mail has reported."""
    users, named = {user.arn: user for user in inventory.users}, _by_name(inventory)
    became: list[Became] = [(keys[0], keys, _LOST.get(lost), None) for keys, lost in remembered.lost_things()]
    for key, places_ in remembered.by_place().items():
        known = judged.get(key)
        flag = remembered.flags[places_[0]]
        how = _by_verdict(*known, flag) if known else _not_judged(key, users.get(key[0]), keys_of)
        became.append((key, places_, how, known))
    rank = {key: number for number, key in enumerate(remembered.flags)}
    for key, places_, how, known in sorted(became, key=lambda each: rank[each[1][0]]):
        flag = remembered.flags[places_[0]]
        if how and not is_told(flag, remembered):
            holder = known[0].holder if known else _holder(key, flag, named)
            used, refused = _uses(key, flag, holder, known, seen) if how in _MAY_BE_USED else (None, None)
            if how is How.EXEMPT:
                used, refused = flag.awakened_at and used, None
            is_used = bool(used or refused)
            then = how if is_used and how in _DONE else None
            yield Resolved(key, _kind(key), How.USED if is_used else how, flag, used, refused, then, places_)


def is_told(flag: Flag, remembered: Remembered) -> bool:
    """Whether the last report that was mailed said what became of it. Reports whose mail failed don't count."""
    return flag.told_at is not None and flag.told_at == remembered.previous


def _kind(key: Key) -> Kind:
    if key[1] == SIGNIN:
        return Kind.PASSWORD
    if access_key_of(key[1]):
        return Kind.ACCESS_KEY
    return Kind.ROLE if is_role(key[0]) else Kind.USER


def _by_verdict(subject: Subject, verdict: Verdict, flag: Flag) -> How | None:
    if verdict.status is Status.EXEMPT:
        return How.EXEMPT
    if verdict.status not in (Status.ACTIVE, Status.DORMANT):
        return None
    idle_since = flag.idle_since
    if verdict.at and (idle_since is None or verdict.at > idle_since):
        return How.USED
    if verdict.status is Status.DORMANT:
        return How.DORMANT
    began = max(filter(None, (subject.created, subject.renewed)))
    is_newer = idle_since is not None and began > idle_since
    return How.RENEWED if is_newer else How.WITHIN_LIMIT


def _not_judged(key: Key, user: User | None, keys_of: KeysOf) -> How | None:
    """For a user that exists: a thing of it that wasn't judged is gone, or couldn't be read."""
    return _of_credential(key, user, keys_of.get(user.id)) if user else None


def _of_credential(key: Key, user: User, keys: tuple[AccessKey, ...] | Gap | None) -> How | None:
    credentials = user.credentials
    if key[1] == SIGNIN:
        return How.DELETED if isinstance(credentials, Credentials) and not credentials.has_password else None
    if is_of_principal(key[1]) or keys is None or isinstance(keys, Gap):
        return None
    listed = next((each for each in keys if facet_of(each.id) == key[1]), None)
    if listed is None:
        return How.DELETED
    return None if listed.is_active else How.DISABLED


def _by_name(inventory: Inventory) -> dict[str, User | Role]:
    """A name is unique in its account, whatever its path."""
    every: tuple[User | Role, ...] = (*inventory.users, *inventory.roles)
    return {without_path(each.arn): each for each in every}


def _holder(key: Key, flag: Flag, named: Mapping[str, User | Role]) -> Holder:
    """For what is gone: until another of that name was created. An access key only ever has one holder."""
    other, held = named.get(without_path(key[0])), held_by(key[1]) or flag.holder
    if access_key_of(key[1]) or not held or not other or other.id == held:
        return Holder(key[0], held)
    return Holder(key[0], held, until=other.created)


def _uses(
    key: Key, flag: Flag, holder: Holder, judged: tuple[Subject, Verdict] | None, seen: Seen
) -> tuple[datetime | None, datetime | None]:
    """When it was used after it was idle, and when it was last refused, if that was later."""
    facets = dict.fromkeys(facet for _, facet in places(key))
    own = list(seen.of(holder, facets))
    allowed = newest(each for each in own if not is_denied(each.facet))
    denied = newest(each for each in own if is_denied(each.facet))
    refused = denied.last_seen if denied else None
    claimed = judged[0].claim.use.at if judged else None
    uses = [allowed.last_seen] if allowed else []
    # IAM also counts calls that it refused.
    if claimed and not (refused and abs(claimed - refused) <= SAME_USE):
        uses.append(claimed)
    used = max(uses, default=None)
    since = flag.idle_since
    used, refused = (at if at and (since is None or at > since) else None for at in (used, refused))
    if used is None and refused is None:
        is_its_own = flag.awakened_at is not None and flag.awakened_at < holder.until
        return flag.awakened_at if is_its_own else None, None
    return used, refused if refused and (used is None or refused > used) else None
