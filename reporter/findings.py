"""What the verdicts come to: findings to act on, exemptions, gaps and counts, as the reporter answers them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activity.keeping import Key
from activity.model import Activity, to_text
from reporter.account import AccessKey, Credentials, Gap, Inventory
from reporter.exemption import Exemption
from reporter.staleness import Status, Verdict
from reporter.subjects import KeysOf, Kind, LeftOut, Limits, Subject, left_out

Judged = tuple[Subject, Verdict]
FLAGGED = (Status.STALE, Status.NEVER_USED)
_RESOLVED = (Status.ACTIVE, Status.EXEMPT)


@dataclass(frozen=True, slots=True)
class Finding:
    account: str
    subject: Subject
    verdict: Verdict
    threshold_days: int
    first_flagged: datetime
    idle_since: datetime

    def as_dict(self) -> dict[str, Any]:
        subject, verdict = self.subject, self.verdict
        return {
            "account": self.account,
            "kind": str(subject.kind),
            "name": subject.name,
            "arn": subject.arn,
            "id": subject.id,
            **({"access_key_id": subject.access_key_id} if subject.access_key_id else {}),
            "status": str(verdict.status),
            "created": to_text(subject.created),
            "last_used": to_text(verdict.at) if verdict.at else None,
            "last_used_source": str(verdict.source) if verdict.source else None,
            "idle_days": verdict.idle.days,
            "threshold_days": self.threshold_days,
            "first_flagged": to_text(self.first_flagged),
            "reason": "; ".join((verdict.reason, *verdict.notes)),
            "evidence": _evidence(subject, verdict.seen),
            "commands": list(subject.commands),
        }


@dataclass(frozen=True, slots=True)
class Heard:
    """Since when and until when events of a region came."""

    region: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Report:
    account: str
    alias: str
    at: datetime
    limits: Limits
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    exempt: tuple[Judged, ...]
    counts: dict[str, dict[str, int]]
    disabled_keys: tuple[tuple[str, str], ...]
    root: Credentials | None
    heard: tuple[Heard, ...] | Gap
    to_flag: tuple[Key, ...] = ()
    to_unflag: tuple[Key, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "findings": [finding.as_dict() for finding in self.findings],
            "gaps": [{"what": gap.what, "reason": gap.reason} for gap in self.gaps],
            "exempt": [_exempt(self.account, *judged) for judged in self.exempt],
            "counts": self.counts,
        }


def sum_up(
    inventory: Inventory,
    keys_of: KeysOf,
    judged: Sequence[Judged],
    *,
    flags: dict[Key, datetime],
    heard: tuple[Heard, ...] | Gap,
    gaps: Iterable[Gap],
    limits: Limits,
    now: datetime,
) -> Report:
    """`flags` are what earlier reports flagged, and when first."""
    findings = tuple(_findings(inventory.account, judged, flags, limits, now))
    disabled = tuple(_disabled(inventory, keys_of))
    resolved = {flag_key(subject) for subject, verdict in judged if verdict.status in _RESOLVED}
    return Report(
        account=inventory.account,
        alias=inventory.alias,
        at=now,
        limits=limits,
        findings=findings,
        gaps=tuple(dict.fromkeys((*inventory.gaps, *gaps, *_gaps_of(keys_of, judged)))),
        exempt=tuple(each for each in judged if each[1].status is Status.EXEMPT),
        counts=_counts(inventory, judged, len(disabled)),
        disabled_keys=disabled,
        root=inventory.root,
        heard=heard,
        to_flag=tuple(flag_key(each.subject) for each in findings if each.first_flagged == now),
        to_unflag=tuple(key for key in flags if key in resolved),
    )


def _findings(
    account: str, judged: Sequence[Judged], flags: dict[Key, datetime], limits: Limits, now: datetime
) -> Iterator[Finding]:
    for subject, verdict in judged:
        if verdict.status in FLAGGED:
            yield Finding(
                account=account,
                subject=subject,
                verdict=verdict,
                threshold_days=limits.days(subject.kind),
                first_flagged=_flagged_since(subject, verdict, flags) or now,
                idle_since=now - verdict.idle,
            )


def _flagged_since(subject: Subject, verdict: Verdict, flags: dict[Key, datetime]) -> datetime | None:
    """A flag from before the last use is of another story, or of a predecessor."""
    flagged = flags.get(flag_key(subject))
    return flagged if flagged and flagged >= (verdict.at or subject.exists_since) else None


def flag_key(subject: Subject) -> Key:
    """The table's item that remembers that a report flagged this."""
    return subject.arn, next(iter(subject.facets), "")


def _counts(inventory: Inventory, judged: Sequence[Judged], disabled: int) -> dict[str, dict[str, int]]:
    counts = {str(kind): dict.fromkeys(map(str, Status), 0) for kind in Kind}
    for subject, verdict in judged:
        counts[subject.kind][verdict.status] += 1
    roles = Counter(filter(None, map(left_out, inventory.roles)))
    return counts | {
        "left_out": {str(each): roles[each] for each in LeftOut} | {LeftOut.DISABLED_KEY: disabled}
    }


def _disabled(inventory: Inventory, keys_of: KeysOf) -> Iterator[tuple[str, str]]:
    for user in inventory.users:
        yield from ((user.name, key.id) for key in _listed(keys_of, user.id) if not key.is_active)


def _listed(keys_of: KeysOf, user_id: str) -> tuple[AccessKey, ...]:
    keys = keys_of.get(user_id, ())
    return () if isinstance(keys, Gap) else keys


def _gaps_of(keys_of: KeysOf, judged: Sequence[Judged]) -> Iterator[Gap]:
    """Of single users and keys, of what could not be judged for it, and of tags that cannot be read."""
    for user in keys_of:
        keys = keys_of[user]
        if isinstance(keys, Gap):
            yield keys
        yield from (key.last_used for key in _listed(keys_of, user) if isinstance(key.last_used, Gap))
    for subject, verdict in judged:
        yield from verdict.gaps
        if isinstance(subject.exemption, Exemption) and subject.exemption.problem:
            yield Gap(f"exemption tag of {subject.arn}", subject.exemption.problem)


def _evidence(subject: Subject, seen: Activity | None) -> dict[str, Any]:
    """`last_seen` is ours, `last_used` IAM's; the event is the one of `last_seen`."""
    use = subject.claim.use
    evidence: dict[str, Any] = {
        "last_seen": to_text(seen.last_seen) if seen else None,
        "last_used": to_text(use.at) if use.at else None,
    }
    more = {"last_used_service": use.service, "last_used_region": use.region}
    if seen:
        names = ("event_source", "event_name", "event_id", "region", "source_ip", "user_agent", "error_code")
        more |= {name: getattr(seen.evidence, name) for name in names} | {"facet": seen.facet}
    return evidence | {name: value for name, value in more.items() if value}


def _exempt(account: str, subject: Subject, verdict: Verdict) -> dict[str, Any]:
    exempt = subject.exemption
    assert isinstance(exempt, Exemption)  # noqa: S101  # that is what the verdict says
    return {
        "account": account,
        "kind": str(subject.kind),
        "name": subject.name,
        "arn": subject.arn,
        "id": subject.id,
        **({"access_key_id": subject.access_key_id} if subject.access_key_id else {}),
        "would_be": str(verdict.would_be),
        "idle_days": verdict.idle.days,
        "reason": exempt.reason,
        "until": exempt.until.isoformat() if exempt.until else None,
    }
