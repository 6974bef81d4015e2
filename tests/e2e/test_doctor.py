"""`lastseen doctor` against a stack of its own: what it finds wrong, it says how to mend, and that mends it."""

import json
import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import ACCOUNT, envelope, record
from e2e.people import make_trail
from e2e.policies import documented, role_with
from e2e.server import REGION, eventually, running
from e2e.stack import NAME, TOPIC, deploy

from activity.model import CANARY_AGENT, to_text
from deployment import files, stacks

LASTSEEN = Path(sys.executable).with_name("lastseen")
ELSEWHERE = "us-east-1"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("doctor")) as server:
        make_trail(server.client("cloudtrail"), server.client("s3"), server.client("sns"))
        yield server


@pytest.fixture(scope="module")
def stack(server, artifacts, tmp_path_factory):
    """With a forwarder in one other region. The server leaves out the policy of the bus."""
    deployed = deploy(server, artifacts, tmp_path_factory.mktemp("deploy-doctor"))
    cloudformation = server.client("cloudformation", ELSEWHERE)
    made = cloudformation.create_stack(
        StackName=f"{NAME}-forwarder",
        TemplateBody=files.FORWARDER.read_text(),
        Parameters=[{"ParameterKey": "HubBusArn", "ParameterValue": deployed.outputs["EventBusArn"]}],
        Capabilities=["CAPABILITY_IAM"],
    )
    assert stacks.settled(cloudformation, made["StackId"]) == "CREATE_COMPLETE"
    return deployed


@pytest.fixture(scope="module")
def doctor(server, stack):
    """Its checks that are not right, by what they are of, and its exit status."""

    def doctor(*words, **credentials):
        done = ask(server, "--json", *words, **credentials)
        *checks, last = map(json.loads, done.stdout.splitlines())
        assert sum(last["summary"].values()) == len(checks)
        return checks, done.returncode

    return doctor


def ask(server, *words, **credentials):
    return subprocess.run(
        [LASTSEEN, "doctor", "--stack", NAME, *words],
        env=server.environment() | credentials,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def shell(server, command):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-ec", command],
        env=server.environment() | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, (command, done.stderr)


def wrong(checks):
    return {each["said"]: each["remedy"] for each in checks if each["state"] == "wrong"}


@pytest.fixture(scope="module")
def mended(server, stack, doctor):
    """The policy that the server left out is put by the remedy."""
    (remedy,) = [each for said, each in wrong(doctor()[0]).items() if "does not let" in said]
    shell(server, remedy)
    return doctor()


def test_a_deployment_is_right_and_log_files_bring_what_the_other_regions_do_not_forward(mended):
    """This server has thirty regions enabled, of which one forwards here."""
    checks, status = mended
    said = [each["said"] for each in checks]

    assert wrong(checks) == {}
    assert status == 0
    assert {each["state"] for each in checks} == {"right"}
    assert [each for each in said if each.endswith(": their events come by log files, in minutes")]
    assert f"{TOPIC} tells the stack's queue of new files in s3://trail/AWSLogs/" in said
    assert {each["check"] for each in checks} == {
        *("caller", "stack", "trails", "subscription", "rules", "bus", "forwarders", "patterns", "roles"),
        *("log files", "functions", "queues", "schedules", "alarms"),
    }


def test_the_deployed_rules_take_the_samples_and_leave_out_the_trackers_own(mended):
    (patterns,) = [each for each in mended[0] if each["check"] == "patterns"]

    assert re.fullmatch(r"\d+ sample events taken or left out as they should be, by 3 rules", patterns["said"])


def test_all_roles_hold_what_they_are_granted_the_forwarders_too(mended):
    (roles,) = [each for each in mended[0] if each["check"] == "roles"]

    assert roles["said"].endswith("all of 6 roles")


def break_all(server, stack):
    """One thing of each kind."""
    resources = stack.resources
    events, functions = server.client("events"), server.client("lambda")
    name = resources["DefaultBusRule"]
    pattern = events.describe_rule(Name=name)["EventPattern"]
    events.put_rule(Name=name, EventPattern=pattern, State="ENABLED")
    events.disable_rule(Name=resources["HubBusRule"].rpartition("|")[2], EventBusName=resources["HubBus"])
    there = server.client("events", ELSEWHERE)
    for each in there.list_rule_names_by_target(TargetArn=stack.outputs["EventBusArn"])["RuleNames"]:
        there.disable_rule(Name=each)
    functions.update_event_source_mapping(UUID=stack.mapping()["UUID"], Enabled=False)
    eventually(lambda: stack.mapping()["State"] == "Disabled", "the mapping is disabled", within=20)
    scheduler = server.client("scheduler")
    known = scheduler.get_schedule(Name=f"{NAME}-report")
    given = {key: known[key] for key in ("ScheduleExpression", "FlexibleTimeWindow", "Target")}
    scheduler.update_schedule(Name=f"{NAME}-report", State="DISABLED", **given)
    stack.queue().dead_letters().send(["{}"])
    sns = server.client("sns")
    for topic in (stack.outputs["ReportTopicArn"], TOPIC):
        for each in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
            sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    server.client("cloudwatch").set_alarm_state(
        AlarmName=resources["SilentAlarm"], StateValue="ALARM", StateReason="for a test"
    )


@pytest.fixture(scope="module")
def broken(server, stack, mended, doctor):
    break_all(server, stack)
    lost = ("sqs:ReceiveMessage", stack.permissions("IngestRole")[0][1])
    with stack.without("IngestRole", lost):
        return wrong(doctor()[0])


def test_each_thing_that_is_broken_is_found(stack, broken):
    rule = [said for said in broken if " in us-east-1 is DISABLED" in said]

    assert set(broken) - set(rule) == {
        "DefaultBusRule is ENABLED, and so gets no read-only calls",
        "HubBusRule is DISABLED",
        "nothing calls IngestFunction: its event source mapping is Disabled",
        f"{NAME}-report is DISABLED: the reporter is not run",
        "1 message in DeadLetterQueue",
        "team@example.com is not subscribed: nothing is mailed",
        "SilentAlarm is raised",
        "IngestRole lacks sqs:ReceiveMessage: no policy of its own allows it",
        f"the stack's queue is not subscribed to {TOPIC}: no log files are read",
    }
    assert len(rule) == 1


def test_the_remedies_that_are_commands_mend_what_is_wrong(server, stack, broken, doctor):
    commands = [remedy for remedy in broken.values() if remedy.startswith("aws ")]
    for command in commands:
        shell(server, command)
    eventually(lambda: stack.mapping()["State"] == "Enabled", "the mapping is enabled", within=20)
    left = wrong(doctor()[0])

    assert len(commands) == 7
    assert left.keys() == {"1 message in DeadLetterQueue", "SilentAlarm is raised"}
    assert all("docs/runbook.md" in each for each in left.values())


def documented_for(stack):
    """The policy of docs/verify.md, for this stack."""
    return documented("verify.md", REGION=REGION, TABLE=stack.outputs["ActivityTableName"])


def test_the_documented_policy_permits_all_that_is_asked(server, stack, doctor):
    checks, _ = doctor(**role_with(server, "doctor", documented_for(stack)))

    assert [each for each in checks if each["state"] == "not_permitted"] == []
    assert len(checks) > 10


def test_who_may_see_the_stack_alone_is_told_what_is_missing_and_that_is_no_failure(server, stack, doctor):
    document = documented_for(stack)
    (seeing,) = [each for each in document["Statement"] if "cloudformation:DescribeStacks" in each["Action"]]
    checks, status = doctor(**role_with(server, "onlooker", {"Version": "2012-10-17", "Statement": [seeing]}))
    missing = {each["action"] for each in checks if each["state"] == "not_permitted"}

    assert {"sns:ListSubscriptionsByTopic", "events:DescribeRule", "sqs:GetQueueAttributes"} <= missing
    assert wrong(checks) == {}
    assert status == 0


def test_where_the_stack_may_not_be_read_nothing_was_checked_and_that_is_a_failure(server, doctor):
    nothing = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
    checks, status = doctor(**role_with(server, "stranger", {"Version": "2012-10-17", "Statement": [nothing]}))

    assert [(each["check"], each["state"]) for each in checks] == [
        ("caller", "right"),
        ("stack", "not_permitted"),
    ]
    assert status == 2


def test_a_stack_that_is_not_there_is_wrong(server):
    done = subprocess.run(
        [LASTSEEN, "doctor", "--stack", "nowhere"],
        env=server.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert f"stack: there is no stack nowhere in account {ACCOUNT}, {REGION}\n" in done.stdout
    assert done.stdout.endswith("1 right, 1 wrong, 0 not permitted\n")


def came_back(region):
    """CloudTrail's event of the test call, as it comes to the queue."""
    user = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
    call = record(
        user,
        eventTime=to_text(datetime.now(UTC)),
        eventSource="sts.amazonaws.com",
        eventName="GetCallerIdentity",
        userAgent=f"Boto3/1.43 {CANARY_AGENT}",
        awsRegion=region,
    )
    return json.dumps(envelope(call, source="aws.sts"))


def test_the_test_calls_of_all_regions_that_come_back_are_told(server, stack, mended):
    """By log files, those too of regions that do not forward."""
    regions = [each["RegionName"] for each in server.client("account").list_regions()["Regions"]]
    send = threading.Timer(6, lambda: stack.queue().send(list(map(came_back, regions))))
    send.start()
    done = ask(server, "--wait", "2m")
    send.join()

    count = len(regions)
    assert f"right          events: test calls came back from {count} regions, the last after " in done.stdout
    assert done.stderr.startswith(
        f"Waiting for the events of a test call in {count} regions, 2 minutes at most"
    )
    assert re.search(rf"(?m)^  {REGION} after \d+ seconds$", done.stderr)
