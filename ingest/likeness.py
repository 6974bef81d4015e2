"""Which records come to the same, so that the rules need to be asked but once for all of them.

What differs among records that are alike is time, event id and other evidence of a sighting; never whom they
sight, with what, or why nobody.
"""

from collections.abc import Hashable

from ingest.cloudtrail import is_assumption
from ingest.principals import NOBODY_OF_OURS
from ingest.refusals import SIGN_IN
from ingest.wire import AssumedRoleUser, Record, UserIdentity, assume_role_request, assume_role_response

_SHARED = "AWSReservedSSO_"


def likeness(record: Record) -> Hashable:
    """Raises UnreadableRecord where the record would be unreadable for what is asked of it here."""
    who, is_machine = _who(record.user_identity)
    what: Hashable = None
    if record.event_source == SIGN_IN:
        what = (
            record.event_name,
            bytes(record.response_elements),
            bytes(record.additional_event_data),
            bytes(record.service_event_details),
        )
    elif is_assumption(record):
        what, is_to_machine = _assumed(record)
        is_machine = is_machine and is_to_machine
    return (
        who,
        what,
        record.event_source,
        record.event_type,
        record.error_code,
        record.aws_region,
        record.recipient_account_id,
        None if is_machine else record.source_ip_address,
    )


def _who(identity: UserIdentity | None) -> tuple[Hashable, bool]:
    """And whether it is a machine, whose addresses and sessions are not kept."""
    if identity is None or identity.on_behalf_of is not None:
        return identity, False
    kind = identity.type
    if kind == "AssumedRole" or kind == "Role":
        session = identity.session_context
        issuer = session.session_issuer if session else None
        if issuer is not None and issuer.arn:
            role_id = identity.principal_id or issuer.principal_id or ""
            if _is_machine(issuer.arn):
                return (kind, issuer.arn, role_id.partition(":")[0]), True
            return (kind, issuer.arn, role_id, identity.arn), False
    elif kind == "IAMUser":
        key = identity.access_key_id
        long_term = key if key and key.startswith("AKIA") else None
        return (kind, identity.arn, identity.principal_id, long_term), False
    elif kind in NOBODY_OF_OURS:
        return kind, True
    return identity, False


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
