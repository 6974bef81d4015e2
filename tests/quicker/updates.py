"""moto's DynamoDB: the expressions of updates and conditions, and which items a query looks through."""

import re
from collections import deque
from copy import copy, deepcopy
from functools import lru_cache
from inspect import signature

from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import validators
from moto.dynamodb.parsing.executors import UpdateExpressionExecutor
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import UpdateExpressionValidator

_PLAIN = re.compile(
    r"(?:SET (?P<set>#?\w+ = :\w+(?:, #?\w+ = :\w+)*))?(?:(?:^| )REMOVE (?P<removed>#?\w+(?:, #?\w+)*))?"
)
_LARGEST = 405_000  # As moto has it.


def quicken_updates():
    """An expression is parsed once, a condition's words are found once, a query looks through its own partition.

    An update that only sets attributes to values and removes attributes is judged by moto the first time, and done
    without a tree from then on.
    """
    parse = UpdateExpressionParser.make
    UpdateExpressionParser.make = lru_cache(1000)(lambda expression: _Parsed(expression, parse(expression)))
    lex = ConditionExpressionParser._lex_condition_expression
    lexed = lru_cache(1000)(lambda expression: tuple(lex(ConditionExpressionParser(expression, None, None))))
    ConditionExpressionParser._lex_condition_expression = lambda self: deque(lexed(self.condition_expression))
    _read_conditions_once()
    validators.deepcopy = lambda what: deepcopy(what.tree if isinstance(what, _Parsed) else what)
    _judge_once()
    every = Table.all_items
    Table.all_items = lambda self: _sorted(self) if _has_keys_of_text(self) else every(self)
    query, takes = Table.query, signature(Table.query).bind
    Table.query = lambda self, hash_key, *how, **more: query(
        self if takes(self, hash_key, *how, **more).arguments.get("index_name") else _of(self, hash_key),
        hash_key,
        *how,
        **more,
    )


class _Parsed:
    """An update expression, and moto's tree of it. `changes`: None if it does more than to set and remove."""

    def __init__(self, expression, tree):
        plain = _PLAIN.fullmatch(expression)
        self.tree, self._found = tree, {}
        self.changes = plain and (
            [each.split(" = ") for each in plain["set"].split(", ")] if plain["set"] else [],
            plain["removed"].split(", ") if plain["removed"] else [],
        )

    def find_clauses(self, kinds):
        return self._found.get(kinds[0]) or self._found.setdefault(kinds[0], self.tree.find_clauses(kinds))


class _Plain:
    """A change of an item, in place of a tree that moto has judged."""

    def __init__(self, changes, names, values):
        self.put = {names.get(name, name): DynamoType(values[value]) for name, value in changes[0]}
        self.removed = [names.get(name, name) for name in changes[1]]

    def normalize(self):
        pass

    def change(self, item):
        """moto adds up the item anew for each attribute: only where it might become too large is that needed."""
        more = sum(len(name.encode()) + value.size() for name, value in self.put.items())
        put = dict.__setitem__ if item.size() + more <= _LARGEST else type(item.attrs).__setitem__
        for name, value in self.put.items():
            put(item.attrs, name, value)
        for name in self.removed:
            item.attrs.pop(name, None)


def _judge_once():
    start, validate = UpdateExpressionValidator.__init__, UpdateExpressionValidator.validate
    execute, judged = UpdateExpressionExecutor.execute, set()

    def starting(self, parsed, expression_attribute_names, expression_attribute_values, item, table):
        names, values = expression_attribute_names or {}, expression_attribute_values or {}
        kinds = ((name, *value, *map(bool, value.values())) for name, value in values.items())
        keys = str((table.table_key_attrs, table.attr, table.attribute_keys))
        self.like = parsed.changes and (parsed, keys, *names.items(), *kinds)
        self.plain = _Plain(parsed.changes, names, values) if self.like in judged else None
        if not self.plain:
            start(self, parsed, expression_attribute_names, expression_attribute_values, item, table)

    def validated(self):
        if self.plain:
            return self.plain
        tree = validate(self)
        if self.like:
            judged.add(self.like)
        return tree

    def executed(self, node=None):
        if isinstance(self.update_ast, _Plain):
            self.update_ast.change(self.item)
        else:
            execute(self, node)

    UpdateExpressionValidator.__init__, UpdateExpressionValidator.validate = starting, validated
    UpdateExpressionExecutor.execute = executed


def _read_conditions_once():
    """moto reads the condition of an update to check it, and again to judge by it."""
    parse, last = ConditionExpressionParser.parse, [(None, None, (), ())]

    def parsed(self):
        asked = self.condition_expression, self.expression_attribute_names, self.expression_attribute_values
        before, tree, names, values = last[0]
        if before == asked:
            self.expr_attr_names_found, self.expr_attr_values_found = [*names], [*values]
            return tree
        tree = parse(self)
        last[0] = asked, tree, (*self.expr_attr_names_found,), (*self.expr_attr_values_found,)
        return tree

    ConditionExpressionParser.parse = parsed


def _has_keys_of_text(table):
    types = {each["AttributeName"]: each["AttributeType"] for each in table.attr}
    return {types.get(table.hash_key_attr), types.get(table.range_key_attr)} == {"S"}


def _sorted(table):
    """moto asks each pair of items in Python for which comes first."""
    items = (item for part in table.items.values() for item in part.values())
    return sorted(items, key=lambda item: (item.hash_key.value, item.range_key.value))


def _of(table, hash_key):
    """The table as if it had nothing but this partition: moto would sort all items for each query."""
    narrow = copy(table)
    narrow.items = {hash_key: table.items.get(hash_key, {})} if hash_key in table.items else {}
    return narrow
