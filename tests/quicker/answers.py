"""moto: who answers a call, how it reads the call, and how it writes the answer."""

import json
import re
from copy import deepcopy
from functools import cache
from io import BytesIO
from string import ascii_letters, digits

import moto.backend_index
import moto.core.base_backend
import moto.core.models
import moto.core.request
import moto.core.responses
from botocore.parsers import BaseJSONParser
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.request import environ_key_for_header
from moto.core.serialize import BaseJSONSerializer, XFormedAttributePicker
from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoType
from moto.dynamodb.models.dynamo_type import Item, LimitedSizeDict
from moto.dynamodb.responses import DynamoHandler
from moto.iam.models import mark_account_as_visited
from moto.moto_api._internal.moto_random import MotoRandom
from moto.utilities.utils import get_partition
from werkzeug.http import http_date

_DYNAMODB = re.compile(r"https://dynamodb\.([a-z0-9-]+)\.amazonaws\.com/")
_BINARY = re.compile(rb'"BS?":')


def quicken_answers():
    """Which service an address is of, which calls it answers, and how; by which names an answer's members may go."""
    urls_of, urls = moto.core.base_backend.BaseBackend.urls.fget, {}
    moto.core.base_backend.BaseBackend.urls = property(
        lambda self: urls.get(type(self)) or urls.setdefault(type(self), urls_of(self))
    )
    moto.core.models.RESPONSES_METHODS.clear()  # It listens for calls of another library than botocore, too.
    moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
    moto.core.responses.XFormedAttributePicker = _PickerWithMemory
    from_primitives = moto.core.request.Request.from_primitives.__func__
    moto.core.request.Request.from_primitives = classmethod(
        lambda kind, method, url, headers, body=None: (
            kind(_environ(url.removesuffix("/"), headers, body))
            if method == "POST" and url.count("/") == 3 and url[-1] == "/" and isinstance(body, str | bytes)
            else from_primitives(kind, method, url, headers, body)
        )
    )
    process = BotocoreStubber.process_request
    BotocoreStubber.process_request = lambda self, request: _of_dynamodb(request) or process(self, request)
    MotoRandom.get_random_string = _random_string
    _quicken_values()
    # The patterns are tried in turn; a stable sort, since an address may match several.
    moto.backend_index.backend_url_patterns.sort(
        key=lambda each: each[0] not in ("dynamodb", "iam", "sns", "sts")
    )


def _of_dynamodb(request):
    """Handed on as it is, in place of a form with files that moto then looks at; None if it is another service's."""
    place = _DYNAMODB.fullmatch(request.url)
    if not place or _BINARY.search(request.body):
        return None
    handler = DynamoHandler()
    handler.headers, handler.querystring, handler.region = dict(_texts(request.headers)), {}, place[1]
    handler.partition = get_partition(handler.region)
    handler.response_headers = {"server": "amazon.com", "date": http_date(utcnow())}
    handler.params = json.loads(request.body)
    handler.access_key = handler.get_access_key()
    handler.current_account = handler.get_current_account()
    mark_account_as_visited(handler.current_account, handler.access_key, "dynamodb", handler.region)
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


def _environ(endpoint, headers, body):
    """As WSGI hands on a call that is all in its body."""
    scheme, _, host = endpoint.partition("://")
    sent = body.encode() if isinstance(body, str) else body
    return {environ_key_for_header(name): value for name, value in _texts(headers)} | {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "RAW_URI": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": host.partition(":")[0],
        "SERVER_PORT": host.partition(":")[2] or {"http": "80", "https": "443"}[scheme],
        "HTTP_HOST": host,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(sent)),
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(sent),
    }


def _texts(headers):
    return ((name, value.decode() if isinstance(value, bytes) else value) for name, value in headers.items())


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
