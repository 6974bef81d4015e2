import json

import pytest
import time_machine
from builders import ALICE, alice, envelope, message, record, sample

from activity.settings import BadSetting
from ingest import app, recording
from ingest.app import WriteFailed, lambda_handler
from ingest.wire import UnreadableRecord


class Context:
    """What Lambda hands over beside the event."""

    aws_request_id = "request-1"

    def __init__(self, remaining=60_000):
        self._remaining = remaining

    def get_remaining_time_in_millis(self):
        return self._remaining


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    monkeypatch.setenv("RESOLUTION", "0")
    monkeypatch.setenv("DETAIL_RESOLUTION", "0")


def batch(*messages):
    return {"Records": list(messages)}


def failed(answer):
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def metrics(printed):
    """By name, with the reason of those that have one: what CloudWatch makes of the log."""
    found = {}
    for line in printed.splitlines():
        entry = json.loads(line)
        for directive in entry.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "LastActivity"
            for metric in directive["Metrics"]:
                name = metric["Name"]
                assert metric["Unit"] == ("Seconds" if name == "NewestEventAge" else "Count")
                value = entry[name]
                key = (name, entry["reason"]) if "reason" in entry else name
                found[key] = sum(value) if isinstance(value, list) else value
    return found


def test_a_batch_is_recorded(items):
    answer = lambda_handler(batch(message("m1", sample("iam-user-access-key"))), Context())

    assert answer == {"batchItemFailures": []}
    assert {facet for _, facet in items()} == {
        "ID#AIDAEXAMPLEALICE00001",
        "KEY#AKIAEXAMPLEALICE0001",
        "SERVICE#s3.amazonaws.com",
        "IP#198.51.100.7",
        "123456789012#eu-west-1",
        "ROAD#123456789012#eu-west-1#events",
    }


def test_an_unreadable_message_comes_back_and_its_batch_mates_are_recorded(items, caplog):
    poison = envelope(record(eventTime=None, eventID="lost"))
    answer = lambda_handler(
        batch(message("bad", "no json"), message("good", envelope()), message("poison", poison)), Context()
    )

    assert failed(answer) == ["bad", "poison"]
    assert (ALICE, "ID#AIDAALICE") in items()
    reasons = {(entry.message, entry.message_id): entry.reason for entry in caplog.records}
    assert reasons["unreadable", "poison"].endswith("Object missing required field `eventTime` - at `$.detail`")


def test_only_the_messages_behind_a_failed_write_come_back(items):
    too_long = alice(principalId="A" * 1100)  # DynamoDB refuses a sort key of more than 1,024 bytes.
    answer = lambda_handler(
        batch(message("good", envelope()), message("bad", envelope(record(too_long)))), Context()
    )

    assert failed(answer) == ["bad"]
    assert (ALICE, "ID#AIDAALICE") in items()


def test_without_a_table_every_message_that_sights_or_covers_comes_back(aws, caplog):
    answer = lambda_handler(batch(message("m1", envelope()), message("m2", envelope())), Context())

    assert failed(answer) == ["m1", "m2"]
    (line,) = caplog.records
    assert (line.message, line.activities) == ("not written", 6)
    assert "ResourceNotFoundException" in line.reason


def test_what_the_deadline_leaves_unwritten_comes_back(items):
    answer = lambda_handler(batch(message("m1", envelope())), Context(remaining=recording.MARGIN_MS - 1))

    assert failed(answer) == ["m1"]
    assert items() == {}


def test_an_empty_batch_is_fine(dynamodb):
    assert lambda_handler(batch(), Context()) == {"batchItemFailures": []}


def test_an_ignored_message_does_not_come_back(items):
    answer = lambda_handler(batch(message("m1", sample("aws-service-call"))), Context())

    assert answer == {"batchItemFailures": []}
    assert sorted(items()) == [
        ("coverage", "123456789012#eu-west-1"),
        ("road", "ROAD#123456789012#eu-west-1#events"),
    ]


@pytest.mark.parametrize(
    "source", ["my.app", "awsome.app", "aws", "AWS.iam", "aws.partner/example.com/1234/events"]
)
def test_an_event_that_aws_did_not_send_does_not_reach_the_table(items, capsys, source):
    answer = lambda_handler(batch(message("m1", envelope(source=source))), Context())

    assert answer == {"batchItemFailures": []}
    assert items() == {}
    assert metrics(capsys.readouterr().out)["Ignored", "not_from_aws"] == 1


def test_one_bare_envelope_is_recorded(items, capsys):
    assert lambda_handler(json.loads(sample("console-login")), None) == {"batchItemFailures": []}
    assert ("arn:aws:iam::123456789012:user/heidi", "SIGNIN") in items()
    assert [facet.rpartition("#")[2] for principal, facet in items() if principal == "road"] == ["events"]
    assert metrics(capsys.readouterr().out)["Messages"] == 1


def test_a_bare_event_that_cannot_be_read_is_an_error(dynamodb):
    with pytest.raises(UnreadableRecord, match="missing required field `source`"):
        lambda_handler({"key1": "value1"}, Context())


def test_a_bare_event_that_cannot_be_recorded_is_an_error(aws):
    with pytest.raises(WriteFailed, match="ResourceNotFoundException"):
        lambda_handler(envelope(), Context())


def test_a_missing_setting_stops_the_function_and_is_named(aws, monkeypatch):
    monkeypatch.delenv("ACTIVITY_TABLE")

    with pytest.raises(BadSetting, match="ACTIVITY_TABLE is not set"):
        lambda_handler(batch(), Context())


def test_the_same_batch_twice_changes_nothing(items):
    same = batch(message("m1", sample("denied-call")), message("m2", sample("root-sign-in")))
    lambda_handler(same, Context())
    before = items()
    lambda_handler(same, Context())

    assert items() == before


def test_the_promised_metrics_are_emitted(dynamodb, capsys):
    lambda_handler(
        batch(
            message("m1", envelope()),
            message("m2", envelope(record(eventTime="2026-11-20T12:00:01Z"))),
            message("m3", sample("aws-service-call")),
            message("m4", "no json"),
        ),
        Context(),
    )
    found = metrics(capsys.readouterr().out)
    age = found.pop("NewestEventAge")
    lambda_handler(batch(message("m1", envelope())), Context())
    again = metrics(capsys.readouterr().out)

    assert found == {
        "Messages": 4,
        "Sightings": 2,
        "Writes": 6,
        "Superseded": 0,
        "FailedWrites": 0,
        "WritesSaved": 0,
        "Unreadable": 1,
        ("Ignored", "aws_service"): 1,
    }
    assert age > 0
    assert (again["Writes"], again["Superseded"], again["WritesSaved"]) == (0, 6, 0)


def test_an_event_from_a_clock_that_is_ahead_has_no_age(dynamodb, capsys):
    with time_machine.travel("2026-11-20T11:50:00Z", tick=False):
        lambda_handler(batch(message("m1", envelope(record(eventTime="2026-11-20T12:00:00Z")))), Context())

    assert metrics(capsys.readouterr().out)["NewestEventAge"] == 0


def test_what_a_sandbox_has_written_it_does_not_write_again_until_the_resolution_has_passed(
    dynamodb, capsys, monkeypatch
):
    monkeypatch.setenv("RESOLUTION", "300")
    monkeypatch.setenv("DETAIL_RESOLUTION", "3600")
    found = []
    for time in ("12:00:00", "12:05:00", "12:05:00", "12:05:01"):
        event = envelope(record(eventTime=f"2026-11-20T{time}Z"))
        lambda_handler(batch(message("m1", event)), Context())
        said = metrics(capsys.readouterr().out)
        found.append((said["Writes"], said["Superseded"], said["WritesSaved"]))

    # Then the id, the key and the coverage move on; the service, the address and the road are good for an hour.
    assert found == [(6, 0, 0), (0, 0, 6), (0, 0, 6), (3, 0, 0)]


def test_no_event_and_no_secret_reaches_the_log(dynamodb, capfd, caplog):
    secret = {"credentials": {"sessionToken": "SECRET-TOKEN", "secretAccessKey": "SECRET-KEY"}}
    lambda_handler(
        batch(
            message("m1", envelope(record(responseElements=secret))),
            message("m2", envelope(record(responseElements=secret, eventTime=None))),
        ),
        Context(),
    )

    printed = "".join(capfd.readouterr()) + "".join(str(vars(line)) for line in caplog.records)
    assert "m2" in printed
    assert "SECRET" not in printed
    assert "ListBuckets" not in printed


def test_a_batch_from_elsewhere_is_an_error(dynamodb):
    with pytest.raises(UnreadableRecord, match="not a batch from SQS: a record without 'body'"):
        lambda_handler({"Records": [{"s3": {}}]}, Context())


def test_the_table_is_connected_to_once(dynamodb):
    lambda_handler(batch(), Context())
    first = recording.table()
    lambda_handler(batch(), Context())

    assert recording.table() is first


def test_each_line_of_the_log_names_the_invocation(dynamodb):
    lambda_handler(batch(), Context())

    assert app.recorder.logger.get_current_keys()["function_request_id"] == "request-1"


@pytest.mark.parametrize(("remaining", "is_written"), [(15_000, True), (14_999, False)])
def test_nothing_is_begun_within_fifteen_seconds_of_the_deadline(items, remaining, is_written):
    answer = lambda_handler(batch(message("m1", envelope())), Context(remaining))

    assert (failed(answer), bool(items())) == ([] if is_written else ["m1"], is_written)


def test_a_bare_event_that_comes_too_late_is_an_error(items):
    with pytest.raises(WriteFailed, match="deadline"):
        lambda_handler(envelope(), Context(remaining=14_999))

    assert items() == {}


def test_without_a_context_there_is_no_deadline(items):
    assert lambda_handler(batch(message("m1", envelope())), None) == {"batchItemFailures": []}
    assert items()


def test_of_each_batch_it_is_measured_what_became_of_it(dynamodb, capsys):
    event = record(alice(accessKeyId=None), sourceIPAddress=None, eventSource=None)
    with time_machine.travel("2026-11-20T12:01:30Z", tick=False):
        for _ in range(2):
            recording.memory.cache_clear()
            lambda_handler(batch(message("m1", envelope(event)), message("bad", "no json")), Context())
            measured = metrics(capsys.readouterr().out)
            recording.table().record_all(())

    assert measured == {
        "Messages": 2,
        "Sightings": 1,
        "Writes": 0,
        "Superseded": 3,
        "WritesSaved": 0,
        "FailedWrites": 0,
        "Unreadable": 1,
        "NewestEventAge": 90,
    }


def test_what_is_ignored_is_measured_by_its_reason(dynamodb, capsys):
    lambda_handler(batch(*(message(each, sample("aws-service-call")) for each in ("m1", "m2"))), Context())

    assert metrics(capsys.readouterr().out)["Ignored", "aws_service"] == 2
