"""The verdict on one user, password, access key or role, by the newer of what we saw and what IAM claims."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from activity.days import KEPT, NONE, Days
from activity.finding import Kind
from activity.model import Activity, is_denied
from activity.plain import day
from activity.snooze import Snooze
from activity.whose import facets_of
from reporter.inventory.account import Gap
from reporter.judgement.cadence import too_long
from reporter.judgement.dormancy import Active, Dormancy, Unheard, dormancy
from reporter.judgement.exemption import Exemption
from reporter.judgement.seen import Seen
from reporter.judgement.subjects import Subject

# RoleLastUsed reaches no further back:
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html
_IAM_KEEPS = timedelta(days=400)
# IAM keeps the first use in 15 minutes, and the table moves on after 5: times this close may be the same use.
SAME_USE = timedelta(minutes=20)


class Status(StrEnum):
    ACTIVE = "active"
    STALE = "stale"
    NEVER_USED = "never_used"
    DORMANT = "dormant"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"
    SNOOZED = "snoozed"


class Source(StrEnum):
    CLOUDTRAIL = "cloudtrail"
    IAM = "iam"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`at` and `source`: the last use, and who recorded it; None if there is none on record.

    `idle` counts from there, or from creation. `notes`: what else to know. `seen`: the newest sighting;
    `refused`: the newest that was refused; `allowed`: the newest that was not. `would_be`: what the exempt, the
    snoozed and the unknown would be without the exemption, the snooze or the gap. `active`: on which days it
    was. `dormancy`: why the dormant are not stale. `snooze`: why the snoozed are none, or what ended.
    """

    status: Status
    reason: str
    notes: tuple[str, ...]
    idle: timedelta
    at: datetime | None = None
    source: Source | None = None
    allowed: Activity | None = None
    refused: Activity | None = None
    would_be: Status | None = None
    gaps: tuple[Gap, ...] = ()
    active: Active = field(default_factory=Active)
    dormancy: Dormancy | None = None
    snooze: Snooze | None = None

    @property
    def seen(self) -> Activity | None:
        return newest(filter(None, (self.allowed, self.refused)))


def judge(
    subject: Subject,
    seen: Seen,
    *,
    limit: timedelta,
    now: datetime,
    unread: Gap | None = None,
    heard: Days = NONE,
) -> Verdict:
    """Stale only if every source could be read and shows it idle: a gap never makes anything stale.

    `unread`: why there may be sightings that could not be read. `heard`: the days on which events of the
    account came. An exemption that could be read holds, even if nothing else could.
    """
    own = list(seen.of(subject.holder, subject.facets))
    sighting = newest(own)
    at, source = _newer(sighting.last_seen if sighting else None, subject.claim.use.at)
    idle = now - max(filter(None, (at or subject.created, subject.renewed)))
    status = Status.ACTIVE if idle < limit else Status.STALE if at else Status.NEVER_USED
    verdict = Verdict(
        status=status,
        reason=_reason(subject, at, sighting if source is Source.CLOUDTRAIL else None),
        notes=_notes(subject, at, sighting, now),
        idle=idle,
        at=at,
        source=source,
        allowed=newest(each for each in own if not is_denied(each.facet)),
        refused=newest(each for each in own if is_denied(each.facet)),
        active=Active.of(_days(subject, own, seen, now), heard, now.astimezone(UTC).date()),
    )
    return verdict if status is Status.ACTIVE else _spared(_dormant(verdict, heard, now), subject, now, unread)


def _spared(verdict: Verdict, subject: Subject, now: datetime, unread: Gap | None) -> Verdict:
    """What is idle, unless it is exempt, or something could not be read."""
    status = verdict.status
    gaps = tuple(each for each in (unread, subject.claim.gap, subject.exemption) if isinstance(each, Gap))
    if isinstance(subject.exemption, Exemption) and not subject.exemption.is_over(now):
        would_be = Status.UNKNOWN if gaps else status
        return replace(verdict, status=Status.EXEMPT, would_be=would_be, gaps=gaps)
    if gaps:
        reason = "; ".join(f"{gap.what} could not be read: {gap.reason}" for gap in gaps)
        return replace(verdict, status=Status.UNKNOWN, would_be=status, reason=reason, gaps=gaps)
    return verdict


def _dormant(verdict: Verdict, heard: Days, now: datetime) -> Verdict:
    """What is stale, unless it has a rhythm and is not overdue."""
    if verdict.at is None:
        return verdict
    last, today = (each.astimezone(UTC).date() for each in (verdict.at, now))
    found = dormancy(verdict.active.days, last, heard, today)
    if isinstance(found, Dormancy):
        return replace(verdict, status=Status.DORMANT, dormancy=found)
    note = _unheard(found) if found else _too_long(verdict.active.days, last, today)
    return replace(verdict, notes=(*verdict.notes, *filter(None, [note])))


def _days(subject: Subject, own: Iterable[Activity], seen: Seen, now: datetime) -> Days:
    """On which days it was active.

    An item that tells no id may have those of a predecessor, too, and a password's those of whoever had its
    user's name meanwhile.
    """
    every = Days.all_of(each.days for each in own)
    if subject.kind is Kind.PASSWORD:
        every &= Days.all_of(each.days for each in seen.of(subject.holder, facets_of(subject.id)))
    began, today = (each.astimezone(UTC).date() for each in (subject.exists_since, now))
    return every.between(began, today)


def newest(activities: Iterable[Activity]) -> Activity | None:
    return max(activities, key=lambda activity: activity.last_seen, default=None)


def _newer(seen: datetime | None, claimed: datetime | None) -> tuple[datetime | None, Source | None]:
    if seen and (claimed is None or seen >= claimed):
        return seen, Source.CLOUDTRAIL
    return (claimed, Source.IAM) if claimed else (None, None)


def _reason(subject: Subject, at: datetime | None, sighting: Activity | None) -> str:
    if at is None:
        return _never(subject)
    if sighting is None:
        use = subject.claim.use
        where = " ".join(filter(None, (use.service, f"in {use.region}" if use.region else "")))
        return f"last used on {day(at)}{f' ({where})' if where else ''}, says IAM"
    evidence = sighting.evidence
    call = f"{evidence.event_source} {evidence.event_name}".strip()
    what = ", ".join(filter(None, (call, evidence.region, evidence.source_ip)))
    if is_denied(sighting.facet):
        return f"last attempted on {day(at)}, says CloudTrail ({what})"
    return f"last seen by CloudTrail on {day(at)} ({what})"


def _never(subject: Subject) -> str:
    began = "its last change" if subject.kind is Kind.PASSWORD else "its creation"
    return f"no use on record since {began} on {day(subject.created)}"


def _unheard(of: Unheard) -> str:
    return (
        f"it seems to be used about every {of.rhythm_days} days, but no events are known to have come from"
        f" {of.first} to {of.last}, so that this proves nothing"
    )


def _too_long(days: Days, last: date, today: date) -> str:
    """Such as of a yearly job."""
    apart = too_long(days)
    if not apart or (today - last).days > 1.5 * apart:
        return ""
    return f"it was used {apart} days apart: whether that is its rhythm can't be told from {KEPT.days} days"


def _notes(subject: Subject, at: datetime | None, sighting: Activity | None, now: datetime) -> tuple[str, ...]:
    notes = [subject.remark] if subject.remark else []
    if at is None and subject.kind is Kind.ROLE and now - subject.created > _IAM_KEEPS:
        notes.append(f"of a role's use, IAM keeps the last {_IAM_KEEPS.days} days")
    if at and sighting and is_denied(sighting.facet) and at - sighting.last_seen <= SAME_USE:
        notes.append(f"the last that CloudTrail saw was refused ({sighting.evidence.error_code})")
    if isinstance(subject.exemption, Exemption) and subject.exemption.is_over(now):
        notes.append(f"its exemption ({subject.exemption.reason}) ended on {subject.exemption.until}")
    return tuple(notes)
