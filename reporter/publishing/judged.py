"""What was judged as plain data: findings, what is exempt, dormant or snoozed."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from activity.commands import undo
from activity.days import Days
from activity.model import Activity, to_text
from reporter.judgement.danger import risk_of
from reporter.judgement.exemption import Exemption
from reporter.judgement.findings import Finding
from reporter.judgement.staleness import Verdict
from reporter.judgement.subjects import Subject
from reporter.judgement.undated import disables
from reporter.publishing import console
from reporter.publishing.active import active_on, expected
from reporter.publishing.todo import Todo
from reporter.publishing.wording import since, starts_anew


def finding_as_dict(finding: Finding, *, has_days: bool = True) -> dict[str, Any]:
    """`has_days`: whether to list the days, of which there may be hundreds."""
    subject, verdict = finding.subject, finding.verdict
    return {
        "finding_id": finding.id,
        "account": finding.account,
        **subject_as_dict(subject),
        "owner": subject.owner or None,
        "status": str(verdict.status),
        "created": to_text(subject.created),
        "last_used": text_of(verdict.at),
        "last_used_source": str(verdict.source) if verdict.source else None,
        "idle_days": verdict.idle.days,
        "threshold_days": finding.threshold_days,
        "first_flagged": to_text(finding.first_flagged),
        "reason": "; ".join((verdict.reason, *_anew(finding), *verdict.notes)),
        "days_in_words": active_on(verdict.active),
        **({"days": dates(verdict.active.days)} if has_days else {}),
        "evidence": _evidence(subject, verdict.seen),
        "commands": list(subject.commands),
    }


def first_as_dict(finding: Finding, place: int, todo: Todo) -> dict[str, Any]:
    """What to do first, and how: `priority` 1 is the most dangerous; `undo` is "" for what cannot be undone."""
    return {
        "is_new": finding.is_new,
        "priority": place,
        "risk": str(risk_of(finding)),
        "is_administrator": finding.subject.is_administrator,
        "steps": [_step(each) for each in _commands(finding, todo)],
        "console": console.principal(finding.subject.arn),
    }


def _commands(finding: Finding, todo: Todo) -> Iterator[str]:
    """Before one that cannot be undone, what can."""
    for command in finding.subject.commands:
        if not undo(command) and todo.instead(finding):
            yield todo.instead(finding)
        yield command


def _step(command: str) -> dict[str, Any]:
    return {"command": command, "undo": undo(command), "ask_first": disables(command)}


def _anew(finding: Finding) -> tuple[str, ...]:
    """Why it is not idle for as long as the last use is past."""
    return (f"not used {since(finding)}",) if starts_anew(finding) else ()


def exempt_as_dict(account: str, subject: Subject, verdict: Verdict) -> dict[str, Any]:
    exempt = subject.exemption
    assert isinstance(exempt, Exemption)  # noqa: S101  # that is what the verdict says
    return {
        "account": account,
        **subject_as_dict(subject),
        "would_be": str(verdict.would_be),
        "idle_days": verdict.idle.days,
        "reason": exempt.reason,
        "until": exempt.until.isoformat() if exempt.until else None,
    }


def snoozed_as_dict(account: str, subject: Subject, verdict: Verdict) -> dict[str, Any]:
    """`finding_id` is the snooze's own, which may be that of the user or of one of its credentials."""
    snooze = verdict.snooze
    assert snooze  # noqa: S101  # that is what the verdict says
    return {
        "account": account,
        **subject_as_dict(subject),
        "owner": subject.owner or None,
        "would_be": str(verdict.would_be),
        "last_used": text_of(verdict.at),
        "idle_days": verdict.idle.days,
        **snooze.plain(),
    }


def dormant_as_dict(account: str, subject: Subject, verdict: Verdict) -> dict[str, Any]:
    dormancy = verdict.dormancy
    assert dormancy  # noqa: S101  # that is what the verdict says
    return {
        "account": account,
        **subject_as_dict(subject),
        "last_used": text_of(verdict.at),
        "last_used_source": str(verdict.source) if verdict.source else None,
        "idle_days": verdict.idle.days,
        "rhythm_days": dormancy.rhythm_days,
        "expected_by": _date(dormancy.expected_by),
        "stale_from": _date(dormancy.stale_from),
        "reason": expected(dormancy, verdict.active.until),
        "days_in_words": active_on(verdict.active),
        "days": dates(verdict.active.days),
    }


def subject_as_dict(subject: Subject) -> dict[str, Any]:
    return {
        "kind": str(subject.kind),
        "name": subject.name,
        "arn": subject.arn,
        "id": subject.id,
        **({"access_key_id": subject.access_key_id} if subject.access_key_id else {}),
    }


def _evidence(subject: Subject, seen: Activity | None) -> dict[str, Any]:
    """`last_seen` is ours, `last_used` IAM's; the event is the one of `last_seen`."""
    use = subject.claim.use
    evidence: dict[str, Any] = {
        "last_seen": to_text(seen.last_seen) if seen else None,
        "last_used": text_of(use.at),
    }
    more = {"last_used_service": use.service, "last_used_region": use.region}
    if seen:
        names = ("event_source", "event_name", "event_id", "region", "source_ip", "user_agent", "error_code")
        more |= {name: getattr(seen.evidence, name) for name in names} | {"facet": seen.facet}
    return evidence | {name: value for name, value in more.items() if value}


def dates(days: Days) -> list[str]:
    return list(map(_date, days))


@lru_cache(maxsize=1024)
def _date(day: date) -> str:
    """One text for each day: of thousands of findings, hundreds of days each are listed."""
    return day.isoformat()


def text_of(at: datetime | None) -> str | None:
    return to_text(at) if at else None
