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
from reporter.inventory.account import Gap
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
        self.told = message


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
    terms = Terms(owner_tags=("owner", "team"))
    report = review_of(terms, alice(Key(used=100), owner="ann"), flagged)
    message = sent(report)
    forms = json.loads(message.text)
    plain = json.loads(forms["default"])

    head, table = forms["email"].split("\n\n")[:2]
    assert message.subject == forms["sms"] == "IAM in acme: 2 findings of yours, 1 new"
    assert head == (
        f"IAM last activity in account {ACCOUNT} (acme), 2026-11-20 12:00 UTC\nFindings of ann, by the tags owner, team."
    )
    assert table == "WHAT TO DO: 2 findings, the most dangerous first (* is new)"
    assert "aws iam update-access-key --user-name alice --access-key-id AKIA1" in forms["email"]
    assert forms["email"].endswith(
        "\n\nTo keep something, tag it last-activity:exempt, or ask for a snooze: docs/report.md.\n"
    )
    assert [(each["owner"], "days" in each) for each in plain.pop("findings")] == [("ann", False)] * 2
    assert plain == {
        "event": "owner",
        "owner": "ann",
        "account": ACCOUNT,
        "alias": "acme",
        "at": "2026-11-20T12:00:00Z",
        "report": f"{FILES}report.json",
        "findings_total": 2,
        "new": 1,
    }
    assert message.attributes == {
        "event": {"DataType": "String", "StringValue": "owner"},
        "account": {"DataType": "String", "StringValue": ACCOUNT},
        "owner": {"DataType": "String", "StringValue": "ann"},
        "findings": {"DataType": "Number", "StringValue": "2"},
        "new": {"DataType": "Number", "StringValue": "1"},
    }


def test_without_an_alias_files_or_anything_new_none_is_told():
    report = replace(report_of("ann", "ann"), alias="", previous=None)
    ((owner, findings),) = by_owner(report)
    old = [replace(each, is_new=False) for each in findings]
    forms = json.loads(message_to(owner, old, report).text)

    assert forms["sms"] == f"IAM in {ACCOUNT}: 2 findings of yours"
    assert forms["email"].startswith(f"IAM last activity in account {ACCOUNT}, 2026-11-20")
    assert "WHAT TO DO: 2 findings, the most dangerous first\n" in forms["email"]
    assert json.loads(forms["default"])["report"] is None


def test_an_owner_is_never_in_the_subject():
    message = sent(report_of("ann\r\nBcc: eve"))

    assert "ann" not in message.subject
    assert message.attributes["owner"]["StringValue"] == "ann Bcc: eve"
    assert "\nBcc" not in json.loads(message.text)["email"]


def test_the_subject_fits_and_is_ascii_whatever_the_alias():
    report = replace(report_of("ann"), alias="ä" * 80)

    told = "1 finding of yours, 1 new"
    longest = replace(report, alias="a" * (99 - len(f"IAM in : {told}")))

    assert sent(longest).subject == f"IAM in {longest.alias}: {told}"
    assert sent(replace(report, alias=f"{longest.alias}a")).subject == f"IAM in {ACCOUNT}: {told}"
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
    assert report.gaps == (
        Gap(
            "the message to owner bob",
            "it was not sent: InvalidParameter (Publish): no",
            "send them their findings of this report yourself; the next report tries again",
        ),
    )
    assert json.loads(json.loads(topic.told["Message"])["default"])["report"] == f"{FILES}report.json"
    assert topic.told | {"Message": "", "MessageAttributes": {}} == {
        "TopicArn": "arn:topic",
        "Subject": "IAM in acme: 1 finding of yours, 1 new",
        "Message": "",
        "MessageStructure": "json",
        "MessageAttributes": {},
    }


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
    assert [each.reason for each in report.gaps] == ["it was not sent: the function's deadline is near"] * 2


def test_of_too_many_owners_those_with_the_most_findings_are_told():
    owners = [f"owner-{number}" for number in range(MOST_OWNERS + 2)]
    topic = Topic()
    report = OwnerMessages(topic, "arn:topic").send(report_of(*owners, "owner-501"), FILES, never)

    assert (len(topic.sent), "owner-501" in topic.sent) == (MOST_OWNERS, True)
    assert report.gaps == (
        Gap(
            "the messages to 2 owners with the fewest findings",
            "a report tells at most 500 owners",
            "send them their findings of this report yourself; the next report tries again",
        ),
    )


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
