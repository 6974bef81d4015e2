"""Reports, entries and rules for the tests of quarantine: by default, one that nothing speaks against."""

from dataclasses import replace
from datetime import timedelta

from accounts import days, review_of
from builders import ACCOUNT

from activity.days import Days
from activity.item import Flag
from activity.model import CANARY, CANARY_SENT, COVERAGE, Activity, Evidence
from activity.quarantine.entry import Mode, Step, announced
from quarantine.plan import Rules, target_of
from reporter.listening.coverage import Coverage
from reporter.listening.region import Region, Sent

ENFORCED = Rules(mode=Mode.ENFORCE)
GRACE = timedelta(days=14)
FLAG = Flag(days(21), idle_since=days(200))
ROLE, USER = f"{ACCOUNT}:role:AROADEPLOY", f"{ACCOUNT}:user:AIDAALICE"
KEY = f"{ACCOUNT}:access_key:AKIA1"


def region(name="eu-west-1", *, since=300, until=0, heard=range(431), tested=0, back=0):
    """One whose test calls come back; `back=None`: they never did."""
    return Region(
        ACCOUNT,
        name,
        since=None if since is None else days(since),
        until=None if until is None else days(until),
        sent=Sent(days(tested), days(0)),
        back=None if back is None else days(back),
        days=Days.of(*(days(each).date() for each in heard)),
    )


def coverage_items(account, now, region="us-east-1"):
    """Of the table: events have come every day for 300 days, and test calls come back."""
    days = Days.of(*((now - timedelta(days=each)).date() for each in range(300)))
    for principal in (COVERAGE, CANARY, CANARY_SENT):
        first = now if principal == CANARY_SENT else now - timedelta(days=300)
        own = days if principal == COVERAGE else Days.of(first.date(), now.date())
        yield Activity(principal, f"{account}#{region}", first, now, Evidence("e"), own)


def heard(*regions, **more):
    return Coverage(regions or (region(),), **more)


def flagged(*things):
    """What earlier reports have flagged: the role and alice with her key, under which names they have by now."""
    flags = {}
    for each in things:
        if hasattr(each, "arn"):
            flags[each.arn, f"ID#{each.id}"] = FLAG
            flags |= {(each.arn, f"KEY#{key.id}"): FLAG for key in getattr(each, "keys", ())}
    return flags


def report_of(*things, coverage=None, **changes):
    report = review_of(*things, *([flagged(*things)] if flagged(*things) else []))
    return replace(report, coverage=coverage or heard(), **changes)


def finding_of(report, id_):
    (found,) = (each for each in report.findings if target_of(each.subject).finding == id_)
    return found


def entry_of(report, id_, *, ago=15, mode=Mode.ENFORCE, step=Step.ANNOUNCED, is_told=True, **more):
    """Announced so many days ago."""
    finding = finding_of(report, id_)
    made = announced(target_of(finding.subject), finding.verdict.reason, mode, GRACE, days(ago))
    told = {"told": days(ago), "is_unsaid": False} if is_told else {}
    return replace(made, **({"step": step, "version": 1} | told | more))
