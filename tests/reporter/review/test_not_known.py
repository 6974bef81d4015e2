"""What a report says where it knows less than all."""

import pytest
from accounts import Key, Password, Refused, Root, alice, days, deploy, review_of, seen
from builders import ACCOUNT, activity

from reporter.judgement.subjects import Limits
from reporter.publishing.mail import body


def test_roots_refusals_and_keys_are_told_as_far_as_they_are_known():
    refused = seen(3, f"DENIED#{ACCOUNT}", "root")

    root = review_of(Root(1), refused).root
    assert (root.seen, root.refused, root.active_keys) == (None, days(3), 1)
    assert review_of(Root(1), Refused("GetCredentialReport")).root.active_keys is None


def test_what_could_not_be_read_of_the_root_user_is_a_gap_and_not_taken_for_no_use():
    report = review_of(Root(0), Refused("root"))

    assert [gap.what for gap in report.gaps] == ["what CloudTrail saw of the root user"]
    assert "\nRoot user: its last use is not known; no access keys.\n" in body(report)


def test_where_it_is_not_known_who_was_exempt_that_is_a_gap_and_nobody_is_told_to_be_gone():
    gone = frozenset([(f"arn:aws:iam::{ACCOUNT}:role/gone", "ID#AROAGONE")])
    report = review_of(deploy(exempt="audit", used=200), gone, Refused("exempt"))

    assert [(gap.what, gap.reason) for gap in report.gaps] == [
        ("what was exempt before", "AccessDenied (Query): not yours")
    ]
    assert (report.findings, report.lapses) == ((), ())
    assert len(review_of(deploy(exempt="audit", used=200), gone).lapses) == 1


def test_a_table_that_cannot_be_read_at_all_is_one_gap():
    report = review_of(Root(1), Refused("table"))

    assert [gap.what for gap in report.gaps] == ["the activity table"]
    assert report.coverage.regions == report.gaps[0]
    assert report.root.active_keys == 1


def test_the_coverage_is_of_this_account_alone():
    other = activity(principal="coverage", facet="999999999999#eu-west-3")

    assert [(each.account, each.region) for each in review_of(deploy(), other).coverage.regions] == [
        (ACCOUNT, "eu-west-1")
    ]


def test_why_the_enabled_regions_could_not_be_listed_is_told():
    tested = activity(principal="canary-sent", facet=f"{ACCOUNT}#*", error_code="AccessDeniedException")

    assert "The enabled regions could not be listed (AccessDeniedException)." in body(
        review_of(deploy(), tested)
    )
    assert review_of(deploy(), tested, Refused("table")).coverage.unlisted == ""


def test_a_stale_user_comes_with_the_commands_for_all_its_keys_whatever_their_threshold():
    report = review_of(alice(Password(used=200), Key(used=100)), Limits(user=90, access_key=180))
    commands = {str(each.subject.kind): " ".join(each.subject.commands) for each in report.findings}

    assert "--access-key-id AKIA1 --status Inactive" in commands["user"]
    assert "access_key" not in commands


@pytest.mark.parametrize(
    ("refused", "is_empty"),
    [
        (("GetAccountAuthorizationDetails",), False),
        (("GetAccountAuthorizationDetails", "GetCredentialReport"), True),
        (("GetAccountAuthorizationDetails", "ListUsers"), True),
        (("GetCredentialReport", "ListUsers"), False),
    ],
)
def test_nothing_could_be_read_where_neither_roles_nor_users_credentials_could(refused, is_empty):
    report = review_of(alice(Password(used=5)), deploy(used=5), *map(Refused, refused))

    assert report.is_empty is is_empty
