"""The sighting rules: who was active, and with what, according to one CloudTrail record."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from activity.arn import is_person, is_shared_by_people
from activity.model import (
    CANARY,
    CANARY_AGENT,
    COVERAGE,
    ROAD,
    SIGNIN,
    Evidence,
    Sighting,
    address_of,
    change_facet,
    coverage_facet,
    denied_facet,
    id_facet,
    ip_facet,
    key_facet,
    road_facet,
    service_facet,
    session_facet,
    to_text,
)
from ingest.changes import is_own_change
from ingest.identity import account_of, role_arn, session_of, without_session
from ingest.principals import Ignored, Principal, who_acted
from ingest.refusals import (
    INSIGHT,
    SIGN_IN,
    is_api_call,
    is_bad_credential_of,
    lacks_permission,
    type_of,
    why_it_proves_nothing,
)
from ingest.wire import (
    AssumedRoleUser,
    Record,
    SessionAttributes,
    SessionContext,
    UnreadableRecord,
    UserIdentity,
    assume_role_request,
    assume_role_response,
    word,
)

STS = "sts.amazonaws.com"

# Events are delivered after they happened. A clock may be a little ahead; a wrong year is an error.
EARLY = timedelta(minutes=15)
CLOUDTRAIL_BEGAN = datetime(2013, 11, 1, tzinfo=UTC)
_LONGEST_AGENT = 256  # An item stays below the 1 KB that DynamoDB bills as one write.

_ASSUMPTIONS = {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}
_SAID = {"true": True, "yes": True, "false": False, "no": False}


class Reading(NamedTuple):
    """What one record gives: sightings, or the reason why none; and where it came from, if it says."""

    sightings: tuple[Sighting, ...]
    ignored: Ignored | None
    coverage: tuple[Sighting, ...]

    def everything(self) -> tuple[Sighting, ...]:
        return (*self.sightings, *self.coverage)


def read(record: Record, *, arrived: datetime, road: str = "") -> Reading:
    """`road`: by which it arrived, "" if nobody is to know.

    Raises UnreadableRecord if the record should name a principal or a time and doesn't.
    """
    at = time_of(record, arrived + EARLY)
    coverage = _coverage(record, at, arrived, road)
    refusal = why_it_proves_nothing(record)
    if refusal:
        return Reading((), refusal, coverage)
    callers, nobody = who_acted(record)
    if is_bad_credential_of(callers, record):
        return Reading((), Ignored.BAD_CREDENTIAL, coverage)
    sightings = [_sighting(record, each, at, _caller_facets(record, each, at)) for each in callers]
    role = _assumed_role(record)
    if role:
        sightings.append(_sighting(record, role, at, _assumed_facets(record, role)))
    return Reading(tuple(sightings), None if sightings else nobody, coverage)


def time_of(record: Record, before: datetime) -> datetime:
    """To the second, in UTC. Raises UnreadableRecord for a time that isn't before `before`."""
    at = record.event_time
    if not CLOUDTRAIL_BEGAN < at < before:
        raise UnreadableRecord(
            f"event {record.event_id} is dated {at.isoformat()}, but arrived at {to_text(before - EARLY)}"
        )
    is_plain = at.tzinfo is UTC and not at.microsecond
    return at if is_plain else at.astimezone(UTC).replace(microsecond=0)


def _is_assumption(record: Record) -> bool:
    """Whether somebody assumed a role. An Insight event about such calls doesn't count."""
    return (
        record.event_source == STS
        and record.event_name in _ASSUMPTIONS
        and not record.error_code
        and type_of(record) != INSIGHT
    )


def assumed(record: Record) -> tuple[str, str, str] | None:
    """ARN, unique id and session of the role if this is a successful AssumeRole*, whoever called it."""
    if not _is_assumption(record):
        return None
    request = assume_role_request(record.request_parameters)
    user = assume_role_response(record.response_elements).assumed_role_user or AssumedRoleUser()
    if not (request.role_arn or user.arn):
        raise UnreadableRecord(f"event {record.event_id}: an {record.event_name} that names no role")
    arn = role_arn(request.role_arn) or role_arn(user.arn)
    session = request.role_session_name or session_of(user.assumed_role_id)
    return (arn, without_session(user.assumed_role_id), session) if arn else None


def _assumed_role(record: Record) -> Principal | None:
    found = assumed(record)
    if found is None:
        return None
    arn, unique_id, session = found
    kind = (record.user_identity or UserIdentity()).type or ""
    return Principal(arn, unique_id, kind, account_of(arn), session_name=session)


def _caller_facets(record: Record, principal: Principal, at: datetime) -> Iterator[str]:
    if lacks_permission(record):
        yield denied_facet(principal.unique_id)
        if principal.access_key_id:
            yield denied_facet(principal.access_key_id)
    else:
        yield id_facet(principal.unique_id)
        if principal.access_key_id:
            yield key_facet(principal.access_key_id)
        if _is_console_login(record) and principal.type in ("IAMUser", "Root"):
            yield SIGNIN
        if principal.type == "Root" and is_own_change(record):
            yield change_facet(record.event_name or "", at)
        if record.event_source and is_api_call(record):
            yield service_facet(record.event_source)
    yield from _personal_facets(record, principal)


def _assumed_facets(record: Record, role: Principal) -> Iterator[str]:
    yield id_facet(role.unique_id)
    yield from _personal_facets(record, role)


def _personal_facets(record: Record, principal: Principal) -> Iterator[str]:
    """The address people came from, and the person behind a shared role. Machines get neither."""
    address = address_of(record.source_ip_address or "")
    if address and is_person(principal.arn):
        yield ip_facet(address)
    if is_shared_by_people(principal.arn) and principal.session_name:
        yield session_facet(principal.session_name)


def _sighting(record: Record, principal: Principal, at: datetime, facets: Iterator[str]) -> Sighting:
    evidence = Evidence(
        event_id=record.event_id or "",
        event_source=record.event_source or "",
        event_name=record.event_name or "",
        principal_id=principal.unique_id,
        type=principal.type,
        account=principal.account,
        region=record.aws_region or "",
        source_ip=_as_one_spelling(record.source_ip_address or ""),
        user_agent=(record.user_agent or "")[:_LONGEST_AGENT],
        session_name=principal.session_name,
        mfa=_mfa(record),
        error_code=record.error_code or "",
    )
    return Sighting(principal.arn, tuple(facets), at, evidence)


def is_canary(record: Record) -> bool:
    """Whether this is a test call of the reporter, which waits for it to come back."""
    return (
        record.event_name == "GetCallerIdentity"
        and record.event_source == STS
        and CANARY_AGENT in (record.user_agent or "")
        and not record.error_code
    )


def _coverage(record: Record, at: datetime, arrived: datetime, road: str) -> tuple[Sighting, ...]:
    """Sightings of the account and region whose CloudTrail delivered the record, and of the road it came by."""
    account, region = record.recipient_account_id, record.aws_region
    if not account or not region:
        return ()
    evidence = Evidence(
        event_id=record.event_id or "",
        event_source=record.event_source or "",
        event_name=record.event_name or "",
        account=account,
        region=region,
    )
    shows = (COVERAGE, CANARY) if is_canary(record) else (COVERAGE,)
    places = (Sighting(each, (coverage_facet(account, region),), at, evidence) for each in shows)
    if not road:
        return tuple(places)
    late = evidence._replace(delay=max(0, int((arrived - at).total_seconds())))
    return (*places, Sighting(ROAD, (road_facet(account, region, road),), at, late))


def _mfa(record: Record) -> bool | None:
    session = (record.user_identity or UserIdentity()).session_context or SessionContext()
    said = (session.attributes or SessionAttributes()).mfa_authenticated
    if said is None and _is_console_login(record):
        said = word(record.additional_event_data, "MFAUsed")
    return _SAID.get(str(said).lower())


def _is_console_login(record: Record) -> bool:
    return record.event_source == SIGN_IN and record.event_name == "ConsoleLogin"


def _as_one_spelling(source: str) -> str:
    """An address, or the name of a service."""
    return address_of(source) or source
