"""The function itself, on an AWS in this process: the real review, the real table, IAM and mail."""

import json
import os
from datetime import timedelta

import boto3
import pytest
import time_machine
from asking import ask
from builders import ACCOUNT, NOON, activity
from moto.sns.models import sns_backends

from activity import settings
from activity.days import Days
from activity.flags import Flags
from activity.item import Flag
from activity.model import COVERAGE
from activity.quarantine.entry import Mode
from lastseen.demo.account import Key, Person, Role, make_account
from quarantine import app
from quarantine.plan import Rules
from reporter.run import Reporter

ROLE, KEY = f"{ACCOUNT}:role:AROADEPLOY", f"{ACCOUNT}:access_key:AKIAEXAMPLEALICE0001"
PEOPLE = (
    Person(
        "alice",
        "AIDAALICE",
        500,
        1,
        (Key("AKIAEXAMPLEALICE0001", 500, 400), Key("AKIAEXAMPLEALICE0002", 400, 1)),
    ),
)
ROLES = (Role("deploy", "AROADEPLOY", 500, 400), Role("other", "AROAOTHER", 500, 1))
SET_TO = {"ACTIVITY_TABLE": "activity", "MODE": "enforce", "GRACE_DAYS": "14"}


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def topic(aws, iam, table, trail, clock, monkeypatch):
    topic = aws("sns").create_topic(Name="reports")["TopicArn"]
    for name, value in (SET_TO | {"REPORT_TOPIC_ARN": topic}).items():
        monkeypatch.setenv(name, value)
    make_account(iam, PEOPLE, ROLES, now=NOON)
    listen(table, NOON)
    for principal, facet in (
        ("role/other", "ID#AROAOTHER"),
        ("user/alice", "ID#AIDAALICE"),
        ("user/alice", "KEY#AKIAEXAMPLEALICE0002"),
        ("user/alice", "SIGNIN"),
    ):
        table.record(activity(-86_400, principal=f"arn:aws:iam::{ACCOUNT}:{principal}", facet=facet))
    flags = Flags(boto3.client("dynamodb"), "activity")
    for principal, facet in (("role/deploy", "ID#AROADEPLOY"), ("user/alice", "KEY#AKIAEXAMPLEALICE0001")):
        at = NOON - timedelta(days=7)
        flags.flag(
            (f"arn:aws:iam::{ACCOUNT}:{principal}", facet), ACCOUNT, Flag(at, at - timedelta(days=300)), now=at
        )
    table.record(activity(-6 * 86_400, principal="report", facet=ACCOUNT))
    return topic


def listen(table, now):
    """Events come every day, and test calls come back."""
    days = Days.of(*((now - timedelta(days=each)).date() for each in range(300)))
    seconds = (now - NOON).total_seconds()
    for principal in (COVERAGE, "canary", "canary-sent"):
        each = activity(seconds, principal=principal, facet=f"{ACCOUNT}#us-east-1", first=-300 * 86_400)
        first = each.last_seen if principal == "canary-sent" else each.first_seen
        table.replace(each._replace(first_seen=first, days=days if principal == COVERAGE else each.days))


def mails(topic):
    sent = sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications
    return [(subject, json.loads(text)) for _, text, subject, *_ in sent]


def test_from_the_announcement_to_the_undo(topic, table, clock, iam):
    announced = app.lambda_handler({}, None)
    assert (announced["announced"], announced["brake"], announced["disabled"]) == (2, "", 0)
    subject, forms = mails(topic)[-1]
    assert subject == f"Quarantine in {ACCOUNT}: 2 announced"
    assert (
        "  role deploy  [123456789012:role:AROADEPLOY]\n    on 2026-12-04 or later; last used on 2025-10-16"
        in forms["email"]
    )
    assert [each["step"] for each in json.loads(forms["default"])["entries"]] == ["announced"] * 2

    clock.move_to(NOON + timedelta(days=14, minutes=1))
    listen(table, NOON + timedelta(days=14))
    first = app.lambda_handler({}, None)
    assert (first["disabled"], first["held"], first["brake"]) == (1, 0, "")
    clock.move_to(NOON + timedelta(days=15))
    listen(table, NOON + timedelta(days=15))
    assert app.lambda_handler({}, None)["disabled"] == 1

    assert [
        each["PolicyName"] for each in iam.list_attached_role_policies(RoleName="deploy")["AttachedPolicies"]
    ] == ["AWSDenyAll"]
    assert {
        each["AccessKeyId"]: each["Status"]
        for each in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
    } == {"AKIAEXAMPLEALICE0001": "Inactive", "AKIAEXAMPLEALICE0002": "Active"}
    assert "undo: lastseen restore 123456789012:role:AROADEPLOY" in mails(topic)[-1][1]["email"]
    Reporter.from_env(os.environ).report(NOON + timedelta(days=15, hours=1))
    (section,) = (each for each in mails(topic)[-1][1]["email"].split("\n\n") if each.startswith("QUARANTINE"))
    assert section.splitlines() == [
        "QUARANTINE: 2 disabled now",
        "- disabled on 2026-12-04: access key AKIAEXAMPLEALICE0001 of user alice; undo: lastseen restore "
        + KEY,
        "- disabled on 2026-12-05: role deploy; undo: lastseen restore " + ROLE,
    ]
    for who, undo in (("deploy", ROLE), ("alice", KEY)):
        shown = ask("who", who, "--table", "activity").stdout
        assert f"undo lastseen restore {undo}" in " ".join(shown.split())
        told, *_ = ask("who", who, "--table", "activity", "--json").stdout.splitlines()
        assert [each["finding_id"] for each in json.loads(told)["quarantine"]] == [undo]


def test_a_tracker_that_does_not_listen_leaves_the_account_and_says_why(topic, clock, caplog):
    clock.move_to(NOON + timedelta(days=5))
    answer = app.lambda_handler({}, None)

    assert answer["brake"].startswith("events do not arrive as they should: No events from this account since")
    assert (answer["announced"], answer["mode"], mails(topic)) == (0, "enforce", [])
    assert "account left" in [record.message for record in caplog.records]


@pytest.mark.parametrize(
    ("environ", "rules"),
    [
        ({"MODE": "plan"}, Rules()),
        (
            {"MODE": "enforce", "GRACE_DAYS": "30", "MAX_PER_RUN": "2"},
            Rules(Mode.ENFORCE, timedelta(days=30), 2),
        ),
    ],
)
def test_the_rules_are_settings(environ, rules):
    assert app.rules_from_env(environ) == rules


@pytest.mark.parametrize(
    "environ", [{}, {"MODE": "on"}, {"MODE": "plan", "GRACE_DAYS": "0"}, {"MODE": "plan", "MAX_PER_RUN": "0"}]
)
def test_what_cannot_be_read_stops_the_function(environ):
    with pytest.raises(settings.BadSetting):
        app.rules_from_env(environ)
