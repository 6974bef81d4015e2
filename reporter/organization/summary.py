"""What the organization's report needs of one account's: a small object that a review leaves in the bucket."""

from collections import Counter
from collections.abc import Iterable
from heapq import nsmallest
from typing import Any

from activity.accounts import Account
from activity.model import to_text
from reporter.judgement.danger import Risk, most_dangerous_first, risk_of
from reporter.judgement.report import Report
from reporter.publishing.judged import finding_as_dict

# As plain data: `account`, and `not_read` or all of the rest.
Summary = dict[str, Any]
MOST_FINDINGS = 25
# Of the findings of all accounts so many are told, and of the new ones as many.
MOST_TOLD = 100
_CHUNK = 1000
_ORDER = {str(risk): place for place, risk in enumerate(Risk)}


def summary(account: Account, report: Report, files: str) -> Summary:
    """`first`: its most dangerous findings, and of what is new as many; `files`: where all of it is."""
    first = most_dangerous_first(report.findings)
    new = [each for each in first if each.is_new]
    told = {id(each): each for each in (*first[:MOST_FINDINGS], *new[:MOST_FINDINGS])}
    risks = Counter(str(risk_of(each)) for each in report.findings)
    return {
        "account": account.plain(),
        "alias": report.alias,
        "at": to_text(report.at),
        "files": files,
        "new": len(new),
        "open": len(report.findings) - len(new),
        "resolved": len(report.resolved),
        "dormant": len(report.dormant),
        "snoozed": len(report.snoozed),
        "unowned": report.unowned,
        "missed": len(report.missed),
        "risks": dict(sorted(risks.items())),
        "gaps": [{"what": gap.what, "reason": gap.reason} for gap in report.gaps],
        "warnings": list(report.warnings),
        "is_empty": report.is_empty,
        "first": [
            finding_as_dict(each, has_days=False) | {"is_new": each.is_new, "risk": str(risk_of(each))}
            for each in most_dangerous_first(told.values())
        ],
    }


def not_read(account: Account, reason: str) -> Summary:
    return {"account": account.plain(), "not_read": reason}


def by_danger(finding: dict[str, Any]) -> tuple[Any, ...]:
    return _ORDER[finding["risk"]], -finding["idle_days"], finding["arn"], finding["kind"]


def lightened(summaries: Iterable[Summary]) -> dict[str, Summary]:
    """By account id; `first` keeps those that are told of all accounts. All of 5,000 accounts would be a GB."""
    light: dict[str, Summary] = {}
    findings: list[tuple[str, dict[str, Any]]] = []
    for each in summaries:
        account = each["account"]["id"]
        findings += ((account, finding) for finding in each.get("first", ()))
        light[account] = each | {"first": []} if "first" in each else each
        if len(findings) > _CHUNK:
            findings = _told(findings)
    for account, finding in _told(findings):
        light[account]["first"].append(finding)
    return light


def _told(findings: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    fresh = (each for each in findings if each[1]["is_new"])
    told = (nsmallest(MOST_TOLD, those, key=lambda each: by_danger(each[1])) for those in (findings, fresh))
    return list({id(each[1]): each for those in told for each in those}.values())
