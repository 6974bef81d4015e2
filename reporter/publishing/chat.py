"""A report as a message in a chat channel: what is new, or that nothing is."""

from collections.abc import Iterator

from activity.chat import code, notification, text
from activity.finding import Kind
from reporter.judgement.danger import most_dangerous_first, risk_of
from reporter.judgement.findings import Finding
from reporter.judgement.report import Report
from reporter.publishing.mail import subject_line
from reporter.publishing.todo import WHY
from reporter.publishing.wording import NOUNS, count

MOST_ROWS = 10


def chat(report: Report, link: str = "") -> str:
    """`link`: see `body` of the mail."""
    new = [each for each in most_dangerous_first(report.findings) if each.is_new]
    title = f"{':warning:' if new or report.warnings else ':mag:'} {text(subject_line(report))}"
    steps = [f"Full report: {link}"] if link else []
    return notification(title, _lines(report, new), steps, event="report")


def _lines(report: Report, new: list[Finding]) -> Iterator[str]:
    for warning in report.warnings:
        yield text(warning)
    yield from (_row(each) for each in new[:MOST_ROWS])
    if len(new) > MOST_ROWS:
        yield f"and {count(len(new) - MOST_ROWS, 'new finding', 'new findings')} more"
    if not new:
        yield _nothing_new(report)


def _nothing_new(report: Report) -> str:
    if report.is_empty:
        return "Nothing could be read: neither users nor roles could be listed."
    unread = " among what could be checked" if report.gaps else ""
    return f"Nothing is new{unread}. {still_open(len(report.findings))}"


def still_open(number: int) -> str:
    return f"{count(number, 'finding is', 'findings are')} still open." if number else "No finding is open."


def _row(finding: Finding) -> str:
    subject, days = finding.subject, finding.verdict.idle.days
    key = f" {code(subject.access_key_id)}" if subject.access_key_id else ""
    of = " of user" if subject.kind in (Kind.ACCESS_KEY, Kind.PASSWORD) else ""
    why = WHY[risk_of(finding)]
    note = f", {why}" if why else ""
    what = f"{NOUNS[subject.kind][0]}{key}{of} {code(subject.name)}"
    return f"• {what}: idle for {count(days, 'day', 'days')}{note}"
