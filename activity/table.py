"""The activity table in DynamoDB: what it is asked, and how what was read takes part in what is written."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from activity import settings
from activity.item import Item, UnreadableItem, activity_of, readable, typed
from activity.keeping import Keeping, Key, Outcome, Recorded
from activity.model import Activity
from activity.update import IS_FREE, IS_NO_OLDER, key_of, put, replacing

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_FACET = "by_facet"
WRITERS = 16
MOST_READ = 100  # Keys that BatchGetItem takes.
_IDLE_READS = 20

_INVALID = "ValidationException"


class TooLate(Exception):
    """There is no time left for another call to DynamoDB."""


class ActivityTable:
    def __init__(self, client: "DynamoDBClient", name: str, keeping: Keeping | None = None) -> None:
        self._client = client
        self._name = name
        self._keeping = keeping or Keeping()
        # Read once, before there are threads: botocore makes these classes at first use. Threads that race for
        # that get different classes, and then what is raised is not what is caught.
        self._refusal = client.exceptions.ConditionalCheckFailedException

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(*connect(environ), Keeping.from_env(environ))

    def record(
        self,
        activity: Activity,
        stored: Activity | None = None,
        *,
        is_late: Callable[[], bool] = lambda: False,
    ) -> Recorded:
        """`stored`: what the table was seen to hold. Each write is refused if it holds something else by then.

        Calls `is_late` before each call to DynamoDB, and raises TooLate if it is True. Also raises botocore's
        ClientError or BotoCoreError; such a write may be repeated freely. Raises UnreadableItem if somebody has
        edited the item.
        """
        resolution = self._keeping.resolution_of(activity.facet)
        kept = self._keeping.days_of(activity.principal)
        new = activity = activity.keeping(kept)
        while True:
            if stored:
                merged = activity.superseding(stored, resolution, kept)
                if merged is None:
                    return Recorded(stored, is_written=False)
                new = merged
            if is_late():
                raise TooLate("not written before the function's deadline")
            try:
                self._update(replacing(stored, new, self._expiry(new.last_seen)))
            except self._refusal as refused:  # Somebody else wrote it meanwhile, or deleted it.
                item: Any = refused.response.get("Item", {})
            else:
                return Recorded(new, is_written=True)
            found = activity_of(item) if "last_seen" in item else None
            if stored and found == stored:
                raise UnreadableItem.named(stored.key, "an attribute is of another type than is written")
            stored, new = found, activity

    def replace(self, activity: Activity) -> None:
        """Unlike `record`, writes the times exactly as given. Never replaces a newer activity by an older."""
        with suppress(self._refusal):
            self._update(put(activity, self._expiry(activity.last_seen), IS_NO_OLDER))

    def take(self, turn: Activity) -> bool:
        """Whether it was written: not if the table has one of that time or later from another event."""
        try:
            self._update(put(turn, self._expiry(turn.last_seen), IS_FREE))
        except self._refusal:
            return False
        return True

    def record_all(
        self, activities: Sequence[Activity], *, is_late: Callable[[], bool] = lambda: False
    ) -> Outcome:
        """Takes at most one activity per key. Once `is_late` returns True, the rest count as failed.

        Reads before it writes: most of what need not be written is known to the table by another sandbox, and a
        read costs a tenth of a write that is refused.
        """

        def attempt(activity: Activity) -> Recorded | str:
            stored = held.get(activity.key, {})
            try:
                known = activity_of(stored) if "last_seen" in stored else None
                return self.record(activity, known, is_late=is_late)
            except (ClientError, BotoCoreError, TooLate, UnreadableItem) as error:
                return str(error)
            except OverflowError as error:  # A time that somebody edited.
                return str(UnreadableItem.named(activity.key, str(error)))

        keys = [each.key for each in activities]
        chunks = [keys[start : start + MOST_READ] for start in range(0, len(keys), MOST_READ)]
        held: dict[Key, dict[str, Any]] = {}
        with ThreadPoolExecutor(WRITERS) as pool:
            try:
                for read in pool.map(self._read, () if is_late() else chunks):
                    held |= read
            except (ClientError, BotoCoreError) as error:
                return Outcome.of(activities, [str(error)] * len(activities))
            return Outcome.of(activities, list(pool.map(attempt, activities)))

    def get(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items that exist among `keys`. Raises TimeoutError if DynamoDB returns none for a minute."""
        wanted = [key_of(*each) for each in dict.fromkeys(keys)]
        found = {}
        pause, idle = 0.05, 0
        while wanted:
            chunk, wanted = wanted[:MOST_READ], wanted[MOST_READ:]
            answer = self._client.batch_get_item(RequestItems={self._name: {"Keys": chunk}})
            for item in answer["Responses"].get(self._name, []):
                found[item["principal"]["S"], item["facet"]["S"]] = readable(item)
            unprocessed: Any = answer["UnprocessedKeys"]
            left = unprocessed.get(self._name, {"Keys": []})["Keys"]
            pause = min(2 * pause, 5) if left else 0.05
            idle = idle + 1 if len(left) == len(chunk) else 0
            if idle > _IDLE_READS:
                raise TimeoutError(f"DynamoDB left keys of {self._name} unread for more than a minute")
            if left:
                time.sleep(pause)
            wanted = left + wanted
        return found

    def _read(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """The items at up to 100 keys, as far as DynamoDB gets in one call."""
        try:
            wanted = {self._name: {"Keys": [key_of(*each) for each in keys]}}
            answer = self._client.batch_get_item(RequestItems=wanted)  # type: ignore[arg-type]
        except ClientError as error:
            if error.response["Error"]["Code"] != _INVALID:
                raise
            return {}  # One key that DynamoDB doesn't take must not fail the others.
        items = answer["Responses"].get(self._name, [])
        return {(item["principal"]["S"], item["facet"]["S"]): item for item in items}

    def of(self, principal: str, *, facet_begins: str = "") -> Iterator[Activity]:
        """All activities of one principal, by facet."""
        items = self.items_of(principal, facet_begins=facet_begins)
        return (item.activity for item in items.values() if item.activity)

    def items_of(self, principal: str, *, facet_begins: str = "", is_current: bool = False) -> dict[Key, Item]:
        """All items of one principal: what it was seen with, and what is flagged and was never seen.

        `is_current`: reads consistently, with all that was written until now, at twice the price.
        """
        condition, values = "principal = :principal", {":principal": typed(principal)}
        if facet_begins:
            condition += " AND begins_with(facet, :begins)"
            values[":begins"] = typed(facet_begins)
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=is_current,
        )
        items = (item for page in pages for item in page["Items"])
        return {(item["principal"]["S"], item["facet"]["S"]): readable(item) for item in items}

    def principals_with(self, facet: str) -> list[str]:
        """Every principal seen with `facet`: a key's user, a unique id's holder, those who used an address."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=BY_FACET,
            KeyConditionExpression="facet = :facet",
            ExpressionAttributeValues={":facet": typed(facet)},
        )
        return [item["principal"]["S"] for page in pages for item in page["Items"]]

    def _update(self, update: dict[str, Any]) -> None:
        self._client.update_item(TableName=self._name, **update)

    def _expiry(self, at: datetime) -> int:
        return int(self._keeping.expiry(at).timestamp())


def connect(environ: Mapping[str, str]) -> tuple["DynamoDBClient", str]:
    """For what a function asks of the table: a client, and the table's name.

    The client has enough connections for the writers, and gives a call up after about 12 seconds.
    """
    name = settings.text(environ, "ACTIVITY_TABLE")
    client = boto3.client(
        "dynamodb",
        config=Config(
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=WRITERS,
            connect_timeout=1,
            read_timeout=2,
        ),
    )
    return client, name
