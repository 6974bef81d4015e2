"""The table's stream and the topic, as the handler has them."""

import json

import pytest
from awakened_changes import CAROL, FLAG, seen
from botocore.exceptions import ClientError
from builders import ACCOUNT, at
from moto.sns.models import sns_backends


@pytest.fixture
def topic(aws, dynamodb, monkeypatch):
    topic = aws("sns").create_topic(Name="reports")["TopicArn"]
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    monkeypatch.setenv("REPORT_TOPIC_ARN", topic)
    return topic


@pytest.fixture
def sent(topic):
    """The notices until now, as machines get them."""
    return lambda: notices_of(topic)


def notices_of(topic):
    notifications = sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications
    return [json.loads(json.loads(message)["default"]) for _, message, *_ in notifications]


@pytest.fixture
def stream(aws, dynamodb, topic):
    """All records of the table's stream since it was last asked."""
    streams = aws("dynamodbstreams")
    arn = dynamodb.describe_table(TableName="activity")["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    kind = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    place = {"at": streams.get_shard_iterator(**kind)["ShardIterator"]}

    def read():
        answer = streams.get_records(ShardIterator=place["at"])
        place["at"] = answer["NextShardIterator"]
        return answer["Records"]

    return read


@pytest.fixture
def set_aside(aws, monkeypatch):
    """What is in the dead letters; it is gone then."""
    sqs = aws("sqs")
    queue = sqs.create_queue(QueueName="dead")["QueueUrl"]
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", queue)

    def read():
        letters = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        for each in letters:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
        return [json.loads(each["Body"]) for each in letters]

    return read


@pytest.fixture
def used(table, flags, stream):
    """Flags items of carol, has them seen by an event of each or by one event, and answers the records of that."""

    def use(*facets, event_id=None):
        for facet in facets:
            flags.flag((CAROL, facet), ACCOUNT, FLAG, now=at(0))
        stream()
        for facet in facets:
            table.record(seen(facet, 60, event_id=event_id or f"event of {facet}"))
        return stream()

    return use


@pytest.fixture
def refuse(topic):
    """Lets a service refuse a call, of which it is told by name; answers how to make it stop."""

    def refuse(client, call):
        def refusal(**_):
            raise ClientError({"Error": {"Code": "Throttled", "Message": "later"}}, call)

        name = f"before-call.{client.meta.service_model.service_name}.{call}"
        client.meta.events.register(name, refusal)
        return lambda: client.meta.events.unregister(name, refusal)

    return refuse
