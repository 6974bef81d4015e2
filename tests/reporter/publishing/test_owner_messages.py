"""Each owner's findings as a message of their own: within SNS's limits, and never in the way of the mail."""

import json
from dataclasses import replace
from itertools import count

import boto3
import pytest
from accounts import Key, alice, days, deploy, review_of
from botocore.exceptions import ClientError
from builders import ACCOUNT

from activity.item import Flag
from reporter.judgement.known import Terms
from reporter.publishing.owner_messages import MOST_OWNERS, OwnerMessages, by_owner, message_to

OWNERS = Terms(owner_tags=("owner",))
FILES = f"s3://reports/{ACCOUNT}/2026-11-20T120000Z/"
MOST_OF_SNS = 262_144


def role(number, owner=None):
    return deploy(name=f"role-{number}", id=f"AROA{number}", used=100, owner=owner)


def report_of(*owners):
    return review_of(OWNERS, *(role(number, owner) for number, owner in enumerate(owners)))


def sent(report, **limits):
    ((owner, findings),) = by_owner(report)
    return message_to(owner, findings, report, FILES)


class Topic:
    """SNS, which refuses what is `refused`."""

    def __init__(self, refused=()):
        self.refused, self.sent = refused, []

    def publish(self, **message):
        owner = message["MessageAttributes"]["owner"]["StringValue"]
        if owner in self.refused:
            raise ClientError({"Error": {"Code": "InvalidParameter", "Message": "no"}}, "Publish")
        self.sent.append(owner)


def never():
    return False


def test_each_owner_gets_its_own_findings_and_what_has_none_is_in_no_message():
    told = by_owner(report_of("ann", None, "bob", "ann"))

    assert [(owner, [each.subject.name for each in findings]) for owner, findings in told] == [
        ("ann", ["role-0", "role-3"]),
        ("bob", ["role-2"]),
    ]


def test_the_message_has_the_findings_for_people_and_for_programs():
    flagged = {(alice().arn, "KEY#AKIA1"): Flag(days(8), days(100))}
    report = review_of(OWNERS, alice(Key(used=100), owner="ann"), flagged)
    message = sent(report)
    forms = json.loads(message.text)
    plain = json.loads(forms["default"])

    assert message.subject == "IAM in acme: 2 findings of yours, 1 new"
    assert "Findings of ann, by the tags owner." in forms["email"]
    assert "aws iam update-access-key --user-name alice --access-key-id AKIA1" in forms["email"]
    assert (plain["event"], plain["owner"], plain["findings_total"], plain["new"]) == ("owner", "ann", 2, 1)
    assert [each["owner"] for each in plain["findings"]] == ["ann", "ann"]
    assert plain["report"] == f"{FILES}report.json"
    assert {name: each["StringValue"] for name, each in message.attributes.items()} == {
        "event": "owner",
        "account": ACCOUNT,
        "owner": "ann",
        "findings": "2",
        "new": "1",
    }


def test_an_owner_is_never_in_the_subject():
    message = sent(report_of("ann\r\nBcc: eve"))

    assert "ann" not in message.subject
    assert message.attributes["owner"]["StringValue"] == "ann Bcc: eve"
    assert "\nBcc" not in json.loads(message.text)["email"]


def test_the_subject_fits_and_is_ascii_whatever_the_alias():
    report = replace(report_of("ann"), alias="ä" * 80)

    assert len(sent(report).subject) < 100
    assert sent(report).subject.isascii()


def test_thousands_of_hostile_findings_of_one_owner_fit_into_sns():
    names = (f'"\\\x00😀<{number}'.ljust(64, '"') for number in count())
    owner = "😀" * 256
    roles = [
        deploy(name=next(names), id=f"AROA{number}", used=100, owner=owner, path=f"/{'p' * 510}/")
        for number in range(3000)
    ]
    message = sent(review_of(OWNERS, *roles))
    size = len(message.text.encode()) + sum(
        len(f"{name}{each['DataType']}{each['StringValue']}".encode())
        for name, each in message.attributes.items()
    )

    assert size < MOST_OF_SNS
    assert json.loads(json.loads(message.text)["default"])["findings_total"] == 3000


def test_one_that_is_refused_is_a_gap_and_stops_no_other():
    topic = Topic(refused=["bob"])
    report = OwnerMessages(topic, "arn:topic").send(report_of("ann", "bob", "carl"), FILES, never)

    assert sorted(topic.sent) == ["ann", "carl"]
    ((what, reason),) = [(each.what, each.reason) for each in report.gaps]
    assert (what, "InvalidParameter" in reason) == ("the message to owner bob", True)


def test_without_a_topic_nobody_is_told():
    topic = Topic()
    report = report_of("ann")

    assert OwnerMessages(topic).send(report, FILES, never) is report
    assert topic.sent == []


def test_near_the_deadline_nobody_else_is_told_and_that_is_a_gap():
    topic, asked = Topic(), count()
    report = OwnerMessages(topic, "arn:topic").send(
        report_of("ann", "bob", "carl"), FILES, lambda: next(asked) > 0
    )

    assert len(topic.sent) == 1
    assert len(report.gaps) == 2


def test_of_too_many_owners_those_with_the_most_findings_are_told():
    owners = [f"owner-{number}" for number in range(MOST_OWNERS + 2)]
    topic = Topic()
    report = OwnerMessages(topic, "arn:topic").send(report_of(*owners, "owner-501"), FILES, never)

    assert (len(topic.sent), "owner-501" in topic.sent) == (MOST_OWNERS, True)
    assert [each.what for each in report.gaps] == ["the messages to 2 owners with the fewest findings"]


@pytest.fixture
def topic(aws):
    """A topic of moto's, and queues that filter by owner."""
    sns, sqs = aws("sns"), aws("sqs")
    topic = sns.create_topic(Name="owners")["TopicArn"]

    def subscribe(name, policy):
        queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        attributes = {"FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
        return queue

    return topic, subscribe


def owners_in(queue):
    got = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return sorted(json.loads(each["Body"])["owner"] for each in got)


def test_a_subscription_that_filters_by_owner_gets_that_owners_messages_alone(topic):
    arn, subscribe = topic
    ann, new = subscribe("ann", {"owner": ["Team ä"]}), subscribe("new", {"new": [{"numeric": [">", 0]}]})
    nobody = subscribe("nobody", {"owner": [{"prefix": "team"}]})
    report = OwnerMessages(boto3.client("sns"), arn).send(report_of("Team ä", "bob", None), FILES, never)

    assert report.gaps == ()
    assert (owners_in(ann), owners_in(new), owners_in(nobody)) == (["Team ä"], ["Team ä", "bob"], [])
