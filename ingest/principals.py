"""Whom a `userIdentity` names: the principals of ours that acted, or why it names none.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from enum import StrEnum
from typing import NamedTuple

from ingest.wire import OnBehalfOf, Record, SessionContext, SessionIssuer, UnreadableRecord, UserIdentity

# The accounts' regions tell the partition where no ARN does.
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
)


class Ignored(StrEnum):
    """Why a record sights nobody: every reason there is, as counted in the metrics."""

    AWS_SERVICE = "aws_service"
    FOREIGN_ACCOUNT = "foreign_account"
    FEDERATED_IDENTITY = "federated_identity"
    DIRECTORY = "directory"
    CENTRAL_ROOT_SESSION = "central_root_session"
    NO_IDENTITY = "no_identity"
    NO_ARN = "no_arn"
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


class Principal(NamedTuple):
    """Who can act, as the table names it. `unique_id` is "" where the record gives none."""

    arn: str
    unique_id: str
    type: str
    account: str
    access_key_id: str = ""
    session_name: str = ""

    @property
    def is_shared_by_people(self) -> bool:
        """An Identity Center permission set: one role, and a session name for each person behind it."""
        return self.arn.rpartition("/")[2].startswith("AWSReservedSSO_")

    @property
    def is_person(self) -> bool:
        resource = self.arn.split(":", 5)[-1]
        return resource.startswith("user/") or resource == "root" or self.is_shared_by_people


def who_acted(record: Record) -> tuple[list[Principal], Ignored | None]:
    """The principals of ours behind a record; where there are none, why."""
    identity = record.user_identity or UserIdentity()
    named = _named(identity, record)
    person = _identity_center_user(identity, record)
    found = [person] if person else []
    if isinstance(named, Principal):
        return [named, *found], None
    return found, None if found else named


def role_arn(arn: str | None) -> str | None:
    """The role of a role ARN, or of a role session's; a session's ARN drops the role's path."""
    partition, service, account, resource = _parts(arn or "")
    if service == "iam" and resource.startswith("role/"):
        return arn
    if service == "sts" and resource.startswith("assumed-role/"):
        return f"arn:{partition}:iam::{account}:role/{resource.split('/')[1]}"
    return None


def account_of(arn: str) -> str:
    return _parts(arn)[2]


def _named(identity: UserIdentity, record: Record) -> Principal | Ignored:
    match identity.type:
        case "Root":
            return _root(identity, record)
        case "IAMUser":
            if not identity.arn:
                return Ignored.NO_ARN
            return _principal(identity, identity.arn, identity.principal_id, _long_term_key(identity))
        case "AssumedRole" | "Role":
            return _role(identity, record)
        case "FederatedUser":
            return _issuer(identity, record)
        case "Unknown":
            return _unknown(identity)
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
    account = identity.account_id or account_of(identity.arn or "")
    if not account:
        raise UnreadableRecord(f"event {record.event_id}: a root user without an account")
    partition = _parts(identity.arn or "")[0] or _partition(record.aws_region)
    return _principal(identity, f"arn:{partition}:iam::{account}:root", account, _long_term_key(identity))


def _role(identity: UserIdentity, record: Record) -> Principal:
    issuer = _session_issuer(identity)
    arn = issuer.arn or role_arn(identity.arn)
    if not arn:
        raise UnreadableRecord(f"event {record.event_id}: a role session that names no role")
    return _principal(identity, arn, (identity.principal_id or issuer.principal_id or "").partition(":")[0])


def _issuer(identity: UserIdentity, record: Record) -> Principal:
    """GetFederationToken's session: the user (or root) who issued it answers for it."""
    issuer = _session_issuer(identity)
    if not issuer.arn:
        raise UnreadableRecord(f"event {record.event_id}: a federated user without an issuer")
    is_root = issuer.arn.endswith(":root")
    return _principal(identity, issuer.arn, account_of(issuer.arn) if is_root else issuer.principal_id)


def _unknown(identity: UserIdentity) -> Principal | Ignored:
    arn = identity.arn or ""
    role = role_arn(arn)
    if role:
        return _principal(identity, role, (identity.principal_id or "").partition(":")[0])
    _, service, account, resource = _parts(arn)
    if service == "iam" and resource == "root":
        return _principal(identity, arn, account)
    if service == "iam" and resource.startswith("user/"):
        return _principal(identity, arn, identity.principal_id)
    return Ignored.UNKNOWN_IDENTITY


def _identity_center_user(identity: UserIdentity, record: Record) -> Principal | None:
    behind = identity.on_behalf_of or OnBehalfOf()
    if not behind.user_id:
        return None
    partition = _parts(behind.identity_store_arn or "")[0] or _partition(record.aws_region)
    return Principal(
        arn=f"arn:{partition}:identitystore:::user/{behind.user_id}",
        unique_id=behind.user_id,
        type="IdentityCenterUser",
        account=identity.account_id or record.recipient_account_id or "",
        session_name=_session_name(identity),
    )


def _principal(identity: UserIdentity, arn: str, unique_id: str | None, access_key_id: str = "") -> Principal:
    return Principal(
        arn=arn,
        unique_id=unique_id or "",
        type=identity.type or "",
        account=account_of(arn) or identity.account_id or "",
        access_key_id=access_key_id,
        session_name=_session_name(identity),
    )


def _session_issuer(identity: UserIdentity) -> SessionIssuer:
    session = identity.session_context or SessionContext()
    return session.session_issuer or SessionIssuer()


def _session_name(identity: UserIdentity) -> str:
    """The last part of `assumed-role/<role>/<session>` or `federated-user/<session>`."""
    _, service, _, resource = _parts(identity.arn or "")
    return resource.rpartition("/")[2] if service == "sts" else ""


def _long_term_key(identity: UserIdentity) -> str:
    key = identity.access_key_id or ""
    return key if key.startswith("AKIA") else ""


def _partition(region: str | None) -> str:
    return next((name for prefix, name in _PARTITIONS if (region or "").startswith(prefix)), "aws")


def _parts(arn: str) -> tuple[str, str, str, str]:
    """Partition, service, account and resource; all "" for what is no ARN."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return "", "", "", ""
    return parts[1], parts[2], parts[4], parts[5]
