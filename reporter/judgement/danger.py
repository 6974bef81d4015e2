"""Which finding to deal with first, and why: by what somebody who has the credential could do with it."""

from collections.abc import Iterable
from enum import StrEnum

from activity.finding import Kind
from reporter.judgement.findings import Finding


class Risk(StrEnum):
    """The most dangerous first."""

    ADMINISTRATOR = "administrator"
    ACCESS_KEY = "access_key"
    PASSWORD = "password"  # noqa: S105  # the name of a kind of credential
    USER = "user"
    ROLE = "role"


_OF_KIND = {
    Kind.ACCESS_KEY: Risk.ACCESS_KEY,
    Kind.PASSWORD: Risk.PASSWORD,
    Kind.USER: Risk.USER,
    Kind.ROLE: Risk.ROLE,
}
_ORDER = {risk: place for place, risk in enumerate(Risk)}


def risk_of(finding: Finding) -> Risk:
    """An administrator's credential is enough to take over the account; a role is not."""
    subject = finding.subject
    is_credential = subject.kind in (Kind.ACCESS_KEY, Kind.PASSWORD)
    return Risk.ADMINISTRATOR if subject.is_administrator and is_credential else _OF_KIND[subject.kind]


def most_dangerous_first(findings: Iterable[Finding]) -> list[Finding]:
    """Within the same risk: administrators first, then what has been idle for longest."""
    return sorted(
        findings,
        key=lambda each: (
            _ORDER[risk_of(each)],
            not each.subject.is_administrator,
            -each.verdict.idle,
            each.subject.arn,
            each.subject.access_key_id,
        ),
    )
