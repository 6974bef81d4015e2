"""An answer of AWS's, or why there is none: no check takes the one for the other."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from activity.plain import line
from lastseen.checking.check import Unread
from reporter.inventory.answers import Unanswered, answered

T = TypeVar("T")
K = TypeVar("K")
_AT_ONCE = 8


def asked(action: str, call: Callable[[], T]) -> T | Unread:
    """`action`: the permission that the call needs, as IAM names it."""
    try:
        return answered(call, action)
    except Unanswered as why:
        return Unread(line(str(why)), why.action)


def unless_gone(action: str, call: Callable[[], T]) -> T | Unread | None:
    """None where AWS has no such thing."""
    try:
        return answered(call, action)
    except Unanswered as why:
        return None if why.code == "ResourceNotFoundException" else Unread(line(str(why)), why.action)


def at_once(keys: Iterable[K], answer: Callable[[K], T]) -> dict[K, T]:
    every = list(keys)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(every, pool.map(answer, every), strict=True))
