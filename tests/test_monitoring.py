"""The dashboard and the alarms, held together with the metrics that the code emits."""

import json
import math
import re

import boto3
import pytest
from alarms import ALARMS, ALWAYS, RESOURCES, is_alarming, warm_up
from botocore.validate import ParamValidator
from builders import ACCOUNT, ROOT, envelope, message, record
from logfiles import key, log
from notifying import by_s3

from ingest import app as ingest
from ingest import logs
from lastseen.demo.account import Person, make_account
from reporter import app as reporter

BODY, MORE = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
# The alarms of log files and of an organization are there only with these.
WHOLE, LEAST = BODY, BODY
for name, chosen in MORE.items():
    _, lines, nothing = chosen["Fn::If"]
    WHOLE, LEAST = WHOLE.replace(f"${{{name}}}", lines["Fn::Sub"]), LEAST.replace(f"${{{name}}}", nothing)
BOARD = json.loads(WHOLE)


@pytest.fixture
def emitted(aws, table, trail, monkeypatch, capsys):
    """(metric, dimension, its value) of all that the functions emit."""
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    monkeypatch.setenv("REPORT_TOPIC_ARN", aws("sns").create_topic(Name="reports")["TopicArn"])
    make_account(
        aws("iam"), [Person("alice", "AIDAALICE", 500, 100)], [], now=reporter.datetime.now(reporter.UTC)
    )
    foreign = {"type": "AWSAccount", "accountId": "999999999999"}
    for event in (envelope(), envelope(record(foreign))):
        ingest.lambda_handler(event, None)
    aws("s3").create_bucket(Bucket="trail")
    aws("s3").put_object(Bucket="trail", Key=key(), Body=log(record()))
    monkeypatch.setenv("LOG_BUCKET", "trail")
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", "https://none")
    bodies = by_s3(key()), by_s3(key(kind="CloudTrail-Digest"))
    batch = {"Records": [message(f"m{number}", body) for number, body in enumerate(bodies)]}
    assert logs.lambda_handler(batch, None) == {"batchItemFailures": []}
    reporter.lambda_handler({}, None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = set()
    for line in lines:
        for told in line["_aws"]["CloudWatchMetrics"]:
            assert told["Namespace"] == "LastActivity"
            ((dimension,),) = told["Dimensions"]
            found |= {(each["Name"], dimension, line[dimension]) for each in told["Metrics"]}
    # Tests of their own: tests/awakened, tests/reporter/organization.
    for file, service in (("awakened/app.py", "awakened"), ("reporter/organization/steps.py", "reporter")):
        for name in re.findall(r'add_metric\("(\w+)"', (ROOT / file).read_text()):
            found.add((name, "service", service))
    return found


def shown():
    """(namespace, metric, dimension, value) of each line of each widget."""
    for widget in BOARD["widgets"]:
        for line in widget["properties"].get("metrics", []):
            if isinstance(line[0], str):
                yield tuple(line[:4])


def test_every_widget_shows_what_the_code_emits_and_all_of_it_is_shown(emitted):
    ours = {line[1:] for line in shown() if line[0] == "LastActivity"}
    searched = re.findall(r"\{LastActivity,(\w+)\} MetricName=\"(\w+)\"", json.dumps(BOARD).replace('\\"', '"'))

    assert ours <= emitted
    assert {(name, dimension) for name, dimension, _ in emitted} == {
        *((name, dimension) for name, dimension, _ in ours),
        *((name, dimension) for dimension, name in searched),
    }


def test_every_widget_of_aws_names_a_resource_of_the_stack():
    for namespace, _, dimension, value in (line for line in shown() if line[0] != "LastActivity"):
        logical = re.fullmatch(r"\$\{(\w+)(\.QueueName)?\}", value)[1]
        kind = {"AWS/SQS": "AWS::SQS::Queue", "AWS/Lambda": "AWS::Serverless::Function"}
        assert RESOURCES[logical]["Type"] == kind.get(namespace, "AWS::DynamoDB::Table")
        assert dimension in ("QueueName", "FunctionName", "TableName")


def test_the_widgets_do_not_overlap():
    cells = [
        (x, y)
        for widget in BOARD["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_every_alarm_is_on_the_dashboard():
    for body, names in ((WHOLE, ALARMS), (LEAST, ALWAYS)):
        widgets = json.loads(body)["widgets"]
        (board,) = [each["properties"]["alarms"] for each in widgets if each["type"] == "alarm"]

        assert sorted(board) == sorted(f"${{{name}.Arn}}" for name in names)


@pytest.mark.parametrize("name", MORE)
def test_an_alarm_is_on_the_dashboard_only_where_it_is_made(name):
    condition, lines, _ = MORE[name]["Fn::If"]

    for alarm in re.findall(r"\$\{(\w+)\.Arn\}", lines["Fn::Sub"]):
        assert RESOURCES[alarm]["Condition"] == condition


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_goes_to_the_topic_and_says_what_to_do(name):
    alarm = ALARMS[name]

    assert alarm["AlarmActions"] == [{"Ref": "ReportTopic"}]
    assert alarm.get("OKActions", alarm["AlarmActions"]) == alarm["AlarmActions"]
    assert 60 < len(alarm["AlarmDescription"]) <= 1024
    assert alarm["AlarmDescription"].endswith(f" See docs/runbook.md, {name}.")
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= (86_400 if alarm["Period"] < 3600 else 604_800)


def test_an_alarm_of_ours_watches_what_the_code_emits(emitted):
    for alarm in ALARMS.values():
        if alarm["Namespace"] == "LastActivity":
            ((dimension,),) = [alarm["Dimensions"]]
            assert (alarm["MetricName"], dimension["Name"], dimension["Value"]) in emitted


def test_silence_is_alarming_only_where_something_must_always_come():
    breaching = {name for name, alarm in ALARMS.items() if alarm["TreatMissingData"] == "breaching"}

    assert breaching == {"NoEventsAlarm", "ReporterMissedAlarm"}


def hours_until(alarm, runs, reach, end):
    """At which hours it goes off, of a metric that has a point for each of the `runs`, by their hours."""
    a_period = alarm["Period"] // 3600
    for hour in range(a_period * reach, end):
        periods = [range(hour - a_period * back, hour - a_period * (back - 1)) for back in range(reach, 0, -1)]
        points = [sum(run in period for run in runs) or None for period in periods]
        if is_alarming(alarm, points, reach):
            yield hour


# How far back CloudWatch looks, it does not say; its example has 5 for 3 periods.
REACHES = [lambda periods: periods, lambda periods: periods + 2, lambda periods: math.ceil(periods * 5 / 3)]


@pytest.mark.parametrize(
    "reach", [reach(ALARMS["ReporterMissedAlarm"]["EvaluationPeriods"]) for reach in REACHES]
)
@pytest.mark.parametrize("late", [0, 2], ids=["on time", "some late"])
def test_a_reporter_that_no_longer_runs_is_missed_within_two_days_and_one_that_runs_is_not(reach, late):
    runs = [24 * day + 7 + (late if day % 3 == 0 else 0) for day in range(10)]
    alarm = ALARMS["ReporterMissedAlarm"]

    first = next(hours_until(alarm, runs, reach, end=24 * 14))
    assert 24 + late < first - runs[-1] <= 48


def points_of_a_new_stack(alarm, hours, come_at):
    """What it looks at when the stack is `hours` old, and something came at the hours `come_at` of its age."""
    periods = range(hours - alarm["EvaluationPeriods"], hours)
    return [1 if hour in come_at else None for hour in periods]


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
@pytest.mark.parametrize("name", ALARMS)
def test_no_alarm_goes_off_while_a_new_stack_has_no_data_at_all(name, minute):
    """Until all of the time that it looks at is of the stack's own: an hour more, for metrics that come late."""
    alarm = ALARMS[name]
    a_period, periods = alarm["Period"] // 60, alarm["EvaluationPeriods"]
    ages = range(minute, a_period * periods + 60, 60)

    assert not any(is_alarming(alarm, [None] * periods, periods, age) for age in ages)


@pytest.mark.parametrize(
    ("name", "come_at"),
    [
        pytest.param("NoEventsAlarm", range(1, 100), id="forwarders an hour after the deployment"),
        pytest.param("ReporterMissedAlarm", [24, 48, 72], id="the first daily look a day after it"),
        pytest.param("ReporterMissedAlarm", [0, 24, 48, 72], id="the first look within the hour"),
    ],
)
def test_a_new_stack_that_does_its_work_raises_no_alarm(name, come_at):
    alarm = ALARMS[name]
    ages = range(1, 96)
    alarms = [
        hours
        for hours in ages
        if is_alarming(
            alarm, points_of_a_new_stack(alarm, hours, come_at), alarm["EvaluationPeriods"], hours * 60
        )
    ]

    assert alarms == []


@pytest.mark.parametrize(("name", "hours"), [("NoEventsAlarm", 7), ("ReporterMissedAlarm", 29)])
def test_a_new_stack_of_which_nothing_works_raises_an_alarm_soon(name, hours):
    alarm = ALARMS[name]
    nothing = [None] * alarm["EvaluationPeriods"]

    assert is_alarming(alarm, nothing, alarm["EvaluationPeriods"], hours * 60 + 1)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarms_settings_are_those_of_cloudwatch(name):
    """cfn-lint does not look at those that it does not know yet."""
    taken = boto3.client("cloudwatch").meta.service_model.operation_model("PutMetricAlarm").input_shape
    names = {"AlarmActions": ["x"], "OKActions": ["x"], "Dimensions": [{"Name": "x", "Value": "x"}]}
    asked = ALARMS[name] | {each: value for each, value in names.items() if each in ALARMS[name]}

    assert ParamValidator().validate(asked | {"AlarmName": name}, taken).generate_report() == ""
    assert warm_up(ALARMS[name]) <= 2880


def test_with_days_for_periods_it_would_be_missed_after_four():
    runs = [24 * day + 7 for day in range(10)]
    daily = ALARMS["ReporterMissedAlarm"] | {"Period": 86_400, "EvaluationPeriods": 2}

    first = next(hours_until(daily, runs, reach=4, end=24 * 20))
    assert first - runs[-1] > 72


def test_an_alarm_that_counts_what_is_missing_counts_it_by_the_hour():
    assert {each["Period"] for each in ALARMS.values() if each["TreatMissingData"] == "breaching"} == {3600}


def test_every_queue_that_holds_what_failed_has_an_alarm():
    watched = {
        each["Value"]["Fn::GetAtt"][0]
        if isinstance(each["Value"], dict) and "Fn::GetAtt" in each["Value"]
        else ""
        for alarm in ALARMS.values()
        for each in alarm["Dimensions"]
    }
    failed = {name for name, each in RESOURCES.items() if each["Type"] == "AWS::SQS::Queue" and "Dead" in name}

    assert failed <= {name.partition(".")[0] for name in watched}


def test_cloudwatch_takes_the_dashboard(aws):
    body = re.sub(r"\$\{[\w:.]+\}", "x", WHOLE)
    client = boto3.client("cloudwatch")
    client.put_dashboard(DashboardName=f"d-{ACCOUNT}", DashboardBody=body)

    assert json.loads(client.get_dashboard(DashboardName=f"d-{ACCOUNT}")["DashboardBody"])["widgets"]
