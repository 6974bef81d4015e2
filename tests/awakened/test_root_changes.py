"""From CloudTrail's events to the notices: what somebody changes of the root user's own sign-in and credentials.

The handlers are ingest's and awakened's own, with the resolutions of the template; the stream is between them.
"""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from awakened_changes import ROOT_USER
from builders import ACCOUNT, ROOT, at, envelope, message, record
from moto.sns.models import sns_backends

from activity.model import to_text
from awakened.app import lambda_handler as announce
from awakened.changes import in_words
from ingest import app as ingest
from ingest import changes, recording, refusals

HOME, ELSEWHERE = "198.51.100.7", "203.0.113.66"
MINUTE = 60


@pytest.fixture
def subjects(topic):
    """Of the notices until now, without what all of them begin with."""

    def read():
        sent = sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications
        return [subject.removeprefix(f"IAM last activity {ACCOUNT}: ") for _, _, subject, *_ in sent]

    return read


@pytest.fixture
def happen(stream, monkeypatch):
    """Delivers events half a minute after the last of them, and then what that changed in the table."""
    monkeypatch.setenv("RESOLUTION", "300")
    monkeypatch.setenv("DETAIL_RESOLUTION", "3600")
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("activity.table.WRITERS", 1)  # moto's stream loses records of writes side by side.
    recording.table.cache_clear()
    recording.memory.cache_clear()

    def deliver(*events):
        messages = [message(f"m{number}", envelope(event)) for number, event in enumerate(events)]
        now = max(event["eventTime"] for event in events)
        with time_machine.travel(now, tick=False) as clock:
            clock.shift(timedelta(seconds=30))
            assert ingest.lambda_handler({"Records": messages}, None) == {"batchItemFailures": []}
            if records := [each for each in stream() if passes_the_filter(each)]:
                assert announce({"Records": records}, None) == {"batchItemFailures": []}

    return deliver


def passes_the_filter(record):
    """The template's filter on the table's stream, of the facets of the root user that it lets through."""
    template = (ROOT / "template.yaml").read_text()
    (facets,) = re.findall(r'"facet": \{"S": (\[.*?\])\}\}, *\n', template)
    key = {name: value["S"] for name, value in record["dynamodb"]["Keys"].items()}
    return key["principal"].endswith(":root") and any(
        key["facet"] == each if isinstance(each, str) else key["facet"].startswith(each["prefix"])
        for each in json.loads(facets)
    )


def by_root(name, seconds, **more):
    root = {"type": "Root", "principalId": ACCOUNT, "arn": ROOT_USER, "accountId": ACCOUNT, "accessKeyId": ""}
    when = {"eventTime": to_text(at(seconds)), "eventID": f"{name} at {seconds}", "sourceIPAddress": HOME}
    return record(root, eventName=name, **(when | more))


def at_sign_in(name, seconds, result="Success", **more):
    kind = {"eventSource": "signin.amazonaws.com", "eventType": "AwsConsoleSignIn"}
    return by_root(name, seconds, responseElements={name: result}, **(kind | more))


def of_iam(name, seconds, **more):
    return by_root(name, seconds, eventSource="iam.amazonaws.com", **more)


def test_a_takeover_of_the_root_user_is_told_step_by_step(happen, subjects):
    steps = [
        at_sign_in("PasswordRecoveryCompleted", 1 * MINUTE),
        at_sign_in("ConsoleLogin", 2 * MINUTE),
        of_iam("DeactivateMFADevice", 5 * MINUTE, requestParameters={"userName": "AWS ROOT USER"}),
        of_iam("EnableMFADevice", 6 * MINUTE, requestParameters={"userName": "AWS ROOT USER"}),
        at_sign_in("EmailUpdated", 10 * MINUTE),
        at_sign_in("PasswordUpdated", 20 * MINUTE),
        of_iam("CreateAccessKey", 21 * MINUTE, requestParameters=None),
    ]
    told = []
    for step in steps:
        before = len(subjects())
        happen(step)
        told.append(subjects()[before:])

    assert told == [
        ["the root user's password was reset"],
        ["the root user signed in"],
        ["an MFA device of the root user was removed"],
        ["an MFA device of the root user was added"],
        ["the root user's email address was changed"],
        ["the root user's password was changed"],
        ["an access key of the root user was created"],
    ]


def test_a_takeover_that_is_delivered_at_once_is_told_as_fully(happen, subjects):
    happen(
        at_sign_in("PasswordRecoveryCompleted", 1 * MINUTE),
        at_sign_in("ConsoleLogin", 2 * MINUTE),
        at_sign_in("EmailUpdated", 10 * MINUTE),
        at_sign_in("PasswordUpdated", 20 * MINUTE),
    )

    assert sorted(subjects()) == [
        "the root user signed in",
        "the root user's email address was changed",
        "the root user's password was changed",
        "the root user's password was reset",
    ]


@pytest.mark.parametrize("is_one_batch", [True, False], ids=["in one batch", "one by one"])
@pytest.mark.parametrize("seconds", [(0, 120, 240), (240, 0, 120)], ids=["in order", "the last one first"])
def test_the_same_change_minutes_later_is_another_notice(happen, subjects, seconds, is_one_batch):
    events = [at_sign_in("PasswordUpdated", each) for each in seconds]
    for delivered in [events] if is_one_batch else [[event] for event in events]:
        happen(*delivered)

    assert subjects() == ["the root user's password was changed"] * 3


def test_a_change_that_is_delivered_twice_is_told_once(happen, subjects):
    happen(at_sign_in("EmailUpdated", 0))
    recording.memory.cache_clear()
    happen(at_sign_in("EmailUpdated", 0))

    assert subjects() == ["the root user's email address was changed"]


def test_a_change_with_a_key_is_told_as_a_change_and_the_key_is_told_by_its_next_use(happen, subjects):
    identity = by_root("", 0)["userIdentity"] | {"accessKeyId": "AKIAROOT"}
    happen(of_iam("DeleteAccessKey", 0, userIdentity=identity, requestParameters={"accessKeyId": "AKIAOLD"}))
    happen(of_iam("ListUsers", 3600, userIdentity=identity))

    assert subjects() == [
        "an access key of the root user was deleted",
        "access key AKIAROOT of the root user used",
    ]


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(at_sign_in("EmailUpdated", 0, "Failure"), id="a change that failed"),
        pytest.param(at_sign_in("PasswordRecoveryRequested", 0), id="a recovery that anybody may request"),
    ],
)
def test_what_changed_nothing_is_not_told(happen, subjects, event):
    happen(event)

    assert subjects() == []


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"requestParameters": {"userName": "alice"}}, id="a user's credential"),
        pytest.param({"errorCode": "LimitExceededException"}, id="a call that failed"),
    ],
)
def test_a_call_that_changed_nothing_of_the_root_users_is_told_by_its_address_alone(happen, subjects, more):
    happen(of_iam("CreateAccessKey", 0, **more))

    assert [subject.partition(" (")[0] for subject in subjects()] == ["the root user active"]


def test_uses_by_address_are_told_once_an_hour_as_before(happen, subjects):
    happen(by_root("ListBuckets", 0))
    happen(at_sign_in("EmailUpdated", 5 * MINUTE))
    happen(by_root("ListBuckets", 10 * MINUTE))
    happen(by_root("ListBuckets", 15 * MINUTE, sourceIPAddress=ELSEWHERE))

    assert subjects() == [
        "the root user active",
        "the root user's email address was changed",
        "the root user active",
    ]


@pytest.mark.parametrize("name", sorted(refusals.CHANGES | changes.CHANGES_BY_IAM))
def test_each_change_that_is_kept_has_words_of_its_own(name):
    assert in_words(name) != in_words("ChangedOtherwise") == ("a credential of the root user", "changed")


def test_the_mail_says_what_was_changed_and_what_to_do(happen, topic):
    happen(at_sign_in("EmailUpdated", 10 * MINUTE, awsRegion="us-east-1"))
    (sent,) = sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications
    forms = json.loads(sent[1])

    assert forms["email"].startswith(  # The whole text is in test_notice.py.
        "The root user's email address in account 123456789012 was changed at 2026-11-20 12:10 UTC:\n"
        "\n"
        "  signin.amazonaws.com EmailUpdated, us-east-1, 198.51.100.7, agent aws-cli/2\n"
        "  event EmailUpdated at 600\n"
    )
    assert forms["sms"] == (
        "IAM last activity 123456789012: the root user's email address was changed,"
        " 2026-11-20 12:10 UTC, from 198.51.100.7"
    )
    assert json.loads(forms["default"])["kind"] == "root"
