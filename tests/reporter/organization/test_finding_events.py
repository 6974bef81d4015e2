"""In an organization, the findings of all accounts go to the hub's bus; and the form for chat channels."""

import json

import boto3

from reporter.organization import steps


def subscribed():
    """A queue that gets all events about findings of the hub's own account."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    queue = sqs.create_queue(QueueName="findings")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="findings", EventPattern=json.dumps({"source": ["last-activity"]}))
    events.put_targets(Rule="findings", Targets=[{"Id": "queue", "Arn": arn}])

    def read():
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in messages]

    return read


def test_the_events_of_each_accounts_review_go_to_the_hubs_bus(hub):
    read = subscribed()
    hub.steps()
    prod = hub.ids["prod"]

    assert {event["detail"]["finding_id"] for event in read()} == {
        f"{prod}:access_key:AKIA1",
        f"{prod}:role:AROADEPLOY",
    }


def test_a_look_between_reports_sends_none(hub):
    read = subscribed()
    hub.steps(publish=False)

    assert read() == []


def test_what_eventbridge_refuses_fails_no_review(hub, monkeypatch):
    hub.refuse("events.PutEvents")

    assert hub.steps() == {"read": 3, "not_read": 0, "lost": 0}
    assert len(hub.mails()) == 1


def test_the_organizations_mail_has_a_form_for_chat_channels_if_it_is_asked_for(hub, monkeypatch):
    forms = []
    for value in ("false", "true"):
        monkeypatch.setenv("CHAT_FORMAT", value)
        steps.organization.cache_clear()
        sns = steps.organization().sns
        sns.meta.events.register(
            "provide-client-params.sns.Publish", lambda params, **_: forms.append(json.loads(params["Message"]))
        )
        hub.steps()
    without, with_it = forms

    assert "https" not in without
    assert json.loads(with_it["https"])["content"]["title"].startswith(":")
