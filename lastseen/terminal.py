"""What all commands share: exit statuses, one JSON object a line, one clear line for what is wrong."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand

INCOMPLETE = 1
NOTHING_FOUND = 1
MISUSED = 2
NOT_READ_ON = 141  # As a shell has it for what nobody reads any more, as behind `| head`.
INTERRUPTED = 130  # And for what Ctrl-C ended.


def misused(why: str) -> NoReturn:
    print(f"lastseen: {shown(why)}", file=sys.stderr)
    raise typer.Exit(MISUSED)


class Command(TyperCommand):
    """Takes nothing empty: `--table "$TABLE"` with TABLE unset would ask another table without a word."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given, _, _ = self.make_parser(ctx).parse_args(args=[*args])  # As it was typed: Path("") is the folder.
        for parameter in self.get_params(ctx):
            typed = given.get(parameter.name)
            words = typed if isinstance(typed, list | tuple) else [typed]
            if any(isinstance(word, str) and not word.strip() for word in words):
                name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar
                misused(f"{name} is empty: is a variable of the shell not set?")
        return super().parse_args(ctx, args)


def warn(problems: Iterable[str]) -> None:
    """On standard error, a line each; everything else is shown."""
    for problem in filter(None, problems):
        print(f"lastseen: {shown(problem)}", file=sys.stderr)


@contextmanager
def patience(what: str, *, after: float = 2) -> Iterator[None]:
    """On a terminal, says what takes so long, once it does."""
    said = Timer(
        after, print, (f"lastseen: reading {shown(what)}; this may take a while",), {"file": sys.stderr}
    )
    if sys.stderr.isatty():
        said.start()
    try:
        yield
    finally:
        said.cancel()


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
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _spelled(letter) for letter in text)


def _spelled(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        misused(f"cannot write {path}: {error.strerror}")


def print_json(values: Iterable[dict[str, Any]]) -> None:
    for value in values:
        print(json.dumps(value))
