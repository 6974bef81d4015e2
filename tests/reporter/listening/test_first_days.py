"""The first days of a stack whose forwarders come an hour after it: nobody is alarmed."""

import json
from datetime import timedelta

import boto3
import pytest
import time_machine
from builders import ACCOUNT, NOON, activity

from lastseen.demo.local_aws import enable
from reporter.app import lambda_handler

HOUR = 3600
REGIONS = "eu-west-1", "us-east-1"
FORWARDED = 1  # Hours after the first look.


@pytest.fixture
def look(topic, dynamodb, capsys):
    """The reporter's, some hours after the first; answers the metric TrackerSilent."""
    for each in ("coverage", "canary"):
        key = {"principal": {"S": each}, "facet": {"S": f"{ACCOUNT}#eu-west-1"}}
        dynamodb.delete_item(TableName="activity", Key=key)
    boto3.setup_default_session()
    enable(boto3.DEFAULT_SESSION, REGIONS)

    def look(hours, *, publish=False):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            lambda_handler({"publish": publish}, None)
        lines = map(json.loads, capsys.readouterr().out.splitlines())
        (told,) = [line["TrackerSilent"] for line in lines if "TrackerSilent" in line]
        return told

    return look


def come(table, principal, hours):
    for region in REGIONS:
        table.record(activity(int(hours * HOUR), principal=principal, facet=f"{ACCOUNT}#{region}"))


def test_nobody_is_alarmed_and_the_mail_says_since_when_events_come(look, table, sent):
    told = [look(0)]
    come(table, "coverage", FORWARDED)
    told += [look(2, publish=True)]
    for hours in (24, 48):
        come(table, "canary", hours - 22)
        told += [look(hours)]

    assert told == 4 * [[0.0]]
    ((subject, text),) = sent()
    assert "ARRIVING" not in subject
    assert "\nListening since 20 November 2026 13:00 UTC (1 hour).\n" in text


def test_test_calls_of_before_the_forwarders_alarm_nobody_a_day_later(look, table):
    told = [look(0)]
    come(table, "coverage", FORWARDED)
    come(table, "coverage", 23)
    told += [look(24)]
    come(table, "canary", 24)
    come(table, "coverage", 47)
    told += [look(48)]

    assert told == 3 * [[0.0]]


def test_forwarders_that_leave_out_reads_are_told_a_day_after_their_first_test_call(look, table):
    told = [look(0)]
    come(table, "coverage", FORWARDED)
    come(table, "coverage", 23)
    told += [look(24)]
    come(table, "coverage", 47)
    told += [look(48)]

    assert told == [[0.0], [0.0], [1.0]]


def test_a_stack_that_gets_nothing_at_all_is_told_after_a_day(look):
    assert [look(hours) for hours in (0, 2, 24)] == [[0.0], [0.0], [1.0]]
