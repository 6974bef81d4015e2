"""As much of a list as there is room for, in bytes of JSON."""

import json
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def within(values: Iterable[T], room: int) -> list[T]:
    """As many, from the first on, as there is room for."""
    kept = []
    for value in values:
        room -= length(value) + 2
        if room < 0:
            break
        kept.append(value)
    return kept


def length(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
