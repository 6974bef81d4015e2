"""What reports have flagged, stored on the table's items: look-ups show it, and a use clears it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from activity.item import Flag, readable, typed
from activity.keeping import Key
from activity.model import held_by, is_of_principal, names_holder, to_text
from activity.whose import places, places_of_flag

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Only flagged items have its keys, so all others cost nothing here.
BY_FLAG = "by_flag"

# The prefix under which the index lists exempt principals, apart from flagged ones.
_EXEMPT = "exempt#"
_IS_FLAGGED = "attribute_exists(first_flagged)"
_WAS_FLAGGED = "attribute_exists(idle_since) OR attribute_exists(flagged)"
_IS_ONLY_EXEMPT = "flagged = :exempt AND attribute_not_exists(idle_since) AND attribute_not_exists(told_at)"
_IS_NOBODYS = "attribute_not_exists(flagged_id)"
_IS_HOLDERS = f"{_IS_NOBODYS} OR flagged_id = :id"
_FORGET = "REMOVE first_flagged, idle_since, awakened_at, told_at, flagged, flagged_id"

Values = Mapping[str, str | int]


class Flags:
    """All methods except the listings raise botocore's errors, and may be repeated freely."""

    def __init__(self, client: "DynamoDBClient", name: str, retention: timedelta = timedelta(days=400)) -> None:
        self._client = client
        self._name = name
        self._retention = retention
        self._refusal = client.exceptions.ConditionalCheckFailedException

    def flag(
        self,
        key: Key,
        account: str,
        flag: Flag,
        *,
        now: datetime,
        elsewhere: Iterable[Key] = (),
        renews: bool = False,
    ) -> None:
        """Flags what `key` stands for, listed under `account`, and the items by which its use may show.

        `elsewhere`: more such items, under other names. The retention of all of them starts again.
        `renews`: does nothing if a use has cleared the flag meanwhile.
        """
        times = {":first": to_text(flag.first_flagged or now), ":idle": to_text(flag.idle_since or now)}
        update = "SET first_flagged = :first, idle_since = :idle, expires_at = :expires_at"
        values: dict[str, str | int] = {**times, ":expires_at": self._expiry(now)}
        holder = flag.holder or _holder(key)
        if holder:
            update, values = f"{update}, flagged_id = :id", values | {":id": holder}
        own = f"{update}, flagged = :account REMOVE awakened_at, told_at"
        condition = _IS_FLAGGED if renews else ""
        if self._update(key, own, values | {":account": account}, condition=condition):
            for other in (*places_of_flag(key, holder)[1:], *elsewhere):
                self._update(other, update, values)

    def unflag(self, key: Key, holder: str = "") -> None:
        """Removes the flag, even one that a use has cleared, or the note that the principal is exempt.

        `holder`: whose flag it was, if the facet doesn't say; somebody else's flag stays. Items flagged
        `elsewhere` keep their mark until they expire: the mark alone sends no notice, and clearing it under all
        names would also clear what is flagged under today's name.
        """
        held = holder or _holder(key)
        # Its own item goes last: until then the flag is listed, so the rest can be found.
        for each in reversed(places_of_flag(key, held)):
            self._forget(each, held)

    def tell(self, key: Key, at: datetime, holder: str = "") -> None:
        """Notes that the report of this time says what became of the flag, unless it is somebody else's."""
        condition, values = "attribute_exists(flagged)", {":at": to_text(at)}
        if holder:
            condition, values = f"{condition} AND ({_IS_HOLDERS})", values | {":id": holder}
        self._update(key, "SET told_at = :at", values, condition=condition)

    def exempt(self, key: Key, account: str, *, now: datetime) -> None:
        """Notes that a principal is exempt, so a report can say when it is gone; removes its flag.

        If an earlier report did both, only the retention starts again.
        """
        values: Values = {":exempt": _EXEMPT + account, ":expires_at": self._expiry(now)}
        if self._update(key, "SET expires_at = :expires_at", values, condition=_IS_ONLY_EXEMPT):
            return
        for each in places(key)[1:]:
            self._forget(each, _holder(key))
        forgotten = _FORGET.replace(" flagged,", "")
        self._update(key, f"SET flagged = :exempt, expires_at = :expires_at {forgotten}", values)

    def awaken(self, key: Key, at: datetime) -> bool:
        """Clears the flag of what was used again; the next report still finds it. False if it had none."""
        update = "SET awakened_at = :at REMOVE first_flagged"
        return self._update(key, update, {":at": to_text(at)}, condition=_IS_FLAGGED)

    def of(self, account: str) -> dict[Key, Flag]:
        """All that reports have flagged in an account, including what was used again since the last report.

        Without holders, which only the items have, not the index.
        """
        return {key: flag for key, flag in self._listed(account) if flag}

    def exempt_of(self, account: str) -> set[Key]:
        """The principals that were exempt in the last report."""
        return {key for key, _ in self._listed(_EXEMPT + account)}

    def _forget(self, key: Key, holder: str) -> None:
        """Also makes an item expire at once if it existed only for its flag."""
        condition = f"({_WAS_FLAGGED})"
        values: dict[str, str | int] = {}
        if not names_holder(key[1]):
            condition += f" AND ({_IS_HOLDERS if holder else _IS_NOBODYS})"
            values |= {":id": holder} if holder else {}
        if not self._update(key, _FORGET, values, condition=f"{condition} AND attribute_exists(last_seen)"):
            update = f"SET expires_at = :past {_FORGET}"
            alone = f"{condition} AND attribute_not_exists(last_seen)"
            self._update(key, update, values | {":past": 1}, condition=alone)

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

    def _expiry(self, now: datetime) -> int:
        return int((now + self._retention).timestamp())

    def _update(self, key: Key, update: str, values: Values | None = None, *, condition: str = "") -> bool:
        """Whether the condition held."""
        more: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        if values:
            more["ExpressionAttributeValues"] = {name: typed(value) for name, value in values.items()}
        try:
            self._client.update_item(
                TableName=self._name,
                Key={"principal": typed(key[0]), "facet": typed(key[1])},
                UpdateExpression=update,
                **more,
            )
        except self._refusal:
            return False
        return True


def _holder(key: Key) -> str:
    """The unique id in a principal's own facet: those of access keys do not name their user."""
    return held_by(key[1]) if is_of_principal(key[1]) else ""
