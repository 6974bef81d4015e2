"""What a run has to tell, the most important first, and its subject line."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from activity.quarantine.entry import Entry, Mode, Step
from quarantine.plan import Left

# SNS takes 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_SUBJECT = 99
_HELD = 2
_TURN = {
    Step.DISABLED: 0,
    Step.ACTING: 1,
    Step.ANNOUNCED: 3,
    Step.REHEARSED: 4,
    Step.RESTORED: 5,
    Step.GONE: 6,
    Step.WITHDRAWN: 7,
}


class Untold(NamedTuple):
    """What did not go out. `findings`: by id, those that no mail has named, or whose owner was not told."""

    why: tuple[str, ...] = ()
    findings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """`news`: the entries that no mail has told as they are, what was done first.

    `problems`: what could not be looked at.
    `brake`: why the whole account is left; `left`: the findings that are, each with its own reason.
    `notes`: what was assumed of trails. `untold`: why something of this did not go out.
    """

    account: str
    at: datetime
    mode: Mode
    news: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    brake: str = ""
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "news", tuple(sorted(self.news, key=_turn)))

    @property
    def is_news(self) -> bool:
        return bool(self.news or self.problems)

    def of(self, *steps: Step) -> list[Entry]:
        return [each for each in self.news if each.step in steps and not is_held(each)]

    def of_owner(self, owner: str) -> "Told":
        """What concerns one owner."""
        own = tuple(each for each in self.news if each.owner == owner)
        return replace(self, news=own, problems=(), left=(), notes=())

    @property
    def held(self) -> list[Entry]:
        return [each for each in self.news if is_held(each)]


def is_held(entry: Entry) -> bool:
    """It has been announced before, and was due: what kept it is the news."""
    return bool(entry.held) and (entry.step is Step.ACTING or (entry.is_waiting and entry.told is not None))


def _turn(entry: Entry) -> tuple[int, bool]:
    """Of what is disabled, first what somebody seems to need."""
    is_kept = entry.is_waiting and is_held(entry)
    return _HELD if is_kept else _TURN[entry.step], entry.tried is None


def subject_line(told: Told) -> str:
    counts = {
        "disabled": len(told.of(Step.DISABLED)),
        "restored": len(told.of(Step.RESTORED)),
        "NOT DONE": len(told.held),
        "would be disabled now": len(told.of(Step.REHEARSED)),
        "announced": len(told.of(Step.ANNOUNCED)),
    }
    said = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    return f"Quarantine in {told.account}: {said or 'something to look at'}"[:_LONGEST_SUBJECT]
