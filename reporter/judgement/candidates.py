"""What to judge: each user, password, active key and role that IAM lists."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum

from activity.commands import delete_password, deny_role, deny_user, disable_key
from activity.finding import Kind
from activity.model import SIGNIN, denied_facet, key_facet
from activity.whose import facets_of
from reporter.inventory.account import AccessKey, Gap, Inventory, Role, Tags, Use, User
from reporter.judgement import exemption, undated
from reporter.judgement.exemption import Exemption
from reporter.judgement.owner_tags import owner_of
from reporter.judgement.subjects import Claim, KeysOf, Subject

# Marks the roles of template.yaml and ingest/forwarder.yaml, whose calls the rules leave out.
_OWN = "last-activity:tracker"
_NEVER = datetime.min.replace(tzinfo=UTC)


class LeftOut(StrEnum):
    SERVICE_LINKED_ROLE = "service_linked_role"
    IDENTITY_CENTER_ROLE = "identity_center_role"
    DISABLED_KEY = "disabled_key"
    UNDATED_CREDENTIAL = "undated_credential"


def left_out(role: Role) -> LeftOut | None:
    """Why a role is left out: AWS's own roles, and those of Identity Center, can't be changed from here."""
    if role.path.startswith("/aws-service-role/"):
        return LeftOut.SERVICE_LINKED_ROLE
    if role.path.startswith("/aws-reserved/"):
        return LeftOut.IDENTITY_CENTER_ROLE
    return None


def subjects(
    inventory: Inventory, keys_of: KeysOf, *, tag: str, owner_tags: Sequence[str] = (), account_owner: str = ""
) -> Iterator[Subject]:
    """`keys_of`: by user id, the keys of users whose key ids were needed.

    `account_owner`: who answers for what no tag names an owner of.
    """

    def owner(tags: Tags | Gap) -> str:
        told = "" if isinstance(tags, Gap) else owner_of(tags, owner_tags)
        return told or account_owner

    for user in inventory.users:
        for each in _of_user(user, keys_of.get(user.id), tag):
            yield replace(each, owner=owner(user.tags))
    for role in inventory.roles:
        if left_out(role) is None:
            yield replace(_role(role, tag), owner=owner(role.tags))


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
