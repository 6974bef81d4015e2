"""What a `userIdentity` says: its type, its role, its session, its key."""

from functools import lru_cache

from activity.arn import is_role, parts
from ingest.wire import Record, SessionContext, SessionIssuer, UserIdentity

# The region tells the partition if no ARN does.
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
)
# The types that the ARN may contradict.
_TYPES_WITH_ARN = {"Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Unknown"}
_FORMS = {
    ("iam", "root"): "Root",
    ("iam", "user"): "IAMUser",
    ("iam", "role"): "AssumedRole",
    ("sts", "assumed-role"): "AssumedRole",
    ("sts", "federated-user"): "FederatedUser",
}


def type_of(identity: UserIdentity, record: Record) -> str | None:
    """If the ARN is one that a principal can have, its form decides, whatever type the record states."""
    kind = identity.type
    may_have_arn = kind in _TYPES_WITH_ARN or (kind == "AWSAccount" and is_own_account(identity, record))
    form = form_of(identity.arn) if may_have_arn else ""
    return kind if not form or (form, kind) == ("AssumedRole", "Role") else form


def is_own_account(identity: UserIdentity, record: Record) -> bool:
    """Whether it is this account's: a call that a VPC endpoint refused may name its own principal like that."""
    return bool(identity.account_id) and identity.account_id == record.recipient_account_id


def account_of(arn: str) -> str:
    return parts(arn).account


@lru_cache(maxsize=4096)
def role_arn(arn: str | None) -> str:
    """The role's ARN, from a role's or a role session's (which lacks the role's path); "" for any other."""
    if not arn or is_role(arn):
        return arn or ""
    found = parts(arn)
    if (found.service, found.type) == ("sts", "assumed-role") and "/" in found.resource:
        return f"arn:{found.partition}:iam::{found.account}:role/{found.resource.split('/')[1]}"
    return ""


def without_session(principal_id: str | None) -> str:
    """The id in `<unique id>:<session>`. EC2's own role has `<account>:aws:ec2-instance` as its unique id."""
    unique_id, colon, rest = (principal_id or "").rpartition(":")
    return unique_id if colon else rest


def session_of(principal_id: str | None) -> str:
    unique_id, _, session = (principal_id or "").rpartition(":")
    return session if unique_id else ""


@lru_cache(maxsize=4096)
def form_of(arn: str | None) -> str:
    """The type of principal that has an ARN of this form; "" for any other."""
    found = parts(arn or "")
    return _FORMS.get((found.service, found.type), "")


def issuer_of(identity: UserIdentity) -> SessionIssuer:
    session = identity.session_context or SessionContext()
    return session.session_issuer or SessionIssuer()


def session_name(identity: UserIdentity) -> str:
    """From `assumed-role/<role>/<session>`, `federated-user/<session>`, or else `<unique id>:<session>`."""
    found = parts(identity.arn or "")
    if found.service == "sts":
        _, _, rest = found.resource.partition("/")
        session = rest.partition("/")[2] if found.type == "assumed-role" else rest
        if session:
            return session
    is_session = identity.type in ("AssumedRole", "Role") or form_of(identity.arn) == "AssumedRole"
    return session_of(identity.principal_id) if is_session else ""


def long_term_key(identity: UserIdentity) -> str:
    key = identity.access_key_id or ""
    return key if key.startswith("AKIA") else ""


def partition_of(region: str | None) -> str:
    return next((name for prefix, name in _PARTITIONS if (region or "").startswith(prefix)), "aws")
