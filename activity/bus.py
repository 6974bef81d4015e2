"""The default event bus, where events about findings go."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from activity.finding_events import Entry, FindingEvent, batches

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

TRIES = 3
PAUSE = 0.2
_LONGEST_REASON = 500
_DEADLINE = "the function's deadline is near"
# What a call ends in without an answer that can be read.
_UNANSWERED = (ClientError, BotoCoreError, ResponseParserError, TimeoutError, LookupError, ValueError)


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many events the bus did not take, and why."""

    count: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bus:
    client: "EventBridgeClient"

    @classmethod
    def connect(cls) -> Self:
        """It does not wait for long: what was to be mailed is out, and has yet to be remembered."""
        retries: Any = {"mode": "standard", "total_max_attempts": 3}
        return cls(boto3.client("events", config=Config(retries=retries, connect_timeout=2, read_timeout=5)))

    def put(self, events: Iterable[FindingEvent], is_late: Callable[[], bool] = lambda: False) -> Unsent:
        """Never raises botocore's errors. A call that fails ends it: the next one would, too.

        Once `is_late` answers True, no more are sent.
        """
        waiting, refused = list(batches(each.entry() for each in events)), list[str]()
        while waiting:
            if is_late():
                return Unsent(len(refused) + _count(waiting), _DEADLINE)
            try:
                refused += self._put(waiting[0])
            except _UNANSWERED as error:
                return Unsent(len(refused) + _count(waiting), _said(error))
            del waiting[0]
        return Unsent(len(refused), refused[-1] if refused else "")

    def _put(self, batch: list[Entry]) -> list[str]:
        """Why some were refused in each of several tries."""
        refused: list[tuple[Entry, str]] = []
        for number in range(TRIES):
            if number:
                time.sleep(PAUSE * 2**number)
            told = self.client.put_events(Entries=batch)["Entries"]  # type: ignore[arg-type]  # of plain dicts
            refused = [(entry, why) for entry, each in zip(batch, told, strict=True) if (why := _why(each))]
            batch = [entry for entry, _ in refused]
            if not batch:
                break
        return [why for _, why in refused]


def _why(told: Mapping[str, Any]) -> str:
    """Why an entry was refused; "" if it was not."""
    code = told.get("ErrorCode")
    return f"{code}: {told.get('ErrorMessage', '')}"[:_LONGEST_REASON] if code else ""


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:_LONGEST_REASON]


def _count(batches: list[list[Entry]]) -> int:
    return sum(map(len, batches))
