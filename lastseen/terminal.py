"""What all commands share: exit statuses, one JSON object a line, one clear line for what is wrong."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

INCOMPLETE = 1
NOTHING_FOUND = 1
MISUSED = 2
NOT_READ_ON = 141  # As a shell has it for what nobody reads any more, as behind `| head`.
INTERRUPTED = 130  # And for what Ctrl-C ended.


def misused(why: str) -> NoReturn:
    print(f"lastseen: {shown(why)}", file=sys.stderr)
    raise typer.Exit(MISUSED)


def warn(problems: Iterable[str]) -> None:
    """Of items that could not be read; everything else is shown."""
    for problem in filter(None, problems):
        print(f"lastseen: {shown(problem)}", file=sys.stderr)


@contextmanager
def piped() -> Iterator[None]:
    """That nobody reads on is no failure, and nothing that was not found."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        not_read_on()


def not_read_on() -> NoReturn:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise typer.Exit(NOT_READ_ON)


def shown(text: str) -> str:
    """Names and agents come from events: what would move the cursor, or turn the text, is spelled out."""
    return "".join(letter if letter.isprintable() else _spelled(letter) for letter in text)


def _spelled(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def print_json(values: Iterable[dict[str, Any]]) -> None:
    for value in values:
        print(json.dumps(value))
