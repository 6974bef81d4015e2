"""What was judged by hand, and the module that comes of it."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from error_codes.models import Error

JUDGED = Path(__file__).parent / "judged.toml"

_HEAD = '''\
"""AWS's error codes that refuse a caller, in small letters and without `Client.`: made by `make refusals`.

error_codes/judged.toml is the source. A code with an event source before it applies only to that service.
"""
'''
_WIDTH = 108


class Kind(StrEnum):
    PERMISSION = "permission"
    CREDENTIAL = "credential"
    EITHER = "either"
    OTHER = "other"


_NAMES = {Kind.PERMISSION: "NO_PERMISSION", Kind.CREDENTIAL: "BAD_CREDENTIAL", Kind.EITHER: "EITHER"}


class JudgedTwice(Exception):
    """A code that is judged in two ways."""


@dataclass(frozen=True, slots=True)
class Group:
    """Codes that are judged for one reason. With a `source` they need be of no model.

    `model` and `event_source`: of one service alone, as botocore and as CloudTrail name it.
    """

    kind: Kind
    why: str
    codes: tuple[str, ...]
    source: str = ""
    model: str = ""
    event_source: str = ""

    def key(self, code: str) -> str:
        """As ingest looks it up."""
        return f"{self.event_source}/{code}".lower() if self.event_source else code.lower()


def groups(text: str) -> list[Group]:
    return [
        Group(**{**each, "kind": Kind(each["kind"]), "codes": tuple(each["codes"].split())})
        for each in tomllib.loads(text)["group"]
    ]


def as_elsewhere(text: str) -> frozenset[str]:
    """Models and codes of theirs that were read, and mean nothing else there."""
    return frozenset(tomllib.loads(text)["as_elsewhere"].split())


def kinds(every: Iterable[Group]) -> dict[str, Kind]:
    """Of each code, in small letters, with the event source where it is of one service. Raises JudgedTwice."""
    found: dict[str, Kind] = {}
    for group in every:
        for code in group.codes:
            kind = found.setdefault(group.key(code), group.kind)
            if kind is not group.kind:
                raise JudgedTwice(f"{code} is judged {kind} and {group.kind}")
    return found


def unjudged(kinds: Mapping[str, Kind], errors: Iterable[Error]) -> list[Error]:
    return [error for error in errors if error.is_to_be_judged and error.code.lower() not in kinds]


def unread(every: Iterable[Group], elsewhere: Set[str], errors: Iterable[Error]) -> list[Error]:
    """Errors that have a credential's name, in models where it may mean something else."""
    every, errors = list(every), list(errors)
    known = _with_shapes(kinds(every), errors)
    own = {(group.model, code) for group in every for code in group.codes}
    return [
        error
        for error in errors
        if f"{error.service}/{error.code}" not in elsewhere
        for name in dict.fromkeys((error.code, error.shape))
        if known.get(name.lower()) is Kind.CREDENTIAL and (error.service, name) not in own
    ]


def module(kinds: Mapping[str, Kind], errors: Iterable[Error]) -> str:
    """CloudTrail writes a code, or what the model calls the error: both are in it."""
    every = _with_shapes(kinds, errors)
    sets = {name: [code for code in every if every[code] is kind] for kind, name in _NAMES.items()}
    sets["OF_ONE_SERVICE"] = [code for code in every if "/" in code]
    return _HEAD + "".join(
        f'\n{name} = frozenset(\n    """\n{_filled(sorted(codes))}    """.split()\n)\n'
        for name, codes in sets.items()
    )


def _with_shapes(kinds: Mapping[str, Kind], errors: Iterable[Error]) -> dict[str, Kind]:
    shapes = {error.shape.lower(): kinds[error.code.lower()] for error in errors if error.code.lower() in kinds}
    return shapes | dict(kinds)


def _filled(codes: Iterable[str]) -> str:
    return "".join(f"    {line}\n" for line in _lines(codes))


def _lines(codes: Iterable[str]) -> Iterator[str]:
    line = ""
    for code in codes:
        if len(line) + len(code) >= _WIDTH:
            yield line
            line = ""
        line = f"{line} {code}".strip()
    yield line
