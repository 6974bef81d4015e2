"""The fields of CloudTrail records and EventBridge envelopes that the rules need, typed.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, TypeVar

import msgspec

T = TypeVar("T")

_NOTHING = msgspec.Raw(b"null")


class UnreadableRecord(Exception):
    """A record that should name a principal can't be read; the message says which, and what is wrong."""


class _Struct(msgspec.Struct, rename="camel", gc=False, frozen=True):
    pass


class SessionIssuer(_Struct, frozen=True):
    principal_id: str | None = None
    arn: str | None = None


class SessionAttributes(_Struct, frozen=True):
    mfa_authenticated: str | bool | None = None


class SessionContext(_Struct, frozen=True):
    session_issuer: SessionIssuer | None = None
    attributes: SessionAttributes | None = None
    assumed_root: str | bool | None = None


class OnBehalfOf(_Struct, frozen=True):
    user_id: str | None = None
    identity_store_arn: str | None = None


class UserIdentity(_Struct, frozen=True):
    type: str | None = None
    principal_id: str | None = None
    arn: str | None = None
    account_id: str | None = None
    access_key_id: str | None = None
    invoked_by: str | None = None
    session_context: SessionContext | None = None
    on_behalf_of: OnBehalfOf | None = None


class Record(_Struct, frozen=True):
    event_time: Annotated[datetime, msgspec.Meta(tz=True)]
    event_source: str | None = None
    event_name: str | None = None
    event_type: str | None = None
    event_id: str | None = msgspec.field(name="eventID", default=None)
    aws_region: str | None = None
    source_ip_address: str | None = msgspec.field(name="sourceIPAddress", default=None)
    user_agent: str | None = None
    error_code: str | None = None
    recipient_account_id: str | None = None
    user_identity: UserIdentity | None = None
    # Different for every API: decoded only for the few that need them.
    request_parameters: msgspec.Raw = _NOTHING
    response_elements: msgspec.Raw = _NOTHING
    additional_event_data: msgspec.Raw = _NOTHING
    service_event_details: msgspec.Raw = _NOTHING


class Envelope(_Struct, frozen=True):
    """What EventBridge puts around a record."""

    source: str
    detail: Record

    @property
    def is_from_aws(self) -> bool:
        """Only AWS can put events whose source begins with `aws.`, but its partners' begin so as well.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-saas.html
        """
        return _is_of_aws(self.source)


@lru_cache(maxsize=1024)
def _is_of_aws(source: str) -> bool:
    return source.startswith("aws.") and not source.startswith("aws.partner/")


class AssumeRoleRequest(_Struct, frozen=True):
    role_arn: str | None = None
    role_session_name: str | None = None


class AssumedRoleUser(_Struct, frozen=True):
    assumed_role_id: str | None = None
    arn: str | None = None


class AssumeRoleResponse(_Struct, frozen=True):
    assumed_role_user: AssumedRoleUser | None = None


_UNDECODABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
_envelope = msgspec.json.Decoder(Envelope)
_record = msgspec.json.Decoder(Record)
_request = msgspec.json.Decoder(AssumeRoleRequest | None)
_response = msgspec.json.Decoder(AssumeRoleResponse | None)
_words = msgspec.json.Decoder(dict[str, object] | None)


def envelope(body: bytes | str) -> Envelope:
    try:
        return _envelope.decode(body)
    except _UNDECODABLE as error:
        raise _unreadable(error) from error


def record(body: bytes | str | msgspec.Raw) -> Record:
    return _decoded(_record, body)


def assume_role_request(raw: msgspec.Raw) -> AssumeRoleRequest:
    return _decoded(_request, raw) or AssumeRoleRequest()


def assume_role_response(raw: msgspec.Raw) -> AssumeRoleResponse:
    return _decoded(_response, raw) or AssumeRoleResponse()


def word(raw: msgspec.Raw, name: str) -> str:
    """The value at `name` as text, or "" if there is none."""
    value = (_decoded(_words, raw) or {}).get(name)
    return "" if value is None else str(value)


def _decoded(decoder: msgspec.json.Decoder[T], body: bytes | str | msgspec.Raw) -> T:
    try:
        return decoder.decode(body)
    except _UNDECODABLE as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> UnreadableRecord:
    return UnreadableRecord(f"not a record that can be read: {error}")
