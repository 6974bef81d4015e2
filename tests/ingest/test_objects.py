"""Which objects of the bucket are read, and as whom; how they are fetched is in test_logs.py."""

import boto3
import pytest
from builders import ACCOUNT
from logfiles import key

from ingest.layout import Skipped
from ingest.notifications import Told
from ingest.objects import ELSEWHERE, LogBucket

ROLE = f"arn:aws:iam::{ACCOUNT}:role/log-reader"


@pytest.mark.parametrize(
    ("environ", "bucket"),
    [
        pytest.param({}, LogBucket("trail", "", "", ""), id="nothing but the bucket"),
        pytest.param({"LOG_PREFIX": " AWSLogs/ "}, LogBucket("trail", "AWSLogs/", "", ""), id="a prefix"),
        pytest.param({"LOG_BUCKET_OWNER": ACCOUNT}, LogBucket("trail", "", ACCOUNT, ""), id="an owner"),
        pytest.param({"LOG_ROLE_ARN": ROLE}, LogBucket("trail", "", "", ROLE), id="a role"),
    ],
)
def test_the_bucket_is_a_setting_with_what_else_is_known_of_it(environ, bucket):
    assert LogBucket.from_env({"LOG_BUCKET": "trail", **environ}) == bucket


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        pytest.param(Told("trail", key()), None, id="a log file"),
        pytest.param(
            Told("trail", f"AWSLogs/{ACCOUNT}/some.json"), None, id="a file whose folder says no kind"
        ),
        pytest.param(Told("theirs", key()), ELSEWHERE, id="of another bucket"),
        pytest.param(Told("trail", key(before="uploads/AWSLogs/")), ELSEWHERE, id="of another prefix"),
        pytest.param(Told("trail", key(kind="CloudTrail-Digest")), Skipped.DIGEST, id="a digest"),
    ],
)
def test_only_log_files_of_the_bucket_and_its_prefix_are_read(told, reason):
    assert LogBucket("trail", "AWSLogs/", "", "").why_not_read(told) == reason


def test_the_owner_of_the_bucket_can_tell_who_reads_it(aws):
    client = LogBucket("trail", "", "", ROLE).client()
    access = client._request_signer._credentials.get_frozen_credentials()
    who = boto3.client(
        "sts",
        aws_access_key_id=access.access_key,
        aws_secret_access_key=access.secret_key,
        aws_session_token=access.token,
    ).get_caller_identity()["Arn"]

    assert who.endswith(":assumed-role/log-reader/last-activity-logs")
    assert access.token


@pytest.mark.parametrize("role", ["", ROLE])
def test_a_bucket_that_does_not_answer_leaves_time_for_the_other_objects(aws, role):
    config = LogBucket("trail", "", "", role).client().meta.config

    assert (config.connect_timeout, config.read_timeout) == (2, 20)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
