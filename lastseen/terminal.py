"""What all commands share: exit statuses, one JSON object a line, one clear line for what is wrong."""

import json
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

import typer

INCOMPLETE = 1
NOTHING_FOUND = 1
MISUSED = 2


def misused(why: str) -> NoReturn:
    print(f"lastseen: {shown(why)}", file=sys.stderr)
    raise typer.Exit(MISUSED)


def shown(text: str) -> str:
    """Names and agents come from events: what would move the cursor, or turn the text, is spelled out."""
    return "".join(letter if letter.isprintable() else _spelled(letter) for letter in text)


def _spelled(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def print_json(values: Iterable[dict[str, Any]]) -> None:
    for value in values:
        print(json.dumps(value))
