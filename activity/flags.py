"""What reports have flagged, remembered on the table's items, so that look-ups show it and use takes it off."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from activity import settings
from activity.item import Flag, readable, typed
from activity.keeping import Key, retention_from_env
from activity.model import also_shown_by, to_text
from activity.table import connect

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Only flagged items have its keys, so that it costs nothing for all others.
BY_FLAG = "by_flag"

# The index lists the exempt apart from the flagged.
_EXEMPT = "exempt#"
_IS_FLAGGED = "attribute_exists(first_flagged)"


class Flags:
    def __init__(self, client: "DynamoDBClient", name: str, retention: timedelta = timedelta(days=400)) -> None:
        self._client = client
        self._name = name
        self._retention = retention
        self._refusal = client.exceptions.ConditionalCheckFailedException

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(connect(), settings.text(environ, "ACTIVITY_TABLE"), retention_from_env(environ))

    def flag(self, key: Key, account: str, flag: Flag, *, now: datetime, renews: bool = False) -> None:
        """Flags what `key` stands for, listed under `account`, and the items by which its use may show.

        They are kept as long after this as any item is after its last sighting. `renews`: not if a use has
        taken the flag off meanwhile.
        """
        condition = _IS_FLAGGED if renews else ""
        update = "SET first_flagged = :first, idle_since = :idle, expires_at = :expires_at"
        values: dict[str, str | int] = {
            ":first": to_text(flag.first_flagged or now),
            ":idle": to_text(flag.idle_since or now),
            ":expires_at": int((now + self._retention).timestamp()),
        }
        with suppress(self._refusal):
            own = f"{update}, flagged = :account REMOVE awakened_at"
            self._update(key, own, values | {":account": account}, condition=condition)
            for other in _with_those_that_show(key)[1:]:
                self._update(other, f"{update} REMOVE awakened_at", values)

    def unflag(self, key: Key) -> None:
        """Forgets the flag, also one that was taken off by use, or that its principal is exempt."""
        for each in _with_those_that_show(key):
            with suppress(self._refusal):  # An item that has expired meanwhile has no flag.
                self._update(
                    each,
                    "REMOVE first_flagged, idle_since, awakened_at, flagged",
                    condition=f"{_IS_FLAGGED} OR attribute_exists(awakened_at) OR attribute_exists(flagged)",
                )

    def exempt(self, key: Key, account: str, *, now: datetime) -> None:
        """Remembers that a principal is exempt, so that it can be told when it is gone."""
        values: dict[str, str | int] = {
            ":exempt": _EXEMPT + account,
            ":expires_at": int((now + self._retention).timestamp()),
        }
        self._update(
            key, "SET flagged = :exempt, expires_at = :expires_at REMOVE first_flagged, awakened_at", values
        )

    def awaken(self, key: Key, at: datetime) -> bool:
        """Takes the flag off what was seen again; the next report still finds it. False if it had none."""
        try:
            self._update(
                key, "SET awakened_at = :at REMOVE first_flagged", {":at": to_text(at)}, condition=_IS_FLAGGED
            )
        except self._refusal:
            return False
        return True

    def of(self, account: str) -> dict[Key, Flag]:
        """All that reports have flagged in an account, and what was seen again since the last of them."""
        return {key: flag for key, flag in self._listed(account) if flag}

    def exempt_of(self, account: str) -> set[Key]:
        """The principals that were exempt in the last report."""
        return {key for key, _ in self._listed(_EXEMPT + account)}

    def _listed(self, under: str) -> Iterator[tuple[Key, Flag | None]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=BY_FLAG,
            KeyConditionExpression="flagged = :under",
            ExpressionAttributeValues={":under": typed(under)},
        )
        for page in pages:
            for item in page["Items"]:
                yield (item["principal"]["S"], item["facet"]["S"]), readable(item).flag

    def _update(
        self, key: Key, update: str, values: Mapping[str, str | int] | None = None, *, condition: str = ""
    ) -> None:
        more: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        if values:
            more["ExpressionAttributeValues"] = {name: typed(value) for name, value in values.items()}
        self._client.update_item(
            TableName=self._name,
            Key={"principal": typed(key[0]), "facet": typed(key[1])},
            UpdateExpression=update,
            **more,
        )


def _with_those_that_show(key: Key) -> tuple[Key, ...]:
    return key, *((key[0], facet) for facet in also_shown_by(*key))
