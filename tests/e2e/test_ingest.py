"""Messages on the queue that the rules feed, and what the deployed ingest makes of them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from builders import ACCOUNT, ROOT, alice, plain, record
from builders import envelope as wrapped
from e2e.server import eventually

from activity.item import stored
from activity.keeping import Keeping
from activity.model import from_text, to_text
from ingest.cloudtrail import read
from ingest.wire import envelope
from lastseen.demo.embedded import EmbeddedTable

DEPLOYED = Keeping.from_env({})


@pytest.fixture
def queue(stack):
    """Empty, whatever came before."""
    queue = stack.queue()
    for each in (queue, queue.dead_letters()):
        each.client.purge_queue(QueueUrl=each.url)
    return queue


@pytest.fixture
def impatient(queue):
    """A message that failed comes back after 3 seconds instead of 370: five times must pass before it is dead."""
    queue.send([json.dumps(call_by("walter"))])  # A cold start may take longer than that.
    eventually(queue.is_empty, "ingest is warm")
    before = queue.attributes()["VisibilityTimeout"]
    queue.set(VisibilityTimeout="3")
    yield queue
    queue.set(VisibilityTimeout=before)


def recent_samples():
    """All of events/, moved so that the newest is a minute old: what is from the future is not recorded."""
    events = [json.loads(path.read_text()) for path in sorted((ROOT / "events").iterdir())]
    newest = max(from_text(event["detail"]["eventTime"]) for event in events)
    shift = datetime.now(UTC).replace(microsecond=0) - newest - timedelta(minutes=1)
    for event in events:
        event["time"] = event["detail"]["eventTime"] = to_text(from_text(event["detail"]["eventTime"]) + shift)
    return [json.dumps(event) for event in events]


def truth(bodies):
    """What a table that keeps exact times comes to, with each sighting put there by itself."""
    table = EmbeddedTable()
    for body in bodies:
        reading = read(envelope(body).detail, arrived=datetime.now(UTC))
        for sighting in reading.everything():
            for activity in sighting.activities():
                table.record(activity)
    return {activity.key: activity for activity in table}


def expiry(last_seen):
    return str(int((from_text(last_seen) + DEPLOYED.retention).timestamp()))


def without_times(item):
    return {
        name: value for name, value in item.items() if name not in ("first_seen", "last_seen", "expires_at")
    }


def call_by(name, **more):
    """A call a minute ago; its region is no sample's."""
    at = to_text(datetime.now(UTC) - timedelta(minutes=1))
    caller = alice(
        arn=f"arn:aws:iam::{ACCOUNT}:user/{name}", principalId=f"AIDA{name.upper()}", accessKeyId="AKIAX"
    )
    return wrapped(record(caller, **({"eventTime": at, "awsRegion": "eu-north-1"} | more)))


def test_every_sample_is_recorded_as_exactly_as_promised(stack, queue):
    before = stack.items().keys()
    bodies = recent_samples()
    expected = truth(bodies)

    queue.send(bodies)
    eventually(queue.is_empty, "the queue is empty", within=90)
    recorded = {key: item for key, item in stack.items().items() if key not in before and key[0] != "road"}

    assert recorded.keys() == expected.keys()
    for key, activity in expected.items():
        late = activity.last_seen - from_text(recorded[key]["last_seen"])
        early = from_text(recorded[key]["first_seen"]) - activity.first_seen
        assert timedelta(0) <= late <= DEPLOYED.resolution_of(activity.facet), key
        assert timedelta(0) <= early <= DEPLOYED.resolution_of(activity.facet), key
        assert recorded[key]["expires_at"] == expiry(recorded[key]["last_seen"]), key
        if not late:
            assert without_times(recorded[key]) == without_times(plain(stored(activity))), key
    assert queue.dead_letters().is_empty()


def test_a_message_that_cannot_be_read_is_dead_in_the_end_and_its_batch_mates_are_recorded(stack, impatient):
    poison = ["this is no JSON", json.dumps(call_by("mallory", eventTime=None))]
    mates = [json.dumps(call_by("peggy")), json.dumps(call_by("victor"))]
    expected = truth(mates)

    stack.turn_mapping(on=False)  # So that the four are there, and ingest gets them as one batch.
    impatient.send([mates[0], *poison, mates[1]])
    stack.turn_mapping(on=True)
    eventually(lambda: expected.keys() <= stack.items().keys(), "the batch mates are recorded", within=20)
    eventually(impatient.is_empty, "the queue is empty", within=60)

    assert sorted(impatient.dead_letters().take()) == sorted(poison)
    assert not any("mallory" in principal for principal, _ in stack.items())
