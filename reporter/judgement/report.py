"""What a report says about one account. The mail, the page and the files are made from it."""

from dataclasses import dataclass, field
from datetime import datetime

from activity.quarantine.entry import Entry
from reporter.inventory.account import Gap, OldReport, Undated
from reporter.judgement.findings import Finding
from reporter.judgement.known import Root
from reporter.judgement.missed import Missed
from reporter.judgement.resolution import Resolved
from reporter.judgement.subjects import Limits
from reporter.judgement.tidying import Judged, Lapse
from reporter.judgement.to_remember import ToRemember
from reporter.listening.coverage import Coverage


@dataclass(frozen=True, slots=True)
class OfIam:
    """What IAM's listings say besides what is judged."""

    old_report: OldReport | None = None
    undated: tuple[Undated, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`is_empty`: roles couldn't be listed, nor could users or their credentials.

    `snoozed`: what would be findings. `owner_tags`: which tags name an owner; none if owners are not told of.
    `quarantine`: what is disabled or announced, and what has ended since the previous report.
    """

    account: str
    alias: str
    at: datetime
    limits: Limits
    previous: datetime | None
    findings: tuple[Finding, ...]
    resolved: tuple[Resolved, ...]
    gaps: tuple[Gap, ...]
    exempt: tuple[Judged, ...]
    dormant: tuple[Judged, ...]
    lapses: tuple[Lapse, ...]
    missed: tuple[Missed, ...]
    counts: dict[str, dict[str, int]]
    disabled_keys: tuple[tuple[str, str], ...]
    root: Root | None
    coverage: Coverage
    is_empty: bool
    to_remember: ToRemember = field(default_factory=ToRemember)
    of_iam: OfIam = field(default_factory=OfIam)
    snoozed: tuple[Judged, ...] = ()
    owner_tags: tuple[str, ...] = ()
    quarantine: tuple[Entry, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What goes on top: why events don't arrive as they should."""
        return self.coverage.warnings(self.at)

    @property
    def unowned(self) -> int:
        """How many findings have no owner; 0 if owners are not told of."""
        return sum(not each.subject.owner for each in self.findings) if self.owner_tags else 0
