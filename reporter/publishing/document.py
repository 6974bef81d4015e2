"""The report as plain data: the reporter's answer, report.json and the page's document."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from activity.commands import undo
from activity.days import KEPT, Days
from activity.model import Activity, to_text
from reporter.inventory.account import Undated
from reporter.judgement.danger import risk_of
from reporter.judgement.exemption import Exemption
from reporter.judgement.findings import Finding
from reporter.judgement.missed import Missed
from reporter.judgement.report import Report
from reporter.judgement.resolution import Resolved
from reporter.judgement.staleness import Verdict
from reporter.judgement.subjects import Kind, Subject
from reporter.judgement.undated import age_days, disables
from reporter.listening.region import Region
from reporter.publishing import console
from reporter.publishing.active import active_on, expected
from reporter.publishing.todo import Todo
from reporter.publishing.trend import Point, extended
from reporter.publishing.wording import notes, since, starts_anew


def answer(report: Report) -> dict[str, Any]:
    return {
        "findings": [finding_as_dict(finding) for finding in report.findings],
        "gaps": [{"what": gap.what, "reason": gap.reason, "fix": gap.fix} for gap in report.gaps],
        "exempt": [_exempt(report.account, *judged) for judged in report.exempt],
        "dormant": [dormant_as_dict(report.account, *judged) for judged in report.dormant],
        "snoozed": [_snoozed(report.account, *judged) for judged in report.snoozed],
        "counts": report.counts,
    }


def document(report: Report, earlier: Sequence[Point] = ()) -> dict[str, Any]:
    """All there is to tell, the answer among it: for report.json and the page. `earlier`: the trend before."""
    todo = Todo(report.findings, len(report.findings))
    places = {id(each): place for place, each in enumerate(todo.rows, 1)}
    findings = [finding_as_dict(each) | _first(each, places[id(each)], todo) for each in report.findings]
    coverage = report.coverage
    return answer(report) | {
        "account": report.account,
        "alias": report.alias,
        "at": to_text(report.at),
        "is_empty": report.is_empty,
        "previous": _time(report.previous),
        "owner_tags": list(report.owner_tags),
        "unowned": report.unowned,
        "thresholds": {str(kind): report.limits.days(kind) for kind in Kind},
        "findings": findings,
        "trend": extended(earlier, report),
        "resolved": [resolved_as_dict(each) for each in report.resolved],
        "missed": [_missed(each) for each in report.missed],
        "lapses": [{"arn": each.arn, "why": each.why, "fix": each.fix} for each in report.lapses],
        "basis": coverage.basis,
        "warnings": list(report.warnings),
        "notes": list(notes(report)),
        "heard_days": _dates(coverage.days.between(*_span(report.at))),
        "heard": [region_as_dict(each, report.at) for each in (*coverage.received, *coverage.unreceived)],
        "root": {
            "last_used": _time(max(filter(None, (report.root.seen, report.root.used)), default=None)),
            "last_refused": _time(report.root.refused),
            "access_keys": report.root.active_keys,
            "is_known": report.root.is_known,
        }
        if report.root
        else None,
        "undated_credentials": [_undated(report, each) for each in report.of_iam.undated],
        "disabled_keys": [{"name": name, "access_key_id": key} for name, key in report.disabled_keys],
    }


def finding_as_dict(finding: Finding, *, has_days: bool = True) -> dict[str, Any]:
    """`has_days`: whether to list the days, of which there may be hundreds."""
    subject, verdict = finding.subject, finding.verdict
    return {
        "account": finding.account,
        **_subject(subject),
        "owner": subject.owner or None,
        "status": str(verdict.status),
        "created": to_text(subject.created),
        "last_used": _time(verdict.at),
        "last_used_source": str(verdict.source) if verdict.source else None,
        "idle_days": verdict.idle.days,
        "threshold_days": finding.threshold_days,
        "first_flagged": to_text(finding.first_flagged),
        "reason": "; ".join((verdict.reason, *_anew(finding), *verdict.notes)),
        "days_in_words": active_on(verdict.active),
        **({"days": _dates(verdict.active.days)} if has_days else {}),
        "evidence": _evidence(subject, verdict.seen),
        "commands": list(subject.commands),
    }


def _first(finding: Finding, place: int, todo: Todo) -> dict[str, Any]:
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


def resolved_as_dict(resolved: Resolved) -> dict[str, Any]:
    """`at`: `used` or else `refused` when, if that is how; `since`: idle since when before."""
    return {
        "kind": str(resolved.kind),
        "name": resolved.name,
        "arn": resolved.arn,
        **({"access_key_id": resolved.access_key_id} if resolved.access_key_id else {}),
        "how": str(resolved.how),
        "at": _time(resolved.at),
        **({"used": to_text(resolved.used)} if resolved.used else {}),
        **({"refused": to_text(resolved.refused)} if resolved.refused else {}),
        **({"is_refused": True} if resolved.is_refused else {}),
        **({"then": str(resolved.then)} if resolved.then else {}),
        "since": _time(resolved.flag.idle_since),
        "first_flagged": _time(resolved.flag.first_flagged),
    }


def region_as_dict(region: Region, now: datetime) -> dict[str, Any]:
    sent = region.sent
    return {
        "region": region.region,
        "since": _time(region.since),
        "until": _time(region.until),
        "canary_sent": _time(sent.last) if sent else None,
        "canary_back": _time(region.back),
        "waiting_since": _time(region.waiting_since),
        **({"refusal": sent.refusal} if sent and sent.refusal else {}),
        "state": str(region.state(now)),
        "roads": {
            each.name: {"until": _time(each.until), "delay_seconds": int(each.delay.total_seconds())}
            for each in region.roads
        },
    }


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "kind": str(subject.kind),
        "name": subject.name,
        "arn": subject.arn,
        "id": subject.id,
        **({"access_key_id": subject.access_key_id} if subject.access_key_id else {}),
    }


def _undated(report: Report, credential: Undated) -> dict[str, Any]:
    return {
        "account": report.account,
        "user": credential.user,
        "arn": credential.arn,
        "kind": str(credential.kind),
        "id": credential.id or None,
        "service": credential.service or None,
        "status": credential.status,
        "created": _time(credential.created),
        "age_days": age_days(credential, report.at),
        "expires": _time(credential.expires),
    }


def _missed(missed: Missed) -> dict[str, Any]:
    use = missed.subject.claim.use
    return _subject(missed.subject) | {
        "used": to_text(missed.used),
        "region": use.region,
        "service": use.service,
        "seen": _time(missed.seen),
        "cause": missed.cause,
        "fix": missed.fix,
    }


def _evidence(subject: Subject, seen: Activity | None) -> dict[str, Any]:
    """`last_seen` is ours, `last_used` IAM's; the event is the one of `last_seen`."""
    use = subject.claim.use
    evidence: dict[str, Any] = {
        "last_seen": to_text(seen.last_seen) if seen else None,
        "last_used": _time(use.at),
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
        **_subject(subject),
        "would_be": str(verdict.would_be),
        "idle_days": verdict.idle.days,
        "reason": exempt.reason,
        "until": exempt.until.isoformat() if exempt.until else None,
    }


def _snoozed(account: str, subject: Subject, verdict: Verdict) -> dict[str, Any]:
    """`finding_id` is the snooze's own, which may be that of the user or of one of its credentials."""
    snooze = verdict.snooze
    assert snooze  # noqa: S101  # that is what the verdict says
    return {
        "account": account,
        **_subject(subject),
        "owner": subject.owner or None,
        "would_be": str(verdict.would_be),
        "last_used": _time(verdict.at),
        "idle_days": verdict.idle.days,
        **snooze.plain(),
    }


def dormant_as_dict(account: str, subject: Subject, verdict: Verdict) -> dict[str, Any]:
    dormancy = verdict.dormancy
    assert dormancy  # noqa: S101  # that is what the verdict says
    return {
        "account": account,
        **_subject(subject),
        "last_used": _time(verdict.at),
        "last_used_source": str(verdict.source) if verdict.source else None,
        "idle_days": verdict.idle.days,
        "rhythm_days": dormancy.rhythm_days,
        "expected_by": _date(dormancy.expected_by),
        "stale_from": _date(dormancy.stale_from),
        "reason": expected(dormancy, verdict.active.until),
        "days_in_words": active_on(verdict.active),
        "days": _dates(verdict.active.days),
    }


def _span(at: datetime) -> tuple[date, date]:
    """The days of which it is told whether something was active, or events came."""
    today = at.astimezone(UTC).date()
    return today - KEPT, today


def _dates(days: Days) -> list[str]:
    return list(map(_date, days))


@lru_cache(maxsize=1024)
def _date(day: date) -> str:
    """One text for each day: of thousands of findings, hundreds of days each are listed."""
    return day.isoformat()


def _time(at: datetime | None) -> str | None:
    return to_text(at) if at else None
