"""Which records come to the same, so that the rules need to be asked but once for all of them.

What differs among records that are alike is time, event id and other evidence of a sighting; never whom they
sight, with what, or why nobody.
"""

from collections.abc import Hashable

from ingest.cloudtrail import STS, is_assumption
from ingest.principals import NOBODY_OF_OURS
from ingest.refusals import SIGN_IN
from ingest.wire import AssumedRoleUser, Record, UserIdentity, assume_role_request, assume_role_response

Likeness = tuple[Hashable, ...]

_SHARED = "AWSReservedSSO_"


def likeness(record: Record) -> Likeness:
    """Raises UnreadableRecord where the record would be unreadable for what is asked of it here."""
    source, identity = record.event_source, record.user_identity
    kind, error, region, account = (
        record.event_type,
        record.error_code,
        record.aws_region,
        record.recipient_account_id,
    )
    is_call = source != SIGN_IN and source != STS
    if is_call and identity is not None and identity.type == "AssumedRole" and identity.on_behalf_of is None:
        # Most of them: as `_machine` has it, without the time that a call takes.
        session = identity.session_context
        issuer = session.session_issuer if session is not None else None
        if issuer is not None and (arn := issuer.arn) and ":role/" in arn and _SHARED not in arn:
            held = identity.principal_id or issuer.principal_id or ""
            return source, kind, error, region, account, arn, held.partition(":")[0]
    where = source, kind, error, region, account
    if source == SIGN_IN:
        sign_in = bytes(record.response_elements), bytes(record.additional_event_data)
        details = bytes(record.service_event_details)
        return where, identity, record.source_ip_address, record.event_name, sign_in, details
    machine = _machine(identity)
    if source == STS and is_assumption(record):
        role, is_to_machine = _assumed(record)
        address = None if machine and is_to_machine else record.source_ip_address
        return where, machine or _person(identity), address, role
    if machine:
        return where, machine
    return where, _person(identity), record.source_ip_address


def _machine(identity: UserIdentity | None) -> Hashable:
    """Who acted, if neither the address nor the session is kept; else None."""
    if identity is None or identity.on_behalf_of is not None:
        return None
    kind = identity.type
    if kind == "AssumedRole" or kind == "Role":
        session = identity.session_context
        issuer = session.session_issuer if session else None
        if issuer is not None and issuer.arn and _is_machine(issuer.arn):
            return kind, issuer.arn, (identity.principal_id or issuer.principal_id or "").partition(":")[0]
        return None
    return kind if kind in NOBODY_OF_OURS else None


def _person(identity: UserIdentity | None) -> Hashable:
    """Without a user's temporary keys, which are many and are not kept; of others, all that is told."""
    if identity is None or identity.on_behalf_of is not None:
        return identity
    if identity.type == "IAMUser":
        key = identity.access_key_id or ""
        return "IAMUser", identity.arn, identity.principal_id, key if key.startswith("AKIA") else None
    session = identity.session_context
    issuer = session.session_issuer if session else None
    if identity.type == "AssumedRole" and issuer is not None and issuer.arn:
        return "AssumedRole", issuer.arn, identity.principal_id or issuer.principal_id, identity.arn
    return identity


def _assumed(record: Record) -> tuple[Hashable, bool]:
    request = assume_role_request(record.request_parameters)
    user = assume_role_response(record.response_elements).assumed_role_user or AssumedRoleUser()
    role = (
        request.role_arn,
        user.arn if not request.role_arn else None,
        (user.assumed_role_id or "").partition(":")[0],
    )
    if _is_machine(request.role_arn or user.arn or ""):
        return role, True
    return (*role, request.role_session_name), False


def _is_machine(arn: str) -> bool:
    """A role that people do not share; anything odd is none."""
    return (":role/" in arn or ":assumed-role/" in arn) and _SHARED not in arn
