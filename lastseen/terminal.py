"""What all commands share: exit statuses, one JSON object a line, one clear line for what is wrong."""

import json
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

import typer

INCOMPLETE = 1
MISUSED = 2


def misused(why: str) -> NoReturn:
    print(f"lastseen: {why}", file=sys.stderr)
    raise typer.Exit(MISUSED)


def print_json(values: Iterable[dict[str, Any]]) -> None:
    for value in values:
        print(json.dumps(value))
