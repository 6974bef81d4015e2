"""The deployed reporter, invoked through Lambda, and its mail as a subscriber of the topic gets it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from builders import ACCOUNT, alice, envelope, record
from e2e.paths import key_of, someone
from e2e.server import eventually
from e2e.stack import Queue
from logfiles import key, log

from activity.model import to_text

ALICE, CAROL, FRANK = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("alice", "carol", "frank"))
LEGACY = f"arn:aws:iam::{ACCOUNT}:role/legacy-batch"


@pytest.fixture(scope="module")
def mailbox(stack):
    """A queue that the topic's reports come to: no alarms, nor what other modules have left to be told."""
    with stack.mailbox("mailbox", FilterPolicy=json.dumps({"event": ["report"]})) as queue:
        yield queue


@pytest.fixture(scope="module")
def report(server, stack, mailbox):
    """Of the account in which alice has just used her key."""
    see_alice(server.client("iam"), stack)
    see_a_region_by_log_files(server.client("s3"), stack)
    answer = invoke(server, stack)
    (mail,) = eventually(mailbox.take, "the mail has come", within=20)
    return answer, json.loads(mail)


def see_alice(iam, stack):
    user = iam.get_user(UserName="alice")["User"]
    (key,) = iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
    caller = alice(principalId=user["UserId"], arn=user["Arn"], accessKeyId=key["AccessKeyId"])
    call = record(caller, eventTime=to_text(datetime.now(UTC) - timedelta(hours=1)), awsRegion="eu-north-1")
    stack.queue().send([json.dumps(envelope(call))])
    known = ALICE, f"KEY#{key['AccessKeyId']}"
    # There may be an item with no more than a flag, of a report that another module asked for.
    eventually(lambda: "last_seen" in stack.items().get(known, {}), "alice's key is recorded", within=30)


def see_a_region_by_log_files(s3, stack):
    name, caller = key(n=7_000_001), someone()
    call = record(caller, eventTime=to_text(datetime.now(UTC) - timedelta(minutes=1)), awsRegion="ap-south-1")
    s3.put_object(Bucket="trail", Key=name, Body=log(call))
    logs = Queue(stack.server.client("sqs"), stack.outputs["LogQueueArn"])
    logs.send([json.dumps({"s3Bucket": "trail", "s3ObjectKey": [name]})])
    eventually(lambda: key_of(caller) in stack.items(), "the log object is recorded", within=60)


def invoke(server, stack):
    name = stack.outputs["ReporterFunctionName"]
    answer = server.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    said = json.load(answer["Payload"])
    assert "FunctionError" not in answer, said
    return said


def test_the_answer_has_what_is_promised_and_nothing_was_left_unchecked(report):
    answer, _ = report

    assert {"findings", "gaps", "exempt", "counts"} <= answer.keys()
    assert answer["gaps"] == []


def test_who_was_never_seen_is_flagged_and_who_was_seen_or_is_exempt_is_not(report):
    answer, _ = report

    assert sorted((each["arn"], each["kind"], each["status"]) for each in answer["findings"]) == [
        (LEGACY, "role", "never_used"),
        (CAROL, "access_key", "never_used"),
        (CAROL, "password", "never_used"),
        (CAROL, "user", "never_used"),
    ]
    assert [each["arn"] for each in answer["exempt"]] == [FRANK]


def test_what_is_counted_is_all_that_the_account_has(report, server):
    answer, _ = report
    checked = {kind: sum(counts.values()) for kind, counts in answer["counts"].items() if kind != "left_out"}
    roles = server.client("iam").list_roles()["Roles"]

    assert checked == {"user": 3, "password": 1, "access_key": 2, "role": len(roles)}
    assert {kind: answer["counts"][kind]["active"] for kind in ("user", "access_key")} == {
        "user": 1,
        "access_key": 1,
    }


def test_the_message_for_machines_says_what_the_answer_says(report):
    """A queue gets that form, without days; the mail's own is in tests/reporter."""
    answer, message = report
    without_days = [
        {name: value for name, value in each.items() if name != "days"} for each in answer["findings"]
    ]
    said = json.loads(message["Message"])

    # Another module may have had them mailed before.
    assert re.match(rf"IAM in {ACCOUNT}: 4 (new|open)\b", message["Subject"])
    assert (said["event"], said["account"], said["warnings"]) == ("report", ACCOUNT, [])
    assert sorted(map(str, said["findings"])) == sorted(map(str, without_days))
    assert said["counts"] == answer["counts"]
    attributes = {name: each["Value"] for name, each in message["MessageAttributes"].items()}
    assert (attributes["event"], attributes["new"], attributes["stale_role"]) == (
        "report",
        str(said["new"]),
        "1",
    )


def test_the_whole_report_is_in_the_bucket(report, server, stack):
    answer, message = report
    s3, bucket = server.client("s3"), stack.outputs["ReportBucketName"]
    address = json.loads(message["Message"])["report"]
    folder = address.removeprefix(f"s3://{bucket}/").removesuffix("report.json")

    def read(name):
        return s3.get_object(Bucket=bucket, Key=folder + name)["Body"].read().decode()

    kept = json.loads(read("report.json"))
    pairs = zip(answer["findings"], kept["findings"], strict=True)
    told = [{name: each[name] for name in answered} for answered, each in pairs]
    assert {name: kept[name] for name in answer} | {"findings": told} == answer
    assert {each["priority"] for each in kept["findings"]} == set(range(1, len(told) + 1))
    assert [point["at"][:10] for point in kept["trend"]] == [kept["at"][:10]]
    assert len(read("report.csv").splitlines()) == 1 + len(answer["findings"])
    assert "legacy-batch" in read("report.html")


def test_it_says_by_which_road_events_come_and_how_late(report, server, stack):
    _, message = report
    bucket, name = json.loads(message["Message"])["report"].removeprefix("s3://").split("/", 1)
    kept = json.load(server.client("s3").get_object(Bucket=bucket, Key=name)["Body"])

    by_road = {each["region"]: each["roads"] for each in kept["heard"]}
    assert by_road["ap-south-1"].keys() == {"logs"}
    assert 60 <= by_road["ap-south-1"]["logs"]["delay_seconds"] < 180
    assert "events" in by_road["eu-north-1"]


def test_a_later_report_tells_when_each_was_first_flagged(report, server, stack, mailbox):
    first, _ = report

    second = invoke(server, stack)
    eventually(mailbox.take, "the second mail has come", within=20)

    assert [each["first_flagged"] for each in second["findings"]] == [
        each["first_flagged"] for each in first["findings"]
    ]
