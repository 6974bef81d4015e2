"""Notices of an organization's accounts: by name, and to two topics."""

import json

import pytest
import time_machine
from awakened_changes import CAROL, KEY
from botocore.exceptions import ClientError
from builders import ACCOUNT, at
from moto.sns.models import sns_backends

from activity.accounts import Account
from activity.model import ACCOUNTS
from activity.names import Names
from awakened import app
from awakened.app import lambda_handler


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with time_machine.travel(at(120), tick=False):
        yield


@pytest.fixture
def of_accounts(topic, aws, set_aside, monkeypatch):
    """The topic with the messages of each account."""
    made = aws("sns").create_topic(Name="accounts")["TopicArn"]
    monkeypatch.setenv("ACCOUNT_TOPIC_ARN", made)
    app.herald.cache_clear()
    yield made
    app.herald.cache_clear()


@pytest.fixture
def told(topic, of_accounts):
    """How many notices the topic of all has, and how many that of the accounts."""
    topics = sns_backends[ACCOUNT]["us-east-1"].topics
    return lambda: tuple(len(topics[each].sent_notifications) for each in (topic, of_accounts))


@pytest.fixture
def refuse(of_accounts):
    """Lets a topic refuse each notice; answers how to make it stop."""

    def refuse(topic):
        def refusal(params, **_):
            if params["body"]["TopicArn"] == topic:
                raise ClientError({"Error": {"Code": "NotFound", "Message": "no such topic"}}, "Publish")

        events = app.herald().delivery.sns.meta.events
        events.register("before-call.sns.Publish", refusal)
        return lambda: events.unregister("before-call.sns.Publish", refusal)

    return refuse


@pytest.fixture
def deny():
    """Lets a service refuse a call, or those that name `of`; answers how to make it stop."""

    def deny(client, call, of=""):
        def refusal(params, **_):
            if of in str(params["body"]):
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, call)

        name = f"before-call.{client.meta.service_model.service_name}.{call}"
        client.meta.events.register(name, refusal)
        return lambda: client.meta.events.unregister(name, refusal)

    return deny


def handle(records):
    return lambda_handler({"Records": records}, None)["batchItemFailures"]


def last_of(topic):
    """The subject, the forms and the attributes of the last message."""
    _, message, subject, attributes, *_ = (
        sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications[-1]
    )
    return subject, json.loads(message), {name: each["Value"] for name, each in attributes.items()}


def test_both_topics_get_the_same_notice_with_the_account_to_filter_by(used, topic, of_accounts, told):
    assert handle(used(KEY)) == []

    assert told() == (1, 1)
    assert last_of(topic) == last_of(of_accounts)
    *_, attributes = last_of(of_accounts)
    assert (attributes["account"], attributes["event"]) == (ACCOUNT, "awakened")


def test_a_notice_has_the_name_of_the_account(used, dynamodb, topic, told):
    Names(dynamodb, "activity").keep([Account(ACCOUNT, "acme-prod", "Workloads")], {})
    handle(used(KEY))
    subject, forms, _ = last_of(topic)

    beginning = f"IAM last activity acme-prod ({ACCOUNT}): access key AKIACAROL of user carol"
    assert (subject, forms["sms"].startswith(beginning)) == (f"{beginning} used after 200 days", True)
    assert f"of user carol in account acme-prod ({ACCOUNT}), idle for 200 days, was used" in forms["email"]
    notice = json.loads(forms["default"])
    assert (notice["account"], notice["account_name"]) == (ACCOUNT, "acme-prod")


def test_a_notice_does_not_wait_for_a_name(used, dynamodb, topic, told, deny):
    Names(dynamodb, "activity").keep([Account(ACCOUNT, "acme-prod")], {})
    deny(app.herald().delivery.names._client, "Query", of=ACCOUNTS)

    assert handle(used(KEY)) == []
    assert told() == (1, 1)
    _, forms, _ = last_of(topic)
    assert f" in account {ACCOUNT}, idle" in forms["email"]
    assert "account_name" not in json.loads(forms["default"])


def test_what_only_the_accounts_topic_refuses_is_set_aside_and_mailed_once(
    used, of_accounts, told, refuse, set_aside, flags, caplog
):
    refuse(of_accounts)
    (record,) = used(KEY)

    assert handle([record]) == []
    assert told() == (1, 0)
    (letter,) = set_aside()
    assert letter["reason"].startswith(f"the topic {of_accounts} refused this notice, which was mailed: ")
    assert "no such topic" in letter["reason"]
    number = record["dynamodb"]["SequenceNumber"]
    assert letter["record"]["dynamodb"]["SequenceNumber"] == number
    (line,) = [each for each in caplog.records if each.message == "not sent to the topic of accounts"]
    assert (line.sequence_number, line.reason) == (number, letter["reason"])
    assert not flags.of(ACCOUNT)[CAROL, KEY].first_flagged


def test_what_the_topic_of_all_refuses_comes_again_to_both(used, topic, told, refuse, set_aside, flags):
    stop = refuse(topic)
    (record,) = used(KEY)

    for _ in range(2):
        assert handle([record]) == [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]
        assert told() == (0, 0)
    assert flags.of(ACCOUNT)[CAROL, KEY].first_flagged
    stop()
    assert handle([record]) == []
    assert told() == (1, 1)
    assert set_aside() == []


def test_what_can_neither_be_sent_to_the_accounts_nor_set_aside_comes_again(
    used, of_accounts, told, refuse, deny, set_aside
):
    stop, free = refuse(of_accounts), deny(app.dead_letters().sqs, "SendMessage")
    (record,) = used(KEY)

    assert handle([record]) != []
    free()
    stop()
    assert handle([record]) == []
    assert told() == (2, 1)  # Mailed twice rather than lost for one of them.


def test_a_tracker_of_one_account_asks_for_no_name(used, topic, sent, dynamodb):
    Names(dynamodb, "activity").keep([Account(ACCOUNT, "acme-prod")], {})
    app.herald.cache_clear()
    asked = []
    client = app.herald().delivery.names._client
    client.meta.events.register("before-call.dynamodb", lambda params, **_: asked.append(str(params["body"])))

    assert handle(used(KEY)) == []
    assert (len(sent()), "account_name" in sent()[0]) == (1, False)
    assert asked != []
    assert not any(ACCOUNTS in each for each in asked)
