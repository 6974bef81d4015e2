"""moto, botocore and typer find out again, for each test and call, what is always the same; from here on, only once.

What they answer stays what it was. `quicken` once, before the first client is made.
"""

import pickle
import uuid
from collections import deque
from copy import deepcopy
from functools import cache, lru_cache
from io import BytesIO
from random import Random
from string import ascii_letters, digits

import botocore.client
import botocore.hooks
import botocore.regions
import botocore.session
import botocore.useragent
import moto.backend_index
import moto.core.base_backend
import moto.core.models
import moto.core.request
import moto.core.responses
import typer.testing
import yaml
from botocore.auth import AUTH_TYPE_MAPS
from botocore.hooks import NodeList
from moto.core.request import environ_key_for_header
from moto.core.serialize import BaseJSONSerializer, XFormedAttributePicker
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import DynamoType
from moto.dynamodb.parsing import ast_nodes, validators
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.moto_api._internal.moto_random import MotoRandom


def quicken():
    # samtranslator reads the templates by the slow one, and CliRunner makes all commands anew for each that it runs.
    yaml.SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    typer.testing._get_command = cache(typer.testing._get_command)
    _quicken_botocore()
    _quicken_signing()
    _quicken_moto()
    _quicken_updates()


def _quicken_botocore():
    """The services' descriptions, their clients' classes, the names of events, which handlers take keywords."""
    of = Random()  # noqa: S311  # The system's own takes time, and Hypothesis sets the shared one back.
    uuid.uuid4 = lambda: uuid.UUID(int=of.getrandbits(128), version=4)
    botocore.useragent.UserAgentComponent.to_string = cache(botocore.useragent.UserAgentComponent.to_string)
    sanitize = botocore.useragent.sanitize_user_agent_string_component
    botocore.useragent.sanitize_user_agent_string_component = cache(sanitize)
    botocore.session.create_loader = cache(botocore.session.create_loader)
    botocore.endpoint.get_environ_proxies = cache(botocore.endpoint.get_environ_proxies)
    _share_handlers(botocore.hooks._PrefixTrie)
    botocore.client.ServiceModel = _one_for_each(botocore.client.ServiceModel)
    botocore.regions.EndpointProvider = _one_for_each(botocore.regions.EndpointProvider)
    alias, aliaser = botocore.hooks.EventAliaser._alias_event_name, botocore.hooks.EventAliaser(None)
    aliases, takes = cache(lambda name: alias(aliaser, name)), lru_cache(500)(botocore.hooks.accepts_kwargs)
    botocore.hooks.EventAliaser._alias_event_name = lambda _, name: aliases(name)
    botocore.hooks.accepts_kwargs = lambda handler: takes(getattr(handler, "__func__", handler))
    class_of, classes = botocore.client.ClientCreator._create_client_class, {}
    botocore.client.ClientCreator._create_client_class = lambda self, name, model: (
        classes.get(name) or classes.setdefault(name, class_of(self, name, model))
    )


def _quicken_signing():
    """moto looks at who signs, for which region, and at no signature but S3's. What goes elsewhere is signed."""
    signer = AUTH_TYPE_MAPS["v4"]
    sign = signer.add_auth

    def add_auth(self, request):
        asks_moto = moto.core.models.botocore_stubber.enabled
        if self.credentials is None or self._service_name == "s3" or not asks_moto:
            sign(self, request)
            return
        scope = f"{self.credentials.access_key}/20261120/{self._region_name}/{self._service_name}/aws4_request"
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        )

    signer.add_auth = add_auth


def _one_for_each(kind):
    """One object for each description: the loader keeps these, so they are known by where they are."""
    made = {}

    def one(*descriptions, **named):
        key = (
            *map(id, descriptions),
            *((name, id(each)) for name, each in named.items() if name != "service_name"),
        )
        if key not in made:
            made[key] = kind(*descriptions, **named), descriptions, named
        return made[key][0]

    return one


def _share_handlers(trie):
    """Each client has a copy of its session's handlers, by parts of their events' names: of what it changes alone."""

    def owning(change):
        def changed(self, key, *what, **where):
            self._root = node = _branch(self._root)
            for part in key.split("."):
                child = node["children"].get(part, {"chunk": part, "values": None, "children": {}})
                node["children"][part] = child = _branch(child)
                node = child
            change(self, key, *what, **where)

        return changed

    def copied(self):
        copy = type(self)()
        copy._root = self._root
        return copy

    trie.append_item, trie.remove_item = map(owning, (trie.append_item, trie.remove_item))
    trie.__copy__ = copied


def _branch(node):
    values = NodeList(*map(list, node["values"])) if node["values"] else None
    return {**node, "children": {**node["children"]}, "values": values}


def _quicken_moto():
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


def _quicken_updates():
    """The tree of an update expression: parsed once, copied as bytes, and walked without asking each node what it is.

    A condition's words are found once.
    """
    parse = UpdateExpressionParser.make

    @lru_cache(1000)
    def make(expression):
        tree = parse(expression)
        tree.pickled = pickle.dumps(tree)
        return tree

    UpdateExpressionParser.make = make
    lex = ConditionExpressionParser._lex_condition_expression
    lexed = lru_cache(1000)(lambda expression: tuple(lex(ConditionExpressionParser(expression, None, None))))
    ConditionExpressionParser._lex_condition_expression = lambda self: deque(lexed(self.condition_expression))
    validators.deepcopy = _copy
    ast_nodes.DepthFirstTraverser.traverse = _traverse
    # They look through all below a node: it is enough to ask them of the root.
    validators.ActionCountValidator.traverse = validators.ActionCountValidator.verify_action_counts
    validators.OverlappingPathsValidator.traverse = (
        validators.OverlappingPathsValidator.check_for_overlapping_paths
    )


def _copy(what):
    return pickle.loads(what.pickled) if hasattr(what, "pickled") else deepcopy(what)  # noqa: S301  # by `make`


def _traverse(self, root):
    return _walk(self, root, _processed(self.nodes_to_be_processed()))


@cache
def _processed(kinds):
    return {kind: issubclass(kind, kinds) for kind in _kinds(ast_nodes.Node)}


def _kinds(kind):
    return {kind}.union(*map(_kinds, kind.__subclasses__()))


def _walk(self, node, processed, child_id=-1):
    """`processed` has, of each kind of node, whether `self` has anything to do with it."""
    parent = node.parent
    for position, child in enumerate(node.children or ()):
        self.pre_processing_of_child(node, position)
        if type(child) in processed:
            _walk(self, child, processed, position)
    if processed[type(node)]:
        node = self.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node
