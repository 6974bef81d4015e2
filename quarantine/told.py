"""What a run has to tell, and how it says so: a mail for people, JSON for machines."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import Any

from activity.model import to_text
from activity.plain import day
from quarantine.entry import Entry, Mode, Step
from quarantine.plan import Left

# SNS takes 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_SUBJECT = 99
# Of each list; the table has all.
_MOST_LISTED = 100
_COLUMNS = 80
_COMMAND = re.compile(r": (aws|lastseen) ")


Section = tuple[str, list[Entry], Callable[[Entry], list[str]]]


@dataclass(frozen=True, slots=True)
class Told:
    """`news`: the entries that no mail has told as they are. `problems`: what could not be looked at.

    `brake`: why the whole account is left; `left`: the findings that are, each with its own reason.
    """

    account: str
    at: datetime
    mode: Mode
    news: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    brake: str = ""
    left: tuple[Left, ...] = ()

    @property
    def is_news(self) -> bool:
        return bool(self.news or self.problems)

    def of(self, *steps: Step) -> list[Entry]:
        return [each for each in self.news if each.step in steps and not _is_held(each)]

    @property
    def held(self) -> list[Entry]:
        return [each for each in self.news if _is_held(each)]


def _is_held(entry: Entry) -> bool:
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


def body(told: Told) -> str:
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
    lines = [f"Quarantine of stale access in account {told.account}, {day(told.at)}", ""]
    for title, entries, details in sections:
        if entries:
            lines += [f"{title}:", *_listed(entries, details), ""]
    lines += [*(f"Could not be looked at: {each}" for each in told.problems), *_left(told)]
    return "\n".join(map(_wrapped, lines)).rstrip() + "\n"


def for_machines(told: Told) -> dict[str, Any]:
    return {
        "event": "quarantine",
        "account": told.account,
        "at": to_text(told.at),
        "mode": str(told.mode),
        "brake": told.brake,
        "problems": list(told.problems),
        "entries": [_plain(each) for each in told.news[:_MOST_LISTED]],
    }


def message(told: Told) -> dict[str, Any]:
    """The arguments of Publish, except the topic."""
    subject = subject_line(told)
    forms = {"default": json.dumps(for_machines(told)), "email": body(told), "sms": subject}
    words = {"event": "quarantine", "account": told.account, "mode": str(told.mode)}
    return {
        "Subject": subject,
        "Message": json.dumps(forms, ensure_ascii=False),
        "MessageStructure": "json",
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in words.items()
        },
    }


def _plain(entry: Entry) -> dict[str, Any]:
    """With the names of the report's findings, where it has them."""
    target = entry.target
    return {
        "finding_id": entry.id,
        "kind": str(target.kind),
        "name": target.name,
        "arn": target.arn,
        **({"access_key_id": target.key_id} if target.key_id else {}),
        "step": str(entry.step),
        "due": to_text(entry.due),
        "reason": entry.why,
        "held": entry.held,
        "undo": list(target.undo),
    }


def _wrapped(line: str) -> str:
    """For a terminal. A command stays on one line, to be copied."""
    if _COMMAND.search(line):
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    parts = wrap(line, _COLUMNS, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(parts)


def _listed(entries: Sequence[Entry], details: Callable[[Entry], list[str]]) -> Iterator[str]:
    for entry in entries[:_MOST_LISTED]:
        yield f"  {entry.target.title}  [{entry.id}]"
        yield from (f"    {line}" for line in details(entry))
    if len(entries) > _MOST_LISTED:
        yield f"  and {len(entries) - _MOST_LISTED} more: see the items of principal quarantine in the table"


def _disabled(entry: Entry) -> list[str]:
    tried = f"tried since, last on {to_text(entry.tried)}: somebody may need it" if entry.tried else ""
    return [*filter(None, (tried,)), f"on {to_text(entry.moved)}; {entry.why}", *_undo(entry)]


def _undo(entry: Entry) -> list[str]:
    return [f"undo: lastseen restore {entry.id}", *(f"  or: {each}" for each in entry.target.undo)]


def _announced(entry: Entry) -> list[str]:
    held = [f"why not today: {entry.held}"] if entry.held else []
    return [f"on {day(entry.due)} or later; {entry.why}", *held]


def _held(entry: Entry) -> list[str]:
    half_way = _undo(entry) if entry.step is Step.ACTING else []
    return [f"why: {entry.held}", *half_way]


def _gone(entry: Entry) -> list[str]:
    return [f"if it was renamed: lastseen restore {entry.id}"]


def _restored(entry: Entry) -> list[str]:
    return [f"if the tag is still there: {entry.target.undo[1]}"]


def _left(told: Told) -> Iterator[str]:
    if told.brake:
        yield f"Nothing is announced or disabled today: {told.brake}."
        return
    for why, number in Counter(each.why for each in told.left).most_common():
        yield f"Not planned, {number} finding{'' if number == 1 else 's'}: {why}."
