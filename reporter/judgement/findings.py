"""The verdicts that a person should act on: what is stale, or was never used, and since which report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from activity.finding import finding_id
from activity.item import Flag
from activity.keeping import Key
from reporter.inventory.account import Gap
from reporter.judgement.known import Known
from reporter.judgement.owners import Remembered
from reporter.judgement.resolution import is_told
from reporter.judgement.seen import Seen
from reporter.judgement.staleness import Status, Verdict
from reporter.judgement.subjects import Subject
from reporter.judgement.tidying import Judged

FLAGGED = (Status.STALE, Status.NEVER_USED)
_ON_IAMS_WORD = "that it was not used since rests on IAM's word alone"


@dataclass(frozen=True, slots=True)
class Finding:
    """`first_flagged` is the time of this report if none flagged it before. It is new until a mail names it.

    `is_renewed`: it has its flag already. `elsewhere`: items of other names by which its use may show.
    """

    account: str
    subject: Subject
    verdict: Verdict
    threshold_days: int
    first_flagged: datetime
    idle_since: datetime
    is_new: bool
    is_renewed: bool = False
    elsewhere: tuple[Key, ...] = ()

    @property
    def key(self) -> Key:
        return self.subject.key

    @property
    def id(self) -> str:
        """Lasts as long as the thing itself, whatever it is called."""
        subject = self.subject
        return finding_id(self.account, subject.kind, subject.access_key_id or subject.id)

    @property
    def flag(self) -> Flag:
        return Flag(self.first_flagged, self.idle_since, holder=self.subject.id)


def findings(known: Known, judged: Sequence[Judged], seen: Seen) -> Iterator[Finding]:
    """Also what is snoozed, which keeps its flag: so a use of it is noticed."""
    remembered, now = known.remembered, known.now
    is_unheard = bool(known.coverage.warnings(now)) or isinstance(known.coverage.regions, Gap)
    by_place = remembered.by_place()
    flags = {key: remembered.flags[places[0]] for key, places in by_place.items()}
    for subject, verdict in judged:
        if verdict.status in (*FLAGGED, Status.SNOOZED):
            flagged = _flagged_since(subject, verdict, flags, remembered)
            yield Finding(
                account=known.inventory.account,
                subject=subject,
                verdict=replace(verdict, notes=(*verdict.notes, _ON_IAMS_WORD)) if is_unheard else verdict,
                threshold_days=known.terms.limits.days(subject.kind),
                first_flagged=flagged or now,
                idle_since=now - verdict.idle,
                is_new=flagged is None or _is_untold(flagged, verdict, remembered),
                is_renewed=flagged is not None and subject.key in by_place[subject.key],
                elsewhere=_elsewhere(subject, seen),
            )


def _is_untold(flagged: datetime, verdict: Verdict, remembered: Remembered) -> bool:
    """Whether the report that flagged it was never mailed, or it was snoozed in all that were."""
    previous, snooze = remembered.previous, verdict.snooze
    if isinstance(previous, Gap):
        return False
    if previous is None or flagged > previous:
        return True
    return snooze is not None and snooze.asked_at <= flagged and not snooze.is_over(previous)


def _elsewhere(subject: Subject, seen: Seen) -> tuple[Key, ...]:
    own = seen.of(subject.holder, subject.facets)
    return tuple(each.key for each in own if each.key not in subject.places)


def _flagged_since(
    subject: Subject, verdict: Verdict, flags: Mapping[Key, Flag], remembered: Remembered
) -> datetime | None:
    """Ignores flags from before the last use, of a predecessor, or that a report has shown as resolved."""
    flag = flags.get(subject.key)
    flagged = flag.first_flagged if flag and not is_told(flag, remembered) else None
    return flagged if flagged and flagged >= (verdict.at or subject.exists_since) else None
