"""What a run has to tell, as SNS, chat channels and the event bus take it."""

import json
from collections.abc import Iterator

from activity.chat import code, notification, text
from activity.finding_events import DetailType, FindingEvent
from activity.model import to_text
from activity.quarantine.entry import Entry
from quarantine.told import MOST_LISTED, Told, body, is_held, subject_line
from reporter.publishing.message import Message

_MOST_ROWS = 10


def message(told: Told, *, owner: str = "", has_chat: bool = False) -> Message:
    """`owner`: whose findings these are, if they are those of one owner.

    `has_chat`: https subscriptions get the form for chat channels.
    """
    subject = subject_line(told)
    forms = {"default": _for_machines(told), "email": body(told, owner), "sms": subject}
    https = {"https": chat(told)} if has_chat else {}
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


def _for_machines(told: Told) -> str:
    return json.dumps(
        {
            "event": "quarantine",
            "account": told.account,
            "at": to_text(told.at),
            "mode": str(told.mode),
            "brake": told.brake,
            "problems": list(told.problems),
            "entries": [each.as_dict() for each in told.news[:MOST_LISTED]],
        }
    )


def _lines(told: Told) -> Iterator[str]:
    yield from (f"Could not be looked at: {text(each)}" for each in told.problems)
    yield from (f"• {_what(each)}: {_became(each)}" for each in told.news[:_MOST_ROWS])
    if len(told.news) > _MOST_ROWS:
        yield f"and {len(told.news) - _MOST_ROWS:,} more: see the mail"


def _what(entry: Entry) -> str:
    target = entry.target
    of = f"access key {code(target.key_id)} of " if target.key_id else ""
    return f"{of}{'role' if target.is_role else 'user'} {code(target.name)}"


def _became(entry: Entry) -> str:
    return text(f"not done: {entry.held}" if is_held(entry) else entry.became)


def _undo(told: Told) -> Iterator[str]:
    yield from (f"Undo: {code(each.undo)}" for each in told.news if each.is_disabled)
