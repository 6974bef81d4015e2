"""The past through the code that ingests the present: any order, any batching, any number of times."""

import json
import multiprocessing
import random
from datetime import UTC, datetime, timedelta

import pytest
from builders import ACCOUNT, ROOT, alice, envelope, plain, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from logfiles import key, log, plan, replay, save, seen

from activity.item import stored as as_item
from activity.model import CANARY_AGENT
from activity.table import ActivityTable
from ingest.batch import Batch, Memory
from ingest.wire import record as decoded
from lastseen.demo.embedded import EmbeddedTable
from lastseen.past.done import Done
from lastseen.past.gathering import Gathering
from lastseen.past.replay import Replay

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
    return [plain(as_item(activity)) for activity in table]


@settings(max_examples=80)
@given(records, st.randoms(use_true_random=False))
def test_twice_shuffled_and_in_any_batches_the_table_is_identical(fields, rng):
    once = table_of(fields, 1000)
    twice = fields * 2
    rng.shuffle(twice)

    assert table_of(twice, 1) == once
    assert table_of(twice, 7) == once
    assert table_of(twice, 1000) == once


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def gathered(fields, most_kinds=1000):
    """What a table ends as that is filled by the way of a replay, handing over at every so many kinds."""
    table = EmbeddedTable()
    gathering = Gathering(arrived=datetime.now(UTC))
    for number, each in enumerate(fields):
        assert not list(gathering.add([("", decoded(json.dumps(each)))]))
        if number % 3 == 2:
            gathering.end_of_run()
        if len(gathering) >= most_kinds:
            table.record_all(gathering.hand_over().activities)
    table.record_all(gathering.hand_over().activities)
    return [plain(as_item(activity)) for activity in table]


@settings(max_examples=80)
@given(records, st.randoms(use_true_random=False))
def test_a_replay_comes_to_what_the_ingest_function_would_have_written(fields, rng):
    once = table_of(fields, 1)
    twice = fields * 2
    rng.shuffle(twice)

    assert gathered(twice) == once
    assert gathered(twice, most_kinds=2) == once


def test_every_record_is_counted_once(tmp_path):
    path = write(
        tmp_path / "records.jsonl",
        record(),
        record({"type": "AWSService"}),
        "nonsense",
        record(eventTime=None),
        envelope(),
        envelope(source="my.app"),
        envelope(source="aws.partner/example.com/1234/events"),
    )
    summary = replay([path, tmp_path / "gone.json"], EmbeddedTable())

    assert (summary.records, summary.sighted, summary.sightings, summary.principals) == (7, 2, 2, 1)
    assert summary.ignored == {"aws_service": 1, "not_from_aws": 2}
    assert [(each["file"], each["place"]) for each in summary.unreadable] == [
        (str(tmp_path / "gone.json"), ""),
        (str(path), "line 3"),
        (str(path), "line 4"),
    ]
    assert (summary.files, summary.bytes) == (1, path.stat().st_size)
    assert summary.writes == 5
    assert not summary.is_complete


def test_the_samples_replay_completely():
    summary = replay([ROOT / "events"], EmbeddedTable())

    assert summary.is_complete
    assert (
        summary.records == summary.sighted + summary.ignored.total() == len(list((ROOT / "events").iterdir()))
    )


def test_what_the_table_refuses_is_told_with_its_reason_and_nothing_more_is_read(tmp_path, aws):
    table = ActivityTable(aws("dynamodb"), "no-such-table")
    folder = save(tmp_path, {f"{number}.json": json.dumps(record(eventID=str(number))) for number in range(50)})
    summary = replay([folder], table, most_kinds=1, most_items=1)

    (failure,) = summary.failed
    assert failure["writes"] == 5
    assert "ResourceNotFoundException" in failure["reason"]
    assert (summary.files, summary.stopped) == (1, "nothing could be written to the table")


def test_a_file_that_was_not_written_is_not_done(tmp_path, aws):
    done = Done(tmp_path / "state", "table")
    file = write(tmp_path / "one.json", record())
    replay([file], ActivityTable(aws("dynamodb"), "no-such-table"), done=done)

    assert replay([file], EmbeddedTable(), done=done).files == 1


def test_what_was_read_is_told_as_it_is_done(tmp_path):
    save(tmp_path, {f"{number}.json": json.dumps(record()) for number in range(3)})
    told = []
    replay([tmp_path], EmbeddedTable(), on_file=lambda summary, listing: told.append(summary.files))

    assert told == [1, 2, 3, 3]


@pytest.fixture
def year(tmp_path):
    """Files enough for several tasks, of people who come back."""
    return save(
        tmp_path / "logs",
        {
            key(f"202611{number:02}T{hour:02}05", n=hour): log(
                *(seen(number, hour, user=f"user-{(number + hour + each) % 7}") for each in range(3))
            )
            for number in range(1, 21)
            for hour in range(0, 24, 4)
        },
    )


def contents(table):
    return [plain(as_item(activity)) for activity in table]


def test_on_several_cores_the_table_is_the_same(year):
    alone, together = EmbeddedTable(), EmbeddedTable()
    first = replay([year], alone, jobs=1)
    second = replay([year], together, jobs=2)

    assert first.files == 120
    assert second.as_dict() == first.as_dict()
    assert contents(together) == contents(alone)


def test_what_is_held_is_written_once_it_is_much_and_the_table_is_the_same(year):
    sizes = []

    class Watched(EmbeddedTable):
        def record_all(self, activities):
            sizes.append(len(activities))
            return super().record_all(activities)

    once, often = EmbeddedTable(), Watched()
    replay([year], once)
    replay([year], often, most_kinds=3, most_items=10)

    assert max(sizes) <= 10 + 3 * 4
    assert len(sizes) > 10
    assert contents(often) == contents(once)


def test_a_year_costs_a_write_for_each_principal_and_facet(year):
    table = EmbeddedTable()

    assert replay([year], table).writes == len(contents(table))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_is_interrupted_is_completed_by_the_next(year, tmp_path, jobs):
    whole, table = EmbeddedTable(), EmbeddedTable()
    done = Done(tmp_path / "state", "table")
    replay([year], whole)
    files = []
    first = replay(
        [year],
        table,
        done=done,
        jobs=jobs,
        is_stopped=lambda: len(files) >= 10,
        on_file=lambda *_: files.append(1),
    )
    partial = contents(table)
    second = replay([year], table, done=done, jobs=jobs)

    assert 10 <= first.files < 120
    assert partial != contents(whole)
    assert (second.already_done, second.files) == (first.files, 120 - first.files)
    assert contents(table) == contents(whole)


def test_a_process_that_dies_is_told_and_what_it_read_is_read_again(year, tmp_path):
    done = Done(tmp_path / "state", "table")
    table = EmbeddedTable()

    def kill(*_):
        for child in multiprocessing.active_children():
            child.kill()

    more_than_two_take_at_once = [year] * 3
    killed = replay(more_than_two_take_at_once, table, done=done, jobs=2, on_file=kill)
    again, whole = replay([year], table, done=done), EmbeddedTable()
    replay([year], whole)

    assert killed.stopped.startswith("a process that was reading has died")
    assert again.files > 0
    assert again.files + again.already_done == 120  # What the other had handed over by then is done.
    assert list(table) == list(whole)


@pytest.mark.parametrize(
    ("jobs", "after", "is_whole"),
    [(1, 3, False), (1, None, True), (2, None, True)],
    ids=["in its midst", "at its end", "at its end, of two processes"],
)
def test_a_run_that_was_stopped_knows_whether_anything_is_left(year, jobs, after, is_whole):
    files = len([each for each in year.rglob("*") if each.is_file()])
    run = Replay(EmbeddedTable(), plan(), jobs=jobs)
    run.is_stopped = lambda: run.summary.files >= (after or files)
    run.run([str(year)])

    assert run.is_whole is is_whole


def test_a_test_call_in_a_log_is_no_proof_that_events_arrive(tmp_path):
    call = {"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "userAgent": CANARY_AGENT}
    table = EmbeddedTable()
    replay([save(tmp_path, {key(): log(seen(20, **call))})], table)

    principals = {activity.principal.rpartition("/")[2] for activity in table}
    assert principals == {"alice", "coverage"}
