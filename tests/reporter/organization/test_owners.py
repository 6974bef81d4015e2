"""Owners in an organization: by tags of users and roles, or else of the account; and a message for each."""

import json

import boto3
import pytest
from builders import ACCOUNT
from moto.sns.models import sns_backends

from reporter.organization import steps


@pytest.fixture
def owned(hub, aws, monkeypatch):
    """The tag `owner` names owners, and there is a topic for them. Of prod, the role has none, alice is ann's."""
    topic = aws("sns").create_topic(Name="owners")["TopicArn"]
    monkeypatch.setenv("OWNER_TAGS", "owner")
    monkeypatch.setenv("OWNER_TOPIC_ARN", topic)
    steps.organization.cache_clear()
    hub.as_member(hub.ids["prod"]).client("iam").tag_user(
        UserName="alice", Tags=[{"Key": "Owner", "Value": "ann"}]
    )
    return topic


def told_to(topic):
    """(owner, account, the findings' names) of each message."""
    notifications = sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications
    sent = [(json.loads(json.loads(text)["default"]), told) for _, text, _, told, _ in notifications]
    return sorted(
        (told["owner"]["Value"], plain["account"], sorted({each["name"] for each in plain["findings"]}))
        for plain, told in sent
    )


def tag_account(account, owner):
    boto3.client("organizations").tag_resource(ResourceId=account, Tags=[{"Key": "owner", "Value": owner}])


def test_what_has_no_owner_is_counted_in_the_mail_of_all(hub, owned):
    hub.steps()
    ((_, text),) = hub.mails()

    assert "\n1 finding has no owner.\n" in text
    assert told_to(owned) == [("ann", hub.ids["prod"], ["alice"])]


def test_what_has_no_owner_of_its_own_is_the_accounts_owners(hub, owned):
    tag_account(hub.ids["prod"], "platform")
    hub.steps()
    ((_, text),) = hub.mails()

    assert "no owner" not in text
    assert told_to(owned) == [("ann", hub.ids["prod"], ["alice"]), ("platform", hub.ids["prod"], ["deploy"])]


def test_tags_that_organizations_does_not_tell_are_a_gap_and_the_account_is_read(hub, owned):
    hub.refuse("organizations.ListTagsForResource")
    hub.steps()
    (document,) = hub.documents()

    assert (document["unread"], document["unowned"]) == ([], 1)
    assert {each["id"]: each["gaps"] for each in document["accounts"]}[hub.ids["prod"]] == 1


def test_accounts_that_are_given_are_not_asked_for(hub, owned, monkeypatch):
    monkeypatch.setenv("ACCOUNTS", f"{ACCOUNT},{hub.ids['prod']}")
    steps.organization.cache_clear()
    hub.refuse("organizations.ListTagsForResource")
    hub.steps()
    (document,) = hub.documents()

    assert [each["gaps"] for each in document["accounts"]] == [0, 0]


def test_without_owner_tags_nobody_is_asked_and_nobody_is_told(hub, aws):
    hub.refuse("organizations.ListTagsForResource")
    hub.steps()
    (document,) = hub.documents()

    assert (document["unowned"], [each["gaps"] for each in document["accounts"]]) == (0, [0, 0, 0])


def test_an_owners_message_that_is_refused_does_not_stop_the_mail(hub, owned, monkeypatch):
    monkeypatch.setenv("OWNER_TOPIC_ARN", f"{owned}-gone")
    steps.organization.cache_clear()
    hub.steps()

    assert len(hub.mails()) == 1
    assert told_to(owned) == []
