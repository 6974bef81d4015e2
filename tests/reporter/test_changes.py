"""What the mail says has changed, and what else it tells beside the findings."""

import pytest
from accounts import DAY, Key, Password, Refused, alice, days, deploy, review_of, seen
from builders import ACCOUNT, activity

from activity.item import Flag
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


def test_of_the_first_report_nothing_is_new():
    text = body(review_of(deploy()))

    assert "NEW" not in text
    assert "STILL OPEN" not in text
    assert "Needs cleanup: 1 role.\n" in text


def test_what_is_new_comes_first_and_both_are_counted():
    known, new = idle_roles(2)
    text = body(review_of(known, new, flagged_roles([known]), PREVIOUS))

    assert "Needs cleanup: 2 roles: 1 new since the last report on 2026-11-13, 1 still open.\n" in text
    order = [
        text.index(part)
        for part in (
            "NEW since 2026-11-13 (1)",
            f":role/{new.name}\n",
            "STILL OPEN (1)",
            f":role/{known.name}\n",
        )
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("number", "commands"),
    [
        pytest.param(25, 25, id="25 still open: in full"),
        pytest.param(26, 0, id="26 still open: a line each"),
    ],
)
def test_many_that_are_still_open_are_told_in_a_line_each(number, commands):
    roles = idle_roles(number)
    text = body(review_of(*roles, flagged_roles(roles), PREVIOUS))

    assert text.count("- Role role-") == number
    assert text.count("    aws iam ") == commands
    assert text.index("Role role-25" if number > 25 else "Role role-24") < text.index("Role role-00")


def test_what_is_new_is_told_in_full_however_many_are_still_open():
    new, *known = idle_roles(31)
    text = body(review_of(new, *known, flagged_roles(known), PREVIOUS))

    assert text.count("    aws iam ") == 1
    assert text.index(f":role/{new.name}\n") < text.index("STILL OPEN (30)")


def test_what_was_resolved_is_told_with_how_and_counted():
    keys = [
        (f"{ARN}:user/alice", "SIGNIN"),
        (f"{ARN}:user/alice", "KEY#AKIA1"),
        (f"{ARN}:role/deploy", "ID#AROADEPLOY"),
    ]
    things = alice(Password(used=3), Key(used=114, is_active=False)), flagged(*keys), PREVIOUS
    text = body(review_of(*things))

    assert "Nothing is stale: 3 resolved.\n" in text
    assert (
        "RESOLVED since the last report (3):\n"
        "- the console password of user alice, idle since 2026-07-29: used again on 2026-11-17\n"
        "- access key AKIA1 of user alice, idle since 2026-07-29: disabled\n"
        "- role deploy, idle since 2026-07-29: deleted\n"
    ) in text


def test_of_many_that_were_resolved_the_rest_is_counted():
    roles = idle_roles(25)
    text = body(review_of(flagged_roles(roles), PREVIOUS))

    assert text.count(": deleted\n") == 20
    assert "\n- and 5 more\n" in text


def test_a_missed_use_is_told_with_both_dates_and_the_likely_cause():
    text = body(review_of(deploy(used=9), seen(30, "ID#AROADEPLOY", "role/deploy")))

    assert (
        "MISSED EVENTS (1): IAM knows of these uses, and no event of them came, though the tracker was listening:\n"
        "- role deploy on 2026-11-11; CloudTrail's last is of 2026-10-21: a data event, an event that the trail"
        " leaves out, or one that was lost on its way\n"
    ) in text


def test_exemptions_to_look_at_are_told_by_arn():
    gone = frozenset([(f"{ARN}:role/gone", "ID#AROAGONE")])
    text = body(review_of(deploy(exempt="audit until=2026-11-19"), gone))

    assert (
        "Exemptions to look at:\n"
        f"- {ARN}:role/deploy: ended on 2026-11-19 (audit): take the tag off, or renew it\n"
        f"- {ARN}:role/gone: no longer exists\n"
    ) in text


def test_an_account_of_which_nothing_could_be_read_does_not_look_clean():
    report = review_of(deploy(), Refused("ListUsers"), Refused("GetAccountAuthorizationDetails"))
    text = body(report)

    assert "NOTHING COULD BE READ" in subject_line(report)
    assert "NOTHING COULD BE READ of this account, and nothing was judged.\n" in text
    assert "Nothing is stale" not in text
    assert "Judged:" not in text
    assert text.count("AccessDenied") == 2


def test_if_only_users_could_not_be_listed_roles_are_told():
    report = review_of(deploy(), Refused("ListUsers"))

    assert not report.is_empty
    assert subject_line(report).endswith("stale: 1 role, 1 gap")


def test_a_disabled_key_is_told_by_its_id():
    assert "1 disabled access key:\n- AKIA1 of user alice\n" in body(
        review_of(alice(Password(used=5), Key(used=9, is_active=False)))
    )


def test_the_rest_is_kept_where_the_mail_says():
    text = body(review_of(deploy()), "s3://reports/x/")

    assert (
        "All of it, with evidence: s3://reports/x/report.html (findings also: report.json, report.csv).\n"
        in text
    )
