"""What quarantine keeps of one finding: announced when, due when, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from activity.arn import parts
from activity.model import to_text
from activity.plain import day
from activity.quarantine.target import Target


class Mode(StrEnum):
    PLAN = "plan"
    ENFORCE = "enforce"


class Step(StrEnum):
    """`rehearsed`: was due, and the mode was `plan`. `acting`: being disabled, or stopped half-way.

    `restored`: somebody has undone it. `withdrawn`: not planned any more; `held` says why.
    `gone`: deleted or renamed.
    """

    ANNOUNCED = "announced"
    REHEARSED = "rehearsed"
    ACTING = "acting"
    DISABLED = "disabled"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Entry:
    """`told`: when the announcement was sent; until then it counts for nothing. `due`: not before then.

    `mode`: in which it was announced. `moved`: when it came to its present step. `why`: the evidence.
    `held`: what kept it from being disabled, when it was due. `tried`: its last use since it was disabled.
    `is_unsaid`: no mail has said yet what became of it. `owner`: "" if nobody is known.
    `found`: when a mailed report named it first.
    `version` changes with each write, so that of two runs only one writes.
    """

    target: Target
    step: Step
    mode: Mode
    announced: datetime
    due: datetime
    why: str
    moved: datetime
    told: datetime | None = None
    held: str = ""
    tried: datetime | None = None
    is_unsaid: bool = True
    owner: str = ""
    found: datetime | None = None
    version: int = 0

    @property
    def id(self) -> str:
        return self.target.finding

    @property
    def is_waiting(self) -> bool:
        """Announced, and not disabled yet."""
        return self.step in (Step.ANNOUNCED, Step.REHEARSED)

    @property
    def is_disabled(self) -> bool:
        """Or may be: a run was stopped half-way."""
        return self.step in (Step.DISABLED, Step.ACTING)

    @property
    def undo(self) -> str:
        return f"lastseen restore {self.id}"

    @property
    def became(self) -> str:
        """In a few words: "disabled on 2026-11-27"."""
        planned = f"disabled on {day(self.due)} or later"
        is_real = self.mode is Mode.ENFORCE
        tried = f", and tried since, last on {day(self.tried)}" if self.tried else ""
        return {
            Step.ANNOUNCED: f"will be {planned}" if is_real else f"would be {planned}, with Mode=enforce",
            Step.REHEARSED: "would be disabled now, with Mode=enforce",
            Step.ACTING: f"being disabled since {day(self.moved)}",
            Step.DISABLED: f"disabled on {day(self.moved)}{tried}",
            Step.RESTORED: f"restored, seen on {day(self.moved)}",
            Step.GONE: f"deleted or renamed, seen on {day(self.moved)}",
            Step.WITHDRAWN: f"no longer planned: {self.held}",
        }[self.step]

    def as_dict(self) -> dict[str, Any]:
        """With the names of the report's findings, where it has them. `since`: when it came to its step."""
        target = self.target
        times = {"announced": self.announced, "due": self.due, "since": self.moved, "tried": self.tried}
        return {
            "finding_id": self.id,
            "account": parts(target.arn).account,
            "kind": str(target.kind),
            "name": target.name,
            "arn": target.arn,
            **({"access_key_id": target.key_id} if target.key_id else {}),
            **({"owner": self.owner} if self.owner else {}),
            "step": str(self.step),
            "mode": str(self.mode),
            "first_flagged": to_text(self.found) if self.found else None,
            **{name: to_text(at) for name, at in times.items() if at},
            "reason": self.why,
            "held": self.held,
            "undo": [self.undo, *target.undo],
        }

    def stepped(self, step: Step, now: datetime, held: str = "") -> "Entry":
        return replace(self, step=step, moved=now, held=held, is_unsaid=True)

    def held_by(self, why: str) -> "Entry":
        """Said once, as long as it is the same."""
        return self if why == self.held else replace(self, held=why, is_unsaid=True)

    def said(self, now: datetime) -> "Entry":
        """Once the mail is out. What is announced counts from then on."""
        told = self.told or (now if self.step is Step.ANNOUNCED else None)
        return replace(self, told=told, is_unsaid=False)


def announced(target: Target, why: str, mode: Mode, grace: timedelta, now: datetime) -> Entry:
    return Entry(target, Step.ANNOUNCED, mode, now, now + grace, why, moved=now)
