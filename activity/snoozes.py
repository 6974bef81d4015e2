"""Snoozes in the activity table: `lastseen snooze` writes them, reports read them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from activity.finding import FindingId
from activity.item import UnreadableItem, typed
from activity.model import SNOOZED, to_text
from activity.of_findings import OfFindings
from activity.snooze import Listed, Snooze, key_of, snooze_of

_ENDED = "ended_at", "ended_by"
# For so long the table says who ended a snooze.
_KEPT = timedelta(days=30)


class Snoozes(OfFindings):
    principal = SNOOZED

    def of(self, account: str) -> Listed:
        """All of an account but those that were ended before their time."""
        snoozes, problems = list[Snooze](), list[str]()
        for item in self._items(account):
            try:
                snoozes += filter(None, [snooze_of(item)])
            except UnreadableItem as error:
                problems.append(str(error))
        return Listed(tuple(snoozes), tuple(problems))

    def put(self, snooze: Snooze) -> None:
        """In place of the one that the finding has, if it has one."""
        values: dict[str, str | int] = {**snooze.attributes(), "expires_at": _seconds(snooze.expires_at)}
        self._update(snooze.finding, values, removes=_ENDED)

    def end(self, finding: FindingId, *, by: str, at: datetime) -> bool:
        """Whether there was one. The item stays for a while, and says who ended it."""
        ended = dict(zip(_ENDED, (to_text(at), by), strict=True))
        values: dict[str, str | int] = {**ended, "expires_at": _seconds(at + _KEPT)}
        condition = "attribute_exists(facet) AND attribute_not_exists(ended_at)"
        try:
            self._update(finding, values, ConditionExpression=condition)
        except self._refusal:
            return False
        return True

    def _update(
        self, finding: FindingId, values: Mapping[str, str | int], *, removes: tuple[str, ...] = (), **more: Any
    ) -> None:
        """Whatever an attribute is called: `until` and the like may be words of DynamoDB's."""
        principal, facet = key_of(finding)
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        if removes:
            update += f" REMOVE {', '.join(removes)}"
        self._client.update_item(
            TableName=self._table,
            Key={"principal": typed(principal), "facet": typed(facet)},
            UpdateExpression=update,
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": typed(value) for name, value in values.items()},
            **more,
        )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
