"""moto: who answers a call, how it reads the call, and how it writes the answer."""

from functools import cache
from io import BytesIO
from string import ascii_letters, digits

import moto.backend_index
import moto.core.base_backend
import moto.core.models
import moto.core.request
import moto.core.responses
from moto.core.request import environ_key_for_header
from moto.core.serialize import BaseJSONSerializer, XFormedAttributePicker
from moto.dynamodb.models import DynamoType
from moto.moto_api._internal.moto_random import MotoRandom


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
    MotoRandom.get_random_string = _random_string
    _quicken_values(BaseJSONSerializer)
    # It sorts all items for each query, mostly by strings.
    value_of = DynamoType.cast_value.fget
    DynamoType.cast_value = property(lambda self: self.value if self.type == "S" else value_of(self))
    size_of = DynamoType.size
    DynamoType.size = lambda self: (
        len(self.value.encode()) if self.type == "S" and type(self.value) is str else size_of(self)
    )
    # The patterns are tried in turn; a stable sort, since an address may match several.
    moto.backend_index.backend_url_patterns.sort(
        key=lambda each: each[0] not in ("dynamodb", "iam", "sns", "sts")
    )


def _quicken_values(serializer):
    """Most members of most structures are DynamoDB's strings and numbers, and each would be asked for ten types."""
    structure = serializer._serialize_type_structure

    def quick(self, serialized, value, shape, key):
        if shape.name == "AttributeValue" and type(value) is dict and [*value] in (["S"], ["N"]):
            serialized[self.get_serialized_name(shape, key)] = dict(value)
        else:
            structure(self, serialized, value, shape, key)

    serializer._serialize_type_structure = quick


def _environ(endpoint, headers, body):
    """As WSGI hands on a call that is all in its body."""
    scheme, _, host = endpoint.partition("://")
    sent = body.encode() if isinstance(body, str) else body
    texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in headers.items()}
    return {environ_key_for_header(name): value for name, value in texts.items()} | {
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
