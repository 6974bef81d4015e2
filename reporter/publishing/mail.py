"""The mail: who must do what, on what evidence; new before known, worst first, grouped by principal."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from activity.plain import ascii_line, day, line, minute
from reporter.inventory.account import Gap
from reporter.judgement import undated
from reporter.judgement.findings import Finding
from reporter.judgement.report import Report
from reporter.judgement.subjects import Kind
from reporter.listening.coverage import Coverage
from reporter.publishing.wording import (
    MOST_LISTED,
    NOUNS,
    count,
    counts,
    exempt,
    missed_use,
    notes,
    resolution,
    sentence,
    some,
)

# SNS takes 262,144 bytes, of which the JSON for machines takes the other half, and a subject of fewer than 100
# characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MOST_BYTES = 125_000
_LONGEST_SUBJECT = 99
_MOST_REGIONS = 5
# As many principals that were mailed before are told of in full; of more, in a line for each finding.
_MOST_IN_FULL = 25

# A part of the mail, and how many findings it tells of.
Block = tuple[str, int]


def subject_line(report: Report) -> str:
    """ASCII, one line, short enough for SNS: for a long one the alias gives way, and then the kinds."""
    more = ", EVENTS NOT ARRIVING" if report.warnings else ""
    if report.gaps:
        more += f", {count(len(report.gaps), 'gap', 'gaps')}"
    if report.is_empty:
        stale = short = "NOTHING COULD BE READ"
    else:
        stale = f"stale: {_stale(report.findings)}" if report.findings else "nothing stale"
        short = f"{len(report.findings):,} stale" if report.findings else stale
    named = f"IAM last activity {_account(report)}: {stale}{more}"
    plain = f"IAM last activity {report.account}: {stale}{more}"
    lines = (named, plain, f"IAM last activity {report.account}: {short}{more}")
    return ascii_line(next((each for each in lines if len(each) <= _LONGEST_SUBJECT), lines[-1]))


def body(report: Report, files: str = "", *, most: int = MOST_BYTES) -> str:
    """`files` is where all of the report is kept, as an s3:// address ending in a slash."""
    head, tail = _text(_head(report, files)), "\n\n".join(_tail(report))
    new = _worst_first(each for each in report.findings if each.is_new)
    known = _worst_first(each for each in report.findings if not each.is_new)
    blocks = [*_titled(_new_title(report, new), map(_in_full, new)), *_still_open(known)]
    room = most - size(head) - size(tail)
    left = len(report.findings)
    shown: list[str] = []
    for block, findings in blocks:
        room -= size(block) + 4
        if room < 0:
            where = f"{files}report.html" if files else "the reporter's answer"
            shown.append(
                f"{count(left, 'more finding', 'more findings')} did not fit into this mail: see {where}."
            )
            break
        shown.append(block)
        left -= findings
    return "\n\n".join(part for part in (head, *shown, tail) if part) + "\n"


def _text(lines: Iterable[str]) -> str:
    """Each on a line of its own, whatever stands in it: names, tags and reasons are written by others."""
    return "\n".join(map(line, lines))


def size(text: str) -> int:
    """In bytes, as a part of a JSON document."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def _head(report: Report, files: str) -> Iterator[str]:
    limits = report.limits
    yield f"IAM last activity in account {_account(report)}, {minute(report.at)}"
    if report.warnings:
        yield from (
            "",
            *report.warnings,
            "Until that is mended, all that follows rests on IAM's word alone.",
            "",
        )
    yield (
        f"Stale: no use known to CloudTrail or IAM for {limits.user} days (users, passwords),"
        f" {limits.access_key} (access keys), {limits.role} (roles)."
    )
    yield from _received(report.coverage)
    yield from notes(report)
    if files:
        yield f"All of it, with evidence: {files}report.html (findings also: report.json, report.csv)."
    if report.gaps:
        yield from ("", "NOT CHECKED:")
        yield from some([f"- {gap.what}: {gap.reason}" for gap in report.gaps])
    yield from ("", _sum(report))


def _received(coverage: Coverage) -> Iterator[str]:
    received = coverage.received
    if isinstance(coverage.regions, Gap):
        yield "It is not known whether events arrive: all that follows may rest on IAM's word alone."
    elif received:
        regions = [
            f"{each.region} ({day(each.since)} to {day(each.until)})"
            for each in received[:_MOST_REGIONS]
            if each.since and each.until
        ]
        more = f", and {len(received) - _MOST_REGIONS} more regions" if len(received) > _MOST_REGIONS else ""
        yield f"CloudTrail's events came from {', '.join(regions)}{more}."


def _sum(report: Report) -> str:
    """How much there is to do, and how that has changed."""
    if report.is_empty:
        return "NOTHING COULD BE READ of this account, and nothing was judged."
    if not report.findings:
        text = f"Nothing is stale{' among what was checked' if report.gaps else ''}"
    else:
        text = f"Needs cleanup: {_stale(report.findings)}"
    changes = []
    if report.previous and report.findings:
        new = sum(finding.is_new for finding in report.findings)
        changes += [
            f"{new:,} new since the last report on {day(report.previous)}",
            f"{len(report.findings) - new:,} still open",
        ]
    if report.resolved:
        changes.append(f"{len(report.resolved):,} resolved")
    return f"{text}{': ' if changes else ''}{', '.join(changes)}."


def _new_title(report: Report, new: Sequence[Sequence[Finding]]) -> str:
    if report.previous is None:
        return ""
    return f"NEW since {day(report.previous)} ({sum(map(len, new)):,}), worst first:"


def _titled(title: str, blocks: Iterable[Block]) -> list[Block]:
    blocks = list(blocks)
    if not title or not blocks:
        return blocks
    (first, findings), *others = blocks
    return [(f"{title}\n\n{first}", findings), *others]


def _still_open(known: Sequence[Sequence[Finding]]) -> list[Block]:
    title = f"STILL OPEN ({sum(map(len, known)):,}), worst first:"
    if len(known) <= _MOST_IN_FULL:
        return _titled(title, map(_in_full, known))
    lines = [f"- {sentence(finding)}" for findings in known for finding in findings]
    some = (lines[i : i + MOST_LISTED] for i in range(0, len(lines), MOST_LISTED))
    return [(title, 0), *((_text(each), len(each)) for each in some)]


def _in_full(findings: Sequence[Finding]) -> Block:
    """One principal: what is stale of it and since when, on whose word, and what would disable that."""
    commands = dict.fromkeys(command for finding in findings for command in finding.subject.commands)
    lines = [
        findings[0].subject.arn,
        *(f"- {sentence(finding)}" for finding in findings),
        *(f"    {command}" for command in commands),
    ]
    return _text(lines), len(findings)


def _tail(report: Report) -> Iterator[str]:
    sections = (
        (f"RESOLVED since the last report ({len(report.resolved):,}):", map(resolution, report.resolved)),
        (
            f"MISSED EVENTS ({len(report.missed):,}): IAM knows of these uses, and no event of them came,"
            " though the tracker was listening:",
            map(missed_use, report.missed),
        ),
        ("Exempt by tag:", map(exempt, report.exempt)),
        (
            f"LAST USE NOT RECORDED ({len(report.of_iam.undated):,}): AWS does not say when these were used:",
            (undated.listed(each, report.at) for each in report.of_iam.undated),
        ),
        ("Exemptions to look at:", (f"- {each.arn}: {each.why}" for each in report.lapses)),
    )
    for title, lines in sections:
        listed = list(some(list(lines)))
        if listed:
            yield _text((title, *listed))
    if not report.is_empty:
        yield _text(counts(report))


def _worst_first(findings: Iterable[Finding]) -> list[list[Finding]]:
    """By person or role, the one with the longest idle thing first."""
    by_arn = sorted(findings, key=lambda finding: finding.subject.arn)
    groups = [list(those) for _, those in groupby(by_arn, lambda finding: finding.subject.arn)]
    return sorted(groups, key=lambda those: -max(finding.verdict.idle for finding in those).total_seconds())


def _stale(findings: Iterable[Finding]) -> str:
    """The findings counted by kind: "2 users, 1 access key"; "" for none."""
    kinds = [finding.subject.kind for finding in findings]
    return ", ".join(count(kinds.count(kind), *NOUNS[kind]) for kind in Kind if kind in kinds)


def _account(report: Report) -> str:
    return f"{report.account} ({report.alias})" if report.alias else report.account
