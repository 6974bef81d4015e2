"""The past through the code that ingests the present: any order, any batching, any number of times."""

import json
import random
from datetime import UTC, datetime, timedelta

from builders import ACCOUNT, ROOT, alice, envelope, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activity.item import attributes
from activity.table import ActivityTable
from ingest.batch import Batch, Memory
from ingest.wire import record as decoded
from lastseen.embedded import EmbeddedTable
from lastseen.replay import replay

ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
IDENTITIES = [
    alice(),
    alice(accessKeyId="ASIATEMPORARY", sessionContext={"attributes": {"mfaAuthenticated": "true"}}),
    {"type": "Root", "accountId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accessKeyId": "AKIAROOT"},
    {
        "type": "AssumedRole",
        "principalId": "AROADEPLOY:build",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build",
        "sessionContext": {"sessionIssuer": {"arn": ROLE, "principalId": "AROADEPLOY"}},
    },
    {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
    {"type": "AWSAccount", "accountId": "210987654321"},
]
CALLS = [
    {"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets"},
    {"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "errorCode": "AccessDenied"},
    {
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "requestParameters": {"roleArn": ROLE, "roleSessionName": "build"},
    },
    {
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "eventType": "AwsConsoleSignIn",
        "responseElements": {"ConsoleLogin": "Success"},
    },
]
records = st.lists(
    st.builds(
        lambda identity, call, second, event, address, region: record(
            identity,
            **{
                "eventTime": f"2026-11-20T12:00:{second:02}Z",
                "eventID": event,
                "sourceIPAddress": address,
                "awsRegion": region,
            }
            | call,
        ),
        st.sampled_from(IDENTITIES),
        st.sampled_from(CALLS),
        st.integers(0, 5),
        st.sampled_from([None, "a", "b", "c"]),
        st.sampled_from(["198.51.100.7", "203.0.113.5", "ec2.amazonaws.com"]),
        st.sampled_from(["eu-west-1", "us-east-1"]),
    ),
    max_size=40,
)


def table_of(fields, size):
    """What a table with exact times ends as when the records come in batches of `size`."""
    table = EmbeddedTable()
    for start in range(0, len(fields), size):
        batch = Batch(Memory(lambda _: timedelta(0)), arrived=datetime.now(UTC))
        for each in fields[start : start + size]:
            batch.add_record(decoded(json.dumps(each)), "m")
        table.record_all(batch.activities())
    return [attributes(activity) for activity in table]


@settings(max_examples=200)
@given(records, st.randoms(use_true_random=False))
def test_twice_shuffled_and_in_any_batches_the_table_is_identical(fields, rng):
    once = table_of(fields, 1000)
    twice = fields * 2
    rng.shuffle(twice)

    assert table_of(twice, 1) == once
    assert table_of(twice, 7) == once
    assert table_of(twice, 1000) == once


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records.filter(bool), st.integers(0, 100))
def test_dynamodb_ends_the_same_as_the_table_in_memory(table, items, dynamodb, fields, seed):
    """Each example has an account of its own in the one table."""
    mark = f"{seed:03}{random.Random(repr(fields)).getrandbits(64):x}"  # noqa: S311  # a name, not a secret
    mine = json.loads(json.dumps(fields).replace(ACCOUNT, f"{ACCOUNT}{mark}"))
    twice = mine * 2
    random.Random(seed).shuffle(twice)  # noqa: S311  # an order, not a secret
    for start in range(0, len(twice), 7):
        batch = Batch(Memory(lambda _: timedelta(0)), arrived=datetime.now(UTC))
        for each in twice[start : start + 7]:
            batch.add_record(decoded(json.dumps(each)), "m")
        table.record_all(batch.activities())

    stored = [item for _, item in sorted(items().items()) if mark in repr(item)]
    for item in stored:
        del item["expires_at"]
    assert stored == table_of(mine, 1000)


def write(path, *values):
    path.write_text("\n".join(value if isinstance(value, str) else json.dumps(value) for value in values))
    return path


def test_every_record_is_counted_once(tmp_path):
    path = write(
        tmp_path / "records.jsonl",
        record(),
        record({"type": "AWSService"}),
        "nonsense",
        record(eventTime=None),
        envelope(),
        envelope(source="my.app"),
    )
    summary = replay([path, tmp_path / "gone.json"], EmbeddedTable())

    assert (summary.records, summary.sighted, summary.sightings, summary.principals) == (6, 2, 2, 1)
    assert summary.ignored == {"aws_service": 1, "not_from_aws": 1}
    assert [(each["file"], each["place"]) for each in summary.unreadable] == [
        (str(path), "line 3"),
        (str(path), "line 4"),
        (str(tmp_path / "gone.json"), ""),
    ]
    assert summary.writes == 5
    assert not summary.is_complete


def test_the_samples_replay_completely():
    summary = replay(sorted((ROOT / "events").glob("*.json")), EmbeddedTable())

    assert summary.is_complete
    assert (
        summary.records == summary.sighted + summary.ignored.total() == len(list((ROOT / "events").iterdir()))
    )


def test_what_the_table_refuses_is_told_with_its_reason(tmp_path, aws):
    summary = replay([write(tmp_path / "one.json", record())], ActivityTable(aws("dynamodb"), "no-such-table"))

    (failure,) = summary.failed
    assert failure["writes"] == 5
    assert "ResourceNotFoundException" in failure["reason"]
    assert not summary.is_complete


def test_what_was_read_is_told_as_it_is_done(tmp_path):
    paths = [write(tmp_path / f"{number}.json", record()) for number in range(3)]
    done = []
    replay(paths, EmbeddedTable(), on_bytes=done.append)

    assert sum(done) == sum(path.stat().st_size for path in paths)
