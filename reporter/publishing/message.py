"""The report as it is published, within all limits: text for people, JSON for machines, attributes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from activity.finding import Kind
from activity.model import to_text
from reporter.judgement.danger import most_dangerous_first
from reporter.judgement.report import Report
from reporter.publishing.chat import chat
from reporter.publishing.document import answer, resolved_as_dict
from reporter.publishing.fitting import length as _length
from reporter.publishing.fitting import within as _within
from reporter.publishing.judged import finding_as_dict
from reporter.publishing.mail import body, subject_line

# SNS takes 262,144 bytes, of which the text for people takes no more than the other half:
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MOST_BYTES = 125_000
# Lambda answers 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LONGEST_ANSWER = 5_500_000
_LISTS = "findings", "gaps", "exempt", "dormant", "snoozed"


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is for MessageStructure=json: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""

    subject: str
    text: str
    attributes: dict[str, Any]

    @classmethod
    def of(cls, subject: str, forms: Mapping[str, str], attributes: Mapping[str, str | int]) -> Self:
        """`forms`: by the protocol of a subscription."""
        typed = {
            name: {"DataType": "String" if isinstance(value, str) else "Number", "StringValue": str(value)}
            for name, value in attributes.items()
        }
        return cls(subject, json.dumps(forms, ensure_ascii=False), typed)

    @property
    def arguments(self) -> dict[str, Any]:
        """Of Publish, except the topic."""
        return {
            "Subject": self.subject,
            "Message": self.text,
            "MessageStructure": "json",
            "MessageAttributes": self.attributes,
        }


def message(report: Report, files: str = "", link: str = "", *, has_chat: bool = False) -> Message:
    """`files` and `link`: see `body`. `has_chat`: https subscriptions get the form for chat channels."""
    subject = subject_line(report)
    https = {"https": chat(report, link)} if has_chat else {}
    room = MOST_BYTES // 2 - sum(map(len, https.values()))  # See `_for_machines`.
    forms = {"default": _for_machines(report, files, room), "email": body(report, files, link), "sms": subject}
    forms |= https
    counted = {
        **{f"stale_{kind}": sum(each.subject.kind is kind for each in report.findings) for kind in Kind},
        "new": sum(each.is_new for each in report.findings),
        "gaps": len(report.gaps),
    }
    words = {"event": "report", "account": report.account, "tracker_silent": json.dumps(bool(report.warnings))}
    return Message.of(subject, forms, {**words, **counted})


def fitting_answer(report: Report, files: str) -> dict[str, Any]:
    """What the Lambda answers: all, or as much as it may, then how many there are, and where the rest is."""
    every = answer(report)
    fitting = every | {
        "findings": [],
        "gaps": _within(every["gaps"], _LONGEST_ANSWER // 8),
        "exempt": _within(every["exempt"], _LONGEST_ANSWER // 8),
        "dormant": _within(every["dormant"], _LONGEST_ANSWER // 8),
        "snoozed": _within(every["snoozed"], _LONGEST_ANSWER // 8),
    }
    fitting["findings"] = _within(every["findings"], _LONGEST_ANSWER - _length(fitting))
    left_out = {name: len(every[name]) for name in _LISTS if len(fitting[name]) < len(every[name])}
    return fitting | ({"truncated": left_out | {"report": files}} if left_out else {})


def _for_machines(report: Report, files: str, room: int) -> str:
    """As many findings as there is room for, the most dangerous first; `findings_total` counts all.

    `room`: half of the bytes, for it is JSON within JSON: each quotation mark takes a backslash more.
    """
    worst = most_dangerous_first(report.findings)
    plain: dict[str, Any] = {
        "event": "report",
        "account": report.account,
        "alias": report.alias,
        "at": to_text(report.at),
        "report": f"{files}report.json" if files else None,
        "warnings": list(report.warnings),
        "counts": report.counts,
        "findings_total": len(report.findings),
        "new": sum(each.is_new for each in report.findings),
        "resolved_total": len(report.resolved),
        "gaps_total": len(report.gaps),
        "dormant_total": len(report.dormant),
        "snoozed_total": len(report.snoozed),
        "unowned_total": report.unowned,
    }
    plain["gaps"] = _within(({"what": each.what, "reason": each.reason} for each in report.gaps), room // 8)
    plain["resolved"] = _within(map(resolved_as_dict, report.resolved), room // 8)
    plain["findings"] = _within(
        (finding_as_dict(each, has_days=False) for each in worst), room - _length(plain)
    )
    return json.dumps(plain, ensure_ascii=False)
