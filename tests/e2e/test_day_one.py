"""A stack of its own on its first day: nobody is alarmed, and its test calls are answered once events arrive.

The local server sets no alarm off for what is missing; for that, the model in tests/alarms.py stands for CloudWatch.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alarms import ALARMS, ALWAYS, is_alarming
from builders import ACCOUNT, envelope, record
from e2e.people import make_trail
from e2e.server import REGION, eventually, running
from e2e.stack import NAME, deploy

from activity.model import CANARY_AGENT, to_text

LASTSEEN = Path(sys.executable).with_name("lastseen")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("day-one")) as server:
        make_trail(server.client("cloudtrail"), server.client("s3"), server.client("sns"))
        yield server


@pytest.fixture(scope="module")
def stack(server, artifacts, tmp_path_factory):
    return deploy(server, artifacts, tmp_path_factory.mktemp("deploy-day-one"))


@pytest.fixture(scope="module")
def looked(server, stack):
    """What the reporter measured: at its daily look, and at a report that somebody asked for."""
    for event in ({"publish": False}, {}):
        name = stack.outputs["ReporterFunctionName"]
        answer = server.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
        assert "FunctionError" not in answer, answer["Payload"].read()
    return eventually(lambda: silent(server, stack), "both are in the log", within=20)


def silent(server, stack):
    """TrackerSilent of each run, once there are two."""
    logs, group = server.client("logs"), stack.resources["ReporterLogs"]
    lines = [each["message"] for each in logs.filter_log_events(logGroupName=group)["events"]]
    told = [json.loads(line)["TrackerSilent"] for line in lines if '"TrackerSilent":' in line]
    return told if len(told) == 2 else None


def lastseen(server, *words):
    done = subprocess.run(
        [LASTSEEN, *words, "--stack", NAME],
        env=server.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout, done.returncode


def regions(server):
    return {
        each["region"]: each for each in map(json.loads, lastseen(server, "coverage", "--json")[0].splitlines())
    }


def test_nobody_is_alarmed(server, stack, looked):
    alarms = server.client("cloudwatch").describe_alarms()["MetricAlarms"]
    states = {each["AlarmName"]: each["StateValue"] for each in alarms}

    assert looked == [[0.0], [0.0]]
    made = {name: stack.resources[name] for name in ALARMS if name in stack.resources}
    assert made.keys() >= {*ALWAYS}
    assert [name for name, physical in made.items() if states[physical] == "ALARM"] == []


def test_nobody_is_alarmed_for_what_is_missing(server, stack, looked):
    """Of SQS the server has no metrics at all; and had nobody asked for a look, there would be none of the reporter."""
    made = server.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0]["CreationTime"]
    age = (datetime.now(UTC) - made).total_seconds() / 60
    off = [
        name
        for name, alarm in ALARMS.items()
        for hours in (0, 1, 6)
        if is_alarming(alarm, [], alarm["EvaluationPeriods"], age + 60 * hours)
    ]

    assert off == []


def test_the_mail_says_since_when_it_listens(server, looked):
    text, _ = lastseen(server, "report")

    assert f"\nListening since {datetime.now(UTC).day} " in text
    assert "minute" in text
    assert "; no events yet.\n" in text
    assert "Not checked" not in text


def test_every_enabled_region_was_tested_and_waits(server, looked):
    places = regions(server)

    assert len(places) > 10
    assert {each["state"] for each in places.values()} == {"waiting"}
    assert lastseen(server, "coverage")[1] == 1  # No event has ever come.


def test_a_test_call_that_comes_back_as_cloudtrail_sends_it_is_answered(server, stack, looked):
    role = stack.resources["ReporterRole"]
    caller = {
        "type": "AssumedRole",
        "principalId": "AROAREPORTER:reporter",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/reporter",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/{role}"}},
    }
    call = record(
        caller,
        eventTime=to_text(datetime.now(UTC)),
        eventSource="sts.amazonaws.com",
        eventName="GetCallerIdentity",
        userAgent=f"Boto3/1.43.102 lang/python#3.13 {CANARY_AGENT}",
        awsRegion=REGION,
    )
    event = json.dumps(envelope(call, source="aws.sts"))
    rule = stack.rules()["DefaultBusRule"]
    client = server.client("events")
    assert client.test_event_pattern(EventPattern=rule["EventPattern"], Event=event)["Result"]

    stack.queue().send([event])  # Nobody but AWS may put it on a bus.
    eventually(lambda: ("canary", f"{ACCOUNT}#{REGION}") in stack.items(), "it is recorded", within=60)
    here = regions(server)[REGION]

    assert (here["state"], here["canary_back"]) == ("receiving", here["last_seen"])
    assert here["waiting_since"] is None
    text, status = lastseen(server, "coverage")
    assert status == 0
    assert f"\n{REGION} " in text
