"""Events about findings, put by the deployed functions under their own roles, as a rule's queue gets them."""

import json
from contextlib import contextmanager

import pytest
from builders import ACCOUNT
from e2e.paths import Announcing, flag_what_is_gone, invoke, key_of, someone
from e2e.server import eventually
from e2e.stack import REGION, Queue

SOURCE = {"source": ["last-activity"]}


@contextmanager
def following(server, pattern):
    """A queue that gets what matches on the default bus."""
    sqs, events = server.client("sqs"), server.client("events")
    url = sqs.create_queue(QueueName="findings")["QueueUrl"]
    queue = Queue(sqs, f"arn:aws:sqs:{REGION}:{ACCOUNT}:findings")
    rule = events.put_rule(Name="findings", EventPattern=json.dumps(pattern))["RuleArn"]
    lets_in = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue.arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    queue.set(Policy=json.dumps({"Version": "2012-10-17", "Statement": [lets_in]}))
    events.put_targets(Rule="findings", Targets=[{"Id": "queue", "Arn": queue.arn}])
    try:
        yield queue
    finally:
        events.remove_targets(Rule="findings", Ids=["queue"])
        events.delete_rule(Name="findings")
        sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def findings(server, stack):
    with following(server, SOURCE) as queue:
        yield queue


def taken(queue, finding):
    """The first event of a finding, once it has come."""

    def found():
        events = [json.loads(each) for each in queue.take()]
        return [each for each in events if each["detail"]["finding_id"] == finding]

    (event, *_) = eventually(found, "its event has come", within=30)
    return event


def test_what_a_report_resolves_comes_to_a_rule(stack, findings):
    user = flag_what_is_gone(stack)
    invoke(stack, "ReporterFunction", {})

    event = taken(findings, f"{ACCOUNT}:user:{user['principalId']}")
    assert (event["source"], event["detail-type"]) == ("last-activity", "Stale Access Resolved")
    assert (event["account"], event["resources"]) == (ACCOUNT, [user["arn"]])
    assert event["detail"]["how"] == "deleted"


def test_a_use_of_what_is_flagged_comes_to_a_rule_by_the_stream(stack, findings):
    user, announcing = someone(), Announcing(stack)
    announcing.is_flagged_and_used(user)

    event = taken(findings, f"{ACCOUNT}:access_key:{user['accessKeyId']}")
    assert event["detail-type"] == "Stale Access Used Again"
    assert event["detail"]["arn"] == key_of(user)[0]


def test_none_of_them_comes_to_ingest(stack, findings):
    """The rules of the stack are on the same bus."""
    stack.turn_mapping(on=False)
    try:
        user = flag_what_is_gone(stack)
        invoke(stack, "ReporterFunction", {})
        taken(findings, f"{ACCOUNT}:user:{user['principalId']}")

        assert not [each for each in stack.queue().take() if json.loads(each)["source"] == "last-activity"]
    finally:
        stack.turn_mapping(on=True)
