"""What goes wrong between the queue and the table: afterwards, nothing is lost and nothing is wrong.

Messages go through a queue of SQS (moto) as Lambda's pollers take them: what is answered as failed stays, and
ends in the dead-letter queue after three deliveries. Faults are put where boto3 sends its calls.
"""

import json
from collections import Counter
from types import SimpleNamespace

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from builders import ACCOUNT, ALICE, alice, envelope, record

from ingest import recording
from ingest.app import lambda_handler
from lastseen.demo.local_aws import forget

BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
DELIVERIES = 3


class Queue:
    """A queue and its dead-letter queue; what was received and not deleted is there again at once."""

    def __init__(self, sqs):
        self._sqs = sqs
        self._dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self._dead, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": str(DELIVERIES)})
        attributes = {"VisibilityTimeout": "0", "RedrivePolicy": redrive}
        self._url = sqs.create_queue(QueueName="events", Attributes=attributes)["QueueUrl"]

    def send(self, *bodies):
        for body in bodies:
            text = body if isinstance(body, str) else json.dumps(body)
            self._sqs.send_message(QueueUrl=self._url, MessageBody=text)

    def deliver(self, times=1):
        """Each delivery is one invocation with what is in the queue; a crash leaves everything there."""
        for _ in range(times):
            received = self._receive(self._url)
            event = {"Records": [{"messageId": each["MessageId"], "body": each["Body"]} for each in received]}
            answer = lambda_handler(event, None)
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            for each in received:
                if each["MessageId"] not in failed:
                    self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=each["ReceiptHandle"])

    def waiting(self):
        return [each["Body"] for each in self._receive(self._url)]

    def dead(self):
        self._receive(self._url)  # Only a further delivery moves a message on.
        return [each["Body"] for each in self._receive(self._dead)]

    def _receive(self, url):
        found = {}
        while True:
            more = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=60)
            if not more.get("Messages"):
                break
            found |= {each["MessageId"]: each for each in more["Messages"]}
        for each in found.values():
            self._sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=each["ReceiptHandle"], VisibilityTimeout=0
            )
        return list(found.values())


@pytest.fixture
def queue(aws, monkeypatch):
    for name, value in (("ACTIVITY_TABLE", "activity"), ("RESOLUTION", "300"), ("DETAIL_RESOLUTION", "3600")):
        monkeypatch.setenv(name, value)
    return Queue(aws("sqs"))


@pytest.fixture
def fault(queue, monkeypatch):
    """Puts a fault into the function's calls to the table: asked before each, by its count and its request."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))

    def put(trouble):
        calls = Counter()

        def before_send(request, **_):
            calls["all"] += 1
            return trouble(calls["all"], request)

        recording.table()._client.meta.events.register_first("before-send.dynamodb.UpdateItem", before_send)
        return calls

    return put


def error(status, code, request):
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "in a test"}).encode()
    answer = AWSResponse(request.url, status, {}, None)
    request.url = "https://localhost/"  # Or moto, which listens too, would write all the same.
    answer._content = body
    return answer


def by_alice(**more):
    return envelope(record(eventID="alice", **more))


def by_bob():
    return envelope(record(alice(arn=BOB, principalId="AIDABOB", accessKeyId="AKIABOB"), eventID="bob"))


def principals(items):
    return {principal for principal, _ in items} - {"coverage", "road"}


def key_of(request):
    return json.loads(request.body)["Key"]


def test_throttled_writes_that_recover_are_written(dynamodb, items, queue, fault):
    fault(lambda count, request: error(400, "ThrottlingException", request) if count == 1 else None)
    queue.send(by_alice())
    queue.deliver()

    assert (queue.waiting(), len(items())) == ([], 6)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "ProvisionedThroughputExceededException"),
        (500, "InternalServerError"),
        (400, "AccessDeniedException"),
    ],
)
def test_writes_that_do_not_recover_leave_the_message_in_the_queue(dynamodb, items, queue, fault, status, code):
    broken = [True]
    fault(lambda count, request: error(status, code, request) if broken else None)
    queue.send(by_alice())
    queue.deliver()

    assert (len(queue.waiting()), items()) == (1, {})
    broken.clear()
    queue.deliver()
    assert (queue.waiting(), len(items())) == ([], 6)


def test_a_write_that_times_out_after_it_took_effect_is_no_failure(dynamodb, items, queue, fault):
    other = boto3.client("dynamodb")

    def takes_effect_and_times_out(count, request):
        if count == 1:
            other.update_item(**in_python(json.loads(request.body)))
            raise ReadTimeoutError(endpoint_url=request.url)

    fault(takes_effect_and_times_out)
    queue.send(by_alice())
    queue.deliver()

    assert (queue.waiting(), queue.dead(), len(items())) == ([], [], 6)


def in_python(request):
    return {name: value for name, value in request.items() if name != "ReturnValuesOnConditionCheckFailure"}


def test_without_the_table_messages_die_and_nothing_of_them_is_lost(queue):
    queue.send(by_alice(), by_bob())
    queue.deliver(DELIVERIES)

    assert sorted(json.loads(body)["detail"]["eventID"] for body in queue.dead()) == ["alice", "bob"]
    assert queue.waiting() == []


def test_only_the_messages_behind_failed_writes_stay(dynamodb, items, queue, fault):
    """Three of alice's share one write, which is refused; bob's is not."""

    def refuse_alices_id(count, request):
        if key_of(request)["facet"] == {"S": "ID#AIDAALICE"}:
            return error(400, "AccessDeniedException", request)
        return None

    fault(refuse_alices_id)
    seconds = ("2026-11-20T12:00:01Z", "2026-11-20T12:00:02Z", "2026-11-20T12:00:03Z")
    services = ("s3.amazonaws.com", "ec2.amazonaws.com", "sqs.amazonaws.com")
    calls = zip(seconds, services, strict=True)
    queue.send(*(by_alice(eventTime=second, eventSource=service) for second, service in calls), by_bob())
    queue.deliver()

    assert sorted(json.loads(body)["detail"]["eventTime"] for body in queue.waiting()) == list(seconds)
    assert (BOB, "ID#AIDABOB") in items()
    assert (ALICE, "ID#AIDAALICE") not in items()
    assert items()[ALICE, "KEY#AKIAALICE"]["last_seen"] == seconds[-1]


def test_a_poison_message_dies_and_its_batch_mates_are_recorded(dynamodb, items, queue):
    queue.send("no json", by_alice(), envelope(record(eventTime=None)), by_bob())
    queue.deliver(DELIVERIES)

    assert principals(items()) == {ALICE, BOB}
    assert len(queue.dead()) == 2
    assert queue.waiting() == []


def test_a_record_of_the_far_future_dies_and_is_not_stored(dynamodb, items, queue):
    queue.send(by_alice(eventTime="2099-01-01T00:00:00Z"))
    queue.deliver(DELIVERIES)

    assert (items(), len(queue.dead())) == ({}, 1)


def test_a_batch_delivered_twice_changes_nothing(dynamodb, items, queue):
    queue.send(by_alice(), by_bob())
    queue.deliver()
    before = items()
    queue.send(by_alice(), by_bob())
    queue.deliver()

    assert (items(), queue.waiting()) == (before, [])


@pytest.mark.parametrize("memory_is_lost", [True, False], ids=["a new sandbox", "the same sandbox"])
def test_a_process_killed_between_writes_loses_nothing(dynamodb, items, queue, fault, memory_is_lost):
    """As by a crash or the end of its time: no answer is given, and everything is delivered again."""

    def kill(count, request):
        if count == 3:
            raise SystemExit

    calls = fault(kill)
    queue.send(by_alice(), by_bob())
    with pytest.raises(SystemExit):
        queue.deliver()
    half = len(items())
    if memory_is_lost:
        forget()
    queue.deliver()

    assert 0 < half < 10
    assert calls["all"] >= 3
    assert (queue.waiting(), len(items())) == ([], 10)


def test_an_empty_batch_is_no_call_at_all(dynamodb, queue, fault):
    calls = fault(lambda count, request: None)
    queue.deliver()

    assert calls["all"] == 0


def test_a_batch_of_six_megabytes_costs_few_writes(dynamodb, items, queue, fault):
    calls = fault(lambda count, request: None)
    padding = {"filter": "x" * 1500}
    bodies = [
        json.dumps(
            by_alice(eventTime=f"2026-11-20T12:{n // 60 % 60:02}:{n % 60:02}Z", requestParameters=padding)
        )
        for n in range(2900)
    ]
    messages = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]

    assert 5_500_000 < sum(len(body) for body in bodies) <= 6 * 1024 * 1024
    assert lambda_handler({"Records": messages}, None) == {"batchItemFailures": []}
    assert calls["all"] == len(items()) == 6
    assert items()[ALICE, "ID#AIDAALICE"]["last_seen"] == "2026-11-20T12:48:19Z"


def test_an_item_that_was_edited_keeps_its_own_messages_alone(dynamodb, items, queue):
    """Until somebody repairs it; its messages end in the dead letters, from where they are redriven."""
    key = {"principal": {"S": ALICE}, "facet": {"S": "ID#AIDAALICE"}}
    dynamodb.put_item(TableName="activity", Item=key | {"last_seen": {"S": "yesterday"}})
    queue.send(by_alice(), by_bob())
    queue.deliver()

    assert [json.loads(body)["detail"]["eventID"] for body in queue.waiting()] == ["alice"]
    assert (BOB, "ID#AIDABOB") in items()
    dynamodb.delete_item(TableName="activity", Key=key)
    queue.deliver()
    assert (queue.waiting(), (ALICE, "ID#AIDAALICE") in items()) == ([], True)
