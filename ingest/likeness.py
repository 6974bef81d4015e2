"""Which records are alike, so the rules need to read only one of them.

Records that are alike may differ in time, event id and other evidence, but never in whom they sight, with what,
or why nobody.
"""

from collections.abc import Hashable
from functools import lru_cache

from activity.arn import is_role, is_shared_by_people, parts
from activity.model import CANARY_AGENT
from ingest.changes import IAM, is_own_change
from ingest.cloudtrail import STS, assumed, is_canary
from ingest.identity import form_of, long_term_key, without_session
from ingest.principals import NOBODY_OF_OURS
from ingest.refusals import SIGN_IN
from ingest.wire import Record, UserIdentity

Likeness = tuple[Hashable, ...]

_OF_CREDENTIALS = {SIGN_IN, STS, IAM}


def likeness(record: Record) -> Likeness:
    """Raises UnreadableRecord if a field that is read here can't be read."""
    source, identity = record.event_source, record.user_identity
    kind, error = record.event_type, record.error_code
    region, account = record.aws_region, record.recipient_account_id
    if identity is not None and identity.type == "AssumedRole" and source != STS and source != SIGN_IN:
        # Most records end here: the same as `_machine`, without the cost of a call.
        session = identity.session_context
        issuer = session.session_issuer if session is not None else None
        if issuer is not None and (arn := issuer.arn) and (sessions := _sessions_of_machines(arn)):
            own, unique_id = identity.arn, issuer.principal_id
            if own and unique_id and own.startswith(sessions) and identity.on_behalf_of is None:
                return source, kind, error, region, account, arn, unique_id
    where = source, kind, error, region, account
    machine = _machine(identity)
    if source in _OF_CREDENTIALS:
        return where, *_of_credentials(record, machine)
    return (where, machine) if machine else (where, _person(identity), record.source_ip_address)


def _of_credentials(record: Record, machine: Hashable) -> Likeness:
    """What else tells records of these services apart."""
    who, address = machine or _person(record.user_identity), record.source_ip_address
    if is_own_change(record):  # The root user's changes are kept by time.
        return who, address, record.event_name, record.event_time, bytes(record.response_elements)
    if record.event_source == SIGN_IN:
        sign_in = bytes(record.response_elements), bytes(record.additional_event_data)
        return who, address, record.event_name, sign_in, bytes(record.service_event_details)
    if is_canary(record):
        return who, address, CANARY_AGENT
    role = assumed(record)
    if role and machine and _sessions_of_machines(role[0]):
        return who, role[:2]
    return (who, role, address) if role or not machine else (who,)


def _machine(identity: UserIdentity | None) -> Hashable:
    """Who acted, if neither the address nor the session is kept; else None."""
    if identity is None or identity.on_behalf_of is not None:
        return None
    kind = identity.type
    if kind == "AssumedRole" or kind == "Role":  # Most records.
        session = identity.session_context
        issuer = session.session_issuer if session is not None else None
        if issuer is None or not (arn := issuer.arn) or not (sessions := _sessions_of_machines(arn)):
            return None
        if identity.arn is not None and not identity.arn.startswith(sessions):
            return None  # The ARN may contradict the type.
        return arn, issuer.principal_id or without_session(identity.principal_id)
    if kind == "AWSAccount":
        return None if identity.arn else (kind, identity.account_id)
    return kind if kind in NOBODY_OF_OURS else None


def _person(identity: UserIdentity | None) -> Hashable:
    """Who acted, without temporary keys, which are many and not kept. The whole identity if it is odd."""
    if identity is None or identity.on_behalf_of is not None:
        return identity
    if identity.type == "IAMUser" and _is_of_no_other(identity.arn):
        return "IAMUser", identity.arn, identity.principal_id, long_term_key(identity)
    session = identity.session_context
    issuer = session.session_issuer if session else None
    if identity.type == "AssumedRole" and issuer is not None and form_of(identity.arn) in ("", "AssumedRole"):
        return "AssumedRole", issuer, identity.principal_id, identity.arn
    return identity


@lru_cache(maxsize=4096)
def _sessions_of_machines(arn: str) -> str:
    """The beginning of the ARNs of a role's sessions, unless people share the role; else ""."""
    if not is_role(arn) or is_shared_by_people(arn):
        return ""
    partition, _, account, _ = parts(arn)
    return f"arn:{partition}:sts::{account}:assumed-role/"


@lru_cache(maxsize=4096)
def _is_of_no_other(arn: str | None) -> bool:
    """Whether the ARN does not contradict that it is a user's."""
    return form_of(arn) in ("", "IAMUser")
