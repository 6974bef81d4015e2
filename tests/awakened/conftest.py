"""The table's stream and the topic, as the handler has them."""

import json

import pytest
from builders import ACCOUNT
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

    def read():
        notifications = sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications
        return [json.loads(json.loads(message)["default"]) for _, message, *_ in notifications]

    return read


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
