"""What to do first: the findings as a table, and their commands, each with its undo."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from activity.commands import deny_user, undo
from activity.plain import line
from reporter.judgement.danger import Risk, most_dangerous_first, risk_of
from reporter.judgement.findings import Finding
from reporter.judgement.staleness import Source, Status
from reporter.judgement.subjects import Kind
from reporter.publishing.wording import count

MOST_ROWS = 20
_MOST_NAMED = 10
_HEAD = ("#", "what", "whose", "key id", "idle for", "last used", "can be undone", "why it comes first")
_WHAT = {
    Kind.USER: "user",
    Kind.PASSWORD: "password",
    Kind.ACCESS_KEY: "access key",
    Kind.ROLE: "role",
}
_WHY = {
    Risk.ADMINISTRATOR: "administrator",
    Risk.ACCESS_KEY: "works from anywhere",
    Risk.PASSWORD: "opens the console",
    Risk.USER: "",
    Risk.ROLE: "",
}


class Todo:
    """At most so many rows. If there is not room for all, roles that were never used are told in one line."""

    def __init__(self, findings: Iterable[Finding], most: int = MOST_ROWS) -> None:
        every = most_dangerous_first(findings)
        unused = [each for each in every if _is_unused_role(each)]
        is_summed_up = len(every) > most
        self._unused = unused if is_summed_up else []
        rows = [each for each in every if not (is_summed_up and _is_unused_role(each))]
        self.rows, self._left = rows[:most], len(rows[most:])

    def table(self) -> list[str]:
        """Each row is one line; a star marks what is new."""
        rows = [_HEAD, *(self._row(number, each) for number, each in enumerate(self.rows, 1))]
        return [*_aligned(rows), *self._beyond()]

    def commands(self, account: str) -> list[str]:
        """As one block, which stops where the caller is of another account."""
        lines = list(self._commands())
        if not lines:
            return []
        caller = '"$(aws sts get-caller-identity --query Account --output text)"'
        return ["( set -e", f"test {caller} = {account}", *lines, ")"]

    def _beyond(self) -> Iterator[str]:
        if self._left:
            yield f"and {count(self._left, 'more finding', 'more findings')} in the report."
        if self._unused:
            named = ", ".join(each.subject.name for each in self._unused[:_MOST_NAMED])
            more = len(self._unused) - _MOST_NAMED
            others = f" and {more:,} more" if more > 0 else ""
            yield f"{count(len(self._unused), 'role was', 'roles were')} never used: {named}{others}."

    def _commands(self) -> Iterator[str]:
        """Each once, with the number of the first row that it is for."""
        told: set[str] = set()
        for number, each in enumerate(self.rows, 1):
            for command in each.subject.commands:
                if command not in told:
                    told.add(command)
                    yield from _with_undo(number, command, self._instead(each))

    def _instead(self, finding: Finding) -> str:
        """What can be undone, of a user who would miss nothing by it: one that is idle altogether."""
        is_idle = any(
            each.subject.kind is Kind.USER and each.subject.arn == finding.subject.arn for each in self.rows
        )
        return deny_user(finding.subject.name) if is_idle else ""

    def _row(self, number: int, finding: Finding) -> tuple[str, ...]:
        subject, verdict = finding.subject, finding.verdict
        can_be_undone = self._instead(finding) or all(map(undo, subject.commands))
        return (
            f"{number}{'*' if finding.is_new else ''}",
            _WHAT[subject.kind],
            subject.name,
            subject.access_key_id,
            count(verdict.idle.days, "day", "days"),
            _last_use(verdict.at, verdict.source),
            "yes" if can_be_undone else "no",
            _WHY[risk_of(finding)],
        )


def _with_undo(number: int, command: str, instead: str) -> Iterator[str]:
    """`instead`: what can be undone, in place of a command that cannot."""
    back = undo(command)
    if back:
        yield from (f"{command}  # {number}", f"#   undo: {back}")
        return
    if instead:
        yield from (f"{instead}  # {number}", f"#   undo: {undo(instead)}")
    why = "cannot be undone: a new password would have to be set"
    yield f"# {number}  {'or, which' if instead else 'This'} {why}:"
    yield f"# {command}"


def _is_unused_role(finding: Finding) -> bool:
    return finding.subject.kind is Kind.ROLE and finding.verdict.status is Status.NEVER_USED


def _last_use(at: datetime | None, source: Source | None) -> str:
    if at is None:
        return "never"
    word = {Source.CLOUDTRAIL: "CloudTrail", Source.IAM: "IAM", None: ""}[source]
    return f"{at.astimezone(UTC).day} {at.astimezone(UTC):%b %Y} ({word})"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """In columns as wide as they need, without those that are empty."""
    plain = [[line(cell) for cell in row] for row in rows]
    columns = [column for column in zip(*plain, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in zip(*columns, strict=True)
    ]
