import json

import pytest
from notifying import KINDS, by_cloudtrail, by_s3, in_an_envelope

from ingest.notifications import Told, UnknownMessage, objects


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["AWSLogs/123456789012/CloudTrail/a.json.gz", "a b/c+d=e%20f/Ä.json.gz"])
def test_each_kind_of_message_tells_of_the_object_by_its_own_name(kind, key):
    assert objects(KINDS[kind](key)) == [Told("trail", key)]


def test_a_message_of_cloudtrail_tells_of_several_objects():
    assert objects(by_cloudtrail("a", "b")) == [Told("trail", "a"), Told("trail", "b")]


CONFIG = {
    "s3ObjectKey": "AWSLogs/123456789012/Config/x.json.gz",
    "s3Bucket": "config",
    "messageType": "ConfigurationHistoryDeliveryCompleted",
}
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "trail"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps(TEST_EVENT), id="S3's test"),
        pytest.param(in_an_envelope(json.dumps(TEST_EVENT)), id="S3's test by SNS"),
        pytest.param(in_an_envelope("CloudTrail validation message."), id="CloudTrail's test"),
        pytest.param(in_an_envelope(json.dumps(CONFIG)), id="AWS Config, on the topic of Control Tower"),
        pytest.param(by_cloudtrail(), id="no object"),
    ],
)
def test_a_message_that_is_known_to_tell_of_no_log_gives_none(body):
    assert objects(body) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("nonsense", "it is not JSON"),
        ("[1]", "it is not a JSON object"),
        ("{}", "it tells of no object: {}"),
        (in_an_envelope("nonsense"), "it is not JSON"),
        (json.dumps({"Type": "SubscriptionConfirmation"}), "it tells of no object: SubscriptionConfirmation"),
        (
            json.dumps({"detail-type": "Object Deleted", "source": "aws.s3"}),
            "it tells of no object: Object Deleted",
        ),
        (
            json.dumps({"detail-type": "Object Created", "source": "my.app"}),
            "it tells of no object: Object Created",
        ),
        (json.dumps({"hello": 1, "world": 2}), "it tells of no object: hello, world"),
        (by_s3("a", event="ObjectRemoved:Delete"), "it tells of ObjectRemoved:Delete, not of a new object"),
        (json.dumps({"Records": [{"Sns": {}}]}), "it tells of None, not of a new object"),
        (
            json.dumps({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}]}),
            "lacks something: KeyError('s3')",
        ),
        (json.dumps({"s3Bucket": "trail", "s3ObjectKey": "a"}), "its keys are not a list of text"),
        (json.dumps({"s3Bucket": "trail", "s3ObjectKey": [1]}), "its keys are not a list of text"),
        (json.dumps({"s3ObjectKey": ["a"]}), "lacks something: KeyError('s3Bucket')"),
        (json.dumps({"Records": 1}), "lacks something: TypeError"),
        (json.dumps({"Records": ["a"]}), "lacks something: AttributeError"),
    ],
)
def test_anything_else_is_named(body, reason):
    with pytest.raises(UnknownMessage) as named:
        objects(body)

    assert reason in str(named.value)
