"""The deployed rules, read back from the server and tried with its rule engine."""

import json

import pytest
from builders import ROOT, sample
from e2e.server import ACCOUNT

from ingest.cloudtrail import read
from ingest.wire import envelope

SAMPLES = sorted(path.stem for path in (ROOT / "events").iterdir())
RULES = ["DefaultBusRule", "HubBusRule"]


@pytest.fixture(scope="module")
def rules(stack):
    return stack.rules()


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


@pytest.mark.parametrize("rule", RULES)
def test_a_deployed_rule_leaves_out_what_the_deployed_ingest_does(rules, matches, stack, rule):
    event = json.loads(sample("role-session-with-path"))
    role = stack.resources["IngestRole"]
    event["detail"]["userIdentity"]["arn"] = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/ingest"

    assert not matches(rules[rule], json.dumps(event))


@pytest.mark.parametrize("rule", RULES)
def test_a_deployed_rule_gets_read_only_calls_and_feeds_the_queue_of_ingest(rules, stack, rule):
    assert rules[rule]["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    assert [each["Arn"] for each in rules[rule]["Targets"]] == [stack.mapping()["EventSourceArn"]]
