"""What a run has to tell, as SNS, chat channels and the event bus take it."""

import json
from collections.abc import Iterator

from activity.chat import code, notification, text
from activity.finding_events import DetailType, FindingEvent
from activity.model import to_text
from activity.quarantine.entry import Entry
from quarantine.mail import body
from quarantine.told import Told, is_held, subject_line
from reporter.publishing.fitting import length, within
from reporter.publishing.message import MOST_BYTES, Message

# Of a channel, in bytes: together with how many more there are, they fit into a notification.
_MOST_ROWS = 10
_ROWS, _PROBLEMS = 2_000, 700
_LONGEST_REASON = 150


def message(told: Told, *, owner: str = "", has_chat: bool = False) -> Message:
    """`owner`: whose findings these are, if they are those of one owner.

    `has_chat`: https subscriptions get the form for chat channels.
    """
    subject = subject_line(told)
    https = {"https": chat(told)} if has_chat else {}
    room = (MOST_BYTES - sum(map(length, https.values()))) // 2
    forms = {"default": _for_machines(told, room), "email": body(told, owner), "sms": subject}
    words = {"event": "quarantine", "account": told.account, "mode": str(told.mode)}
    return Message.of(subject, forms | https, words | ({"owner": owner} if owner else {}))


def events_of(told: Told) -> Iterator[FindingEvent]:
    """One for each finding that came to another step, or was kept from it."""
    for each in told.news:
        yield FindingEvent(DetailType.QUARANTINE, told.at, each.target.arn, each.as_dict())


def chat(told: Told) -> str:
    is_loud = told.held or told.problems or any(each.is_disabled for each in told.news)
    title = f"{':warning:' if is_loud else ':hourglass:'} {text(subject_line(told))}"
    return notification(title, _lines(told), _undo(told), event="quarantine")


def _for_machines(told: Told, room: int) -> str:
    """As many entries as there is room for, what was done first; `entries_total` counts all.

    `room`: half of the bytes, for it is JSON within JSON: each quotation mark takes a backslash more.
    """
    plain = {
        "event": "quarantine",
        "account": told.account,
        "at": to_text(told.at),
        "mode": str(told.mode),
        "brake": told.brake,
        "problems_total": len(told.problems),
        "problems": within(told.problems, room // 8),
        "entries_total": len(told.news),
    }
    entries = within((each.as_dict() for each in told.news), room - length(plain))
    return json.dumps(plain | {"entries": entries}, ensure_ascii=False)


def _lines(told: Told) -> Iterator[str]:
    rows = within((f"• {_what(each)}: {_became(each)}" for each in told.news[:_MOST_ROWS]), _ROWS)
    yield from rows
    if len(told.news) > len(rows):
        yield f"and {len(told.news) - len(rows):,} more: see the mail"
    problems = within((f"Could not be looked at: {_short(each)}" for each in told.problems), _PROBLEMS)
    yield from problems
    if len(told.problems) > len(problems):
        yield f"and {len(told.problems) - len(problems):,} more that could not be: see the mail"


def _what(entry: Entry) -> str:
    target = entry.target
    of = f"access key {code(target.key_id)} of " if target.key_id else ""
    return f"{of}{'role' if target.is_role else 'user'} {code(target.name)}"


def _became(entry: Entry) -> str:
    return _short(f"not done: {entry.held}" if is_held(entry) else entry.became)


def _short(words: str) -> str:
    return text(words if len(words) <= _LONGEST_REASON else f"{words[: _LONGEST_REASON - 3]}...")


def _undo(told: Told) -> Iterator[str]:
    yield from (f"Undo: {code(each.undo)}" for each in told.news if each.is_disabled)
