"""The ids of findings, which outlast names, and which of a report's are told of as events."""

import pytest
from accounts import Key, Password, alice, days, deploy, review_of
from builders import ACCOUNT, NOON

from activity.item import Flag
from reporter.publishing.document import document, resolved_as_dict
from reporter.publishing.finding_events import events_of

ARN = f"arn:aws:iam::{ACCOUNT}"
ALICE = f"{ARN}:user/alice"
IDS = {
    f"{ACCOUNT}:user:AIDAALICE",
    f"{ACCOUNT}:password:AIDAALICE",
    f"{ACCOUNT}:access_key:AKIA1",
    f"{ACCOUNT}:role:AROADEPLOY",
}


def flagged(key, holder=""):
    return {key: Flag(days(14), days(200), holder=holder)}


def ids(report, kind="findings"):
    return {each["finding_id"] for each in document(report)[kind]}


@pytest.mark.parametrize(("name", "path"), [("alice", "/"), ("alicia", "/moved/")])
def test_an_id_is_of_what_lasts_whatever_it_is_called(name, path):
    held = Password(used=100), Key(used=100)

    assert ids(review_of(alice(*held, name=name, path=path), deploy(used=100))) == IDS


@pytest.mark.parametrize(
    ("key", "holder", "found"),
    [
        pytest.param((ALICE, "SIGNIN"), "AIDAALICE", "password:AIDAALICE", id="a password"),
        pytest.param((ALICE, "KEY#AKIA1"), "AIDAALICE", "access_key:AKIA1", id="a key"),
        pytest.param((f"{ARN}:user/gone", "ID#AIDAGONE"), "", "user:AIDAGONE", id="a user"),
        pytest.param((f"{ARN}:role/ci/gone", "ID#AROAGONE"), "", "role:AROAGONE", id="a role"),
    ],
)
def test_what_is_resolved_has_the_id_that_it_was_opened_with(key, holder, found):
    report = review_of(alice(), flagged(key, holder))

    assert ids(report, "resolved") == {f"{ACCOUNT}:{found}"}


def test_a_password_of_which_nothing_says_whose_it_was_is_told_by_name():
    (resolved,) = review_of(alice(), flagged((ALICE, "SIGNIN"))).resolved

    assert resolved_as_dict(resolved)["finding_id"] == f"{ACCOUNT}:password:alice"


def test_only_what_is_new_or_over_is_an_event():
    still_open = flagged((f"{ARN}:role/deploy", "ID#AROADEPLOY"))
    over = flagged((f"{ARN}:role/gone", "ID#AROAGONE"))
    report = review_of(alice(Key(used=100)), deploy(used=100), still_open | over)
    told = [(each.detail_type, each.detail["finding_id"], each.arn, each.at) for each in events_of(report)]

    assert len(report.findings) == 3
    assert told == [
        ("Stale Access Opened", f"{ACCOUNT}:user:AIDAALICE", ALICE, NOON),
        ("Stale Access Opened", f"{ACCOUNT}:access_key:AKIA1", ALICE, NOON),
        ("Stale Access Resolved", f"{ACCOUNT}:role:AROAGONE", f"{ARN}:role/gone", NOON),
    ]


def test_an_event_has_what_report_json_has():
    report = review_of(alice(Key(used=100)), flagged((f"{ARN}:role/gone", "ID#AROAGONE")))
    listed = document(report)

    assert [each.detail for each in events_of(report)] == [*listed["findings"], *listed["resolved"]]
