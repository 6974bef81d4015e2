"""The names of an organization's accounts in the table: reports keep them, look-ups and notices show them."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from activity.accounts import Account
from activity.item import typed
from activity.model import ACCOUNTS
from activity.table import WRITERS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT = "name", "path", "state"


class Names:
    """Each method raises botocore's errors."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def all(self) -> dict[str, Account]:
        """By id, also of accounts that have left the organization."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="principal = :accounts",
            ExpressionAttributeValues={":accounts": typed(ACCOUNTS)},
        )
        every = (_account_of(item) for page in pages for item in page["Items"])
        return {each.id: each for each in every}

    def of(self, account: str) -> str:
        """ "" if it is not known."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="principal = :accounts AND facet = :account",
            ExpressionAttributeValues={":accounts": typed(ACCOUNTS), ":account": typed(account)},
        )
        return next((_account_of(item).name for item in answer["Items"]), "")

    def keep(self, listed: Iterable[Account], known: Mapping[str, Account]) -> None:
        """Writes what differs from `known`, which `all` has told. What is not listed keeps what it has.

        After the first refusal, the rest is left to the next report: a table that hangs must not hold it up.
        """
        changed = [each for each in listed if each != known.get(each.id)]
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(self._put, changed))

    def _put(self, account: Account) -> None:
        self._client.update_item(
            TableName=self._table,
            Key={"principal": typed(ACCOUNTS), "facet": typed(account.id)},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in _KEPT),
            ExpressionAttributeNames={f"#{name}": name for name in _KEPT},
            ExpressionAttributeValues={f":{name}": typed(getattr(account, name)) for name in _KEPT},
        )


def _account_of(item: Mapping[str, Any]) -> Account:
    """What somebody edited into something else than text is not known; the next report writes it anew."""
    return Account(item["facet"]["S"], *(item.get(name, {}).get("S", "") for name in _KEPT))
