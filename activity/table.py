"""The activity table in DynamoDB: the only file that knows its keys, attributes and conditions."""

import re
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
from activity.item import EVIDENCE, Item, UnreadableItem, activity_of, known_of, readable, typed
from activity.keeping import Keeping, Key, Outcome, Recorded
from activity.model import Activity, to_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_FACET = "by_facet"
WRITERS = 16
_IDLE_READS = 20

# No item yet, or one whose last_seen moves by more than the resolution and whose first_seen doesn't.
_MOVES_ON = "attribute_not_exists(#last_seen) OR (#last_seen < :older AND #first_seen <= :newer)"
_IS_NO_OLDER = "attribute_not_exists(#last_seen) OR #last_seen <= :last_seen"
_IS_FREE = "attribute_not_exists(#last_seen) OR #last_seen < :last_seen"
_IS_ITS_OWN = "#last_seen = :last_seen AND #event_id = :event_id"
_STILL_AS_READ = "#last_seen = :read_last AND #first_seen = :read_first AND "


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
        name = settings.text(environ, "ACTIVITY_TABLE")
        return cls(connect(), name, Keeping.from_env(environ))

    def record(self, activity: Activity, *, is_late: Callable[[], bool] = lambda: False) -> Recorded:
        """Calls `is_late` before each call to DynamoDB, and raises TooLate if it is True.

        Also raises botocore's ClientError or BotoCoreError; such a write may be repeated freely. Raises
        UnreadableItem if somebody has edited the item.
        """
        resolution = self._keeping.resolution_of(activity.facet)
        bounds = {
            ":older": typed(to_text(activity.last_seen - resolution)),
            ":newer": typed(to_text(activity.first_seen + resolution)),
        }
        refused_with: Activity | None = None
        while True:
            _stop_if(is_late)
            try:
                return self._put(activity, "if_not_exists(#first_seen, :first_seen)", _MOVES_ON, bounds)
            except self._refusal as refused:
                stored = activity_of(refused.response["Item"])  # type: ignore[typeddict-item]  # ALL_OLD puts it there
            if stored == refused_with:
                raise UnreadableItem.named(stored.key, "an attribute is of another type than is written")
            merged = activity.superseding(stored, resolution)
            if merged is None:
                return Recorded(stored, is_written=False)
            refused_with = stored
            _stop_if(is_late)
            with suppress(self._refusal):  # Somebody else wrote it meanwhile: read it again.
                return self._put(merged, ":first_seen", *_as_read(stored))

    def replace(self, activity: Activity) -> None:
        """Unlike `record`, writes the times exactly as given. Never replaces a newer activity by an older."""
        with suppress(self._refusal):
            self._put(activity, ":first_seen", _IS_NO_OLDER, {})

    def take(self, turn: Activity) -> bool:
        """Whether it was written: not if the table has one of that time or later from another event."""
        try:
            self._put(turn, ":first_seen", f"{_IS_FREE} OR ({_IS_ITS_OWN})", {})
        except self._refusal:
            return False
        return True

    def record_all(
        self, activities: Sequence[Activity], *, is_late: Callable[[], bool] = lambda: False
    ) -> Outcome:
        """Takes at most one activity per key. Once `is_late` returns True, the rest count as failed."""

        def attempt(activity: Activity) -> Recorded | str:
            try:
                return self.record(activity, is_late=is_late)
            except (ClientError, BotoCoreError, TooLate, UnreadableItem) as error:
                return str(error)

        with ThreadPoolExecutor(WRITERS) as pool:
            return Outcome.of(activities, list(pool.map(attempt, activities)))

    def get(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items that exist among `keys`. Raises TimeoutError if DynamoDB returns none for a minute."""
        wanted = [{"principal": typed(p), "facet": typed(f)} for p, f in dict.fromkeys(keys)]
        found = {}
        pause, idle = 0.05, 0
        while wanted:
            chunk, wanted = wanted[:100], wanted[100:]  # BatchGetItem takes 100 keys.
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

    def _put(self, activity: Activity, first_seen: str, condition: str, bounds: dict[str, Any]) -> Recorded:
        known = {name: typed(value) for name, value in known_of(activity.evidence).items()}
        unknown = [name for name in EVIDENCE if name not in known]
        times = f"SET #first_seen = {first_seen}, #last_seen = :last_seen, #expires_at = :expires_at"
        sets = "".join(f", #{name} = :{name}" for name in known)
        removes = " REMOVE " + ", ".join(f"#{name}" for name in unknown) if unknown else ""
        update = times + sets + removes
        # Placeholders for all attributes, because `type`, `region` and others are reserved words of DynamoDB.
        marks = re.findall(r"#\w+", f"{update} {condition}")
        answer = self._client.update_item(
            TableName=self._name,
            Key={"principal": typed(activity.principal), "facet": typed(activity.facet)},
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeNames={mark: mark[1:] for mark in marks},
            ExpressionAttributeValues={
                **bounds,
                **{f":{name}": value for name, value in known.items()},
                ":first_seen": typed(to_text(activity.first_seen)),
                ":last_seen": typed(to_text(activity.last_seen)),
                ":expires_at": self._expiry(activity.last_seen),
            },
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        return Recorded(activity_of(answer["Attributes"]), is_written=True)

    def _expiry(self, at: datetime) -> dict[str, str]:
        return {"N": str(int(self._keeping.expiry(at).timestamp()))}


def connect() -> "DynamoDBClient":
    """A client with enough connections for the writers, that gives a call up after about 12 seconds."""
    return boto3.client(
        "dynamodb",
        config=Config(
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=WRITERS,
            connect_timeout=1,
            read_timeout=2,
        ),
    )


def _stop_if(is_late: Callable[[], bool]) -> None:
    if is_late():
        raise TooLate("not written before the function's deadline")


def _as_read(stored: Activity) -> tuple[str, dict[str, Any]]:
    """The condition that the item hasn't been written since it was read."""
    values = {
        ":read_last": typed(to_text(stored.last_seen)),
        ":read_first": typed(to_text(stored.first_seen)),
    }
    if not stored.evidence.event_id:
        return _STILL_AS_READ + "attribute_not_exists(#event_id)", values
    return _STILL_AS_READ + "#event_id = :read_event", values | {":read_event": typed(stored.evidence.event_id)}
