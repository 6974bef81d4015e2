"""What the mail says has changed, and what else it tells beside the findings."""

import re

import pytest
from accounts import DAY, Key, Password, Refused, alice, days, deploy, review_of, seen
from builders import ACCOUNT, activity

from activity.item import Flag
from reporter.publishing.document import document
from reporter.publishing.mail import body, subject_line

ARN = f"arn:aws:iam::{ACCOUNT}"
# The last report was made a week ago.
PREVIOUS = activity(-7 * DAY, principal="report", facet=ACCOUNT)


def idle_roles(number):
    return [deploy(name=f"role-{each:02}", id=f"AROA{each:02}", used=100 + each) for each in range(number)]


def flagged(*keys, idle_since=114):
    return {key: Flag(days(14), days(idle_since)) for key in keys}


def flagged_roles(roles):
    return flagged(*((role.arn, f"ID#{role.id}") for role in roles))


def names(text):
    """Of the table: the number, whether it is new, and the name."""
    return re.findall(r"(?m)^(\d+)(\*?)  +role  +([\w-]+)", text)


def test_of_the_first_report_all_is_new_and_nothing_has_changed():
    text = body(review_of(deploy()))

    assert text.splitlines()[2] == "WHAT TO DO: 1 finding, the most dangerous first"
    assert "WHAT CHANGED" not in text


def test_what_is_new_is_marked_and_both_are_counted():
    known, new = idle_roles(2)
    report = review_of(known, new, flagged_roles([known]), PREVIOUS)
    text = body(report)

    assert "WHAT TO DO: 2 findings, the most dangerous first (* is new)\n" in text
    assert names(text) == [("1", "*", new.name), ("2", "", known.name)]
    assert "WHAT CHANGED since 2026-11-13: 1 new, 1 still open, 0 resolved\n" in text
    assert subject_line(report) == "IAM in acme: 1 new, 1 open"


@pytest.mark.parametrize(
    ("number", "left"),
    [
        (20, ""),
        (21, "and 1 more finding: lastseen report prints them all.\n"),
        (30, "and 10 more findings: lastseen"),
    ],
)
def test_the_first_twenty_are_told(number, left):
    text = body(review_of(*idle_roles(number)))

    assert len(names(text)) == text.count("\necho ") == 20
    assert names(text)[0][2] == f"role-{number - 1:02}"
    assert left in text
    assert (" more finding" in text) is bool(left)
    assert len(names(body(review_of(*idle_roles(number)), rows=100))) == number


def test_of_many_the_roles_that_were_never_used_are_told_in_a_line():
    unused = [deploy(name=f"never-{each:02}", id=f"AROANEVER{each:02}", made=200) for each in range(12)]
    text = body(review_of(*idle_roles(9), *unused))

    assert len(names(text)) == 9
    assert "\n12 roles have no recorded use: never-00*, " in text
    assert ", never-09* and 2 more.\n" in text


def test_what_is_new_has_a_row_however_many_others_are_more_dangerous():
    known, new = (
        [alice(Key(f"AKIA{each}", used=150), name=f"user-{each}", id=f"AIDA{each}") for each in range(30)],
        deploy(used=100),
    )
    flags = flagged(*((user.arn, f"{kind}{user.id[4:]}") for user in known for kind in ("ID#AIDA", "KEY#AKIA")))
    text = body(review_of(*known, new, flags, PREVIOUS))

    assert names(text) == [("20", "*", "deploy")]


def test_what_was_resolved_is_told_with_how_and_counted():
    keys = [
        (f"{ARN}:user/alice", "SIGNIN"),
        (f"{ARN}:user/alice", "KEY#AKIA1"),
        (f"{ARN}:role/deploy", "ID#AROADEPLOY"),
    ]
    things = alice(Password(used=3), Key(used=114, is_active=False)), flagged(*keys), PREVIOUS
    report = review_of(*things)
    text = body(report)

    assert "Nothing is stale.\n" in text
    assert (
        "WHAT CHANGED since 2026-11-13: 0 new, 0 still open, 3 resolved\n"
        "- used again on 2026-11-17: the console password of user alice\n"
        "- disabled: access key AKIA1 of user alice\n"
        "- deleted: role deploy\n"
    ) in text
    assert {each["since"] for each in document(report)["resolved"]} == {"2026-07-29T12:00:00Z"}


def test_what_came_to_the_same_is_told_in_one_line_whatever_it_was():
    gone = flagged((f"{ARN}:user/bob", "ID#AIDABOB"), (f"{ARN}:role/batch", "ID#AROABATCH"))
    used = flagged((f"{ARN}:role/deploy", "ID#AROADEPLOY"), (f"{ARN}:role/web", "ID#AROAWEB"))
    text = body(review_of(gone | used, deploy(used=3), deploy(name="web", id="AROAWEB", used=4), PREVIOUS))

    (lines,) = re.findall(r"(?s), 4 resolved\n(.*?)\n\n", text)
    assert sorted(lines.splitlines()) == [
        "- deleted: user bob, role batch",
        "- used again on 2026-11-16: role web",
        "- used again on 2026-11-17: role deploy",
    ]


@pytest.mark.parametrize(("number", "ends"), [(20, ", role role-19"), (25, ", role role-19 and 5 more")])
def test_of_many_that_were_resolved_the_rest_is_counted_and_the_document_has_all(number, ends):
    report = review_of(flagged_roles(idle_roles(number)), PREVIOUS)
    (line,) = re.findall(r"(?m)^- deleted: .*$", body(report))

    assert line.startswith("- deleted: role role-00, role role-01, ")
    assert line.endswith(ends)
    assert line.count("role role-") == 20
    assert {each["name"] for each in document(report)["resolved"]} == {f"role-{n:02}" for n in range(number)}


def test_of_many_outcomes_the_rest_is_counted():
    roles = [deploy(name=f"role-{each:02}", id=f"AROA{each:02}", used=each) for each in range(1, 26)]
    text = body(review_of(*roles, flagged_roles(roles), PREVIOUS))

    assert len(re.findall(r"(?m)^- used again on 2026-1\d-\d\d: role role-\d\d$", text)) == 20
    assert "\n- and 5 more\n" in text


def test_a_missed_use_is_told_with_both_dates_and_the_likely_cause():
    report = review_of(deploy(used=9), seen(30, "ID#AROADEPLOY", "role/deploy"))
    cause = "a data event, an event that the trail leaves out, or one that was lost"

    assert (
        f"- Only IAM saw role deploy used on 2026-11-11 (the last event came on 2026-10-21): {cause}."
        " Fix: lastseen replay s3://BUCKET/ --since 2026-11-11 --until 2026-11-12 (reads it, if it was lost)\n"
    ) in body(report)
    assert [(each["used"], each["seen"], each["cause"]) for each in document(report)["missed"]] == [
        ("2026-11-11T12:00:00Z", "2026-10-21T12:00:00Z", cause)
    ]


def test_exemptions_to_look_at_are_told_by_arn():
    gone = frozenset([(f"{ARN}:role/gone", "ID#AROAGONE")])
    text = body(review_of(deploy(exempt="audit until=2026-11-19"), gone))

    assert (
        f"- Exemption of {ARN}:role/deploy: ended on 2026-11-19 (audit). Fix: set a new end, or: aws iam"
        " untag-role --role-name deploy --tag-keys last-activity:exempt\n"
        f"- Exemption of {ARN}:role/gone: no longer exists. Fix: nothing to do; this is said once\n"
    ) in text


def test_an_account_of_which_nothing_could_be_read_does_not_look_clean():
    report = review_of(deploy(), Refused("ListUsers"), Refused("GetAccountAuthorizationDetails"))
    text = body(report)

    assert subject_line(report) == "IAM in acme: NOTHING COULD BE READ, 2 not checked"
    assert "NOTHING COULD BE READ of this account, and nothing was judged.\n" in text
    assert "Nothing is stale" not in text
    assert "Judged:" not in text
    assert text.count("AccessDenied") == 2


def test_if_only_users_could_not_be_listed_roles_are_told():
    report = review_of(deploy(), Refused("ListUsers"))

    assert not report.is_empty
    assert subject_line(report).endswith(": 1 new, 1 not checked")


def test_a_disabled_key_is_told_by_its_id():
    report = review_of(alice(Password(used=5), Key(used=9, is_active=False)))

    assert "; left out: 1.\n" in body(report)
    assert document(report)["counts"]["left_out"]["disabled_key"] == 1
    assert document(report)["disabled_keys"] == [{"name": "alice", "access_key_id": "AKIA1"}]


def test_the_rest_is_kept_where_the_mail_says():
    text = body(review_of(deploy()), "s3://reports/x/", "https://console/x")

    assert text.splitlines()[1] == "Full report: https://console/x"
    assert text.endswith("Files: s3://reports/x/\n")
