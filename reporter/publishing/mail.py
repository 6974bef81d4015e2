"""The mail: what to do first, what to mend in the tracker, what has changed, and how all that was judged."""

from collections.abc import Iterable, Iterator

from activity.days import KEPT
from activity.plain import ascii_line, line, minute
from reporter.inventory.account import Gap
from reporter.judgement import undated
from reporter.judgement.report import Report
from reporter.judgement.subjects import Limits
from reporter.listening.coverage import Coverage
from reporter.publishing.todo import MOST_ROWS, Todo
from reporter.publishing.wording import (
    count,
    counts,
    dormant,
    exempt,
    fixed,
    missed_use,
    notes,
    quarantined,
    resolutions,
    snoozed,
    some,
    some_of,
    unowned,
)

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_SUBJECT = 99
_MOST_REGIONS = 5
_BY_IAM_ALONE = "Until this is fixed, the findings below rely on IAM's records alone."


def subject_line(report: Report) -> str:
    """ASCII, one line, short enough for SNS: a long alias gives way to the account."""
    if report.is_empty:
        told = ["NOTHING COULD BE READ"]
    elif not report.findings:
        told = ["nothing stale"]
    else:
        new = sum(each.is_new for each in report.findings)
        told = [f"{new:,} new"] if new else []
        told += [f"{len(report.findings) - new:,} open"] if len(report.findings) > new else []
    told += [f"{len(report.resolved):,} resolved"] if report.resolved else []
    told += [f"{len(report.gaps):,} not checked"] if report.gaps else []
    told += ["EVENTS NOT ARRIVING"] if report.warnings else []
    lines = [f"IAM in {name}: {', '.join(told)}" for name in (report.alias, report.account) if name]
    lines.append(f"IAM in {report.account}: {', '.join((told[0], told[-1]))}")
    return ascii_line(next((each for each in lines if len(each) <= _LONGEST_SUBJECT), lines[-1]))


def body(report: Report, files: str = "", link: str = "", *, rows: int = MOST_ROWS) -> str:
    """`files` is where all of the report is kept, as an s3:// address ending in a slash.

    `link`: its page in the AWS console, "" if there is none.
    """
    todo = Todo(report.findings, rows)
    sections = (
        _head(report, link),
        _what_to_do(report, todo),
        _to_mend(report),
        _changes(report),
        _quarantine(report),
        _snoozed(report),
        _undated(report),
        _method(report, files),
    )
    texts = (_text(lines) for lines in map(list, sections) if lines)
    return "\n\n".join(texts) + "\n"


def _text(lines: Iterable[str]) -> str:
    """Each on a line of its own, whatever stands in it: names, tags and reasons are written by others."""
    return "\n".join(map(line, lines))


def _head(report: Report, link: str) -> Iterator[str]:
    yield f"IAM last activity in account {_account(report)}, {minute(report.at)}"
    if link:
        yield f"Full report: {link}"
    if report.coverage.basis:
        yield from ("", report.coverage.basis)
    if report.warnings:
        yield from (
            "",
            *report.warnings,
            _BY_IAM_ALONE,
        )


def _what_to_do(report: Report, todo: Todo) -> Iterator[str]:
    if report.is_empty:
        yield "NOTHING COULD BE READ of this account, and nothing was judged."
        return
    if not report.findings:
        yield f"Nothing is stale{' among what was checked' if report.gaps else ''}."
        return
    is_any_new = any(each.is_new for each in report.findings) and report.previous
    number = count(len(report.findings), "finding", "findings")
    yield f"WHAT TO DO: {number}, the most dangerous first{' (* is new)' if is_any_new else ''}"
    if report.unowned:
        yield unowned(report.unowned, report.owner_tags)
    yield from ("", *todo.table())
    yield from todo.commands(report.account)


def _to_mend(report: Report) -> Iterator[str]:
    lines = [
        *(f"- {each}" for each in notes(report) if each not in report.coverage.listening(report.at)),
        *some([f"- Not checked: {gap.what}: {fixed(gap.reason, gap.fix)}" for gap in report.gaps]),
        *some(list(map(missed_use, report.missed))),
        *some([f"- Exemption of {each.arn}: {fixed(each.why, each.fix)}" for each in report.lapses]),
    ]
    if lines:
        yield from ("TO FIX IN THE TRACKER ('make' in its checkout)", "", *lines)


def _changes(report: Report) -> Iterator[str]:
    if report.previous is None and not report.resolved:
        return
    new = sum(each.is_new for each in report.findings)
    told = [f"{new:,} new", f"{len(report.findings) - new:,} still open", f"{len(report.resolved):,} resolved"]
    since = f"{report.previous:%Y-%m-%d}" if report.previous else "the last report"
    yield f"WHAT CHANGED since {since}: {', '.join(told)}"
    yield from some(resolutions(report.resolved))


def _quarantine(report: Report) -> Iterator[str]:
    if report.quarantine:
        number = sum(each.is_disabled for each in report.quarantine)
        yield f"QUARANTINE: {number:,} disabled now"
        yield from some(list(map(quarantined, report.quarantine)))


def _snoozed(report: Report) -> Iterator[str]:
    if report.snoozed:
        yield f"SNOOZED ({len(report.snoozed):,})"
        yield from some(list(map(snoozed, report.snoozed)))


def _undated(report: Report) -> Iterator[str]:
    if report.of_iam.undated:
        yield f"LAST USE NOT RECORDED ({len(report.of_iam.undated):,}): AWS does not say when these were used"
        yield from some([undated.listed(each, report.at) for each in report.of_iam.undated])


def _method(report: Report, files: str) -> Iterator[str]:
    yield "METHOD"
    yield ""
    yield f"Stale: no use known to {_known_to(report.coverage)} for {_thresholds(report.limits)}."
    yield from _received(report.coverage, report.coverage.by_road(report.at))
    yield from report.coverage.listening(report.at)
    if not report.is_empty:
        yield from counts(report)
    if any(each.verdict.active.days for each in report.findings):
        yield f"Idle, active: in days; active of the last {KEPT.days}, by CloudTrail."
    if report.dormant:
        yield f"Dormant, not flagged: {some_of([dormant(each) for each in report.dormant])}."
    if report.exempt:
        yield f"Exempt by tag: {some_of([exempt(each) for each in report.exempt])}."
    if files:
        yield f"Files: {files}"


def _thresholds(limits: Limits) -> str:
    if limits.user == limits.access_key == limits.role:
        return f"{limits.user} days"
    return f"{limits.user} days (users, passwords), {limits.access_key} (access keys), {limits.role} (roles)"


def _known_to(coverage: Coverage) -> str:
    return "IAM" if coverage.basis and not coverage.received else "CloudTrail or IAM"


def _received(coverage: Coverage, roads: str) -> Iterator[str]:
    if coverage.basis:
        return
    received = [each.region for each in coverage.received]
    if isinstance(coverage.regions, Gap):
        yield "It is not known whether events arrive: the findings may rest on IAM's word alone."
    elif received:
        named = ", ".join(received[:_MOST_REGIONS])
        more = f" and {len(received) - _MOST_REGIONS} more regions" if len(received) > _MOST_REGIONS else ""
        yield f"Events come from {named}{more}, since {coverage.since:%Y-%m-%d}{f': {roads}' if roads else ''}."


def _account(report: Report) -> str:
    return f"{report.account} ({report.alias})" if report.alias else report.account
