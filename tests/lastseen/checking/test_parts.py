"""Subscription, functions, queues, schedules and alarms."""

import pytest
from checked import TOPIC, said

from lastseen.checking.check import Unread
from lastseen.checking.parts import (
    Mapped,
    alarm_checks,
    function_checks,
    queue_checks,
    schedule_checks,
    subscription_check,
)

TEAM = "team@example.com"
AGAIN = (
    f"aws sns subscribe --region eu-west-1 --topic-arn {TOPIC} --protocol email --notification-endpoint {TEAM}"
)


@pytest.mark.parametrize(
    ("found", "state", "words", "remedy"),
    [
        pytest.param({TEAM: f"{TOPIC}:1"}, "right", f"{TEAM} has confirmed it", "", id="confirmed"),
        pytest.param(
            {TEAM: "PendingConfirmation"},
            "wrong",
            f"{TEAM} has not followed the link in AWS's mail: nothing is mailed",
            f"follow it, or have it sent again: {AGAIN}",
            id="pending",
        ),
        pytest.param({}, "wrong", f"{TEAM} is not subscribed: nothing is mailed", AGAIN, id="none"),
        pytest.param(
            {TEAM: "Deleted"}, "wrong", f"{TEAM} is not subscribed: nothing is mailed", AGAIN, id="ended"
        ),
        pytest.param(
            {"other@example.com": f"{TOPIC}:1"},
            "wrong",
            f"{TEAM} is not subscribed: nothing is mailed",
            AGAIN,
            id="another's",
        ),
        pytest.param(
            Unread("no", "sns:ListSubscriptionsByTopic"),
            "not_permitted",
            "needs sns:ListSubscriptionsByTopic",
            "",
            id="not permitted",
        ),
    ],
)
def test_the_mails_subscription_is_confirmed(found, state, words, remedy):
    check = subscription_check(found, TEAM, TOPIC)

    assert (check.state, check.said, check.remedy) == (state, words, remedy)


ON = Mapped("1-2", "Enabled", "arn:queue")
OFF = Mapped("1-2", "Disabled", "arn:queue")
STUCK = Mapped("1-2", "Enabled", "arn:queue", "PROBLEM: Lambda assume role was denied")


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        pytest.param([ON], "right", "IngestFunction is called", id="enabled"),
        pytest.param(
            [OFF], "wrong", "nothing calls IngestFunction: its event source mapping is Disabled", id="off"
        ),
        pytest.param([], "wrong", "nothing calls IngestFunction: its event source mapping is gone", id="gone"),
        pytest.param(
            [STUCK],
            "wrong",
            "Lambda cannot read what IngestFunction is given: PROBLEM: Lambda assume role was denied",
            id="stuck",
        ),
        pytest.param(
            Unread("no", "lambda:ListEventSourceMappings"),
            "not_permitted",
            "needs lambda:ListEventSourceMappings",
            id="not permitted",
        ),
    ],
)
def test_functions_are_called(found, state, words):
    assert said(function_checks({"IngestFunction": found}, "eu-west-1")) == [(state, "functions", words)]


def test_a_mapping_that_is_off_is_enabled_by_one_command():
    (check,) = function_checks({"IngestFunction": [OFF]}, "eu-west-1")

    assert check.remedy == "aws lambda update-event-source-mapping --region eu-west-1 --uuid 1-2 --enabled"


def test_letters_in_a_queue_are_wrong_and_lead_to_the_runbook():
    depths = {"DeadLetterQueue": 3, "RuleDeadLetterQueue": 0, "AwakenedDeadLetterQueue": 0}
    bad, good = queue_checks(depths)

    assert (bad.said, bad.remedy) == ("3 messages in DeadLetterQueue", '"UnrecordedAlarm" in docs/runbook.md')
    assert said([good]) == [("right", "queues", "2 dead-letter queues empty")]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("ENABLED", ("right", "schedules", "last-activity-report: enabled")),
        ("DISABLED", ("wrong", "schedules", "last-activity-report is DISABLED: the reporter is not run")),
        (None, ("wrong", "schedules", "last-activity-report is gone: the reporter is not run")),
        (Unread("no", "scheduler:GetSchedule"), ("not_permitted", "schedules", "needs scheduler:GetSchedule")),
    ],
)
def test_the_reporter_is_scheduled(state, expected):
    assert said(schedule_checks({"last-activity-report": state}, "eu-west-1")) == [expected]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"a": "OK", "b": "INSUFFICIENT_DATA"}, [("right", "alarms", "none of 2 is raised")]),
        ({"a": "ALARM", "b": "OK"}, [("wrong", "alarms", "SilentAlarm is raised")]),
        ({"b": "OK", "of another stack": "ALARM"}, [("wrong", "alarms", "gone: SilentAlarm")]),
        (
            {"of another stack": "ALARM"},
            [("wrong", "alarms", "the stack's alarms are gone: nobody is told when it fails")],
        ),
        ({}, [("wrong", "alarms", "the stack's alarms are gone: nobody is told when it fails")]),
        (
            Unread("no", "cloudwatch:DescribeAlarms"),
            [("not_permitted", "alarms", "needs cloudwatch:DescribeAlarms")],
        ),
    ],
)
def test_an_alarm_that_is_raised_is_wrong_by_the_name_that_the_runbook_has(found, expected):
    assert said(alarm_checks(found, {"a": "SilentAlarm", "b": "LateAlarm"})) == expected


def test_the_runbook_has_the_entry_of_each_remedy(request):
    page = (request.config.rootpath / "docs" / "runbook.md").read_text()
    depths = {"DeadLetterQueue": 1, "RuleDeadLetterQueue": 1, "AwakenedDeadLetterQueue": 1}
    entries = [each.remedy.split('"')[1] for each in queue_checks(depths)]

    assert all(f"\n## {entry}\n" in page for entry in entries)
