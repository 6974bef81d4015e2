"""What the owner of a bucket with log files is told to add."""

import json
from dataclasses import replace

import pytest
from builders import ACCOUNT
from logbuckets import ARCHIVE, ARN, KEY, OWN, READER, ROLE, THEIRS, TOPIC, TRAIL, told, with_trails

from lastseen.checking.check import Unread

KEYED = with_trails(replace(TRAIL, key=KEY))


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(replace(OWN, tells_eventbridge=True), id="EventBridge is on"),
        pytest.param(with_trails(replace(TRAIL, topic=TOPIC)), id="CloudTrail has a topic"),
        pytest.param(replace(KEYED, tells_eventbridge=True, has_bucket_key=True), id="all of it, with a key"),
    ],
)
def test_nothing_is_to_be_added_to_a_bucket_that_has_it_all(found):
    assert told(found) == []


def test_where_eventbridge_may_not_be_asked_for_the_command_comes_with_an_if():
    ((what, _),) = told(replace(OWN, tells_eventbridge=Unread("no", "s3:GetBucketNotification")))

    assert what.startswith("If EventBridge is off, switch it on for bucket trail;")


def test_a_bucket_of_another_account_needs_a_statement_and_a_notification_or_a_role():
    (first, statement), (second, role), (third, _) = told(THEIRS, LogBucketOwner=ARCHIVE)

    assert first == f"Have account {ARCHIVE} add this statement to the policy of bucket trail:"
    assert json.loads(statement) == {
        "Sid": "LastActivityReadsLogs",
        "Effect": "Allow",
        "Principal": {"AWS": READER},
        "Action": "s3:GetObject",
        "Resource": f"{ARN}/AWSLogs/*",
    }
    assert second.startswith("If that policy must not be changed, as under Control Tower, read by a role;")
    assert role == f"make deploy LOGS=s3://trail/ LogRoleArn=arn:aws:iam::{ARCHIVE}:role/last-activity-logs"
    assert third == f"Have account {ARCHIVE} let bucket trail notify the queue; its other notifications stay:"


@pytest.mark.parametrize(
    ("account", "given", "principals"),
    [
        pytest.param(ACCOUNT, {}, [], id="own bucket, own key"),
        pytest.param(ARCHIVE, {}, [READER], id="own bucket, their key"),
        pytest.param(ARCHIVE, {"LogBucketOwner": ARCHIVE}, [READER], id="their bucket, their key"),
        pytest.param(ARCHIVE, {"LogBucketOwner": ARCHIVE, "LogRoleArn": ROLE}, [], id="by a role beside the key"),
    ],
)  # fmt: skip
def test_a_key_of_another_account_than_who_reads_needs_a_statement(account, given, principals):
    key = KEY.replace(ACCOUNT, account)
    found = replace(with_trails(replace(TRAIL, topic=TOPIC, key=key)), has_bucket_key=True)
    statements = [json.loads(each) for what, each in told(found, **given) if "policy of key" in what]

    assert [each["Principal"]["AWS"] for each in statements] == principals
    assert {each["Action"] for each in statements} <= {"kms:Decrypt"}
