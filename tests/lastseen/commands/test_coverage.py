"""`lastseen coverage` beside the reporter's looks: the mail, the metric and the alarm say the same."""

import json
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
import time_machine
from asking import ask
from builders import ACCOUNT, NOON, activity

from lastseen.demo.local_aws import enable
from reporter.inventory.account import Gap
from reporter.listening.canaries import Canaries
from reporter.listening.coverage import TRAILS
from reporter.run import Reporter

DAY = 86400


def look(table, at, *, enabled_regions=("eu-west-1", "us-east-1")):
    """The reporter's, as it is scheduled; answers its report."""
    boto3.setup_default_session()
    if enabled_regions:
        enable(boto3.DEFAULT_SESSION, enabled_regions)
    topic = boto3.client("sns").create_topic(Name="reports")["TopicArn"]
    environ = {"ACTIVITY_TABLE": "activity", "REPORT_TOPIC_ARN": topic}
    reporter = Reporter.from_env(environ)
    impatient = replace(reporter.sources.iam, pause=lambda _: None)
    reporter = replace(reporter, sources=replace(reporter.sources, iam=impatient))
    with time_machine.travel(at, tick=False):
        return reporter.report(at, publishes=False).report


def sent_since(ago, region):
    """By daily looks, until yesterday."""
    return activity(-DAY, first=-ago, principal="canary-sent", facet=f"{ACCOUNT}#{region}")


def come(table, principal, region, days_ago=0):
    table.record(activity(-days_ago * DAY, first=-50 * DAY, principal=principal, facet=f"{ACCOUNT}#{region}"))


def all_is_well(table, aws):
    for region in ("eu-west-1", "us-east-1"):
        come(table, "coverage", region)
        come(table, "canary", region)


def the_trail_was_stopped(table, aws):
    all_is_well(table, aws)
    aws("cloudtrail").stop_logging(Name="all")


def the_trail_logs_one_region(table, aws):
    all_is_well(table, aws)
    aws("cloudtrail").update_trail(Name="all", IsMultiRegionTrail=False)


def nothing_ever_came(table, aws):
    pass


def one_region_fell_silent(table, aws):
    come(table, "coverage", "us-east-1")
    come(table, "canary", "us-east-1")
    come(table, "coverage", "eu-west-1", 5)
    come(table, "canary", "eu-west-1", 5)


def one_region_sends_no_reads(table, aws):
    come(table, "coverage", "us-east-1")
    come(table, "canary", "us-east-1")
    come(table, "coverage", "eu-west-1")


def all_regions_fell_silent(table, aws):
    for region in ("eu-west-1", "us-east-1"):
        come(table, "coverage", region, 5)
        come(table, "canary", region, 5)


@pytest.mark.parametrize("enabled_regions", [("eu-west-1", "us-east-1"), ()], ids=["listed", "unlisted"])
@pytest.mark.parametrize(
    ("happened", "missing"),
    [
        (all_is_well, None),
        (the_trail_was_stopped, 0),
        (the_trail_logs_one_region, 0),
        (nothing_ever_came, 2),
        (one_region_fell_silent, 1),
        (one_region_sends_no_reads, 1),
        (all_regions_fell_silent, 2),
    ],
)
def test_coverage_says_what_mail_and_alarm_say(table, aws, trail, happened, missing, enabled_regions):
    """By the table alone, all of it: each sentence, and whether events arrive."""
    for region in ("eu-west-1", "us-east-1"):
        table.replace(sent_since(3 * DAY, region))
    happened(table, aws)
    report = look(table, NOON, enabled_regions=enabled_regions)
    told = ask("coverage").stdout

    sentences = *report.warnings, *report.coverage.notes(NOON)
    assert all(f"\n{line}\n" in told for line in sentences)
    assert bool(report.warnings) is (missing is not None)
    is_of_trails = happened in (the_trail_was_stopped, the_trail_logs_one_region)
    as_of = "\nWhat is said of CloudTrail's trails is as of 20 November 2026 12:00 UTC, by the reporter.\n"
    assert (as_of in told) is is_of_trails
    in_all = {None: "Events are missing from 0 of 2 regions.", 0: "EVENTS NOT ARRIVING."}
    assert f"\n\n{in_all.get(missing, f'EVENTS NOT ARRIVING from {missing} of 2 regions.')}\n" in told
    lines = map(json.loads, ask("coverage", "--json").stdout.splitlines())
    assert [each["warnings"] for each in lines] == 2 * [list(report.warnings)]


def test_coverage_says_what_could_not_be_checked(table, aws, trail):
    look(table, NOON - timedelta(days=1))
    Canaries.of(table).note(ACCOUNT, NOON, Gap(TRAILS, "AccessDenied"))

    assert "\nNot checked: the trails of CloudTrail: AccessDenied\n" in ask("coverage").stdout
