"""Questions that no key of the table answers: scans of the table or an index, in parallel segments."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from activity.flags import BY_FLAG
from activity.item import Item, readable, typed
from activity.keeping import Key
from activity.model import denied_facet, id_facet, ip_facet, service_facet
from activity.table import BY_FACET

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SEGMENTS = 4


class Scan:
    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def keys(self, *, facet_begins: str) -> list[Key]:
        """The keys of items whose facet begins with `facet_begins`.

        Scans the index, whose items are a fraction of the size.
        """
        return self._keys("begins_with(facet, :begins)", {":begins": facet_begins})

    def names(self) -> list[Key]:
        """The keys of all principals' items but those of services and addresses."""
        condition = "NOT begins_with(facet, :service) AND NOT begins_with(facet, :address)"
        return self._keys(condition, {":service": service_facet(""), ":address": ip_facet("")})

    def recencies(self) -> dict[Key, Item]:
        """The items that say when a principal itself was seen or refused, and all that are flagged."""
        condition = (
            "begins_with(facet, :id) OR begins_with(facet, :denied)"
            " OR attribute_exists(first_flagged) OR attribute_exists(awakened_at)"
        )
        return self._read(condition, {":id": id_facet(""), ":denied": denied_facet("")})

    def last_seen_as(self, session_name: str) -> dict[Key, Item]:
        """The items whose last sighting was by a session of this name."""
        return self._read("session_name = :name", {":name": session_name})

    def last_seen_from(self, address: str) -> dict[Key, Item]:
        """The items whose last sighting was from this address."""
        return self._read("source_ip = :address", {":address": address})

    def flagged(self) -> list[Key]:
        """What reports have flagged, in all accounts. This index has nothing else."""
        return [_key(item) for item in self._items(IndexName=BY_FLAG, ProjectionExpression="principal, facet")]

    def _keys(self, condition: str, values: dict[str, str]) -> list[Key]:
        items = self._items(
            IndexName=BY_FACET,
            ProjectionExpression="principal, facet",
            FilterExpression=condition,
            ExpressionAttributeValues={mark: typed(value) for mark, value in values.items()},
        )
        return [_key(item) for item in items]

    def _read(self, condition: str, values: dict[str, str]) -> dict[Key, Item]:
        items = self._items(
            FilterExpression=condition,
            ExpressionAttributeValues={mark: typed(value) for mark, value in values.items()},
        )
        return {_key(item): readable(item) for item in items}

    def _items(self, **request: Any) -> Iterator[dict[str, Any]]:
        def segment(number: int) -> list[Any]:
            pages = self._client.get_paginator("scan").paginate(
                TableName=self._name, Segment=number, TotalSegments=SEGMENTS, **request
            )
            return [item for page in pages for item in page["Items"]]

        with ThreadPoolExecutor(SEGMENTS) as pool:
            for items in pool.map(segment, range(SEGMENTS)):
                yield from items


def _key(item: dict[str, Any]) -> Key:
    return item["principal"]["S"], item["facet"]["S"]
