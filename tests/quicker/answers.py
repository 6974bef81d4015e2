"""moto: which handler answers a call, how it reads the call, and how it writes the answer."""

import json
import re
from copy import deepcopy
from functools import cache
from string import ascii_letters, digits
from types import SimpleNamespace
from urllib.parse import parse_qsl

import moto.backend_index
import moto.core.base_backend
import moto.core.models
import moto.core.responses
from botocore.parsers import BaseJSONParser
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.serialize import BaseJSONSerializer, XFormedAttributePicker
from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoType
from moto.dynamodb.models.dynamo_type import Item, LimitedSizeDict
from moto.dynamodb.responses import DynamoHandler
from moto.iam.models import mark_account_as_visited
from moto.iam.responses import IamResponse
from moto.moto_api._internal.moto_random import MotoRandom
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
_BINARY = re.compile('"BS?":')  # Such values moto has to decode.


def quicken_answers():
    """Which service an address is of, which calls it answers, and how; by which names an answer's members may go."""
    urls_of, urls = moto.core.base_backend.BaseBackend.urls.fget, {}
    moto.core.base_backend.BaseBackend.urls = property(
        lambda self: urls.get(type(self)) or urls.setdefault(type(self), urls_of(self))
    )
    moto.core.models.RESPONSES_METHODS.clear()  # It listens for calls of another library than botocore, too.
    moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
    moto.core.responses.XFormedAttributePicker = _PickerWithMemory
    process = BotocoreStubber.process_request
    BotocoreStubber.process_request = lambda self, request: _handed_on(request) or process(self, request)
    MotoRandom.get_random_string = _random_string
    _quicken_values()
    # The patterns are tried in turn, and most of what is not handed on is for S3; an address may match several.
    moto.backend_index.backend_url_patterns.sort(key=lambda each: not each[0].startswith("s3"))


def _handed_on(request):
    """The call as it is, in place of a form with files that moto then looks at; None if it is another service's."""
    place = _PLACE.fullmatch(request.url)
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    if not place or _BINARY.search(body):
        return None
    headers = {
        name: told.decode() if isinstance(told, bytes) else told for name, told in request.headers.items()
    }
    call = {"method": "POST", "path": "/", "headers": headers, "data": body}
    asked = SimpleNamespace(**call, content_type=headers.get("Content-Type", ""))
    handler = _HANDLERS[place[1]]()
    vars(handler).update(call, body=body, uri=request.url, raw_path="/", uri_match={}, querystring={})
    handler.region = handler.get_region_from_url(asked, request.url)
    handler.partition = get_partition(handler.region)
    handler.response_headers = {"server": "amazon.com", "date": http_date(utcnow())}
    if place[1] == "dynamodb":
        handler.params = json.loads(body)
    else:
        is_form = asked.content_type.startswith("application/x-www-form-urlencoded")
        asked.values = dict(parse_qsl(body, keep_blank_values=True)) if is_form else {}
        handler.querystring = handler.data = {name: [value] for name, value in asked.values.items()}
        if handler.automated_parameter_parsing:
            handler.parse_parameters(asked)
    handler.access_key = handler.get_access_key()
    handler.current_account = handler.get_current_account()
    mark_account_as_visited(handler.current_account, handler.access_key, place[1], handler.region)
    return handler.call_action()


def _quicken_values():
    """Most members of most structures are DynamoDB's strings and numbers, and each would be asked for ten types."""
    write, read = BaseJSONSerializer._serialize_type_structure, BaseJSONParser._handle_structure

    def written(self, serialized, value, shape, key):
        if _is_plain(shape, value):
            serialized[self.get_serialized_name(shape, key)] = dict(value)
        else:
            write(self, serialized, value, shape, key)

    BaseJSONSerializer._serialize_type_structure = written
    BaseJSONParser._handle_structure = lambda self, shape, value: (
        dict(value) if _is_plain(shape, value) else read(self, shape, value)
    )
    # It sorts all items for each query, mostly by strings.
    value_of, size_of = DynamoType.cast_value.fget, DynamoType.size
    DynamoType.cast_value = property(lambda self: self.value if self.type == "S" else value_of(self))
    DynamoType.size = lambda self: (
        len(self.value.encode()) if self.type == "S" and type(self.value) is str else size_of(self)
    )
    Item.__deepcopy__ = lambda self, memo: _copied(self)


def _copied(item):
    new = Item.__new__(Item)
    new.hash_key, new.range_key, new.attrs = (
        item.hash_key,
        item.range_key,
        LimitedSizeDict.__new__(LimitedSizeDict),
    )
    dict.update(new.attrs, {name: _twin(value) for name, value in item.attrs.items()})
    return new


def _twin(value):
    if value.type not in ("S", "N"):
        return deepcopy(value)
    new = DynamoType.__new__(DynamoType)
    new.type, new.value = value.type, value.value
    return new


def _is_plain(shape, value):
    return shape.name == "AttributeValue" and type(value) is dict and [*value] in (["S"], ["N"])


def _random_string(self, length=20, include_digits=True, lower_case=False):
    drawn = "".join(self.choices(ascii_letters + digits * include_digits, k=length))
    return drawn.lower() if lower_case else drawn


class _PickerWithMemory(XFormedAttributePicker):
    names = {}  # noqa: RUF012

    def get_possible_keys(self, context):
        member = type(context.obj), context.shape, context.key
        found = self.names.get(member) or self.names.setdefault(
            member, [*dict.fromkeys(super().get_possible_keys(context))]
        )
        # Of a dict, those that it has: most members of most answers have no value.
        return [name for name in found if name in context.obj] if type(context.obj) is dict else found
