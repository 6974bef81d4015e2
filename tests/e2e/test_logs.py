"""The log road: bucket, word of an object in each way, queue, deployed function under its role, table, notice.

test_report.py has its report.

The local server's CloudTrail writes no log files: tests put them, and publish what CloudTrail would.
"""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from builders import ACCOUNT, record
from e2e.paths import id_of, key_of, someone
from e2e.server import eventually
from e2e.stack import NAME, TOPIC, Queue
from logfiles import key, log

from activity.flags import Flags
from activity.item import Flag
from activity.model import to_text

NUMBERS = count(1)
FILTER = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "AWSLogs/"}]}}
CREATED = {"Events": ["s3:ObjectCreated:*"], "Filter": FILTER}


@pytest.fixture(scope="module")
def queue(stack):
    return Queue(stack.server.client("sqs"), stack.outputs["LogQueueArn"])


def call_by(user, **more):
    at = to_text(datetime.now(UTC) - timedelta(minutes=1))
    return record(user, **({"eventTime": at, "awsRegion": "eu-north-1"} | more))


@pytest.fixture(scope="module")
def put(server):
    """An object of these records; answers its key."""

    def put(*records, content=None, **place):
        name = key(f"{datetime.now(UTC):%Y%m%dT%H%M}", n=next(NUMBERS), **place)
        server.client("s3").put_object(Bucket="trail", Key=name, Body=content or log(*records))
        return name

    return put


@contextmanager
def told_by_s3(server, queue):
    with notified(server, QueueConfigurations=[{"QueueArn": queue.arn} | CREATED]):
        yield lambda name: None


@contextmanager
def told_by_s3_and_sns(server, queue):
    with notified(server, TopicConfigurations=[{"TopicArn": TOPIC} | CREATED]):
        yield lambda name: None


@contextmanager
def told_by_eventbridge(server, queue):
    """By the rule that a bucket's owner makes."""
    events, name = server.client("events"), f"{NAME}-logs"
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["trail"]}},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue.arn}])
    with notified(server, EventBridgeConfiguration={}):
        yield lambda name: None
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)


@contextmanager
def told_by_cloudtrail(server, queue):
    sns = server.client("sns")
    yield lambda name: sns.publish(
        TopicArn=TOPIC, Message=json.dumps({"s3Bucket": "trail", "s3ObjectKey": [name]})
    )


@contextmanager
def notified(server, **configuration):
    s3 = server.client("s3")
    s3.put_bucket_notification_configuration(Bucket="trail", NotificationConfiguration=configuration)
    yield
    s3.put_bucket_notification_configuration(Bucket="trail", NotificationConfiguration={})


WAYS = [told_by_s3, told_by_s3_and_sns, told_by_eventbridge, told_by_cloudtrail]


@pytest.mark.parametrize("way", WAYS, ids=[each.__name__ for each in WAYS])
def test_an_object_comes_into_the_table_whatever_tells_of_it(stack, server, queue, put, way):
    user, other = someone(), someone()
    with way(server, queue) as tell:
        tell(put(content=b"not fetched", kind="CloudTrail-Digest"))
        tell(put(call_by(user), call_by(other)))
        eventually(
            lambda: {key_of(user), key_of(other)} <= stack.items().keys(), "both are recorded", within=60
        )

    eventually(queue.is_empty, "the queue is empty", within=60)
    assert queue.dead_letters().take() == []


@pytest.fixture
def impatient(queue):
    """What fails comes again at once."""
    before = queue.attributes()["VisibilityTimeout"]
    queue.set(VisibilityTimeout="1")
    yield queue
    queue.set(VisibilityTimeout=before)


def tell(queue, *names):
    queue.send([json.dumps({"s3Bucket": "trail", "s3ObjectKey": [name]}) for name in names])


def test_what_cannot_be_read_is_dead_in_the_end_and_the_rest_is_recorded(stack, impatient, put):
    user, other = someone(), someone()
    cut = put(content=log(call_by(user))[:-9])
    odd = put(call_by(other), {"eventTime": 1})
    gone = key(n=9_999_999)
    tell(impatient, cut, odd, gone)
    impatient.send(["nonsense"])

    dead, letters = impatient.dead_letters(), []
    eventually(lambda: letters.extend(dead.take()) or len(letters) >= 4, "four letters", within=90)
    eventually(impatient.is_empty, "the queue is empty", within=30)
    letters.remove("nonsense")
    told = {json.loads(each)["s3ObjectKey"][0]: json.loads(each).get("place") for each in letters}
    assert told == {cut: None, odd: "record 2", gone: None}
    assert key_of(other) in stack.items()


def test_the_use_of_a_flagged_key_is_told_by_this_road_too(stack, server, queue, put):
    user, at = someone(), datetime.now(UTC) - timedelta(days=7)
    flags = Flags(server.client("dynamodb"), stack.outputs["ActivityTableName"])
    for each in (key_of(user), id_of(user)):
        flags.flag(each, ACCOUNT, Flag(at, at - timedelta(days=200)), now=at)
    with stack.mailbox("notices-by-logs", FilterPolicy=json.dumps({"event": ["awakened"]})) as mailbox:
        tell(queue, put(call_by(user)))
        said = eventually(mailbox.take, "a notice", within=60)

    assert user["accessKeyId"] in said[0]


def test_both_roads_end_in_the_table_that_one_makes(stack, queue, put):
    user = someone()
    call = call_by(user)
    body = json.dumps({"source": "aws.s3", "detail-type": "AWS API Call via CloudTrail", "detail": call})
    tell(queue, put(call))
    eventually(lambda: key_of(user) in stack.items(), "it is recorded", within=60)
    mine = {name: item for name, item in stack.items().items() if name[0] == user["arn"]}
    stack.queue().send([body])
    eventually(stack.queue().is_empty, "the queue is empty", within=60)

    assert {name: item for name, item in stack.items().items() if name[0] == user["arn"]} == mine
    assert len(mine) == 4


def test_the_function_may_read_only_under_its_prefix(stack, server):
    session = server.session(f"arn:aws:iam::{ACCOUNT}:role/{stack.resources['LogRole']}")
    names = {name.lower(): value for name, value in session.items()}
    s3 = server.client("s3", **names)
    server.client("s3").put_object(Bucket="trail", Key="AWSLogs/x", Body=b"x")
    server.client("s3").put_object(Bucket="trail", Key="elsewhere/x", Body=b"x")

    assert s3.get_object(Bucket="trail", Key="AWSLogs/x")["Body"].read() == b"x"
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.get_object(Bucket="trail", Key="elsewhere/x")
