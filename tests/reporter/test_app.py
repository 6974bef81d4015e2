"""The handler from the scheduled event to the published mail."""

import json
import re
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT

from activity.settings import BadSetting
from reporter import app
from reporter.app import NothingRead, lambda_handler
from reporter.telling import time


@pytest.mark.parametrize("event", [{}, {"key1": "value1"}, ["no mapping"]])
def test_any_event_sends_the_mail(sent, event):
    lambda_handler(event, None)

    ((subject, text),) = sent()
    assert subject == "IAM in acme: 2 new"
    assert re.search(r"(?m)^1\*  +access key  +alice  +AKIA1  +100  +works from anywhere$", text)


def test_the_answer_is_the_report_as_json(topic):
    answer = json.loads(json.dumps(lambda_handler({}, None)))

    assert set(answer) == {"findings", "gaps", "exempt", "dormant", "snoozed", "counts"}
    assert [
        (each["kind"], each["name"], each["last_used"], each["last_used_source"]) for each in answer["findings"]
    ] == [
        ("access_key", "alice", "2026-08-12T12:00:00Z", "iam"),
        ("role", "deploy", "2026-08-12T12:00:00Z", "iam"),
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


def test_a_flag_that_cannot_be_saved_does_not_stop_the_mail_which_says_so(sent, caplog, capsys):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "UpdateItem")

    client = app.reporter().sources.flags._client
    client.meta.events.register("before-call.dynamodb.UpdateItem", refuse)
    lambda_handler({}, None)

    ((_, text),) = sent()
    assert "2 flags of this report, which could not be saved: AccessDenied (UpdateItem): not yours" in text
    assert "not remembered" in [line.getMessage() for line in caplog.records]
    assert '"NotRemembered":[3.0]' in capsys.readouterr().out


def test_a_gap_is_logged_and_mailed(sent, monkeypatch, caplog):
    monkeypatch.setenv("ACTIVITY_TABLE", "no-such-table")
    answer = lambda_handler({}, None)

    ((subject, text),) = sent()
    assert answer["findings"] == []
    assert subject.endswith("nothing stale, 2 not checked")
    assert "- Not checked: the activity table: " in text
    gaps = [(line.what, line.account) for line in caplog.records if line.getMessage() == "gap"]
    assert gaps == [("the activity table", ACCOUNT), ("the note that this report was mailed", ACCOUNT)]


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


class Context:
    aws_request_id = "request-1"

    def __init__(self, left=900_000):
        self.left = left

    def get_remaining_time_in_millis(self):
        return self.left


def test_each_line_of_the_log_names_the_invocation(topic):
    lambda_handler({}, Context())

    assert app.logger.get_current_keys()["function_request_id"] == "request-1"


def test_the_last_three_minutes_are_for_remembering_and_the_mail(sent):
    assert len(lambda_handler({}, Context(180_000))["findings"]) == 2
    with pytest.raises(NothingRead, match=f"of {ACCOUNT} could be listed"):
        lambda_handler({}, Context(179_999))

    assert len(sent()) == 2


def test_what_could_not_be_read_is_measured_and_logged(topic, monkeypatch, capsys, caplog):
    monkeypatch.setenv("ACTIVITY_TABLE", "no-such-table")
    lambda_handler({}, None)

    (measured,) = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "IamCalls" in line]
    names = ("Gaps", "NotRemembered", "TrackerSilent", "MissedEvents")
    assert [measured[name] for name in names] == [[2.0], [1.0], [0.0], [0.0]]
    assert measured["IamCalls"][0] > 4
    assert all(line.reason for line in caplog.records if line.getMessage() == "gap")


@pytest.mark.parametrize(("left", "unsaved"), [(60_000, 0), (59_999, 1)])
def test_in_its_last_minute_it_remembers_no_more_and_says_so(topic, capsys, caplog, left, unsaved):
    context = Context()
    events = app.reporter().publisher.sns.meta.events
    events.register("before-call.sns.Publish", lambda **_: setattr(context, "left", left))
    lambda_handler({}, context)

    (measured,) = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "IamCalls" in line]
    lines = [line for line in caplog.records if line.getMessage() == "not remembered"]
    assert measured["NotRemembered"] == [unsaved]
    assert [(line.levelname, line.account, line.items, line.reason) for line in lines] == (
        [("ERROR", ACCOUNT, 1, "the function's deadline is near")] * unsaved
    )


def test_a_silent_tracker_and_uses_that_only_iam_saw_are_measured_and_the_silence_is_logged(
    topic, aws, capsys, caplog
):
    aws("cloudtrail").stop_logging(Name="all")
    lambda_handler({}, None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (measured,) = [line for line in lines if "IamCalls" in line]
    (logged,) = [line for line in caplog.records if line.getMessage() == "tracker silent"]
    assert (measured["TrackerSilent"], measured["MissedEvents"], measured["Gaps"]) == ([1], [4], [0])
    assert (logged.levelname, logged.account) == ("WARNING", ACCOUNT)
    assert logged.reason.startswith("CloudTrail is not delivering events: no trail logs management events.")


def test_all_is_measured_as_counts_in_the_projects_namespace_and_findings_by_kind(topic, capsys):
    lambda_handler({}, None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [each for line in lines if "_aws" in line for each in line["_aws"]["CloudWatchMetrics"]]
    assert {each["Namespace"] for each in told} == {"LastActivity"}
    assert {metric["Unit"] for each in told for metric in each["Metrics"]} == {"Count"}
    assert [each["Dimensions"] for each in told] == [[["kind"]]] * 4 + [[["service"]]]


@pytest.mark.parametrize(
    ("scheduled", "at"),
    [
        ("2026-11-20T12:00:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T12:00:00", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T14:00:00+02:00", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("<aws.scheduler.scheduled-time>", None),
        (None, None),
    ],
)
def test_the_time_of_the_schedule_is_of_utc(in_tokyo, scheduled, at):
    assert time(scheduled) == at
