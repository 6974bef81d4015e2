"""What to do first: the findings as a table, and their commands, each with its undo."""

from collections.abc import Iterable, Iterator

from activity.commands import deny_user, undo
from activity.finding import Kind
from activity.model import is_denied
from reporter.judgement import undated
from reporter.judgement.danger import Risk, most_dangerous_first, risk_of
from reporter.judgement.findings import Finding
from reporter.judgement.staleness import Source, Status
from reporter.publishing.columns import aligned
from reporter.publishing.wording import count, cut

MOST_ROWS = 20
_MOST_NAMED = 10
_WIDEST_OWNER = 24
_ENDED = "snooze ended"
_HEAD = ("#", "what", "whose", "key id", "owner", "idle", "active", "note")
_WHAT = {
    Kind.USER: "user",
    Kind.PASSWORD: "password",
    Kind.ACCESS_KEY: "access key",
    Kind.ROLE: "role",
}
WHY = {
    Risk.ADMINISTRATOR: "administrator",
    Risk.ACCESS_KEY: "works from anywhere",
    Risk.PASSWORD: "opens the console",
    Risk.USER: "",
    Risk.ROLE: "",
}


class Todo:
    """At most so many rows, the most dangerous first; if there is not room for all, what is new goes before.

    Then, too, roles without a recorded use are told in one line.
    """

    def __init__(self, findings: Iterable[Finding], most: int = MOST_ROWS) -> None:
        every = most_dangerous_first(findings)
        is_summed_up = len(every) > most
        self._unused = [each for each in every if is_summed_up and _is_unused_role(each)]
        rows = [each for each in every if not (is_summed_up and _is_unused_role(each))]
        chosen = sorted(rows, key=lambda each: not each.is_new)[:most]
        self.rows = most_dangerous_first(chosen)
        self._left = len(rows) - len(chosen)
        self._idle_users = {each.subject.arn for each in every if each.subject.kind is Kind.USER}
        self._in_doubt = {each.subject.arn for each in every if each.subject.has_undated}

    def table(self) -> list[str]:
        """Each row is one line; a star marks what is new."""
        rows = [_HEAD, *(self._row(number, each) for number, each in enumerate(self.rows, 1))]
        return [*aligned(rows), *self._beyond()]

    def commands(self, account: str) -> Iterator[str]:
        """One block to run, which stops where the caller is of another account; and what it leaves out.

        It echoes each number: what follows the last one was not done.
        """
        told = self._commands()
        block = [part for command, rows in told.items() for part in (f"echo '{_numbers(rows)}'", command)]
        if block:
            caller = '"$(aws sts get-caller-identity --query Account --output text)"'
            guard = f"test {caller} = {account} || {{ echo 'another account: nothing was done' >&2; exit 1; }}"
            yield from ("", "Commands, by number; the first error stops them:", "")
            yield from ("( set -e", guard, *block, ")")
            yield from ("", "To undo them, in order:", "", *map(undo, told))
        for title, of in (
            ("Or delete the password (cannot be undone):", _is_final),
            ("Ask the owner first, since AWS does not record the use of these:", undated.disables),
        ):
            rest = [f"{_numbers(rows)}  {command}" for command, rows in self._every().items() if of(command)]
            if rest:
                yield from ("", title, "", *rest)

    def _beyond(self) -> Iterator[str]:
        if self._left:
            yield f"and {count(self._left, 'more finding', 'more findings')}: lastseen report prints them all."
        if self._unused:
            named = [f"{each.subject.name}{'*' if each.is_new else ''}" for each in self._unused]
            named.sort(key=lambda each: not each.endswith("*"))
            more = len(named) - _MOST_NAMED
            others = f" and {more:,} more" if more > 0 else ""
            roles = count(len(named), "role has", "roles have")
            yield f"{roles} no recorded use: {', '.join(named[:_MOST_NAMED])}{others}."

    def _every(self) -> dict[str, list[int]]:
        """Each command, with the numbers of the rows that it is for."""
        of: dict[str, list[int]] = {}
        for number, each in enumerate(self.rows, 1):
            for command in each.subject.commands:
                of.setdefault(command, []).append(number)
        return of

    def _commands(self) -> dict[str, list[int]]:
        """Those that may be run as they are; for one that cannot be undone, what can, if there is such."""
        of: dict[str, list[int]] = {}
        for command, rows in self._every().items():
            runs = self.instead(self.rows[rows[0] - 1]) if _is_final(command) else command
            if runs and not undated.disables(command):
                of[runs] = sorted({*of.get(runs, ()), *rows})
        return of

    def instead(self, finding: Finding) -> str:
        """What can be undone in place of what cannot, for a user that is idle altogether by AWS's records."""
        arn = finding.subject.arn
        is_idle = arn in self._idle_users and arn not in self._in_doubt
        return deny_user(finding.subject.name) if is_idle else ""

    def _row(self, number: int, finding: Finding) -> tuple[str, ...]:
        subject, verdict = finding.subject, finding.verdict
        is_final = any(map(_is_final, subject.commands)) and not self.instead(finding)
        notes = (
            WHY[risk_of(finding)] or ("administrator" if subject.is_administrator else ""),
            _use(finding),
            "cannot be undone" if is_final else "",
            "has credentials whose use AWS does not record" if subject.has_undated else "",
            f"{_ENDED} on {verdict.snooze.until}" if verdict.snooze else "",
        )
        return (
            f"{number}{'*' if finding.is_new else ''}",
            _WHAT[subject.kind],
            subject.name,
            subject.access_key_id,
            cut(subject.owner, _WIDEST_OWNER),
            f"{verdict.idle.days:,}",
            f"{len(verdict.active.days) or ''}",
            ", ".join(filter(None, notes)),
        )


def _numbers(rows: Iterable[int]) -> str:
    return ", ".join(map(str, rows))


def _is_final(command: str) -> bool:
    return not undo(command)


def _is_unused_role(finding: Finding) -> bool:
    return finding.subject.kind is Kind.ROLE and finding.verdict.status is Status.NEVER_USED


def _use(finding: Finding) -> str:
    """IAM forgets a role's use after 400 days, and a user's with its keys: "never" would claim too much."""
    verdict = finding.verdict
    if verdict.at is None:
        is_remembered = finding.subject.kind in (Kind.ACCESS_KEY, Kind.PASSWORD)
        return "never used" if is_remembered else "no recorded use"
    is_ours = verdict.source is Source.CLOUDTRAIL and verdict.seen
    return "last use refused" if is_ours and is_denied(is_ours.facet) else ""
