"""What a topic of the demo's AWS was sent, as its subscribers get it."""

import json
from dataclasses import dataclass
from typing import Any

from moto.sns.models import sns_backends


@dataclass(frozen=True, slots=True)
class Mail:
    """`chat`: what a chat channel gets, as JSON; "" if it gets nothing."""

    subject: str
    text: str
    chat: str = ""

    def __str__(self) -> str:
        return f"Subject: {self.subject}\n\n{self.text}"


def mails_to(topic: str) -> list[Mail]:
    _, _, _, region, account, _ = topic.split(":")
    sent: Any = sns_backends[account][region].topics[topic].sent_notifications
    forms = ((subject, json.loads(message)) for _, message, subject, *_ in sent)
    return [Mail(subject, each["email"], each.get("https", "")) for subject, each in forms]
