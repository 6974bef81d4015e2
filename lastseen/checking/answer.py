"""An answer of AWS's, or why there is none: no check takes the one for the other."""

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from activity.plain import line
from lastseen.checking.check import Unread
from lastseen.connection import is_denied

T = TypeVar("T")
K = TypeVar("K")
_AT_ONCE = 8


def asked(action: str, call: Callable[[], T]) -> T | Unread:
    try:
        return call()
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        return unread_of(error, action)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # What answers is perhaps not AWS, but something in between.
        return Unread(f"{action}: the answer is not of the form that AWS documents ({type(error).__name__})")


def unread_of(error: Exception, action: str) -> Unread:
    """AWS's own word on what is not allowed goes before the call's name: a call may need more than itself."""
    reason = line(" ".join(str(error).split()))
    if not isinstance(error, ClientError) or not is_denied(error):
        return Unread(reason)
    named = re.search(r"not authorized to perform: (\w+:\w+)", reason)
    return Unread(reason, named[1] if named else action)


def unless_gone(action: str, call: Callable[[], T]) -> T | Unread | None:
    def look() -> T | None:
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise

    return asked(action, look)


def at_once(keys: Iterable[K], answer: Callable[[K], T]) -> dict[K, T]:
    every = list(keys)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(every, pool.map(answer, every), strict=True))
