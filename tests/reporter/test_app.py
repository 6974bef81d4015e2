"""The handler from the scheduled event to the published mail."""

import json
from datetime import UTC, datetime

import pytest
import time_machine
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON, activity
from moto.sns.models import sns_backends

from activity.settings import BadSetting
from lastseen.account import Key, Person, Role, make_account
from reporter import app
from reporter.app import lambda_handler

CAST = (
    Person("alice", "AIDAALICE", 500, 5, (Key("AKIA1", 500, 100),)),
    Person("frank", "AIDAFRANK", 500, 100, exempt="break-glass"),
)
ROLES = (Role("deploy", "AROADEPLOY", 300, 100),)
ROLE_KEY = f"arn:aws:iam::{ACCOUNT}:role/deploy", "ID#AROADEPLOY"


@pytest.fixture
def topic(aws, table, trail, monkeypatch):
    """An account with stale things, and the topic the report goes to."""
    topic = aws("sns").create_topic(Name="reports")["TopicArn"]
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    monkeypatch.setenv("REPORT_TOPIC_ARN", topic)
    aws("iam").create_account_alias(AccountAlias="acme")
    table.record(activity(0, principal="coverage", facet=f"{ACCOUNT}#eu-west-1", first=-300 * 86_400))
    with time_machine.travel(NOON, tick=False):
        make_account(aws("iam"), CAST, ROLES, now=NOON)
        yield topic


def sent(topic):
    """The mails as (subject, text)."""
    notifications = sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications
    return [(subject, json.loads(text)["email"]) for _, text, subject, *_ in notifications]


@pytest.mark.parametrize("event", [{}, {"key1": "value1"}, {"source": "aws.scheduler", "detail": {}}])
def test_any_event_sends_the_mail(topic, event):
    lambda_handler(event, None)

    ((subject, text),) = sent(topic)
    assert subject == f"IAM last activity {ACCOUNT} (acme): stale: 1 access key, 1 role"
    assert "User alice has not used access key AKIA1 since 2026-08-12 (100 days) and needs cleanup: " in text


def test_the_answer_is_the_report_as_json(topic):
    answer = json.loads(json.dumps(lambda_handler({}, None)))

    assert set(answer) == {"findings", "gaps", "exempt", "counts"}
    assert [(finding["kind"], finding["name"]) for finding in answer["findings"]] == [
        ("access_key", "alice"),
        ("role", "deploy"),
    ]
    assert [(exempt["kind"], exempt["name"]) for exempt in answer["exempt"]] == [
        ("user", "frank"),
        ("password", "frank"),
    ]


def test_the_limits_are_settings(topic, monkeypatch):
    monkeypatch.setenv("STALE_KEY_DAYS", "101")
    monkeypatch.setenv("STALE_ROLE_DAYS", "101")
    monkeypatch.setenv("STALE_USER_DAYS", "5")

    assert [finding["kind"] for finding in lambda_handler({}, None)["findings"]] == ["user", "password"]


def test_the_tag_is_a_setting(topic, monkeypatch):
    monkeypatch.setenv("EXEMPT_TAG", "another")

    assert lambda_handler({}, None)["exempt"] == []


def test_what_was_flagged_keeps_its_first_date_until_it_is_used(topic, table):
    lambda_handler({}, None)
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=False):
        later = lambda_handler({}, None)

    assert {finding["first_flagged"] for finding in later["findings"]} == {"2026-11-20T12:00:00Z"}
    assert table.get([ROLE_KEY])[ROLE_KEY].first_flagged == NOON


def test_a_flag_that_is_resolved_is_taken_off(topic, table, flag):
    flag((f"arn:aws:iam::{ACCOUNT}:user/alice", "SIGNIN"), NOON)
    lambda_handler({}, None)

    key = f"arn:aws:iam::{ACCOUNT}:user/alice", "SIGNIN"
    assert table.get([key])[key].first_flagged is None


def test_a_flag_that_cannot_be_remembered_does_not_stop_the_mail(topic, aws, caplog):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "UpdateItem")

    client = app.reporter().sources.flags._client
    client.meta.events.register("before-call.dynamodb.UpdateItem", refuse)
    lambda_handler({}, None)

    assert len(sent(topic)) == 1
    assert "flags not remembered" in [line.getMessage() for line in caplog.records]


def test_a_gap_is_logged_and_mailed(topic, aws, monkeypatch, caplog):
    monkeypatch.setenv("ACTIVITY_TABLE", "no-such-table")
    answer = lambda_handler({}, None)

    ((subject, text),) = sent(topic)
    assert answer["findings"] == []
    assert subject.endswith("nothing stale, 1 gap")
    assert "- the activity table: " in text
    gaps = [(line.what, line.account) for line in caplog.records if line.getMessage() == "gap"]
    assert gaps == [("the activity table", ACCOUNT)]


def test_a_mail_that_is_refused_is_an_error(topic, monkeypatch):
    monkeypatch.setenv("REPORT_TOPIC_ARN", f"{topic}-gone")

    with pytest.raises(ClientError, match="NotFound"):
        lambda_handler({}, None)


@pytest.mark.parametrize("name", ["ACTIVITY_TABLE", "REPORT_TOPIC_ARN"])
def test_a_missing_setting_is_named(topic, monkeypatch, name):
    monkeypatch.delenv(name)

    with pytest.raises(BadSetting, match=f"{name} is not set"):
        lambda_handler({}, None)


@pytest.mark.parametrize("name", ["STALE_USER_DAYS", "STALE_KEY_DAYS", "STALE_ROLE_DAYS"])
@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_named(topic, monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(BadSetting, match=f"{name} must be a whole number from 1, not '{value}'"):
        lambda_handler({}, None)


def test_findings_and_gaps_are_measured(topic, capsys):
    lambda_handler({}, None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    findings = {line["kind"]: line["Findings"] for line in lines if "Findings" in line}
    assert {kind: sum(value) for kind, value in findings.items()} == {
        "user": 0,
        "password": 0,
        "access_key": 1,
        "role": 1,
    }
    assert [line["Gaps"] for line in lines if "Gaps" in line] == [[0.0]]
