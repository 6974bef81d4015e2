"""moto's DynamoDB: the expressions of updates and conditions."""

import pickle
from collections import deque
from copy import deepcopy
from functools import cache, lru_cache

from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.parsing import ast_nodes, validators
from moto.dynamodb.parsing.expressions import UpdateExpressionParser


def quicken_updates():
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
