"""A notice as SNS takes it: text for people, JSON for machines, attributes for filters."""

import json
from typing import Any

from activity.item import known_of
from activity.model import to_text
from awakened.chat import chat
from awakened.commands import disabling, finding
from awakened.flagged import Notice
from awakened.notice import clean, sms, subject_line, text
from awakened.subject import Subject
from awakened.waking import Use


def message(notice: Notice, *, has_chat: bool = False) -> dict[str, Any]:
    """The arguments of Publish, except the topic. Subscriptions other than mail and SMS get the JSON.

    `has_chat`: https subscriptions get the form for chat channels.
    """
    use = notice.use
    forms = {
        "default": json.dumps(as_dict(notice)),
        "email": text(notice),
        "sms": sms(use, notice.account_name),
        **({"https": chat(notice)} if has_chat else {}),
    }
    words = {
        "event": "awakened",
        "account": use.subject.account,
        "kind": str(use.subject.kind),
        "principal": use.subject.arn,
        "denied": str(use.is_denied).lower(),
    }
    return {
        "Subject": subject_line(use, notice.account_name),
        "Message": json.dumps(forms),
        "MessageStructure": "json",
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in words.items()
        },
    }


def as_dict(notice: Notice) -> dict[str, Any]:
    also = [_named(subject) for subject in notice.also]
    return {"event": "awakened", **use_as_dict(notice.use, notice.account_name), "also": also}


def use_as_dict(use: Use, account_name: str = "") -> dict[str, Any]:
    """Has the names of the reporter's findings; the evidence is that of the use."""
    evidence = clean(use.activity.evidence)
    return {
        **_named(use.subject),
        **({"account_name": account_name} if account_name else {}),
        "denied": use.is_denied,
        "used_at": to_text(use.at),
        "idle_since": to_text(use.since) if use.since else None,
        "idle_days": use.idle.days if use.idle else None,
        "first_flagged": to_text(use.first_flagged) if use.first_flagged else None,
        "evidence": known_of(evidence),
        "commands": disabling(use.subject),
        "lookups": finding(use.subject, evidence.event_id, evidence.region),
    }


def _named(subject: Subject) -> dict[str, str]:
    named = {
        "finding_id": subject.finding_id,
        "account": subject.account,
        "kind": str(subject.kind),
        "name": subject.name,
        "arn": subject.arn,
        "id": subject.id,
        "access_key_id": subject.access_key_id,
    }
    return {name: value for name, value in named.items() if value}
