"""The organization's mail: what it says, and that it fits, whatever the organization and its names."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from organizations import account, large, left_by, organization, small

from reporter.organization.index import for_machines
from reporter.organization.mail import MOST_ROWS, body, subject_line
from reporter.organization.summary import not_read

FILES = "s3://reports/organization/2026-11-20T120000Z/"
LINK = "https://eu-west-1.console.aws.amazon.com/s3/object/reports?prefix=organization"
SMALL = """\
IAM last activity in o-acmeexample, 2026-11-20 12:00 UTC
40 new, 7 still open, 0 resolved. 4 of 5 accounts were read.
NOT READ, BUT READ LAST TIME: security-3 (200000000003).
EVENTS ARE NOT ARRIVING AS THEY SHOULD from root-4 (200000000004). Each account's report says how to fix it.

WHAT TO DO: 47 findings, new ones (*) before others, the most dangerous first

account  whose      what                        days idle  note
prod-0   person-3*  access key, password, user  497        administrator
prod-0   person-0*  access key, password, user  500
"""
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
LARGEST = 262_144


def tables(text):
    """The rows below each heading that an empty line parts from it."""
    parts = [part.splitlines() for part in text.split("\n\n")]
    return [part[1:] for part in parts if part[0].startswith(("account ", "id "))]


def test_the_dormant_are_counted():
    told = organization([account(0)], [left_by(account(0), 0) | {"dormant": 1200}])

    assert "\n0 new, 0 still open, 0 resolved, 1,200 dormant and not flagged. 1 of 1" in body(told)
    assert for_machines(told, "")["dormant"] == 1200


def test_what_is_snoozed_and_what_has_no_owner_is_counted():
    told = organization([account(0)], [left_by(account(0), 3) | {"snoozed": 2, "unowned": 1}])

    assert "3 still open, 0 resolved, 2 snoozed. 1 of 1" in body(told)
    assert "the most dangerous first\n1 finding has no owner.\n\naccount" in body(told)
    assert (for_machines(told, "")["snoozed"], for_machines(told, "")["unowned"]) == (2, 1)


def test_the_mail_of_a_small_organization_reads_so():
    text = body(small(), FILES, LINK)

    assert text.startswith(SMALL)
    assert text.endswith(
        "\nWHERE TO BEGIN: 3 of 4 accounts have something to do\n\n"
        "id            account  units           new  open  not checked\n"
        "200000000000  prod-0   Workloads/Prod  40\n"
        "200000000001  test-1   Workloads/Test       5\n"
        "200000000004  root-4                        2     1\n\n"
        "NOT READ (1): what was flagged in these accounts stays flagged\n"
        "- the role last-activity-member is not there, does not trust the reporter, or is denied by a policy of the"
        " organization. Fix: deploy reporter/member.yaml to the account:\n"
        "  security-3 (200000000003)\n\n"
        "Joined the organization: root-4 (200000000004).\n"
        "Left out, closed or suspended: prod-5 (200000000005).\n\n"
        f"All accounts: {LINK}\n"
        f"Files: {FILES}\n"
        "  index.html has all accounts, findings.csv all findings, organization.json is for programs.\n"
    )


def test_who_never_used_anything_is_told_so_and_a_long_name_is_cut():
    of = account(1)
    left = left_by(of, 2)
    left["first"] = [
        each | {"arn": name, "name": f"{name}{'b' * 60}", "status": status}
        for each, name, status in zip(left["first"], "xy", ("never_used", "stale"), strict=True)
    ]
    rows = {
        line.split()[1]: line
        for line in body(organization([of], [left]), FILES, LINK).splitlines()
        if "bbb..." in line
    }

    assert {name[:1]: (len(name), line.endswith("never used")) for name, line in rows.items()} == {
        "x": (20, True),
        "y": (20, False),
    }


def test_new_findings_have_a_star_only_if_there_are_others():
    of = account(1)

    assert "*" not in body(organization([of], [left_by(of, new=True)]))
    assert "*" not in body(organization([of], [left_by(of)]))


def test_what_one_principal_has_is_one_row_and_what_is_left_is_counted():
    of = account(0)
    told = organization([of], [left_by(of, 8)])
    rows, _ = tables(body(told))

    assert [row.split("  ")[1].strip() for row in rows] == ["person-0", "person-1", "batch-0", "batch-1"]
    assert "more finding" not in body(told)
    assert "and 25 more findings" in body(organization([of], [left_by(of, 40, new=True) | {"open": 10}]))


def test_the_rows_of_a_thousand_accounts_are_twenty_to_a_table_of_80_columns():
    of = [
        account(each, f"the payments team's {'very ' * 9}old account {each}", path="Workloads/" * 8)
        for each in range(1000)
    ]
    text = body(organization(of, [left_by(each, 40, new=True) | {"resolved": 12, "open": 123} for each in of]))
    first, accounts = tables(text)

    assert len([row for row in first if not row.startswith("and ")]) == MOST_ROWS
    assert len([row for row in accounts if not row.startswith("and ")]) == MOST_ROWS
    assert first[-1] == "and 162,980 more findings: see the page of each account."
    assert accounts[-1] == "and 980 more: see the index."
    assert max(map(len, (*first, *accounts))) <= 80


def test_accounts_of_the_same_name_are_told_by_their_ids():
    of = [account(1, "sandbox"), account(2, "sandbox"), account(3, "")]
    rows, _ = tables(body(organization(of, [left_by(each, 1) | {"alias": ""} for each in of])))

    assert [row.split()[0] for row in rows] == [each.id for each in of]


def test_accounts_that_one_reason_kept_from_being_read_stand_together():
    of = [account(each) for each in range(50)]
    text = body(
        organization(of, [not_read(each, "denied" if each.id[-1] == "9" else "no role") for each in of])
    )
    (part,) = [part for part in text.split("\n\n") if part.startswith("NOT READ")]
    lines = part.splitlines()

    assert [lines[1], lines[3]] == ["- no role:", "- denied:"]
    assert lines[2].endswith(" and 25 more")
    assert lines[4].count("(2000000000") == 5
    assert "Nothing is stale among what was read." in text


def test_five_thousand_accounts_of_which_a_thousand_were_not_read_fit_into_sns():
    told = large(5000, 4, unread=1000)
    reasons = tuple(replace(each, reason=f"{each.account.id}: {'é' * 500}") for each in told.unread)
    for each in (told, replace(told, unread=reasons)):
        forms = {
            "default": json.dumps(for_machines(each, FILES)),
            "email": body(each, FILES, LINK),
            "sms": subject_line(each),
        }

        assert len(json.dumps(forms, ensure_ascii=False).encode()) < LARGEST
        assert len(subject_line(each)) <= 99


HOSTILE = st.text() | st.text("\r\n\t\x00\x1b\x7f\u202e\u2028\u200b é", min_size=1) | st.just("x" * 10_000)


@settings(max_examples=40)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_names_add_no_line_move_no_cursor_and_keep_the_rows_apart(name, path, reason):
    of = [account(1, name, path=path), account(2, name, path=path)]
    told = organization(of, [left_by(of[0]), not_read(of[1], reason)], name=name or "o-acmeexample")
    told = replace(told, lost=(of[1],), joined=(of[0],), left=(name,))
    calm = organization([account(1), account(2)], [left_by(account(1)), not_read(account(2), "x")])
    calm = replace(calm, lost=(account(2),), joined=(account(1),), left=("x",))
    text, subject = body(told, FILES, LINK), subject_line(told)

    assert len(text.splitlines()) == len(body(calm, FILES, LINK).splitlines())
    assert all(letter.isprintable() for letter in text.replace("\n", ""))
    assert max(len(row) for rows in tables(text) for row in rows) <= 80
    assert len(subject) <= 99
    assert subject.isascii()
    assert subject.isprintable()


ONE, TWO = account(1), account(2)


@pytest.mark.parametrize(
    ("summaries", "subject"),
    [
        pytest.param([left_by(ONE, 0)], "1 account: nothing stale", id="nothing"),
        pytest.param([left_by(ONE, 3, new=True)], "1 account: 3 new", id="new alone"),
        pytest.param([left_by(ONE, 3)], "1 account: 3 open", id="open alone"),
        pytest.param(
            [left_by(ONE, 3, new=True), left_by(TWO, 2) | {"resolved": 4}],
            "2 accounts: 3 new, 2 open, 4 resolved",
            id="all of it",
        ),
        pytest.param(
            [left_by(ONE, 0), not_read(TWO, "x")],
            "2 accounts: nothing stale, 1 account not read",
            id="not read",
        ),
    ],
)
def test_the_subject_tells_what_there_is_and_nothing_else(summaries, subject):
    listed = [ONE, TWO][: len(summaries)]

    assert subject_line(organization(listed, summaries)) == f"IAM in o-acmeexample, {subject}"


def test_one_account_with_one_finding_is_told_as_one():
    text = body(organization([ONE], [left_by(ONE, 1, new=True)]), FILES, LINK)

    assert "1 new, 0 still open, 0 resolved. 1 of 1 account was read.\n" in text
    assert "WHAT TO DO: 1 finding, the most dangerous first\n" in text
    assert "more finding" not in text


@pytest.mark.parametrize("name", ["o-acmeexample", "o-" + "x" * 32, "the organization"])
@pytest.mark.parametrize("scale", [1, 1_000, 1_000_000])
def test_a_subject_that_would_be_too_long_keeps_what_is_new_and_what_is_wrong(name, scale):
    of = [account(each) for each in range(5)]
    silent = left_by(of[0], warnings=["CloudTrail is not delivering events."]) | {
        "new": 3 * scale,
        "open": 44 * scale,
        "resolved": 5 * scale,
    }
    subject = subject_line(organization(of, [silent], name=name))

    assert len(subject) <= 99
    assert f"{3 * scale:,} new" in subject
    assert "4 accounts not read, EVENTS NOT ARRIVING from 1" in subject
    assert subject.startswith("IAM")
