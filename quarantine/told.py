"""What a run has to tell, and how it says so to people."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from textwrap import wrap
from typing import NamedTuple

from activity.model import to_text
from activity.plain import day, line
from activity.quarantine.entry import Entry, Mode, Step
from quarantine.plan import Left

# SNS takes 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_SUBJECT = 99
# Of each list; the table has all.
MOST_LISTED = 100
_COLUMNS = 80
_COMMAND = re.compile(r": (aws|lastseen) ")


Section = tuple[str, list[Entry], Callable[[Entry], list[str]]]


class Untold(NamedTuple):
    """What did not go out. `findings`: those whose owner was not told, by id."""

    why: tuple[str, ...] = ()
    findings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """`news`: the entries that no mail has told as they are. `problems`: what could not be looked at.

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


def body(told: Told, owner: str = "") -> str:
    """`owner`: whose findings these are, if they are those of one owner."""
    is_real = told.mode is Mode.ENFORCE
    will = "will be disabled" if is_real else "would be disabled (Mode=plan: nothing is)"
    sections: tuple[Section, ...] = (
        ("Disabled", told.of(Step.DISABLED), _disabled),
        ("NOT DONE, though due", told.held, _held),
        (
            f"Announced: {will} unless somebody uses, exempts or snoozes it first",
            told.of(Step.ANNOUNCED),
            _announced,
        ),
        (
            "Due, and would be disabled with Mode=enforce",
            told.of(Step.REHEARSED),
            lambda each: [each.why],
        ),
        (
            "Restored by somebody; left alone until it has been used and is stale again",
            told.of(Step.RESTORED),
            _restored,
        ),
        ("Deleted or renamed since", told.of(Step.GONE), _gone),
        ("No longer planned", told.of(Step.WITHDRAWN), lambda each: [f"why: {each.held}"]),
    )
    lines = [f"Quarantine of stale access in account {told.account}, {day(told.at)}"]
    lines += [f"Findings of {line(owner)}.", ""] if owner else [""]
    for title, entries, details in sections:
        if entries:
            lines += [f"{title}:", *_listed(entries, details), ""]
    lines += [*(f"Could not be looked at: {each}" for each in told.problems), *told.notes, *_left(told)]
    return "\n".join(map(_wrapped, lines)).rstrip() + "\n"


def _wrapped(text: str) -> str:
    """For a terminal. A command stays on one line, to be copied."""
    if _COMMAND.search(text):
        return text
    indent = " " * (len(text) - len(text.lstrip()))
    parts = wrap(text, _COLUMNS, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(parts)


def _listed(entries: Sequence[Entry], details: Callable[[Entry], list[str]]) -> Iterator[str]:
    for entry in entries[:MOST_LISTED]:
        yield f"  {entry.target.title}  [{entry.id}]"
        yield from (f"    {each}" for each in details(entry))
    if len(entries) > MOST_LISTED:
        yield f"  and {len(entries) - MOST_LISTED} more: see the items of principal quarantine in the table"


def _disabled(entry: Entry) -> list[str]:
    tried = f"tried since, last on {to_text(entry.tried)}: somebody may need it" if entry.tried else ""
    return [*filter(None, (tried,)), f"on {to_text(entry.moved)}; {entry.why}", *_undo(entry)]


def _undo(entry: Entry) -> list[str]:
    return [f"undo: {entry.undo}", *(f"  or: {each}" for each in entry.target.undo)]


def _announced(entry: Entry) -> list[str]:
    held = [f"why not today: {entry.held}"] if entry.held else []
    return [f"on {day(entry.due)} or later; {entry.why}", *held]


def _held(entry: Entry) -> list[str]:
    half_way = _undo(entry) if entry.step is Step.ACTING else []
    return [f"why: {entry.held}", *half_way]


def _gone(entry: Entry) -> list[str]:
    return [f"if it was renamed: {entry.undo}"]


def _restored(entry: Entry) -> list[str]:
    return [f"if the tag is still there: {entry.target.undo[1]}"]


def _left(told: Told) -> Iterator[str]:
    if told.brake:
        yield f"Nothing is announced or disabled today: {told.brake}."
        return
    for why, number in Counter(each.why for each in told.left).most_common():
        yield f"Not planned, {number} finding{'' if number == 1 else 's'}: {why}."
