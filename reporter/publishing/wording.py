"""The sentences of the mail: one for each finding, exemption, and what became of earlier findings."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from activity.arn import parts
from activity.finding import Kind
from activity.plain import day, minute
from activity.quarantine.entry import Entry
from reporter.inventory.account import OldReport
from reporter.judgement.candidates import LeftOut
from reporter.judgement.exemption import Exemption
from reporter.judgement.findings import Finding
from reporter.judgement.known import Root
from reporter.judgement.missed import Missed
from reporter.judgement.report import Report
from reporter.judgement.resolution import How, Resolved
from reporter.judgement.staleness import Status
from reporter.judgement.tidying import Judged
from reporter.publishing.active import expected

MOST_LISTED = 20
_LONGEST_NAME = 80
_NEW_REPORT = "aws iam generate-credential-report, which asks for a new one or says why there is none"
_ANEW = {Kind.USER: "being given its newest credential", Kind.PASSWORD: "it was set"}
NOUNS = {
    Kind.USER: ("user", "users"),
    Kind.PASSWORD: ("password", "passwords"),
    Kind.ACCESS_KEY: ("access key", "access keys"),
    Kind.ROLE: ("role", "roles"),
}
_HOW = {
    How.RENEWED: "set anew, or has a newer credential that is not used yet",
    How.EXEMPT: "exempt by tag",
    How.DORMANT: "dormant, used rarely and regularly",
    How.DISABLED: "disabled",
    How.DELETED: "deleted",
    How.WITHIN_LIMIT: "within the threshold as it is now",
    How.NOT_TOLD: "unclear whose it was: several users had that name",
}


def since(finding: Finding) -> str:
    """ "since it was set on 2026-08-12", of what `starts_anew`."""
    return f"since {_ANEW[finding.subject.kind]} on {day(finding.idle_since)}"


def starts_anew(finding: Finding) -> bool:
    """Whether the clock starts after the last use, or after the creation of what was never used."""
    subject = finding.subject
    before = finding.verdict.at or subject.created
    return finding.idle_since == subject.renewed and day(before) != day(finding.idle_since)


def resolutions(those: Iterable[Resolved]) -> list[str]:
    """A line for each outcome: "- deleted: role batch, user bob"."""
    by_outcome: dict[str, list[str]] = {}
    for each in sorted(those, key=lambda each: each.how is not How.USED):
        by_outcome.setdefault(outcome(each), []).append(named(each.kind, each.name, each.access_key_id))
    return [f"- {how}: {some_of(names)}" for how, names in by_outcome.items()]


def outcome(resolved: Resolved) -> str:
    how = _again(resolved) or _HOW.get(resolved.how, "used again")
    return how + (f", and {_HOW[resolved.then]} since" if resolved.then else "")


def _again(resolved: Resolved) -> str:
    used = f"used again on {day(resolved.used)}" if resolved.used else ""
    refused = f"attempted again, and refused, on {day(resolved.refused)}" if resolved.refused else ""
    return f"{refused} after being {used}" if refused and used else refused or used


def missed_use(missed: Missed) -> str:
    subject, use = missed.subject, missed.subject.claim.use
    where = " ".join(filter(None, (use.service, f"in {use.region}" if use.region not in missed.cause else "")))
    when = f"{day(missed.used)}{f' ({where})' if where else ''}"
    seen = f" (the last event came on {day(missed.seen)})" if missed.seen else ""
    what = named(subject.kind, subject.name, subject.access_key_id)
    return f"- Only IAM saw {what} used on {when}{seen}: {fixed(missed.cause, missed.fix)}"


def fixed(problem: str, fix: str) -> str:
    return f"{problem.rstrip('.')}. Fix: {fix}" if fix else problem


def exempt(judged: Judged) -> str:
    subject, _ = judged
    assert isinstance(subject.exemption, Exemption)  # noqa: S101  # that is what the verdict says
    until = f" (until {subject.exemption.until})" if subject.exemption.until else ""
    return f"{named(subject.kind, subject.name, subject.access_key_id)}{until}"


def dormant(judged: Judged) -> str:
    """ "role quarter-close (runs about every 91 days, next around 2027-01-01)"."""
    subject, verdict = judged
    assert verdict.dormancy  # noqa: S101  # that is what the verdict says
    when = expected(verdict.dormancy, verdict.active.until)
    return f"{named(subject.kind, subject.name, subject.access_key_id)} ({when})"


def snoozed(judged: Judged) -> str:
    """ "- until 2027-01-31, by user/alice: role batch (moves in January)"."""
    subject, verdict = judged
    snooze = verdict.snooze
    assert snooze  # noqa: S101  # that is what the verdict says
    who = cut(parts(snooze.asked_by).resource or snooze.asked_by, _LONGEST_NAME)
    what = named(subject.kind, subject.name, subject.access_key_id)
    return f"- until {snooze.until}, by {who}: {what} ({snooze.reason})"


def quarantined(entry: Entry) -> str:
    """ "- disabled on 2026-11-27: role batch; undo: lastseen restore 123456789012:role:AROABATCH"."""
    end = f"; undo: {entry.undo}" if entry.is_disabled else ""
    return f"- {entry.became}: {entry.target.title}{end}"


def root_user(root: Root) -> str:
    last = max(filter(None, (root.seen, root.used)), default=None)
    used = "no use on record" if root.is_known else "its last use is not known"
    if last:
        used = f"last {'seen' if last == root.seen else 'used, says IAM,'} on {day(last)}"
    if last and root.unread:
        used += " (what CloudTrail saw is not known)"
    if root.refused and (last is None or root.refused > last):
        used += f", last refused on {day(root.refused)}"
    if root.active_keys is None:
        return f"Root user: {used}; whether it has access keys is not known."
    held = count(root.active_keys, "active access key: delete it", "active access keys: delete them")
    return f"Root user: {used}; {held if root.active_keys else 'no access keys'}."


def notes(report: Report) -> Iterator[str]:
    """What is to be known beside findings and gaps: how far the events reach, and how old IAM's word is."""
    yield from report.coverage.notes(report.at)
    if report.of_iam.old_report:
        yield _old_report(report.of_iam.old_report, report.at)


def _old_report(old: OldReport, at: datetime) -> str:
    """Of credentials that had to be judged by an earlier report of IAM's."""
    hours = (at - old.made) // timedelta(hours=1) if old.made else 0
    made = f", made at {minute(old.made)}, {count(hours, 'hour', 'hours')} ago" if old.made else ""
    told = f"IAM made no new credential report ({old.why}). Users are judged by its last{made}."
    return f"{told} Fix: {_NEW_REPORT}."


def counts(report: Report) -> Iterator[str]:
    """What was judged, what was not and why, and the root user's line."""
    kinds = report.counts
    judged = {kind: sum(kinds[kind].values()) - kinds[kind][Status.UNKNOWN] for kind in Kind}
    told = f"Judged: {', '.join(count(judged[kind], *NOUNS[kind]) for kind in Kind)}"
    unknown = {kind: kinds[kind][Status.UNKNOWN] for kind in Kind if kinds[kind][Status.UNKNOWN]}
    if unknown:
        told += f"; not judged: {', '.join(count(number, *NOUNS[kind]) for kind, number in unknown.items())}"
    # What nothing dates is listed by itself.
    left_out = sum(number for what, number in kinds["left_out"].items() if what != LeftOut.UNDATED_CREDENTIAL)
    yield f"{told}; left out: {left_out:,}." if left_out else f"{told}."
    if report.root:
        yield root_user(report.root)


def some_of(names: Sequence[str]) -> str:
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def some(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:MOST_LISTED]
    if len(lines) > MOST_LISTED:
        yield f"- and {len(lines) - MOST_LISTED:,} more"


def named(kind: Kind, name: str, access_key_id: str) -> str:
    """ "user frank", "the console password of user frank"."""
    whose = f"access key {access_key_id} of " if access_key_id else ""
    whose = "the console password of " if kind is Kind.PASSWORD else whose
    return f"{whose}{'role' if kind is Kind.ROLE else 'user'} {name}"


def unowned(number: int, tags: Sequence[str] = ()) -> str:
    """ "3 findings have no owner (by tag: owner, team)."."""
    have = count(number, "finding has", "findings have")
    return f"{have} no owner{f' (by tag: {some_of(tags)})' if tags else ''}."


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
