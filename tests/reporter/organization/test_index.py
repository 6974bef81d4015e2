"""What the organization's files and messages say, to the last word: others' scripts read it."""

import pytest
from organizations import AT, NO_ROLE, account, left_by, organization

from activity.accounts import Account
from reporter.organization.digest import Before
from reporter.organization.index import document, for_machines, left_for_next, point
from reporter.organization.summary import not_read

READ, UNREAD, CLOSED = account(0), account(1), account(2, state="CLOSED")
LEFT = Account("444444444444", "gone")
FILES = f"s3://reports/{READ.id}/2026-11-20T120000Z/"
TREND = [{"at": "2026-11-13T12:00:00Z", "new": 1, "open": 0, "resolved": 0, "gaps": 0}]
WHERE = {"bucket": "reports", "region": "eu-west-1", "partition": "aws"}
CONSOLE = "https://eu-west-1.console.aws.amazon.com/s3/object/reports?region=eu-west-1&prefix="


@pytest.fixture
def told():
    """Of one account read, with three findings and a gap; one that was read before and is not now; and one closed."""
    summaries = [left_by(READ, gaps=1, warnings=["No trail logs."], new=True), not_read(UNREAD, NO_ROLE)]
    before = Before(frozenset({UNREAD.id}), {each.id: each.name for each in (UNREAD, CLOSED, LEFT)})
    return organization([READ, UNREAD, CLOSED], summaries, before, notes=["A note."])


def test_organization_json_has_all_that_was_found(told):
    found = document(told, TREND, files="s3://reports/organization/1/", **WHERE)

    (first, *_), (of_account,) = found.pop("first"), found.pop("accounts")
    assert (first["account"], first["kind"]) == (READ.id, "role")
    assert of_account == READ.plain() | {
        "alias": "acme",
        "new": 3,
        "open": 0,
        "resolved": 0,
        "dormant": 0,
        "snoozed": 0,
        "risks": of_account["risks"],
        "warnings": ["No trail logs."],
        "files": FILES,
        "gaps": 1,
        "page": f"{CONSOLE}{READ.id}%2F2026-11-20T120000Z%2Freport.html",
    }
    assert found == {
        "organization": "o-acmeexample",
        "at": AT,
        "csv": f"{CONSOLE}organization%2F1%2Ffindings.csv",
        "new": 3,
        "open": 0,
        "resolved": 0,
        "dormant": 0,
        "snoozed": 0,
        "unowned": 0,
        "unread": [UNREAD.plain() | {"reason": NO_ROLE}],
        "left_out": [CLOSED.plain()],
        "joined": [READ.plain()],
        "left": ["gone (444444444444)"],
        "lost": [UNREAD.id],
        "notes": ["A note."],
        "trend": TREND,
    }


def test_without_files_of_the_organization_nothing_leads_to_them(told):
    assert document(told, TREND, **WHERE)["csv"] == ""


def test_the_next_report_is_left_what_it_compares_with(told):
    """What was lost counts as read, until it is read again."""
    assert left_for_next(told, TREND) == {
        "read": sorted([READ.id, UNREAD.id]),
        "accounts": {each.id: each.name for each in (READ, UNREAD)},
        "trend": TREND,
    }


def test_an_account_that_was_not_read_is_a_gap_of_the_trend(told):
    assert point(told) == {"at": AT, "new": 3, "open": 0, "resolved": 0, "gaps": 2}


def test_machines_are_told_the_numbers_and_where_the_rest_is(told):
    assert for_machines(told, "s3://reports/organization/1/") == {
        "event": "organization",
        "organization": "o-acmeexample",
        "at": AT,
        "report": "s3://reports/organization/1/organization.json",
        "accounts_read": 1,
        "accounts_not_read": 1,
        "not_read": [UNREAD.id],
        "new": 3,
        "open": 0,
        "resolved": 0,
        "dormant": 0,
        "snoozed": 0,
        "unowned": 0,
    }
