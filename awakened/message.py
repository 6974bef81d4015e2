"""A notice as SNS takes it: text for people, JSON for machines, attributes for filters."""

import json
from typing import Any

from activity.item import known_of
from activity.model import to_text
from awakened.commands import disabling, finding
from awakened.flagged import Notice
from awakened.notice import clean, sms, subject_line, text
from awakened.subject import Subject


def message(notice: Notice) -> dict[str, Any]:
    """The arguments of Publish, except the topic. Subscriptions other than mail and SMS get the JSON."""
    use = notice.use
    forms = {
        "default": json.dumps(as_dict(notice)),
        "email": text(notice),
        "sms": sms(use, notice.account_name),
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
    """Has the names of the reporter's findings; the evidence is that of the use."""
    use, evidence = notice.use, clean(notice.use.activity.evidence)
    return {
        "event": "awakened",
        **_named(use.subject),
        **({"account_name": notice.account_name} if notice.account_name else {}),
        "denied": use.is_denied,
        "used_at": to_text(use.at),
        "idle_since": to_text(use.since) if use.since else None,
        "idle_days": use.idle.days if use.idle else None,
        "first_flagged": to_text(use.first_flagged) if use.first_flagged else None,
        "evidence": known_of(evidence),
        "also": [_named(subject) for subject in notice.also],
        "commands": disabling(use.subject),
        "lookups": finding(use.subject, evidence.event_id, evidence.region),
    }


def _named(subject: Subject) -> dict[str, str]:
    key = {"access_key_id": subject.access_key_id} if subject.access_key_id else {}
    named = {"account": subject.account, "kind": str(subject.kind), "name": subject.name, "arn": subject.arn}
    return named | key
