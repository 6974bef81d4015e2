"""moto: which handler answers a call, and how it writes the answer."""

from copy import deepcopy
from functools import cache
from string import ascii_letters, digits

import moto.backend_index
import moto.core.base_backend
import moto.core.models
import moto.core.responses
from botocore.parsers import BaseJSONParser
from moto.core.serialize import BaseJSONSerializer, XFormedAttributePicker
from moto.dynamodb.models import DynamoType
from moto.dynamodb.models.dynamo_type import Item, LimitedSizeDict
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
    MotoRandom.get_random_string = _random_string
    _quicken_values()
    # The patterns are tried in turn, and most of what is not handed on is for S3; an address may match several.
    moto.backend_index.backend_url_patterns.sort(key=lambda each: not each[0].startswith("s3"))


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
