"""How botocore makes its clients, what they are called, and where they find a service."""

import os
from copy import copy
from functools import cache, lru_cache

import botocore.client
import botocore.context
import botocore.endpoint
import botocore.hooks
import botocore.httpsession
import botocore.parsers
import botocore.regions
import botocore.session
import botocore.useragent
import botocore.utils
import moto.core.models
from botocore.context import ClientContext, get_context
from botocore.hooks import NodeList

_ONE_ENDPOINT = "cloudtrail", "iam", "sns", "sts"


def quicken_clients():
    """What depends on the service, the session or the client is found once, not for each client or call."""
    _name_clients_once(botocore.useragent.UserAgentString)
    botocore.context.deepcopy = lambda context: ClientContext({*context.features})
    botocore.session.create_loader = cache(botocore.session.create_loader)
    botocore.parsers.DEFAULT_TIMESTAMP_PARSER = lru_cache(5000)(botocore.parsers.DEFAULT_TIMESTAMP_PARSER)
    _read_profiles_once(botocore.session.Session)
    proxies = cache(botocore.endpoint.get_environ_proxies)
    botocore.endpoint.get_environ_proxies = botocore.utils.get_environ_proxies = proxies
    _find_endpoints_once(botocore.regions.EndpointRulesetResolver)
    make_context = botocore.httpsession.create_urllib3_context
    shared = cache(make_context)  # A client that moto answers never connects: whom it trusts does not matter.
    botocore.httpsession.create_urllib3_context = lambda: shared() if _asks_moto() else make_context()
    _share_handlers(botocore.hooks._PrefixTrie)
    _start_with_handlers(botocore.session.Session)
    botocore.client.ServiceModel = _one_for_each(botocore.client.ServiceModel)
    botocore.regions.EndpointProvider = _one_for_each(botocore.regions.EndpointProvider)
    alias, aliaser = botocore.hooks.EventAliaser._alias_event_name, botocore.hooks.EventAliaser(None)
    aliases = cache(lambda name: alias(aliaser, name))
    botocore.hooks.EventAliaser._alias_event_name = lambda _, name: aliases(name)
    _ask_each_handler_once()
    class_of, classes = botocore.client.ClientCreator._create_client_class, {}
    botocore.client.ClientCreator._create_client_class = lambda self, name, model: (
        classes.get(name) or classes.setdefault(name, class_of(self, name, model))
    )


def _asks_moto():
    return moto.core.models.botocore_stubber.enabled


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
        trie = type(self)()
        trie._root = self._root
        return trie

    trie.append_item, trie.remove_item = map(owning, (trie.append_item, trie.remove_item))
    trie.__copy__ = copied


def _name_clients_once(agent):
    """What a client calls itself depends on what it was made with, and on the features that a call uses."""
    name = agent.to_string

    def to_string(self):
        used = frozenset(getattr(get_context(), "features", ()))
        made_with = self._client_config, self._session_user_agent_extra, frozenset(self._client_features or ())
        kept = vars(self).setdefault("_names", {})
        return kept.get((used, *made_with)) or kept.setdefault((used, *made_with), name(self))

    agent.to_string = to_string


def _find_endpoints_once(resolver):
    """A client's endpoint depends on the table for DynamoDB, and on nothing in the call for these services."""
    construct = resolver.construct_endpoint

    def construct_endpoint(self, operation_model, call_args, request_context):
        service = operation_model.service_model.service_name
        call = operation_model.name, (call_args or {}).get("TableName")
        if service not in _ONE_ENDPOINT and not isinstance(call[1], str):
            return construct(self, operation_model, call_args, request_context)
        found = vars(self).setdefault("_found", {})
        if call not in found:
            found[call] = construct(self, operation_model, call_args, request_context)
        return found[call]

    resolver.construct_endpoint = construct_endpoint


def _ask_each_handler_once():
    """Whether it takes keywords: a lambda is made anew for each client, its code is not."""
    takes, told = botocore.hooks.accepts_kwargs, {}

    def accepts_kwargs(handler):
        code = getattr(handler, "__code__", None) or getattr(type(handler).__call__, "__code__", None)
        if code is None:
            return takes(handler)
        if code not in told:
            told[code] = takes(handler)
        return told[code]

    botocore.hooks.accepts_kwargs = accepts_kwargs


def _read_profiles_once(session):
    """A client asks for thirty settings, each in the profile that another setting names."""
    read = session.get_scoped_config

    def get_scoped_config(self):
        asked = (
            *map(os.environ.get, ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")),
            self._session_instance_vars.get("profile"),
        )
        kept = vars(self).setdefault("_profiles_read", {})
        if asked not in kept:
            kept[asked] = read(self)
        return kept[asked]

    session.get_scoped_config = get_scoped_config


def _start_with_handlers(session):
    """The handlers that each new session has; moto and tests add their own."""
    register, kept = session._register_builtin_handlers, {}

    def registered(self, events):
        every = tuple(botocore.session.handlers.BUILTIN_HANDLERS)
        if every in kept:
            events._emitter = copy(kept[every])
        else:
            register(self, events)
            kept[every] = copy(events._emitter)

    session._register_builtin_handlers = registered


def _branch(node):
    values = NodeList(*map(list, node["values"])) if node["values"] else None
    return {**node, "children": {**node["children"]}, "values": values}
