"""What quarantine keeps in the activity table: items of principal `quarantine`, one for each finding."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from activity.finding import Kind
from activity.item import UnreadableItem, typed
from activity.model import from_text, to_text
from activity.of_findings import OfFindings
from activity.quarantine.entry import Entry, Mode, Step
from activity.quarantine.target import Target

PRINCIPAL = "quarantine"
_KEPT = timedelta(days=400)
_TIMES = "announced", "due", "moved", "told", "tried", "found"


class NothingQuarantined:
    """Where quarantine is not asked about."""

    def of(self, account: str) -> dict[str, Entry]:  # noqa: ARG002  # the ledger's
        return {}


class Ledger(OfFindings):
    principal = PRINCIPAL

    def of(self, account: str) -> dict[str, Entry]:
        """By finding's id. Raises UnreadableItem: then it is not known what was announced or disabled."""
        return {item["facet"]["S"]: entry_of(item) for item in self._items(account)}

    def save(self, entry: Entry) -> Entry | None:
        """The entry as it is kept now; None if another run has written it since it was read."""
        saved = replace(entry, version=entry.version + 1)
        values = _values(saved) | {"expires_at": int((entry.moved + _KEPT).timestamp())}
        condition = "#version = :before" if entry.version else "attribute_not_exists(#version)"
        before = {":before": typed(entry.version)} if entry.version else {}
        update = ", ".join(f"#{name} = :{name}" for name in values)
        gone = [f"#{name}" for name in _TIMES if name not in values]
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"principal": typed(PRINCIPAL), "facet": typed(entry.id)},
                UpdateExpression=f"SET {update}" + (f" REMOVE {', '.join(gone)}" if gone else ""),
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{name}": name for name in (*values, *(each[1:] for each in gone))},
                ExpressionAttributeValues={f":{name}": typed(value) for name, value in values.items()} | before,
            )
        except self._refusal:
            return None
        return saved


def _values(entry: Entry) -> dict[str, str | int | bool]:
    target = entry.target
    times = {name: getattr(entry, name) for name in _TIMES}
    return {
        "kind": str(target.kind),
        "name": target.name,
        "arn": target.arn,
        "id": target.id,
        "created": to_text(target.created),
        "key_id": target.key_id,
        "step": str(entry.step),
        "mode": str(entry.mode),
        "why": entry.why,
        "held": entry.held,
        "owner": entry.owner,
        "undo": " && ".join(target.undo),
        "is_unsaid": entry.is_unsaid,
        "version": entry.version,
        **{name: to_text(at) for name, at in times.items() if at},
    }


def entry_of(item: Mapping[str, Any]) -> Entry:
    """Raises UnreadableItem."""
    plain = {name: next(iter(value.values())) for name, value in item.items()}
    try:
        target = Target(
            Kind(plain["kind"]), plain["name"], plain["arn"], plain["id"],
            from_text(plain["created"]), plain["key_id"],
        )  # fmt: skip
        entry = Entry(
            target=target,
            step=Step(plain["step"]),
            mode=Mode(plain["mode"]),
            why=plain["why"],
            held=plain["held"],
            is_unsaid=plain["is_unsaid"] is True,
            owner=plain.get("owner", ""),
            version=int(plain["version"]),
            **_times(plain),
        )
        if entry.id != plain["facet"]:
            raise ValueError(f"it is about {entry.id}")
    except (KeyError, ValueError, TypeError) as error:
        key = item["principal"]["S"], item["facet"]["S"]
        raise UnreadableItem.named(key, f"{type(error).__name__}: {error}") from error
    return entry


def _times(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ValueError, also for a time without a zone."""
    times: dict[str, datetime] = {name: from_text(plain[name]) for name in _TIMES if name in plain}
    if any(to_text(at) != plain[name] for name, at in times.items()):
        raise ValueError("a time is not such as 2026-11-20T12:00:00Z")
    return times
