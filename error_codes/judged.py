"""What was judged by hand, and the module that comes of it."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from error_codes.models import Error

JUDGED = Path(__file__).parent / "judged.toml"

_HEAD = '''\
"""AWS's error codes that refuse a caller, in small letters and without `Client.`: made by `make refusals`.

What decides is error_codes/judged.toml.
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
    """Codes that are judged for one reason. With a `source` they need be of no model."""

    kind: Kind
    why: str
    codes: tuple[str, ...]
    source: str = ""


def groups(text: str) -> list[Group]:
    return [
        Group(Kind(each["kind"]), each["why"], tuple(each["codes"].split()), each.get("source", ""))
        for each in tomllib.loads(text)["group"]
    ]


def kinds(every: Iterable[Group]) -> dict[str, Kind]:
    """Of each code, in small letters. Raises JudgedTwice."""
    found: dict[str, Kind] = {}
    for group in every:
        for code in group.codes:
            kind = found.setdefault(code.lower(), group.kind)
            if kind is not group.kind:
                raise JudgedTwice(f"{code} is judged {kind} and {group.kind}")
    return found


def unjudged(kinds: Mapping[str, Kind], errors: Iterable[Error]) -> list[Error]:
    return [error for error in errors if error.is_to_be_judged and error.code.lower() not in kinds]


def module(kinds: Mapping[str, Kind], errors: Iterable[Error]) -> str:
    """CloudTrail writes a code, or what the model calls the error: both are in it."""
    shapes = {error.shape.lower(): kinds[error.code.lower()] for error in errors if error.code.lower() in kinds}
    every = shapes | dict(kinds)
    return _HEAD + "".join(
        f'\n{name} = frozenset(\n    """\n{_filled(sorted(code for code in every if every[code] is kind))}'
        '    """.split()\n)\n'
        for kind, name in _NAMES.items()
    )


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
