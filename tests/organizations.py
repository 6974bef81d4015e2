"""Made-up organizations: what reviews of made-up accounts leave, as the real code leaves it, and the digest of it."""

import json
from functools import cache

from accounts import Key, Password, Role, User, review_of
from builders import ACCOUNT

from activity.accounts import Account
from reporter.organization.digest import Before, digest
from reporter.organization.summary import lightened, not_read, summary

AT = "2026-11-20T12:00:00Z"
UNITS = "Workloads/Prod", "Workloads/Test", "Sandbox", "Platform/Security", ""
NO_ROLE = (
    "the role last-activity-member is not there, does not trust the reporter, or is denied by a policy of the"
    " organization. Fix: deploy reporter/member.yaml to the account"
)


def account(number, name=None, **more):
    unit = UNITS[number % len(UNITS)]
    title = f"{unit.rpartition('/')[2].lower() or 'root'}-{number}" if name is None else name
    return Account(**{"id": f"{200_000_000_000 + number}", "name": title, "path": unit} | more)


@cache
def _review(findings):
    """As many findings of all kinds, of the oldest first."""
    people = [
        User(
            f"person-{each}",
            f"AIDA{each}",
            900,
            (Password(used=500 - each), Key(f"AKIAEXAMPLE{each:09}", used=400)),
        )
        for each in range(findings // 4)
    ]
    roles = [
        Role(f"batch-{each}", f"AROA{each}", 700, used=600 - each) for each in range(findings - 3 * len(people))
    ]
    return review_of(*people, *roles)


@cache
def _summed_up(findings):
    """The summary of such a review, as JSON."""
    return json.dumps(
        summary(Account(ACCOUNT, ""), _review(findings), f"s3://reports/{ACCOUNT}/2026-11-20T120000Z/")
    )


def left_by(account, findings=3, *, gaps=0, warnings=(), new=False):
    """The summary of a review with so many findings."""
    told = json.loads(_summed_up(findings).replace(ACCOUNT, account.id)) | {"account": account.plain()}
    if not new:
        told |= {"new": 0, "open": told["new"] + told["open"]}
        told["first"] = [each | {"is_new": False} for each in told["first"]]
    gap = {"what": "the credential report", "reason": "AccessDenied (GenerateCredentialReport)"}
    return told | {"gaps": [gap] * gaps, "warnings": list(warnings)}


def organization(accounts, summaries, before=None, name="o-acmeexample", **more):
    """The digest of it; what is in `summaries` under None has left nothing."""
    kept = lightened(summaries)
    return digest(AT, name, accounts, kept, before or Before(), **more)


def small():
    """Six accounts: one busy, one of an administrator's key, one clean, one unread, one silent, one closed."""
    of = [account(each) for each in range(6)]
    busy = left_by(of[0], 40, new=True)
    busy["first"][3] |= {"risk": "administrator"}
    summaries = [
        busy,
        left_by(of[1], 5),
        left_by(of[2], 0),
        not_read(of[3], NO_ROLE),
        left_by(
            of[4], 2, gaps=1, warnings=["CloudTrail is not delivering events: no trail logs management events."]
        ),
    ]
    closed = Account(of[5].id, of[5].name, of[5].path, "SUSPENDED")
    before = Before(frozenset({of[0].id, of[3].id}), {each.id: each.name for each in [*of[:4], closed]})
    return organization([*of[:5], closed], summaries, before)


def large(count=1000, findings=500, unread=0):
    of = [account(each) for each in range(count)]
    told = (
        not_read(each, NO_ROLE) if number < unread else left_by(each, findings, new=number % 10 == 0)
        for number, each in enumerate(of)
    )
    return organization(
        of, told, Before(frozenset(each.id for each in of), {each.id: each.name for each in of})
    )
