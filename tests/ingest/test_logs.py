"""The log road in this process: a bucket, a queue and a table of moto's, and what goes wrong between them."""

import gzip
import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count as numbers

import boto3
import pytest
import time_machine
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, ReadTimeoutError
from builders import ACCOUNT, ALICE, alice, envelope, message, record
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from logfiles import key, log, seen
from moto.core import DEFAULT_ACCOUNT_ID
from notifying import KINDS, by_cloudtrail, by_s3

from activity.model import CANARY_AGENT, Activity, Evidence, to_text
from activity.settings import BadSetting
from ingest import app, delivery, logs, recording
from ingest.logs import lambda_handler
from ingest.wire import UnreadableRecord
from lastseen.demo.local_aws import forget
from reporter.listening.canaries import known_regions
from reporter.listening.region import State


class Context:
    aws_request_id = "request-1"

    def __init__(self, *remaining):
        self._remaining = [*remaining]

    def get_remaining_time_in_millis(self):
        return self._remaining.pop(0) if len(self._remaining) > 1 else self._remaining[0]


PLENTY = Context(300_000)


@pytest.fixture(autouse=True)
def road(aws, monkeypatch):
    """A bucket, a dead-letter queue, and the function's settings."""
    aws("s3").create_bucket(Bucket="trail")
    url = aws("sqs").create_queue(QueueName="dead")["QueueUrl"]
    values = {"ACTIVITY_TABLE": "activity", "RESOLUTION": "0", "DETAIL_RESOLUTION": "0"}
    for name, value in (values | {"LOG_BUCKET": "trail", "DEAD_LETTER_QUEUE_URL": url}).items():
        monkeypatch.setenv(name, value)
    return url


@pytest.fixture
def put(aws):
    def put(content, **place):
        name = key(**place)
        aws("s3").put_object(Bucket="trail", Key=name, Body=content)
        return name

    return put


@pytest.fixture
def letters(aws, road):
    """Takes what is in the dead-letter queue."""

    def letters():
        answer = aws("sqs").receive_message(QueueUrl=road, MaxNumberOfMessages=10)
        return [json.loads(each["Body"]) for each in answer.get("Messages", [])]

    return letters


@pytest.fixture
def people(items):
    return lambda: {principal.rpartition("/")[2] for principal, _ in items()} - {"coverage", "road"}


def take(*bodies, context=PLENTY):
    """The answer to messages m0, m1, ...: those that come again."""
    batch = {"Records": [message(f"m{number}", body) for number, body in enumerate(bodies)]}
    return [each["itemIdentifier"] for each in lambda_handler(batch, context)["batchItemFailures"]]


def measured(printed):
    found = Counter()
    for line in printed.splitlines():
        entry = json.loads(line)
        for directive in entry.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in directive["Metrics"]:
                value = entry[metric["Name"]]
                name = (metric["Name"], entry["reason"]) if "reason" in entry else metric["Name"]
                found[name] += sum(value) if isinstance(value, list) else value
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_is_recorded_whatever_tells_of_it(put, people, kind):
    assert take(KINDS[kind](put(log(seen(20), seen(20, user="bob"))))) == []
    assert people() == {"alice", "bob"}


@pytest.mark.parametrize(
    "before",
    ["AWSLogs/", "AWSLogs/o-abc123/", "o-abc123/AWSLogs/o-abc123/", "o-abc123/AWSLogs/", "my trail+1/AWSLogs/"],
)
def test_each_layout_is_read(put, people, before):
    """Also Control Tower's and an organization's."""
    assert take(by_s3(put(log(seen(20)), before=before))) == []
    assert people() == {"alice"}


def test_what_is_no_log_is_left_out_by_its_key_and_counted(put, items, capsys):
    nothing = [put(b"not fetched", kind=f"CloudTrail-{kind}") for kind in ("Digest", "Insight", "Aggregated")]
    foreign = [key().replace("CloudTrail", "Config"), "notes.txt"]

    assert take(*map(by_s3, [*nothing, *nothing, *foreign])) == []
    counted = measured(capsys.readouterr().out)
    assert {reason: counted["Skipped", reason] for reason in ("digest", "insight", "aggregated")} == {
        "digest": 2,
        "insight": 2,
        "aggregated": 2,
    }
    assert (counted["Objects"], counted["Messages"], items()) == (0, 8, {})


def test_what_is_in_a_file_and_is_no_log_is_counted_and_not_recorded(put, items, capsys):
    digest = {"digestStartTime": "2026-11-20T12:00:00Z", "digestEndTime": "2026-11-20T13:00:00Z"}
    ours = [envelope(source="my.app"), envelope(source="my.other.app")]
    bodies = [by_s3(put(json.dumps(each).encode(), n=n)) for n, each in enumerate((digest, digest, ours, ours))]

    assert take(*bodies) == []
    counted = measured(capsys.readouterr().out)
    assert (counted["Skipped", "digest"], counted["Ignored", "not_from_aws"], items()) == (2, 4, {})


def test_no_message_decides_what_is_read(aws, put, people, monkeypatch, caplog):
    """Neither another bucket nor another prefix than those of the settings."""
    monkeypatch.setenv("LOG_PREFIX", "AWSLogs/")
    aws("s3").create_bucket(Bucket="theirs")
    aws("s3").put_object(Bucket="theirs", Key=key(), Body=log(seen(20, user="mallory")))
    outside = put(log(seen(20, user="mallory")), before="uploads/AWSLogs/")

    assert take(by_s3(key(), bucket="theirs"), by_s3(outside), by_s3(put(log(seen(20))))) == []
    assert people() == {"alice"}
    assert [(line.message, line.bucket, line.key, line.reason) for line in caplog.records] == [
        ("left out", "theirs", key(), "elsewhere"),
        ("left out", "trail", outside, "elsewhere"),
    ]


def test_messages_that_are_not_understood_come_again_and_the_others_do_not(put, people, caplog, capsys):
    assert take("nonsense", by_s3(put(log(seen(20)))), '{"hello": 1}') == ["m0", "m2"]
    assert people() == {"alice"}
    assert [(line.message, line.message_id, line.reason) for line in caplog.records] == [
        ("unreadable", "m0", "it is not JSON: JSON is malformed: invalid character (byte 4)"),
        ("unreadable", "m2", "it tells of no object: hello"),
    ]
    counted = measured(capsys.readouterr().out)
    assert (counted["Messages"], counted["Objects"], counted["Unreadable"]) == (3, 1, 2)


BROKEN = [
    pytest.param(log(seen(20), seen(20, user="bob"))[:-30], "not a whole gzip file", id="cut off"),
    pytest.param(log(seen(20)) + b"rubbish", "not a whole gzip file", id="rubbish behind"),
    pytest.param(b"", "the file is empty", id="empty"),
]


@pytest.mark.parametrize(("content", "reason"), BROKEN)
def test_an_object_that_is_broken_comes_again_alone_with_what_can_be_read_of_it_recorded(
    put, people, letters, caplog, content, reason
):
    bad, good = put(content, n=1), put(log(seen(20, user="carol")), n=2)

    assert take(by_s3(bad), by_s3(good)) == ["m0"]
    assert "carol" in people()
    assert ("alice" in people()) == (len(content) > 100)
    (line,) = [each for each in caplog.records if each.message == "not recorded"]
    assert (line.bucket, line.key) == ("trail", bad)
    assert reason in line.reason
    assert letters() == []  # It is in the object's own message.


def test_several_gzip_files_and_documents_in_one_object_are_all_read(put, people):
    documents = gzip.compress(
        json.dumps({"Records": [seen(20)]}).encode() + json.dumps(seen(20, user="bob")).encode()
    )

    assert take(by_s3(put(documents + log(seen(20, user="carol"))))) == []
    assert people() == {"alice", "bob", "carol"}


def test_a_record_that_cannot_be_read_is_set_aside_by_itself_and_its_object_does_not_come_again(
    put, people, letters, caplog
):
    future = record(eventTime="2099-01-01T00:00:00Z")
    name = put(log(seen(20), future, {"eventTime": 1}, seen(20, user="bob")))

    assert take(by_s3(name)) == []
    assert people() == {"alice", "bob"}
    found = sorted(letters(), key=lambda letter: letter["place"])
    assert [(each["s3Bucket"], each["s3ObjectKey"], each["place"]) for each in found] == [
        ("trail", [name], "record 2"),
        ("trail", [name], "record 3"),
    ]
    assert "is dated 2099" in found[0]["reason"]
    logged = {(line.message, line.bucket, line.key, line.place, line.reason) for line in caplog.records}
    assert logged == {("unreadable", "trail", name, each["place"], each["reason"]) for each in found}


def test_a_letter_that_is_redriven_has_its_object_read_again(put, people, letters, aws):
    name = put(log(seen(20), {"eventTime": 1}))
    take(by_s3(name))
    (letter,) = letters()
    aws("s3").put_object(Bucket="trail", Key=name, Body=log(seen(20), seen(20, user="bob")))

    assert take(json.dumps(letter)) == []
    assert people() == {"alice", "bob"}
    assert letters() == []


def test_an_object_of_something_else_comes_again_and_floods_nothing(put, letters):
    assert take(by_s3(put(b"2 123 eni-1 ACCEPT OK\n" * 500))) == ["m0"]
    assert letters() == []


def test_twenty_records_that_cannot_be_read_are_set_aside_and_one_more_is_the_objects_fault(put, caplog):
    lines = [{"eventTime": 1}] * (delivery.MOST_PROBLEMS + 1)

    assert take(by_s3(put(log(*lines[1:])))) == []
    caplog.clear()
    assert take(by_s3(put(log(*lines)))) == ["m0"]
    (line,) = caplog.records
    assert line.reason.startswith("more than 20 records can't be read, the first, record 1: ")


def test_a_letter_that_cannot_be_sent_brings_its_object_again(put, dynamodb, monkeypatch, caplog):
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/none")

    assert take(by_s3(put(log({"eventTime": 1}))), by_s3(put(log(seen(20)), n=2))) == ["m0"]
    assert caplog.records[-1].reason.startswith("a record that can't be read could not be set aside: ")


@pytest.fixture
def asked(aws):
    """What is asked of S3, and a place for trouble: a function of the key."""
    calls, trouble = [], {}

    def before(params, **_):
        calls.append(params)
        if params["Key"] in trouble:
            raise trouble[params["Key"]]

    logs.objects()._connect(datetime.now(UTC))
    logs.objects()._client.meta.events.register("provide-client-params.s3.GetObject", before)
    return calls, trouble


def refused(code):
    return ClientError({"Error": {"Code": code, "Message": "as S3 has it"}}, "GetObject")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refused("NoSuchKey"), "it is no longer there"),
        (refused("AccessDenied"), "s3:GetObject is needed, and kms:Decrypt"),
        (refused("KMS.DisabledException"), "KMS.DisabledException"),
        (refused("SlowDown"), "SlowDown"),
        (refused("InvalidObjectState"), "restore it first"),
        (ReadTimeoutError(endpoint_url="https://trail"), "Read timeout"),
    ],
)
def test_an_object_that_cannot_be_fetched_comes_again_alone(put, people, asked, caplog, error, reason):
    bad, good = put(log(seen(20)), n=1), put(log(seen(20, user="bob")), n=2)
    asked[1][bad] = error

    assert take(by_s3(bad), by_s3(good)) == ["m0"]
    assert people() == {"bob"}
    assert reason in caplog.records[0].reason


def test_an_object_that_is_gone_comes_again(put, people):
    assert take(by_s3(key(n=9)), by_s3(put(log(seen(20))))) == ["m0"]
    assert people() == {"alice"}


@pytest.mark.parametrize(("owner", "expected"), [("210987654321", "210987654321"), ("", None)])
def test_the_owner_of_the_bucket_is_asked_for_if_it_is_set(put, monkeypatch, owner, expected):
    monkeypatch.setenv("LOG_BUCKET_OWNER", owner)
    calls = []
    logs.objects()._connect(datetime.now(UTC))
    logs.objects()._client.meta.events.register(
        "provide-client-params.s3.GetObject", lambda params, **_: calls.append(params)
    )
    take(by_s3(put(log())))

    assert [each.get("ExpectedBucketOwner") for each in calls] == [expected]


def test_a_bucket_of_another_account_is_read_by_its_role_which_is_assumed_again_in_time(
    put, people, monkeypatch, aws
):
    monkeypatch.setenv("LOG_ROLE_ARN", f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/log-reader")
    name = put(log(seen(20)))

    assert take(by_s3(name)) == []
    first = logs.objects()._client
    assert first._request_signer._credentials.access_key.startswith("ASIA")
    assert take(by_s3(name)) == []
    assert logs.objects()._client is first
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=51)):  # Of the hour that it lasts.
        assert take(by_s3(name)) == []
    assert logs.objects()._client is not first
    assert people() == {"alice"}


def test_without_a_way_to_the_bucket_every_message_comes_again(put, monkeypatch, caplog):
    monkeypatch.setenv("LOG_ROLE_ARN", "no role")

    assert take(by_s3(put(log())), by_s3(put(log(), n=1))) == ["m0", "m1"]
    (reason,) = {line.reason for line in caplog.records}
    assert reason.startswith("the bucket can't be asked: ")


def test_all_messages_about_an_object_come_again_and_it_is_read_once(put, dynamodb, asked):
    name, other = put(log()[:-9]), put(log(), n=1)

    assert take(by_s3(name), by_cloudtrail(name, other), by_s3(other)) == ["m0", "m1"]
    assert Counter(each["Key"] for each in asked[0]) == {name: 1, other: 1}


def test_a_batch_that_comes_twice_changes_nothing(put, items):
    name = put(log(seen(20), seen(20, user="bob")))
    take(by_s3(name))
    before = items()
    forget()
    take(by_s3(name), by_s3(name))

    assert items() == before


def refuse(request):
    answer = AWSResponse(request.url, 400, {}, None)
    request.url = "https://localhost/"  # Or moto, which listens too, would write all the same.
    answer._content = (
        b'{"__type": "com.amazonaws.dynamodb.v20120810#AccessDeniedException", "message": "in a test"}'
    )
    return answer


@pytest.fixture
def fault(dynamodb):
    """Put before each write: by the count of the write, and its key."""

    def put(trouble):
        count = Counter()

        def before_send(request, **_):
            count["all"] += 1
            return trouble(count["all"], json.loads(request.body)["Key"], request)

        recording.table()._client.meta.events.register_first("before-send.dynamodb.UpdateItem", before_send)

    return put


def test_only_objects_behind_failed_writes_come_again(put, people, fault, letters, caplog):
    def refuse_alice(_, name, request):
        return refuse(request) if name["principal"]["S"] == ALICE else None

    fault(refuse_alice)
    names = [put(log(seen(20, user=user), {"eventTime": 1}), n=n) for n, user in enumerate(("alice", "bob"))]

    assert take(*map(by_s3, names)) == ["m0"]
    assert people() == {"bob"}
    assert [each["s3ObjectKey"] for each in letters()] == [[names[1]]]  # Alice's comes again as a whole.
    (line,) = [each for each in caplog.records if each.message == "not recorded"]
    assert (line.key, line.reason) == (names[0], "not all that it says could be written")


def test_killed_between_objects_nothing_is_lost(put, items, fault):
    def kill(count, *_):
        if count == 7:
            raise SystemExit

    fault(kill)
    bodies = [by_s3(put(log(seen(20, user=user)), n=n)) for n, user in enumerate(("alice", "bob", "carol"))]
    with pytest.raises(SystemExit):
        take(*bodies)
    half = len(items())
    forget()

    assert 0 < half < 11
    assert take(*bodies) == []
    assert len(items()) == 11


def test_what_there_is_no_time_for_comes_again_and_is_not_fetched(put, people, asked, caplog):
    bodies = [by_s3(put(log(seen(20, user=f"user{n}")), n=n)) for n in range(40)]
    plenty, late = 300_000, delivery.MARGIN_MS - 1
    failed = take(*bodies, context=Context(plenty, plenty, plenty, late))

    assert len(failed) == 38 + 1  # The second was read, and may not have been to its end.
    assert people() >= {"user0"}
    assert len(asked[0]) < 20
    assert {line.reason for line in caplog.records} == {"not read before the function's deadline"}


def test_writes_stop_before_the_deadline(put, items):
    left = recording.MARGIN_MS - 1

    assert take(by_s3(put(log())), context=Context(300_000, 300_000, left)) == ["m0"]
    assert items() == {}


def test_a_connection_that_breaks_in_a_long_object_is_an_error_of_that_object(
    put, people, monkeypatch, asked, caplog
):
    monkeypatch.setattr("ingest.objects._AT_ONCE", 10)
    bad, good = put(log(seen(20, user="bob")), n=1), put(log(seen(20)), n=2)

    def read(_):
        raise ReadTimeoutError(endpoint_url="https://trail")

    def broken(http_response, parsed, **_):
        if http_response.url.endswith(bad):
            parsed["Body"].read = read

    logs.objects()._client.meta.events.register("after-call.s3.GetObject", broken)

    assert take(by_s3(bad), by_s3(good)) == ["m0"]
    assert people() == {"alice"}
    assert [line.reason for line in caplog.records] == ['Read timeout on endpoint URL: "https://trail"']


def test_objects_of_one_record_each_are_written_together(put, dynamodb, capsys):
    """As many as a batch has: writes go by who was seen, not by objects."""
    names = [put(log(seen(20, hour=n % 24, user=f"user{n % 3}")), n=n) for n in range(100)]

    assert take(*map(by_s3, names)) == []
    counted = measured(capsys.readouterr().out)
    assert (counted["Objects"], counted["Sightings"], counted["Writes"]) == (100, 100, 3 * 3 + 2)


def test_one_long_object_is_written_in_between_and_ends_the_same(put, items, capsys, monkeypatch):
    records = [
        seen(20, hour=n // 125, user=f"user{n % 7}", requestParameters={"padding": "x" * 900})
        for n in range(3_000)
    ]
    name = put(log(*records))
    assert take(by_s3(name)) == []
    once = without_roads(items())
    assert measured(capsys.readouterr().out)["Sightings"] == 3_000
    boto3.client("dynamodb").delete_table(TableName="activity")
    forget()
    from lastseen.demo.local_aws import make_table

    make_table(boto3.client("dynamodb"), "activity")
    monkeypatch.setattr(delivery, "MOST_HELD", 1 << 20)
    monkeypatch.setattr("ingest.objects._AT_ONCE", 1 << 10)  # It is not fetched as a whole either.

    assert take(by_s3(name)) == []
    assert without_roads(items()) == once
    assert measured(capsys.readouterr().out)["Writes"] > 7 * 3 + 1


def without_roads(items):
    """They say how late the events were."""
    return {name: item for name, item in items.items() if name[0] != "road"}


def test_what_the_sandbox_has_written_it_does_not_write_again(put, dynamodb, capsys, monkeypatch):
    monkeypatch.setenv("RESOLUTION", "300")
    monkeypatch.setenv("DETAIL_RESOLUTION", "3600")
    name = put(log(seen(20)))
    take(by_s3(name))
    first = measured(capsys.readouterr().out)
    take(by_s3(name))
    second = measured(capsys.readouterr().out)

    assert (first["Writes"], second["Writes"], second["WritesSaved"]) == (5, 0, 5)


def test_how_late_the_log_is_is_measured(put, dynamodb, capsys):
    take(by_s3(put(log(seen(20)))))

    assert measured(capsys.readouterr().out)["NewestEventAge"] > 0


@pytest.mark.parametrize("name", ["LOG_BUCKET", "DEAD_LETTER_QUEUE_URL"])
def test_a_missing_setting_is_named(monkeypatch, name):
    monkeypatch.delenv(name)

    with pytest.raises(BadSetting, match=f"{name} is not set"):
        take()


def test_a_batch_from_elsewhere_is_an_error():
    with pytest.raises(UnreadableRecord, match="not a batch from SQS: no 'messageId'"):
        lambda_handler({"Records": [{"s3": {}}]}, None)


def test_each_line_of_the_log_names_the_invocation(put, dynamodb):
    take(by_s3(put(log())))

    assert logs.recorder.logger.get_current_keys()["function_request_id"] == "request-1"


def test_without_a_context_there_is_no_deadline(put, people):
    assert take(by_s3(put(log(seen(20)))), context=None) == []
    assert people() == {"alice"}


def test_a_test_call_that_comes_back_in_a_log_shows_that_the_region_is_heard(put, table):
    """The reporter needs no other road: it reads what the table holds of regions and of its test calls."""
    now = datetime.now(UTC).replace(microsecond=0)
    table.replace(Activity("canary-sent", f"{ACCOUNT}#eu-west-1", now, now, Evidence()))
    call = {"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "userAgent": CANARY_AGENT}
    (before,) = known_regions(table, ACCOUNT)
    take(by_s3(put(log(record(eventTime=to_text(now), **call)))))
    (after,) = known_regions(table, ACCOUNT)

    assert (before.state(now), after.state(now)) == (State.WAITING, State.RECEIVING)
    assert (after.since, after.back) == (now, now)


accounts = numbers(100_000_000_000)
by_road = st.lists(
    st.tuples(
        st.sampled_from(["alice", "bob"]),
        st.integers(0, 59),
        st.sampled_from(["s3.amazonaws.com", "ec2.amazonaws.com"]),
        st.sampled_from(["eu-west-1", "us-east-1"]),
        st.sampled_from([None, "AccessDenied"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(by_road, st.integers(0, 10_000))
def test_the_same_records_by_either_road_or_both_give_the_identical_table(put, items, dynamodb, made, seed):
    """But for the road itself. Of each example and road, the records are of accounts of their own in one table."""
    rng = random.Random(seed)  # noqa: S311  # an order, not a secret
    tables = []
    for road in ("events", "logs", "both"):
        mark = f"{next(accounts):012}"
        records = [
            record(
                alice(
                    arn=f"arn:aws:iam::{mark}:user/{user}", principalId=f"AIDA{user}", accessKeyId=f"AKIA{user}"
                ),
                eventTime=f"2026-11-20T12:{minute:02}:00Z",
                eventID=f"e{number}",
                eventSource=source,
                awsRegion=region,
                errorCode=error,
                recipientAccountId=mark,
            )
            for number, (user, minute, source, region, error) in enumerate(made)
        ]
        steps = [partial(by_event, each) for each in records if road != "logs"]
        starts = range(0, len(records), 3) if road != "events" else ()
        steps += [partial(by_log, put, records[n : n + 3], mark, n) for n in starts]
        rng.shuffle(steps)
        for step in steps:
            step()
            if rng.random() < 0.3:
                forget_what_is_stored()
        mine = {name: item for name, item in items().items() if mark in repr(name) and name[0] != "road"}
        tables.append(json.dumps(sorted(map(repr, mine.items()))).replace(mark, ACCOUNT))

    assert tables[0] == tables[1] == tables[2]


def by_event(each):
    assert app.lambda_handler({"Records": [message("m", envelope(each))]}, None) == {"batchItemFailures": []}


def by_log(put, records, account, number):
    assert take(by_s3(put(log(*records), account=account, n=number))) == []


def forget_what_is_stored():
    recording.memory.cache_clear()
