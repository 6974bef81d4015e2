"""The deployed rules, read back from the server and tried with its rule engine."""

import json

import pytest
from builders import ROOT, sample
from e2e.server import ACCOUNT, REGION, eventually

from deployment import files, stacks
from ingest.cloudtrail import read
from ingest.wire import envelope

SAMPLES = sorted(path.stem for path in (ROOT / "events").iterdir())
HUB_RULES = ["DefaultBusRule", "HubBusRule"]
RULES = [*HUB_RULES, "Rule"]
ELSEWHERE, FORWARDER = "us-east-1", "rules-forwarder"


@pytest.fixture(scope="module")
def elsewhere(server):
    """Clients of another region."""
    return lambda service: server.client(service, ELSEWHERE)


@pytest.fixture(scope="module")
def forwarder(elsewhere, stack):
    """What a forwarder's stack made, by logical id."""
    cloudformation = elsewhere("cloudformation")
    made = cloudformation.create_stack(
        StackName=FORWARDER,
        TemplateBody=files.FORWARDER.read_text(),
        Parameters=[{"ParameterKey": "HubBusArn", "ParameterValue": stack.outputs["EventBusArn"]}],
        Capabilities=["CAPABILITY_IAM"],
    )
    assert stacks.settled(cloudformation, made["StackId"]) == "CREATE_COMPLETE"
    listed = cloudformation.list_stack_resources(StackName=FORWARDER)["StackResourceSummaries"]
    yield {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}
    cloudformation.delete_stack(StackName=FORWARDER)


@pytest.fixture(scope="module")
def rules(stack, elsewhere, forwarder):
    return stack.rules() | {"Rule": elsewhere("events").describe_rule(Name=forwarder["Rule"])}


@pytest.fixture(scope="module")
def own(stack, forwarder):
    """The roles that each rule is not to hear of, by the names that the server gave them."""
    hub = [stack.resources[name] for name in ("IngestRole", "AwakenedRole")]
    return dict.fromkeys(HUB_RULES, hub) | {"Rule": [forwarder["Role"]]}


@pytest.fixture(scope="module")
def matches(server):
    client = server.client("events")
    return lambda rule, event: client.test_event_pattern(EventPattern=rule["EventPattern"], Event=event)[
        "Result"
    ]


def sights_somebody(name):
    record = envelope(sample(name)).detail
    return bool(read(record, arrived=record.event_time).sightings)


@pytest.mark.parametrize("rule", RULES)
def test_a_deployed_rule_lets_through_every_sample_that_sights_somebody(rules, matches, rule):
    sighting = [name for name in SAMPLES if sights_somebody(name)]

    assert [name for name in sighting if not matches(rules[rule], sample(name))] == []
    assert len(sighting) > 20


def session(role):
    event = json.loads(sample("role-session-with-path"))
    event["detail"]["userIdentity"]["arn"] = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/function"
    return json.dumps(event)


def assumption(role):
    event = json.loads(sample("assume-role-by-service"))
    event["detail"]["requestParameters"]["roleArn"] = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    return json.dumps(event)


@pytest.mark.parametrize("rule", RULES)
def test_a_deployed_rule_leaves_out_the_deployed_roles_and_nobody_of_a_similar_name(rules, matches, own, rule):
    for role in own[rule]:
        assert not matches(rules[rule], session(role))
        assert not matches(rules[rule], assumption(role))
        assert matches(rules[rule], session(f"{role}2"))
        assert matches(rules[rule], assumption(f"{role}2"))


@pytest.mark.parametrize("rule", RULES)
def test_a_deployed_rule_does_not_leave_out_the_deployed_reporter(rules, matches, stack, rule):
    assert matches(rules[rule], session(stack.resources["ReporterRole"]))
    assert matches(rules[rule], assumption(stack.resources["ReporterRole"]))


@pytest.mark.parametrize("rule", HUB_RULES)
def test_a_deployed_rule_gets_read_only_calls_and_feeds_the_queue_of_ingest(rules, stack, rule):
    assert rules[rule]["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    assert [each["Arn"] for each in rules[rule]["Targets"]] == [stack.mapping()["EventSourceArn"]]


# The alarm of a forwarder. The server sends no event when an alarm changes its state, and lets nobody send one that is
# of AWS: the way is tried in two parts.


@pytest.fixture(scope="module")
def alarm_rule(server, stack):
    """The hub's rule for alarms, and its bus."""
    bus = stack.resources["HubBus"]
    name = stack.resources["ForwarderAlarmRule"].rpartition("|")[2]
    return server.client("events").describe_rule(Name=name, EventBusName=bus) | {"Bus": bus}


def test_the_alarm_that_a_forwarder_has_without_being_told_a_topic_is_one_that_the_hub_mails(
    elsewhere, forwarder, alarm_rule, matches
):
    (alarm,) = elsewhere("cloudwatch").describe_alarms(AlarmNames=[forwarder["UnforwardedAlarm"]])[
        "MetricAlarms"
    ]
    rule = elsewhere("events").describe_rule(Name=forwarder["AlarmRule"])
    event = json.dumps(
        {
            "id": "1",
            "source": "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            "account": ACCOUNT,
            "time": "2026-11-23T03:12:00Z",
            "region": ELSEWHERE,
            "resources": [alarm["AlarmArn"]],
            "detail": {"alarmName": alarm["AlarmName"], "state": {"value": "ALARM"}},
        }
    )

    assert matches(rule, event)
    assert matches(alarm_rule, event)


@pytest.fixture
def mails(server, stack):
    """A queue that gets what the topic publishes, as it is."""
    with stack.mailbox("alarms-of-forwarders", RawMessageDelivery="true") as queue:
        yield queue


@pytest.fixture
def twin(server, alarm_rule):
    """A rule beside the hub's for alarms, with the same target, but for events of ours."""
    events, bus = server.client("events"), alarm_rule["Bus"]
    targets = events.list_targets_by_rule(Rule=alarm_rule["Name"], EventBusName=bus)["Targets"]
    events.put_rule(Name="twin", EventBusName=bus, EventPattern=json.dumps({"source": ["test.cloudwatch"]}))
    events.put_targets(Rule="twin", EventBusName=bus, Targets=targets)
    yield bus
    events.remove_targets(Rule="twin", EventBusName=bus, Ids=[each["Id"] for each in targets])
    events.delete_rule(Name="twin", EventBusName=bus)


def test_what_is_mailed_of_a_forwarders_alarm_tells_where_it_is_and_what_to_do(server, twin, mails):
    entry = {"Source": "test.cloudwatch", "DetailType": "x", "Detail": "{}", "EventBusName": twin}
    server.client("events").put_events(Entries=[entry])

    (told,) = eventually(mails.take, "the mail has come", within=20)
    assert f"UnforwardedAlarm in {REGION}, account {ACCOUNT}, since 20" in told
    assert "docs/runbook.md, UnforwardedAlarm" in told
    assert "<" not in told
