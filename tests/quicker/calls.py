"""The way from a client to moto's handler and back: what botocore wrote of a call is what moto reads."""

import json
import re
from functools import cache
from types import SimpleNamespace

import moto.core.models
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.parsers import ResponseParserFactory
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.utils import utcnow
from moto.dynamodb.responses import DynamoHandler
from moto.iam.models import mark_account_as_visited
from moto.iam.responses import IamResponse
from moto.sns.responses import SNSResponse
from moto.sts.responses import TokenResponse
from moto.utilities.utils import get_partition
from werkzeug.http import http_date

_HANDLERS = {
    "cloudtrail": CloudTrailResponse,
    "dynamodb": DynamoHandler,
    "iam": IamResponse,
    "sns": SNSResponse,
    "sts": TokenResponse,
}
_PLACE = re.compile(rf"https://({'|'.join(_HANDLERS)})(?:\.[a-z0-9-]+)?\.amazonaws\.com/")
_BINARY = re.compile(b'"BS?":')  # Such values moto has to decode.
_parser = cache(ResponseParserFactory().create_parser)
# The events of a call that botocore tells of and the short way does not.
_ON_THE_WAY = "request-created", "before-sign", "response-received", "before-parse", "needs-retry"


def shorten_calls():
    """Hands a call straight to moto unless a test listens for it: no signing, sending or retries."""
    make = BaseClient._make_request

    def made(self, operation, call, context):
        service = _service(self, call)
        watching = _watching(self, f"{service}.{operation.name}") if service else None
        if watching is None:
            return make(self, operation, call, context)
        for each in watching:
            assert each(request=call) is None, "a listener of the product's answered the call"
        return _answer(self, service, operation, call)

    BaseClient._make_request = made


def _service(client, call):
    """The service that is called, or None if moto needs more than what is handed on, or does not answer."""
    place = _PLACE.fullmatch(call["url"])
    is_signed = client._request_signer._credentials is not None
    if not (place and is_signed and moto.core.models.botocore_stubber.enabled):
        return None
    return place[1] if isinstance(call["body"], dict) or not _BINARY.search(call["body"]) else None


def _watching(client, operation):
    """The product's own listeners for this call; None if a test listens, and may answer or refuse it."""
    events = client.meta.events._emitter
    kept = events._lookup_cache  # botocore begins a new one when a handler is added or removed.
    told = "told", operation
    if told not in kept:

        def listening(*when):
            return [each for name in when for each in events._handlers.prefix_search(f"{name}.{operation}")]

        stubber = moto.core.models.botocore_stubber
        ours = [each for each in listening("before-send") if each is not stubber]
        usual = _are_all_of(listening(*_ON_THE_WAY), ("botocore.", "aws_lambda_powertools."))
        kept[told] = ours if usual and _are_all_of(ours, ("reporter.",)) else None
    return kept[told]


def _are_all_of(handlers, packages):
    return all(getattr(each, "func", each).__module__.startswith(packages) for each in handlers)


def _answer(client, service, operation, call):
    signer = client._request_signer
    # Of all this, moto reads whose key it is, and the region.
    scope = f"{signer._credentials.access_key}/20261120/{signer._region_name}/{service}/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    status, headers, body = _handler(service, call, call["headers"] | {"Authorization": signed}).call_action()
    answer = {
        "status_code": status,
        "headers": {name.lower(): told for name, told in headers.items()},
        "body": body if isinstance(body, bytes) else body.encode(),
        "context": {"operation_name": operation.name},
    }
    parser = _parser(operation.service_model.resolved_protocol)
    parsed = parser.parse(answer, operation.output_shape)
    if status >= 300:
        client._endpoint._add_modeled_error_fields(answer, parsed, operation, parser)
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    return AWSResponse(call["url"], status, headers, None), parsed


def _handler(service, call, headers):
    """moto's `setup_class`, without parsing an HTTP form."""
    body, form = call["body"], {}
    if isinstance(body, dict):
        form = {name: str(value) for name, value in body.items()}
        "".join(form.values()).encode()  # As when it is sent: half a character cannot be.
    handler = _HANDLERS[service]()
    vars(handler).update(headers=headers, body=body, uri_match={}, querystring={})
    asked = SimpleNamespace(
        method="POST", path="/", headers=headers, data=body, values=form, content_type=headers["Content-Type"]
    )
    handler.region = handler.get_region_from_url(asked, call["url"])
    handler.partition = get_partition(handler.region)
    handler.response_headers = {"server": "amazon.com", "date": http_date(utcnow())}
    if service == "dynamodb":
        handler.params = json.loads(body)
    else:
        handler.querystring = handler.data = {name: [value] for name, value in form.items()}
        if handler.automated_parameter_parsing:
            handler.parse_parameters(asked)
    handler.access_key = handler.get_access_key()
    handler.current_account = handler.get_current_account()
    mark_account_as_visited(handler.current_account, handler.access_key, service, handler.region)
    return handler
