"""The findings of each owner as a message of their own, beside the mail: never instead of it."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from activity.model import to_text
from activity.plain import ascii_line, line, minute
from reporter.inventory.account import Gap
from reporter.inventory.answers import or_gap
from reporter.judgement.danger import most_dangerous_first
from reporter.judgement.findings import Finding
from reporter.judgement.report import Report
from reporter.publishing.fitting import length, within
from reporter.publishing.judged import finding_as_dict
from reporter.publishing.message import MOST_BYTES, Message
from reporter.publishing.todo import Todo
from reporter.publishing.wording import count

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

# Of more owners, those with the most findings are told; the mail has all findings.
MOST_OWNERS = 500
_AT_ONCE = 8
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_SUBJECT = 99


@dataclass(frozen=True, slots=True)
class OwnerMessages:
    """`topic` may be empty: then owners are told nothing."""

    sns: "SNSClient"
    topic: str = ""

    def send(self, report: Report, files: str, is_late: Callable[[], bool]) -> Report:
        """The report with a gap for each owner who could not be told: that keeps nobody else waiting.

        To be called once the mail is out.
        """
        if not self.topic:
            return report
        every = by_owner(report)
        told, untold = dict(every[:MOST_OWNERS]), every[MOST_OWNERS:]
        refused = self.publish(told, lambda owner: message_to(owner, told[owner], report, files), is_late)
        gaps = [
            Gap(f"the message to owner {each}", f"it was not sent: {why}", _FIX)
            for each, why in refused.items()
        ]
        if untold:
            what = f"the messages to {count(len(untold), 'owner', 'owners')} with the fewest findings"
            gaps.append(Gap(what, f"a report tells at most {MOST_OWNERS:,} owners", _FIX))
        return replace(report, gaps=(*report.gaps, *gaps))

    def publish(
        self,
        owners: Iterable[str],
        message: Callable[[str], Message],
        is_late: Callable[[], bool] = lambda: False,
    ) -> dict[str, str]:
        """Why a message was not sent, by owner: of those to whom none was."""

        def one(owner: str) -> tuple[str, str]:
            if is_late():
                return owner, "the function's deadline is near"
            done = or_gap("", lambda: self.sns.publish(TopicArn=self.topic, **message(owner).arguments))
            return owner, done.reason if isinstance(done, Gap) else ""

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return {owner: why for owner, why in pool.map(one, owners) if why}


_FIX = "send them their findings of this report yourself; the next report tries again"


def by_owner(report: Report) -> list[tuple[str, tuple[Finding, ...]]]:
    """Who has the most findings comes first. What has no owner is in the mail alone."""
    those: dict[str, list[Finding]] = {}
    for each in report.findings:
        if each.subject.owner:
            those.setdefault(each.subject.owner, []).append(each)
    found = ((owner, tuple(findings)) for owner, findings in those.items())
    return sorted(found, key=lambda each: (-len(each[1]), each[0]))


def message_to(owner: str, findings: Sequence[Finding], report: Report, files: str = "") -> Message:
    """The owner's name is others' text: it stands in the message and in an attribute, not in the subject."""
    subject = _subject(findings, report)
    forms = {
        "default": _for_machines(owner, findings, report, files),
        "email": "\n".join(map(line, _body(owner, findings, report))) + "\n",
        "sms": subject,
    }
    words = {"event": "owner", "account": report.account, "owner": owner}
    return Message.of(subject, forms, words | {"findings": len(findings), "new": _new(findings)})


def _new(findings: Sequence[Finding]) -> int:
    return sum(each.is_new for each in findings)


def _subject(findings: Sequence[Finding], report: Report) -> str:
    new, numbers = _new(findings), count(len(findings), "finding", "findings")
    told = f"{numbers} of yours{f', {new:,} new' if new else ''}"
    lines = [f"IAM in {name}: {told}" for name in (report.alias, report.account) if name]
    return ascii_line(next((each for each in lines if len(each) <= _LONGEST_SUBJECT), lines[-1]))


def _body(owner: str, findings: Sequence[Finding], report: Report) -> Iterator[str]:
    todo, account = Todo(findings), report.account
    where = f"{account} ({report.alias})" if report.alias else account
    yield f"IAM last activity in account {where}, {minute(report.at)}"
    yield f"Findings of {owner}, by the tags {', '.join(report.owner_tags)}."
    yield ""
    number, is_any_new = count(len(findings), "finding", "findings"), _new(findings) and report.previous
    yield f"WHAT TO DO: {number}, the most dangerous first{' (* is new)' if is_any_new else ''}"
    yield from ("", *todo.table())
    yield from todo.commands(account)
    yield from ("", "To keep something, tag it last-activity:exempt, or ask for a snooze: docs/report.md.")


def _for_machines(owner: str, findings: Sequence[Finding], report: Report, files: str) -> str:
    """As many findings as there is room for: it is JSON within JSON, so half of that."""
    plain: dict[str, Any] = {
        "event": "owner",
        "owner": owner,
        "account": report.account,
        "alias": report.alias,
        "at": to_text(report.at),
        "report": f"{files}report.json" if files else None,
        "findings_total": len(findings),
        "new": _new(findings),
    }
    told = (finding_as_dict(each, has_days=False) for each in most_dangerous_first(findings))
    return json.dumps(plain | {"findings": within(told, MOST_BYTES // 2 - length(plain))}, ensure_ascii=False)
