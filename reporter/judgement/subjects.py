"""What to judge: each user, password, active key and role, with all that bears on it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from activity.commands import delete_password, deny_role, deny_user, disable_key
from activity.keeping import Key
from activity.model import SIGNIN, denied_facet, held_by, key_facet
from activity.whose import Holder, facets_of, places
from reporter.inventory.account import AccessKey, Gap, Inventory, KeySlot, Role, Tags, Use, User
from reporter.judgement import exemption, undated
from reporter.judgement.exemption import Exemption

# Marks the roles of template.yaml and ingest/forwarder.yaml, whose calls the rules leave out.
_OWN = "last-activity:tracker"
_NEVER = datetime.min.replace(tzinfo=UTC)


class Kind(StrEnum):
    USER = "user"
    PASSWORD = "password"  # noqa: S105  # the name of a kind of credential
    ACCESS_KEY = "access_key"
    ROLE = "role"


class LeftOut(StrEnum):
    SERVICE_LINKED_ROLE = "service_linked_role"
    IDENTITY_CENTER_ROLE = "identity_center_role"
    DISABLED_KEY = "disabled_key"
    UNDATED_CREDENTIAL = "undated_credential"


@dataclass(frozen=True, slots=True)
class Limits:
    """Days without use after which each kind is stale. Passwords have the user's limit."""

    user: int = 90
    access_key: int = 90
    role: int = 90

    def days(self, kind: Kind) -> int:
        return {Kind.ACCESS_KEY: self.access_key, Kind.ROLE: self.role}.get(kind, self.user)


@dataclass(frozen=True, slots=True)
class Claim:
    """What IAM says about the last use. `gap`: why not all of it could be read."""

    use: Use = field(default_factory=Use)
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """`created` starts the clock. Sightings from before `exists_since` are of a predecessor of that name.

    `renewed`: when the password was last set, or the user got its newest credential that wasn't used yet. The
    clock starts then if that is after the last use.
    `facets`: where the table would have seen it. The first one has the report's flag.
    `is_own`: one of the tracker's own roles. `is_administrator`: whoever holds it may do everything.
    `has_undated`: a user with active credentials whose use AWS does not record.
    """

    kind: Kind
    name: str
    arn: str
    id: str
    created: datetime
    exists_since: datetime
    claim: Claim
    facets: tuple[str, ...]
    commands: tuple[str, ...]
    exemption: Exemption | Gap | None
    access_key_id: str = ""
    remark: str = ""
    renewed: datetime | None = None
    is_own: bool = False
    is_administrator: bool = False
    has_undated: bool = False

    @property
    def holder(self) -> Holder:
        """Whose sightings are sightings of this."""
        return Holder(self.arn, held_by(self.key[1]) or self.id, since=self.exists_since)

    @property
    def key(self) -> Key:
        """The table's item that has the report's flag. Without facets there is none."""
        return self.arn, next(iter(self.facets), "")

    @property
    def places(self) -> tuple[Key, ...]:
        """The table's items by which a use of this may show."""
        return places(self.key) if self.facets else ()


KeysOf = Mapping[str, tuple[AccessKey, ...] | Gap]


def left_out(role: Role) -> LeftOut | None:
    """Why a role is left out: AWS's own roles, and those of Identity Center, can't be changed from here."""
    if role.path.startswith("/aws-service-role/"):
        return LeftOut.SERVICE_LINKED_ROLE
    if role.path.startswith("/aws-reserved/"):
        return LeftOut.IDENTITY_CENTER_ROLE
    return None


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


def subjects(inventory: Inventory, keys_of: KeysOf, *, tag: str) -> Iterator[Subject]:
    """`keys_of`: by user id, the keys of users whose key ids were needed."""
    for user in inventory.users:
        yield from _of_user(user, keys_of.get(user.id), tag)
    for role in inventory.roles:
        if left_out(role) is None:
            yield _role(role, tag)


def _is_in_use(slot: KeySlot, since: datetime) -> bool:
    return slot.is_active and slot.last_used.at is not None and slot.last_used.at > since


def _of_user(user: User, keys: tuple[AccessKey, ...] | Gap | None, tag: str) -> Iterator[Subject]:
    itself = Subject(
        kind=Kind.USER,
        name=user.name,
        arn=user.arn,
        id=user.id,
        created=user.created,
        exists_since=user.created,
        claim=_claim_of_user(user, keys),
        facets=facets_of(user.id),
        commands=(),
        exemption=_exemption(user.tags, tag),
        is_administrator=user.is_administrator,
    )
    credentials = [*_password(itself, user), *_keys(itself, user, keys)]
    commands = (
        *(command for each in credentials for command in each.commands),
        *undated.commands(user.undated),
    )
    remark, renewed = _remark(user, has_any=bool(credentials)), _renewed(user, credentials)
    yield replace(
        itself,
        commands=commands or (deny_user(user.name),),
        remark=remark,
        renewed=renewed,
        has_undated=bool(undated.active(user.undated)),
    )
    yield from credentials


def _renewed(user: User, credentials: Iterable[Subject]) -> datetime | None:
    """When it got its newest credential that isn't known to have been used since."""
    begun = [(each.created, each.claim.use.at) for each in credentials]
    unused = [created for created, used in begun if used is None or used < created]
    given = (each.created for each in undated.active(user.undated) if each.created)
    return max((*unused, *given), default=None)


def _remark(user: User, *, has_any: bool) -> str:
    """`has_any`: a password or an active key. Says that a user has nothing only if that is certain."""
    held = undated.held(undated.active(user.undated))
    use = f"{held}, whose last use AWS does not record" if held else ""
    if has_any:
        return use and f"it also has {use}"
    if use:
        return f"it has no password and no active key, but {use}"
    if isinstance(user.credentials, Gap) or user.undated_gap:
        return ""
    unasked = "" if user.is_looked_up else "; IAM was not asked for its SSH public keys"
    return f"it has no password and no active key{unasked}"


def _password(user: Subject, listed: User) -> Iterator[Subject]:
    credentials = listed.credentials
    if isinstance(credentials, Gap) or not credentials.has_password:
        return
    yield replace(
        user,
        kind=Kind.PASSWORD,
        created=credentials.password_changed or listed.created,
        claim=Claim(_newest(Use(listed.password_last_used), Use(credentials.password_last_used))),
        renewed=credentials.password_changed,
        facets=(SIGNIN,),
        commands=(delete_password(user.name),),
    )


def _keys(user: Subject, listed: User, keys: tuple[AccessKey, ...] | Gap | None) -> Iterator[Subject]:
    if isinstance(keys, Gap) or isinstance(listed.credentials, Gap):
        return
    if keys is None:  # All are in use, according to IAM: their ids are not needed.
        for slot in listed.credentials.slots:
            if slot.is_active:
                created = slot.rotated or listed.created
                yield replace(
                    user,
                    kind=Kind.ACCESS_KEY,
                    created=created,
                    claim=Claim(slot.last_used),
                    facets=(),
                )
        return
    for key in keys:
        if key.is_active:
            yield replace(
                user,
                kind=Kind.ACCESS_KEY,
                created=key.created,
                claim=_claim_of_key(key),
                facets=(key_facet(key.id), denied_facet(key.id)),
                commands=(disable_key(key.id, user.name),),
                access_key_id=key.id,
            )


def _role(role: Role, tag: str) -> Subject:
    return Subject(
        kind=Kind.ROLE,
        name=role.name,
        arn=role.arn,
        id=role.id,
        created=role.created,
        exists_since=role.created,
        claim=Claim(role.last_used),
        facets=facets_of(role.id),
        commands=(deny_role(role.name),),
        exemption=_exemption(role.tags, tag),
        is_own=_OWN.lower() in map(str.lower, role.tags),
        is_administrator=role.is_administrator,
    )


def _claim_of_user(user: User, keys: tuple[AccessKey, ...] | Gap | None) -> Claim:
    """The newest use of any credential, including those that were disabled or deleted since."""
    credentials = user.credentials
    if isinstance(credentials, Gap):
        return Claim(Use(user.password_last_used), credentials)
    claims = [Claim(gap=keys)] if isinstance(keys, Gap) else [_claim_of_key(key) for key in keys or ()]
    claims += [Claim(slot.last_used) for slot in credentials.slots]
    passwords = Use(user.password_last_used), Use(credentials.password_last_used)
    newest = _newest(*passwords, *(claim.use for claim in claims))
    return Claim(newest, next((claim.gap for claim in claims if claim.gap), user.undated_gap))


def _claim_of_key(key: AccessKey) -> Claim:
    return Claim(gap=key.last_used) if isinstance(key.last_used, Gap) else Claim(key.last_used)


def _newest(*uses: Use) -> Use:
    return max(uses, key=lambda use: use.at or _NEVER)


def _exemption(tags: Tags | Gap, tag: str) -> Exemption | Gap | None:
    if isinstance(tags, Gap):
        return tags
    return exemption.of(tags, tag)
