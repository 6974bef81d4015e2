"""Whom a `userIdentity` names: the account's own principals that acted, or why it names none.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from enum import StrEnum
from typing import NamedTuple

from activity.arn import is_role, is_root, is_user, parts
from ingest.identity import (
    account_of,
    is_own_account,
    issuer_of,
    long_term_key,
    partition_of,
    role_arn,
    session_name,
    type_of,
    without_session,
)
from ingest.wire import OnBehalfOf, Record, SessionContext, UnreadableRecord, UserIdentity


class Ignored(StrEnum):
    """Why a record sights nobody: every reason there is, as counted in the metrics."""

    AWS_SERVICE = "aws_service"
    FOREIGN_ACCOUNT = "foreign_account"
    FEDERATED_IDENTITY = "federated_identity"
    DIRECTORY = "directory"
    CENTRAL_ROOT_SESSION = "central_root_session"
    BY_AWS_AS_ROOT = "by_aws_as_root"
    NO_IDENTITY = "no_identity"
    NO_ARN = "no_arn"
    NO_ISSUER = "no_issuer"
    NO_USER_ID = "no_user_id"
    UNKNOWN_IDENTITY = "unknown_identity"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_STEP = "sign_in_step"
    BAD_CREDENTIAL = "bad_credential"
    INSIGHT = "insight"
    NOT_FROM_AWS = "not_from_aws"


NOBODY_OF_OURS = {
    "AWSService": Ignored.AWS_SERVICE,
    "AWSAccount": Ignored.FOREIGN_ACCOUNT,
    "SAMLUser": Ignored.FEDERATED_IDENTITY,
    "WebIdentityUser": Ignored.FEDERATED_IDENTITY,
    "Directory": Ignored.DIRECTORY,
    "IdentityCenterUser": Ignored.NO_USER_ID,
}

# Recorded as what invoked the root user's actions at the console. If anything else did, AWS acts as root.
_CONSOLE = "signin.amazonaws.com"


class Principal(NamedTuple):
    """Who can act, as the table names it. `unique_id` is "" if the record gives none.

    `type` follows the form of the ARN if the record's own type contradicts it.
    """

    arn: str
    unique_id: str
    type: str
    account: str
    access_key_id: str = ""
    session_name: str = ""


def who_acted(record: Record) -> tuple[list[Principal], Ignored | None]:
    """The account's own principals behind a record, or why there are none."""
    identity = record.user_identity or UserIdentity()
    named = _named(identity, record)
    person = _identity_center_user(identity, record)
    found = [person] if person else []
    if isinstance(named, Principal):
        return [named, *found], None
    return found, None if found else named


def _named(identity: UserIdentity, record: Record) -> Principal | Ignored:
    match type_of(identity, record):
        case "Root":
            return _root(identity, record)
        case "IAMUser":
            arn = identity.arn or ""
            return (
                _principal(identity, "IAMUser", arn, identity.principal_id) if is_user(arn) else Ignored.NO_ARN
            )
        case "AssumedRole" | "Role" as kind:
            return _role(identity, kind)
        case "FederatedUser":
            return _issuer(identity)
        case "Unknown":
            return Ignored.UNKNOWN_IDENTITY
        case "AWSAccount" if is_own_account(identity, record):
            return Ignored.NO_ARN
        case None | "":
            return Ignored.NO_IDENTITY
        case other:
            if other not in NOBODY_OF_OURS:
                raise UnreadableRecord(f"event {record.event_id}: identity type {other!r} is not a known one")
            return NOBODY_OF_OURS[other]


def _root(identity: UserIdentity, record: Record) -> Principal | Ignored:
    session = identity.session_context or SessionContext()
    if str(session.assumed_root).lower() == "true":
        return Ignored.CENTRAL_ROOT_SESSION
    if identity.invoked_by and identity.invoked_by != _CONSOLE:
        return Ignored.BY_AWS_AS_ROOT
    if identity.arn and not is_root(identity.arn):
        return Ignored.NO_ARN
    account = account_of(identity.arn or "") or identity.account_id or ""
    if not account.isdigit():
        return Ignored.NO_ARN
    arn = identity.arn or f"arn:{partition_of(record.aws_region)}:iam::{account}:root"
    return _principal(identity, "Root", arn, account)


def _role(identity: UserIdentity, kind: str) -> Principal | Ignored:
    issuer = issuer_of(identity)
    arn = role_arn(issuer.arn) or role_arn(identity.arn)
    unique_id = issuer.principal_id or without_session(identity.principal_id)
    return _principal(identity, kind, arn, unique_id) if arn else Ignored.NO_ARN


def _issuer(identity: UserIdentity) -> Principal | Ignored:
    """For a session of GetFederationToken: the user (or root) who issued it counts as the one who acted."""
    issuer = issuer_of(identity)
    arn = issuer.arn or ""
    if not (is_user(arn) or is_root(arn) or is_role(arn)):
        return Ignored.NO_ISSUER
    return _principal(identity, "FederatedUser", arn, account_of(arn) if is_root(arn) else issuer.principal_id)


def _identity_center_user(identity: UserIdentity, record: Record) -> Principal | None:
    behind = identity.on_behalf_of or OnBehalfOf()
    if not behind.user_id:
        return None
    partition = parts(behind.identity_store_arn or "").partition or partition_of(record.aws_region)
    return Principal(
        arn=f"arn:{partition}:identitystore:::user/{behind.user_id}",
        unique_id=behind.user_id,
        type="IdentityCenterUser",
        account=identity.account_id or record.recipient_account_id or "",
        session_name=session_name(identity),
    )


def _principal(identity: UserIdentity, kind: str, arn: str, unique_id: str | None) -> Principal:
    has_key = kind in ("IAMUser", "Root")
    return Principal(
        arn=arn,
        unique_id=unique_id or "",
        type=kind,
        account=account_of(arn),
        access_key_id=long_term_key(identity) if has_key else "",
        session_name=session_name(identity),
    )
