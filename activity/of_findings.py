"""Items of a principal of the tracker's own, such as `snoozed`: one for each finding, by its id."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from activity.item import typed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class OfFindings:
    """Each method raises botocore's errors."""

    principal: ClassVar[str]

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._refusal = client.exceptions.ConditionalCheckFailedException

    def _items(self, account: str) -> Iterator[Mapping[str, Any]]:
        """Those of an account, with all that was written until now."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="principal = :principal AND begins_with(facet, :account)",
            ExpressionAttributeValues={":principal": typed(self.principal), ":account": typed(f"{account}:")},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]
