"""A snooze: somebody asked to leave a finding alone until a day. What it says, and how the table keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from activity.finding import FindingId, parse
from activity.item import UnreadableItem
from activity.model import SNOOZED, from_text, to_text

LONGEST_REASON = 200
# For so long after its end a report says that a finding was snoozed; then the item expires.
_SHOWN = timedelta(days=30)
_LONGEST_ARN = 2048


class BadSnooze(ValueError):
    """What nobody may ask for; the message says why."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """`until` is its last day, in UTC. `asked_by`: the ARN of whoever asked."""

    finding: FindingId
    until: date
    reason: str
    asked_by: str
    asked_at: datetime

    @property
    def expires_at(self) -> datetime:
        return datetime.combine(self.until, time(), UTC) + timedelta(days=1) + _SHOWN

    def is_over(self, now: datetime) -> bool:
        return now.astimezone(UTC).date() > self.until

    def is_shown(self, now: datetime) -> bool:
        """Whether it is in force, or ended lately."""
        return now < self.expires_at

    def attributes(self) -> dict[str, str]:
        """As the table keeps it, without the keys and the expiry."""
        return {
            "until": self.until.isoformat(),
            "reason": self.reason,
            "asked_by": self.asked_by,
            "asked_at": to_text(self.asked_at),
        }

    def plain(self) -> dict[str, str]:
        return {"finding_id": str(self.finding), **self.attributes()}


class Listed(NamedTuple):
    """`problems`: of items that somebody edited, which snooze nothing."""

    snoozes: tuple[Snooze, ...] = ()
    problems: tuple[str, ...] = ()


class NothingSnoozed:
    """Answers as `activity.snoozes.Snoozes` does where nobody has asked."""

    def of(self, account: str) -> Listed:  # noqa: ARG002  # whichever it is
        return Listed()


def asked(finding: FindingId, until: date, reason: str, *, by: str, at: datetime) -> Snooze:
    """Raises BadSnooze."""
    check(until, reason, at)
    return Snooze(finding, until, _one_line(reason), by, at)


def check(until: date, reason: str, at: datetime) -> None:
    """Raises BadSnooze."""
    reason, today = _one_line(reason), at.astimezone(UTC).date()
    if not reason:
        raise BadSnooze("a snooze needs a reason")
    if not reason.isprintable():
        raise BadSnooze("the reason has characters that cannot be printed")
    if len(reason) > LONGEST_REASON:
        raise BadSnooze(f"the reason has {len(reason):,} characters: {LONGEST_REASON} are allowed")
    if until < today:
        raise BadSnooze(f"{until} is in the past: a snooze ends in the future")
    if until > (last := last_day(today)):
        raise BadSnooze(f"{until} is more than a year ahead: the last day allowed is {last}")


def _one_line(reason: str) -> str:
    return " ".join(reason.split())


def last_day(today: date) -> date:
    """The same day of the next year."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year + 1, day=28 if is_leap_day else today.day)


def snooze_of(item: Mapping[str, Any]) -> Snooze | None:
    """None if it was ended before its time. Raises UnreadableItem."""
    key = item["principal"]["S"], item["facet"]["S"]
    if "ended_at" in item:
        return None
    said = {name: item.get(name, {}).get("S", "") for name in ("until", "reason", "asked_by", "asked_at")}
    try:
        read = _read(key[1], said)
    except (ValueError, OverflowError) as error:
        raise UnreadableItem.named(key, str(error)) from error
    if read.attributes() != said:
        raise UnreadableItem.named(key, "it is not as lastseen snooze writes it")
    return read


def _read(facet: str, said: Mapping[str, str]) -> Snooze:
    """By the same rules as when it was asked: an item that was edited must not snooze for longer."""
    finding = parse(facet)
    if finding is None or not 0 < len(said["asked_by"]) <= _LONGEST_ARN:
        raise ValueError("it does not say of what it is, or who asked")
    at = from_text(said["asked_at"])
    until = date.fromisoformat(said["until"])
    return asked(finding, until, said["reason"], by=said["asked_by"], at=at)


def key_of(finding: FindingId) -> tuple[str, str]:
    return SNOOZED, str(finding)
