import json

import pytest
import time_machine
from builders import ACCOUNT, NOON, activity
from moto.sns.models import sns_backends

from lastseen.demo.account import Key, Person, Role, make_account

CAST = (
    Person("alice", "AIDAALICE", 500, 5, (Key("AKIA1", 500, 100),)),
    Person("frank", "AIDAFRANK", 500, 100, exempt="break-glass"),
)
ROLES = (Role("deploy", "AROADEPLOY", 300, 100),)


@pytest.fixture
def topic(aws, table, trail, monkeypatch):
    """An account with stale things, and the topic the report goes to; it is noon."""
    topic = aws("sns").create_topic(Name="reports")["TopicArn"]
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    monkeypatch.setenv("REPORT_TOPIC_ARN", topic)
    aws("iam").create_account_alias(AccountAlias="acme")
    table.record(activity(0, principal="coverage", facet=f"{ACCOUNT}#eu-west-1", first=-300 * 86_400))
    with time_machine.travel(NOON, tick=False):
        make_account(aws("iam"), CAST, ROLES, now=NOON)
        yield topic


@pytest.fixture
def sent(topic):
    """Answers the mails as (subject, text)."""
    return lambda: [(subject, json.loads(text)["email"]) for _, text, subject, *_ in notifications(topic)]


@pytest.fixture
def told_machines(topic):
    """Answers the mails as machines get them."""
    return lambda: [json.loads(json.loads(text)["default"]) for _, text, *_ in notifications(topic)]


def notifications(topic):
    return sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications
