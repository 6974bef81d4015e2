"""One role is one, though some records name it without its path."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from activity.arn import is_role, without_path
from activity.item import Item
from activity.keeping import Key
from activity.model import held_by, is_of_principal


def gathered(items: Mapping[Key, Item]) -> dict[str, dict[str, Item]]:
    """What is known of each, by facet: of a role that was seen without its path, under the ARN that has it."""
    whole = whole_arns(items)
    by: dict[str, dict[str, Item]] = {}
    for (principal, facet), item in items.items():
        arn = whole.get(principal, principal)
        those = by.setdefault(arn, {})
        if arn != principal and item.activity:
            item = replace(item, activity=item.activity._replace(principal=arn))
        those[facet] = _merged(item, those[facet]) if facet in those else item
    return by


def whole_arns(items: Mapping[Key, Item]) -> dict[str, str]:
    """By the ARN of a role that was seen without its path, the one that has it.

    It has the same unique id; or, where none is told, it is the only role of that name. A name is an account's
    own, whatever its path.
    """
    ids: dict[str, set[str]] = {}
    for (principal, facet), item in items.items():
        if is_role(principal):
            ids.setdefault(principal, set()).update(_told(facet, item))
    with_path: dict[str, list[str]] = {}
    for arn in sorted(ids):
        if without_path(arn) != arn:
            with_path.setdefault(without_path(arn), []).append(arn)
    found = {arn: _whole(ids[arn], those, ids) for arn, those in with_path.items() if arn in ids}
    return {arn: whole for arn, whole in found.items() if whole}


def _whole(own: set[str], those: list[str], ids: Mapping[str, set[str]]) -> str:
    same = [arn for arn in those if own & ids[arn]]
    if same:
        return same[0]
    is_the_only_one = len(those) == 1 and not (own and ids[those[0]])
    return those[0] if is_the_only_one else ""


def _told(facet: str, item: Item) -> Iterable[str]:
    held = held_by(facet) if is_of_principal(facet) else ""
    return {held, item.activity.evidence.principal_id if item.activity else ""} - {""}


def _merged(one: Item, other: Item) -> Item:
    """With both sightings; flagged if either is."""
    first, second = (one, other) if one.own_flag or not other.own_flag else (other, one)
    both = first.activity or second.activity
    if first.activity and second.activity:
        both = first.activity.merge(second.activity)
    return replace(first, activity=both, problem=first.problem or second.problem)
