"""What a report leaves in the table for the next: a small transaction that may fail anywhere.

Flags, and which resolutions are told, are set before the mail goes out. That it is out is one write. What is
over is forgotten after that. So the next report knows what a mail has told, and completes what is not done.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Self

from activity.flags import Flags
from activity.keeping import Key
from activity.model import REPORT, Activity, Evidence, begun_facet, to_text
from activity.table import WRITERS, ActivityTable
from reporter.inventory.account import Gap
from reporter.inventory.answers import or_gap
from reporter.judgement.findings import Finding
from reporter.judgement.report import Report

Jobs = Mapping[Key, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What could not be written, and why: how many for each reason."""

    keys: frozenset[Key] = frozenset()
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The most frequent."""
        return max(self.reasons, key=lambda each: self.reasons[each], default="")

    def __or__(self, other: Self) -> Self:
        return type(self)(self.keys | other.keys, Counter(self.reasons) + Counter(other.reasons))


@dataclass(frozen=True, slots=True)
class Memory:
    """Once `is_late` answers True nothing more is written: what is left counts as not saved."""

    flags: Flags
    table: ActivityTable
    is_late: Callable[[], bool] = lambda: False

    def begin(self, report: Report, due: datetime | None, run: str) -> bool | Gap:
        """Whether it is this run's to mail the report that is due: EventBridge Scheduler may deliver twice.

        `run`: the same where Lambda repeats one that failed, which mails it then; only a mail that nothing
        could be read is not sent again. `due`: None by hand. A gap where nobody can tell.
        """
        facet = begun_facet(report.account, is_empty=report.is_empty)
        event = f"{run} {to_text(report.at)}" if report.is_empty or due is None else run
        turn = Activity(REPORT, facet, due or report.at, due or report.at, Evidence(event_id=event))
        taken = or_gap("the note that this report was mailed", lambda: self.table.take(turn))
        if isinstance(taken, Gap):
            return replace(
                taken, reason=f"could not be saved, so the next report may repeat it: {taken.reason}"
            )
        return taken or due is None

    def prepare(self, report: Report) -> tuple[Report, Unsaved]:
        """Sets the flags of a report that is to be mailed, and answers it with what could not be set.

        What could not be remembered as told is left for the next report to tell.
        """
        # What is not flagged yet goes first, should time run out.
        findings = sorted(report.to_remember.flags, key=lambda each: each.is_renewed)
        flags = self._all({each.key: partial(self._flag, each, report) for each in findings})
        told = self._all(
            {key: partial(self.flags.tell, key, report.at, holder) for key, holder in report.to_remember.told}
        )
        resolved = tuple(each for each in report.resolved if told.keys.isdisjoint(each.places))
        gaps = report.gaps
        if flags.keys:
            what = f"{len(flags.keys):,} flags of this report, which could not be saved"
            gaps += (Gap(what, f"{flags.reason}. No notice is sent if what they stand for is used"),)
        if told.keys:
            what = f"{len(report.resolved) - len(resolved):,} resolved findings, which the next report tells"
            gaps += (Gap(what, f"that they are told could not be saved: {told.reason}"),)
        left = report.to_remember.without(told.keys)
        return replace(report, resolved=resolved, gaps=gaps, to_remember=left), flags | told

    def settle(self, report: Report) -> Unsaved:
        """To be called once the report is mailed."""
        if report.is_empty and not report.resolved:
            return Unsaved()
        mailed = Activity(REPORT, report.account, report.at, report.at, Evidence())
        unsaved = self._all({mailed.key: partial(self.table.record, mailed)})
        if unsaved.keys:  # The next report has to tell all of it again: it needs what that is told by.
            return unsaved
        left, flags = report.to_remember, self.flags
        over = self._all({key: partial(flags.unflag, key, holder) for key, holder in left.over})
        # What stays is told by this report as well: the next one looks whether the last has told it.
        stays = [(key, holder) for key, holder in left.over if key in over.keys]
        again = self._all({key: partial(flags.tell, key, report.at, holder) for key, holder in stays})
        exempt = self._all(
            {key: partial(flags.exempt, key, report.account, now=report.at) for key in left.exempt}
        )
        return over | again | exempt

    def _flag(self, finding: Finding, report: Report) -> None:
        """Flags also what is flagged, where that completes what is half done, or keeps it from expiring."""
        self.flags.flag(
            finding.key,
            report.account,
            finding.flag,
            now=report.at,
            elsewhere=finding.elsewhere,
            renews=finding.is_renewed,
        )

    def _all(self, jobs: Jobs) -> Unsaved:
        """Does each, whatever becomes of the others."""

        def attempt(job: Callable[[], object]) -> str:
            if self.is_late():
                return "the function's deadline is near"
            done = or_gap("", job)
            return done.reason if isinstance(done, Gap) else ""

        with ThreadPoolExecutor(WRITERS) as pool:
            reasons = dict(zip(jobs, pool.map(attempt, jobs.values()), strict=True))
        failed = {key: reason for key, reason in reasons.items() if reason}
        return Unsaved(frozenset(failed), Counter(failed.values()))
