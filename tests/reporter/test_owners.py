"""The function tells owners beside its mail, which goes out whatever becomes of that."""

import json

import pytest
from builders import ACCOUNT
from moto.sns.models import sns_backends

from reporter import app


@pytest.fixture
def owners(topic, aws, monkeypatch):
    """The topic for owners. Alice has one, the role deploy has none."""
    made = aws("sns").create_topic(Name="owners")["TopicArn"]
    monkeypatch.setenv("OWNER_TAGS", "team,owner")
    monkeypatch.setenv("OWNER_TOPIC_ARN", made)
    aws("iam").tag_user(UserName="alice", Tags=[{"Key": "Owner", "Value": "ann"}])
    app.reporter.cache_clear()
    yield made
    app.reporter.cache_clear()


def told_to(topic):
    sent = sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications
    return [json.loads(json.loads(text)["default"])["owner"] for _, text, *_ in sent]


def test_each_owner_is_told_and_the_mail_has_all(owners, sent):
    app.lambda_handler({}, None)
    ((_, text),) = sent()

    assert told_to(owners) == ["ann"]
    assert "\n1 finding has no owner (by tag: team, owner).\n" in text
    assert " ann " in text


def test_a_look_between_reports_tells_nobody(owners):
    app.lambda_handler({"publish": False}, None)

    assert told_to(owners) == []


def test_if_owners_cannot_be_told_the_mail_is_out_and_the_answer_and_the_metrics_say_so(
    owners, sent, monkeypatch, capsys
):
    monkeypatch.setenv("OWNER_TOPIC_ARN", f"{owners}-gone")
    app.reporter.cache_clear()
    answer = app.lambda_handler({}, None)

    assert len(sent()) == 1
    assert [each["what"] for each in answer["gaps"]] == ["the message to owner ann"]
    assert '"Gaps":[1.0]' in capsys.readouterr().out


def test_a_report_after_one_whose_owners_could_not_be_told_repeats_nothing_in_the_mail(
    owners, sent, monkeypatch
):
    monkeypatch.setenv("OWNER_TOPIC_ARN", f"{owners}-gone")
    app.reporter.cache_clear()
    app.lambda_handler({}, None)
    app.lambda_handler({}, None)

    assert " new" not in sent()[-1][0]
