"""The mail: who must do what, and on what evidence; worst first, grouped by person or role."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from activity.model import Activity
from reporter.account import Credentials, Gap, Use
from reporter.exemption import Exemption
from reporter.findings import Finding, Heard, Judged, Report
from reporter.staleness import Source, Status, Verdict
from reporter.subjects import Kind, Subject

# SNS takes 262,144 bytes and a subject of fewer than 100 characters.
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_MOST_BYTES = 250_000
_LONGEST_SUBJECT = 99
_MOST_LISTED = 20
_MOST_REGIONS = 5

_BEGINNING = {
    Kind.USER: "being created",
    Kind.PASSWORD: "it was last changed",
    Kind.ACCESS_KEY: "it was created",
    Kind.ROLE: "it was created",
}
_NOUNS = {
    Kind.USER: ("user", "users"),
    Kind.PASSWORD: ("password", "passwords"),
    Kind.ACCESS_KEY: ("access key", "access keys"),
    Kind.ROLE: ("role", "roles"),
}


def subject_line(report: Report) -> str:
    """ASCII, one line, short enough for SNS: a long alias is cut, not the counts."""
    stale = _stale(report)
    text = f": stale: {stale}" if stale else ": nothing stale"
    if report.gaps:
        text += f", {_count(len(report.gaps), 'gap', 'gaps')}"
    room = _LONGEST_SUBJECT - len(text)
    line = f"{f'IAM last activity {_account(report)}'[:room]}{text}"
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in line)


def body(report: Report) -> str:
    head, tail = "\n".join(_head(report)), "\n".join(_tail(report))
    sections = [_section(list(findings)) for _, findings in groupby(_worst_first(report), _arn)]
    room = _MOST_BYTES - len(f"{head}{tail}".encode())
    shown: list[str] = []
    for section in sections:
        room -= len(section.encode()) + 2
        if room < 0:
            left = _count(len(sections) - len(shown), "user or role", "users and roles")
            shown.append(f"Findings of {left} more did not fit into this mail; the reporter's answer has all.")
            break
        shown.append(section)
    return "\n\n".join((head, *shown, tail)) + "\n"


def _head(report: Report) -> Iterator[str]:
    limits = report.limits
    yield f"IAM last activity in account {_account(report)}, {report.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    yield (
        f"Stale: no use known to CloudTrail or IAM for {limits.user} days (users, passwords),"
        f" {limits.access_key} (access keys), {limits.role} (roles)."
    )
    yield _heard(report.heard)
    if report.gaps:
        yield "\nNOT CHECKED, and so not judged:"
        yield from _some([f"- {gap.what}: {gap.reason}" for gap in report.gaps])
    if _stale(report):
        yield f"\nNeeds cleanup: {_stale(report)}."
    else:
        yield f"\nNothing is stale{' among what was checked' if report.gaps else ''}."


def _heard(heard: tuple[Heard, ...] | Gap) -> str:
    if isinstance(heard, Gap):
        return "Whether CloudTrail was heard is not known: all that follows may rest on IAM's word alone."
    if not heard:
        return "NO EVENT has come from CloudTrail: all that follows rests on IAM's word alone."
    regions = [f"{each.region} ({_day(each.since)} to {_day(each.until)})" for each in heard[:_MOST_REGIONS]]
    more = f", and {len(heard) - _MOST_REGIONS} more regions" if len(heard) > _MOST_REGIONS else ""
    return f"CloudTrail was heard from {', '.join(regions)}{more}."


def _section(findings: Sequence[Finding]) -> str:
    """One principal: what is stale of it and since when, on whose word, and what would disable that."""
    lines = [findings[0].subject.arn]
    for word, those in groupby(findings, _word):
        lines += [f"- {_sentence(finding)} and needs cleanup." for finding in those]
        lines.append(f"  {word}")
    commands = dict.fromkeys(command for finding in findings for command in finding.subject.commands)
    return "\n".join([*lines, *(f"    {command}" for command in commands)])


def _sentence(finding: Finding) -> str:
    subject, verdict = finding.subject, finding.verdict
    never, since = "not", f"since {_day(finding.idle_since)}"
    if verdict.status is Status.NEVER_USED:
        never, since = "never", f"since {_BEGINNING[subject.kind]} on {_day(subject.created)}"
    done = {
        Kind.USER: f"User {subject.name} has {never} been active",
        Kind.ROLE: f"Role {subject.name} has {'no recorded use' if never == 'never' else 'not been used'}",
    }.get(subject.kind, f"User {subject.name} has {never} used {_credential(subject)}")
    return f"{done} {since} ({_count(verdict.idle.days, 'day', 'days')})"


def _word(finding: Finding) -> str:
    """On whose word: both dates, the event where there is one, and since when this has been reported."""
    verdict, used = finding.verdict, finding.subject.claim.use.at
    words = (
        []
        if verdict.status is Status.NEVER_USED
        else [verdict.reason, _other_source(verdict.seen, used, verdict)]
    )
    words += [*verdict.notes, f"first flagged on {_day(finding.first_flagged)}"]
    return " ".join(f"{word[0].upper()}{word[1:]}." for word in words)


def _other_source(seen: Activity | None, used: datetime | None, verdict: Verdict) -> str:
    """The date of the source that did not decide."""
    if verdict.source is Source.CLOUDTRAIL:
        return f"IAM says {_day(used)}" if used else "IAM knows of no use"
    return (
        f"CloudTrail saw it last on {_day(seen.last_seen)}"
        if seen
        else "the activity table has no sighting of it"
    )


def _tail(report: Report) -> Iterator[str]:
    if report.exempt:
        yield "Exempt by tag:"
        yield from _some([_exempt(judged) for judged in report.exempt])
        yield ""
    counts = report.counts
    judged = {kind: sum(counts[kind].values()) - counts[kind][Status.UNKNOWN] for kind in Kind}
    yield f"Judged: {', '.join(_count(judged[kind], *_NOUNS[kind]) for kind in Kind)}."
    unknown = {kind: counts[kind][Status.UNKNOWN] for kind in Kind if counts[kind][Status.UNKNOWN]}
    if unknown:
        yield f"Not judged: {', '.join(_count(number, *_NOUNS[kind]) for kind, number in unknown.items())}."
    out = counts["left_out"]
    yield (
        f"Left out: {_count(out['service_linked_role'], 'service-linked role', 'service-linked roles')},"
        f" {_count(out['identity_center_role'], 'Identity Center role', 'Identity Center roles')},"
        f" {_count(out['disabled_key'], 'disabled access key', 'disabled access keys')}"
        f"{':' if report.disabled_keys else '.'}"
    )
    yield from _some([f"- {key} of user {user}" for user, key in report.disabled_keys])
    if report.root:
        yield _root(report.root)


def _exempt(judged: Judged) -> str:
    subject, verdict = judged
    exempt = subject.exemption
    assert isinstance(exempt, Exemption)  # noqa: S101  # that is what the verdict says
    until = f" (until {exempt.until})" if exempt.until else ""
    whose = "" if subject.kind in (Kind.USER, Kind.ROLE) else f", {_credential(subject)}"
    named = f"{'role' if subject.kind is Kind.ROLE else 'user'} {subject.name}{whose}"
    return f"- {named}, idle for {_count(verdict.idle.days, 'day', 'days')}: {exempt.reason}{until}"


def _root(root: Credentials) -> str:
    keys = [slot for slot in root.slots if slot.is_active]
    uses = [Use(root.password_last_used), *(slot.last_used for slot in root.slots)]
    used = max((use.at for use in uses if use.at), default=None)
    held = _count(len(keys), "active access key: delete it", "active access keys: delete them")
    last = f"last used {_day(used)}" if used else "no use on record"
    return f"Root user: {last}, {held if keys else 'no access keys'}."


def _worst_first(report: Report) -> list[Finding]:
    longest: dict[str, float] = {}
    for finding in report.findings:
        longest[_arn(finding)] = max(finding.verdict.idle.total_seconds(), longest.get(_arn(finding), 0))
    return sorted(report.findings, key=lambda finding: (-longest[_arn(finding)], _arn(finding)))


def _stale(report: Report) -> str:
    """The findings counted by kind: "2 users, 1 access key"; "" for none."""
    kinds = [finding.subject.kind for finding in report.findings]
    return ", ".join(_count(kinds.count(kind), *_NOUNS[kind]) for kind in Kind if kind in kinds)


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST_LISTED]
    if len(lines) > _MOST_LISTED:
        yield f"- and {len(lines) - _MOST_LISTED} more"


def _credential(subject: Subject) -> str:
    return "the console password" if subject.kind is Kind.PASSWORD else f"access key {subject.access_key_id}"


def _account(report: Report) -> str:
    return f"{report.account} ({report.alias})" if report.alias else report.account


def _arn(finding: Finding) -> str:
    return finding.subject.arn


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d")
