"""A handle as it was given, and the answer to it."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from activity.item import attributes
from lastseen.asking.finding import Finder
from lastseen.asking.forms import Unrecognised, readings
from lastseen.asking.handle import Handle
from lastseen.asking.iam import Iam, Said
from lastseen.asking.lookup import Lookup
from lastseen.asking.matches import Found, Match
from lastseen.asking.plain import told

_AT_ONCE = 4  # Each asks for several things at once; botocore keeps ten connections.
_BRACKETS = re.compile(r"[\[\]()]")  # In no name that IAM allows.


@dataclass(frozen=True, slots=True)
class Answer:
    """`said`: what IAM says, if nobody was found. `problem`: why nobody can be found by that."""

    asked: str
    meant: Handle = field(default_factory=partial(Handle, ""))
    found: Found = field(default_factory=partial(Found, ()))
    said: Said = field(default_factory=Said)
    problem: str = ""

    @property
    def matches(self) -> Sequence[Match]:
        return self.found.matches


def words(text: str) -> list[str]:
    """The handles of a list, as `aws --output text`, `aws --output json` and people write one."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if isinstance(value, list):
        return list(_texts(value))
    return [each for each in _BRACKETS.sub(" ", text).split() if each != ","]


def _texts(value: Any) -> Iterator[str]:
    """Those of a JSON list, perhaps of lists: a number is an account's id, null a field that is missing."""
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif value is not None:
        yield str(value)


def answer(lookup: Lookup, iam: Iam, asked: str, *, everywhere: bool = False) -> Answer:
    """By the first meaning that finds somebody. Raises Unrecognised."""
    meanings = readings(asked)
    for meant in meanings:
        found = Finder(lookup).find(meant, everywhere=everywhere)
        if found.matches:
            return Answer(asked, meant, found)
    return Answer(asked, meanings[0], found, iam.about(meanings[0]))


def answers(lookup: Lookup, iam: Iam, every: Iterable[str], *, everywhere: bool = False) -> list[Answer]:
    """In their order. What is no handle does not keep the others from being answered."""

    def one(asked: str) -> Answer:
        try:
            return answer(lookup, iam, asked, everywhere=everywhere)
        except Unrecognised as why:
            return Answer(asked, problem=str(why))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(one, every))


def as_dicts(answers: Iterable[Answer]) -> Iterator[dict[str, Any]]:
    """A line for each whom a handle may mean, with what it was last found by; one for a handle of nobody."""
    for each in answers:
        yield from ({"handle": each.asked, **told_of(match)} for match in each.matches)
        if not each.matches:
            known = {
                "iam": dict(each.said.facts),
                "did_you_mean": list(each.found.like),
                "hint": each.meant.hint,
                "problem": each.problem,
            }
            there = {name: value for name, value in known.items() if value}
            yield {"handle": each.asked, "principal": None, **there}


def told_of(match: Match) -> dict[str, Any]:
    return told(attributes(match.last) if match.last else {"principal": match.principal})
