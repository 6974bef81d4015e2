"""What the owner of a bucket with log files is told to add: each command is run as it is printed."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from builders import ACCOUNT
from logbuckets import ARCHIVE, ARN, KEY, QUEUE, READER, ROLE, THEIRS, TOPIC, TRAIL, told, with_trails

from deployment.log_bucket import look

NUMBERS = count(1)


@pytest.fixture
def paste(server):
    """Runs what was printed, in a shell."""

    def paste(command):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = server.environment() | {"PATH": path}
        subprocess.run(["sh", "-ec", command], env=environment, check=True, capture_output=True, timeout=60)

    return paste


@pytest.fixture(scope="module")
def queues(server):
    """That take what S3 tells: it asks each of them before it keeps a notification."""
    takes = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [takes | {"Resource": "*"}]}
    for name in ("logs", "logs-siem"):
        server.client("sqs").create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy)})


@pytest.fixture
def bucket(server):
    """A bucket of its own, by its name."""
    name = f"trail-{next(NUMBERS)}"
    place = {"LocationConstraint": "eu-west-1"}
    server.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)
    return name


def own(bucket, **more):
    """The same, of this account, which asks for it by its address."""
    return replace(
        with_trails(replace(TRAIL, bucket=bucket, key=more.pop("key", ""))), **more
    ), f"s3://{bucket}"


MINE = {"Id": "siem", "QueueArn": f"{QUEUE}-siem", "Events": ["s3:ObjectCreated:Put"]}


@pytest.mark.parametrize("before", [{}, {"QueueConfigurations": [MINE]}], ids=["none", "another queue"])
def test_eventbridge_is_switched_on_beside_what_is_there(server, queues, bucket, paste, before):
    s3 = server.client("s3")
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=before)
    ((what, command),) = told(*own(bucket))
    paste(command)

    now = s3.get_bucket_notification_configuration(Bucket=bucket)
    now.pop("ResponseMetadata")
    assert now == before | {"EventBridgeConfiguration": {}}
    assert look(server.client, "eu-west-1", bucket).tells_eventbridge is True
    assert what == f"Switch EventBridge on for bucket {bucket}; its other notifications stay:"


def test_a_bucket_key_is_switched_on_and_the_encryption_stays(server, bucket, paste):
    s3 = server.client("s3")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    ((what, command),) = told(*own(bucket, key=KEY, tells_eventbridge=True))
    paste(command)

    (now,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert what.startswith("Optional: ")
    assert now["BucketKeyEnabled"] is True
    assert now["ApplyServerSideEncryptionByDefault"] == rule["ApplyServerSideEncryptionByDefault"]


def test_the_queue_is_notified_once_beside_what_is_there(server, queues, bucket, paste):
    s3 = server.client("s3")
    theirs = MINE | {"Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "other/"}]}}}
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"QueueConfigurations": [theirs], "EventBridgeConfiguration": {}},
    )
    found, address = own(bucket, is_own=False)
    *_, (_, command) = told(found, address, LogBucketOwner=ARCHIVE)
    command = command.replace(ARCHIVE, ACCOUNT)  # The server has but one account.
    paste(command)
    paste(command)

    now = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert "EventBridgeConfiguration" in now
    assert [each["Id"] for each in now["QueueConfigurations"]] == ["siem", "last-activity-logs"]
    assert now["QueueConfigurations"][1] == {
        "Id": "last-activity-logs",
        "QueueArn": QUEUE,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "AWSLogs/"}]}},
    }


def test_the_role_that_is_given_is_made_with_what_it_reads(server, paste):
    found = replace(
        THEIRS, trails=(replace(TRAIL, topic=TOPIC, key=f"{KEY}-1"), replace(TRAIL, topic=TOPIC, key=KEY))
    )
    server.client("iam").create_role(RoleName="reader", AssumeRolePolicyDocument='{"Statement": []}')
    (what, commands), *policies = told(found, LogBucketOwner=ARCHIVE, LogRoleArn=ROLE)
    paste(commands)

    iam = server.client("iam")
    role = iam.get_role(RoleName="log-reader")["Role"]
    policy = iam.get_role_policy(RoleName="log-reader", PolicyName="logs")["PolicyDocument"]["Statement"]
    assert what == f"Have account {ARCHIVE} make the role that reads bucket trail:"
    assert role["Path"] == "/audit/"
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"AWS": READER}, "Action": "sts:AssumeRole"}
    ]
    assert policy == [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{ARN}/AWSLogs/*"},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": [KEY, f"{KEY}-1"]},
    ]
    assert [what for what, _ in policies] == [
        f"Have account {ACCOUNT} add this statement to the policy of key {each}:" for each in (KEY, f"{KEY}-1")
    ]
    assert json.loads(policies[0][1])["Principal"] == {"AWS": ROLE}
