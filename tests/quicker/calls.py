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


def shorten_calls():
    """A call for which no test waits on its way is handed on as it is: nothing is signed, sent or tried again."""
    make = BaseClient._make_request

    def made(self, operation, call, context):
        service = _service(self, call)
        watching = _watching(self, f"before-send.{service}.{operation.name}") if service else None
        if watching is None:
            return make(self, operation, call, context)
        for each in watching:
            each(request=call)
        return _answer(self, service, operation, call)

    BaseClient._make_request = made


def _service(client, call):
    """Whose call it is, if moto is to answer it and the answer can be had without more ado; else None."""
    place = _PLACE.fullmatch(call["url"])
    is_signed = client._request_signer._credentials is not None
    if not (place and is_signed and moto.core.models.botocore_stubber.enabled):
        return None
    return place[1] if isinstance(call["body"], dict) or not _BINARY.search(call["body"]) else None


def _watching(client, sending):
    """Whom of the product to tell of a call that is sent; None if a test may answer or refuse it."""
    events = client.meta.events._emitter
    kept, told = (
        events._lookup_cache,
        ("told", sending),
    )  # It is emptied when somebody begins or ceases to listen.
    if told not in kept:
        listening = events._handlers.prefix_search(sending)
        others = [each for each in listening if each is not moto.core.models.botocore_stubber]
        kept[told] = others if all(each.__module__.startswith("reporter.") for each in others) else None
    return kept[told]


def _answer(client, service, operation, call):
    signer = client._request_signer
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
    """What moto makes of a request, but for a form with files, which it would look for."""
    body, form = call["body"], {}
    if isinstance(body, dict):
        form = {name: str(value) for name, value in body.items()}
    asked = SimpleNamespace(
        method="POST",
        path="/",
        headers=headers,
        data=body,
        values=form,
        content_type=headers.get("Content-Type", ""),
    )
    handler = _HANDLERS[service]()
    vars(handler).update(method="POST", path="/", headers=headers, data=body, body=body, uri=call["url"])
    vars(handler).update(raw_path="/", uri_match={}, querystring={})
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
