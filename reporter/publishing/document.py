"""The report as plain data: the reporter's answer, report.json and the page's document."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from activity.days import KEPT
from activity.finding import Kind
from activity.model import to_text
from reporter.inventory.account import Undated
from reporter.judgement.missed import Missed
from reporter.judgement.report import Report
from reporter.judgement.resolution import Resolved
from reporter.judgement.undated import age_days
from reporter.listening.region import Region
from reporter.publishing.judged import (
    dates,
    dormant_as_dict,
    exempt_as_dict,
    finding_as_dict,
    first_as_dict,
    snoozed_as_dict,
    subject_as_dict,
    text_of,
)
from reporter.publishing.todo import Todo
from reporter.publishing.trend import Point, extended
from reporter.publishing.wording import notes


def answer(report: Report) -> dict[str, Any]:
    return {
        "findings": [finding_as_dict(finding) for finding in report.findings],
        "gaps": [{"what": gap.what, "reason": gap.reason, "fix": gap.fix} for gap in report.gaps],
        "exempt": [exempt_as_dict(report.account, *judged) for judged in report.exempt],
        "dormant": [dormant_as_dict(report.account, *judged) for judged in report.dormant],
        "snoozed": [snoozed_as_dict(report.account, *judged) for judged in report.snoozed],
        "counts": report.counts,
    }


def document(report: Report, earlier: Sequence[Point] = ()) -> dict[str, Any]:
    """All there is to tell, the answer among it: for report.json and the page. `earlier`: the trend before."""
    coverage = report.coverage
    return answer(report) | {
        "account": report.account,
        "alias": report.alias,
        "at": to_text(report.at),
        "is_empty": report.is_empty,
        "previous": text_of(report.previous),
        "quarantine": [each.as_dict() for each in report.quarantine],
        "owner_tags": list(report.owner_tags),
        "unowned": report.unowned,
        "thresholds": {str(kind): report.limits.days(kind) for kind in Kind},
        "findings": listed(report),
        "trend": extended(earlier, report),
        "resolved": [resolved_as_dict(each) for each in report.resolved],
        "missed": [_missed(each) for each in report.missed],
        "lapses": [{"arn": each.arn, "why": each.why, "fix": each.fix} for each in report.lapses],
        "basis": coverage.basis,
        "warnings": list(report.warnings),
        "notes": list(notes(report)),
        "heard_days": dates(coverage.days.between(*_span(report.at))),
        "heard": [region_as_dict(each, report.at) for each in (*coverage.received, *coverage.unreceived)],
        "root": {
            "last_used": text_of(max(filter(None, (report.root.seen, report.root.used)), default=None)),
            "last_refused": text_of(report.root.refused),
            "access_keys": report.root.active_keys,
            "is_known": report.root.is_known,
        }
        if report.root
        else None,
        "undated_credentials": [_undated(report, each) for each in report.of_iam.undated],
        "disabled_keys": [{"name": name, "access_key_id": key} for name, key in report.disabled_keys],
    }


def listed(report: Report) -> list[dict[str, Any]]:
    """The findings, each with what to do about it, and its place among them."""
    todo = Todo(report.findings, len(report.findings))
    places = {id(each): place for place, each in enumerate(todo.rows, 1)}
    return [finding_as_dict(each) | first_as_dict(each, places[id(each)], todo) for each in report.findings]


def resolved_as_dict(resolved: Resolved) -> dict[str, Any]:
    """`at`: `used` or else `refused` when, if that is how; `since`: idle since when before."""
    return {
        "finding_id": resolved.finding_id,
        "account": resolved.account,
        "kind": str(resolved.kind),
        "name": resolved.name,
        "arn": resolved.arn,
        **({"access_key_id": resolved.access_key_id} if resolved.access_key_id else {}),
        "how": str(resolved.how),
        "at": text_of(resolved.at),
        **({"used": to_text(resolved.used)} if resolved.used else {}),
        **({"refused": to_text(resolved.refused)} if resolved.refused else {}),
        **({"is_refused": True} if resolved.is_refused else {}),
        **({"then": str(resolved.then)} if resolved.then else {}),
        "since": text_of(resolved.flag.idle_since),
        "first_flagged": text_of(resolved.flag.first_flagged),
    }


def region_as_dict(region: Region, now: datetime) -> dict[str, Any]:
    sent = region.sent
    return {
        "region": region.region,
        "since": text_of(region.since),
        "until": text_of(region.until),
        "canary_sent": text_of(sent.last) if sent else None,
        "canary_back": text_of(region.back),
        "waiting_since": text_of(region.waiting_since),
        **({"refusal": sent.refusal} if sent and sent.refusal else {}),
        "state": str(region.state(now)),
        "roads": {
            each.name: {"until": text_of(each.until), "delay_seconds": int(each.delay.total_seconds())}
            for each in region.roads
        },
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
        "created": text_of(credential.created),
        "age_days": age_days(credential, report.at),
        "expires": text_of(credential.expires),
    }


def _missed(missed: Missed) -> dict[str, Any]:
    use = missed.subject.claim.use
    return subject_as_dict(missed.subject) | {
        "used": to_text(missed.used),
        "region": use.region,
        "service": use.service,
        "seen": text_of(missed.seen),
        "cause": missed.cause,
        "fix": missed.fix,
    }


def _span(at: datetime) -> tuple[date, date]:
    """The days of which it is told whether something was active, or events came."""
    today = at.astimezone(UTC).date()
    return today - KEPT, today
