"""For each alarm of the template the trouble that it is for, and what it watches then: over its threshold.

The local server has no metrics of SQS; a queue's own attributes stand for them. It reads no metrics out of logs, so
that what a function printed stands for those of LastActivity. Of some only a part is tried:

- UndeliveredAlarm: the server's EventBridge has no dead letters; a message is put there by hand.
- UnannouncedAlarm: a record of the stream is tried for twelve hours before; a message is put there by hand. What cannot
  be read comes there at once: tests/e2e/test_awakened.py.
- LateAlarm, LogLateAlarm, NoEventsAlarm: that messages wait in, or are sent to, the queue that they watch; not half an hour or six.
- ReporterMissedAlarm: that a run is counted, and none would be too few; not more than a day.

Those of an organization: that a run fails, tests/e2e/organization_permissions.py; what AccountsLostAlarm watches,
tests/reporter/organization/test_steps.py.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from builders import ROOT
from e2e.paths import flag_what_is_gone
from e2e.server import eventually
from e2e.stack import Queue
from samtranslator.yaml_helper import yaml_parse

ALARMS = {
    name: each["Properties"]
    for name, each in yaml_parse((ROOT / "template.yaml").read_text())["Resources"].items()
    if each["Type"] == "AWS::CloudWatch::Alarm" and each.get("Condition") != "HasMembers"
}
OVER = {
    "GreaterThanThreshold": lambda value, limit: value > limit,
    "LessThanThreshold": lambda value, limit: value < limit,
}


@pytest.fixture
def is_over():
    return lambda name, value: OVER[ALARMS[name]["ComparisonOperator"]](value, ALARMS[name]["Threshold"])


@pytest.fixture
def queue(stack, server):
    """That the alarm's own dimension names, as it is deployed."""
    deployed = server.client("cloudwatch")

    def queue(name):
        (alarm,) = deployed.describe_alarms(AlarmNames=[stack.resources[name]])["MetricAlarms"]
        ((dimension,),) = [alarm["Dimensions"]]
        assert dimension["Name"] == "QueueName"
        url = server.client("sqs").get_queue_url(QueueName=dimension["Value"])["QueueUrl"]
        return Queue(server.client("sqs"), f"x:{url.rpartition('/')[2]}")

    return queue


@pytest.fixture
def metric(stack, server):
    """The sum that the server has of what the alarm watches, for the last minutes."""

    def metric(name):
        (alarm,) = server.client("cloudwatch").describe_alarms(AlarmNames=[stack.resources[name]])[
            "MetricAlarms"
        ]
        now = datetime.now(UTC)
        points = server.client("cloudwatch").get_metric_statistics(
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Dimensions=alarm["Dimensions"],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    return metric


def invoke(server, stack, function, event):
    name = stack.resources[function]
    return server.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())


def visible(queue):
    return int(queue.attributes()["ApproximateNumberOfMessages"])


def test_unrecorded_a_message_that_cannot_be_read_is_counted_in_the_queue_of_the_alarm(stack, queue, is_over):
    dead, before = queue("UnrecordedAlarm"), stack.queue().attributes()["VisibilityTimeout"]
    dead.client.purge_queue(QueueUrl=dead.url)
    assert not is_over("UnrecordedAlarm", visible(dead))
    stack.queue().set(VisibilityTimeout="2")
    try:
        stack.queue().send(["this is no JSON"])
        eventually(lambda: is_over("UnrecordedAlarm", visible(dead)), "the message is dead", within=90)
    finally:
        stack.queue().set(VisibilityTimeout=before)

    assert dead.take() == ["this is no JSON"]


@pytest.mark.parametrize("name", ["UndeliveredAlarm", "UnannouncedAlarm", "LogUnrecordedAlarm"])
def test_one_dead_letter_is_over_the_threshold_of_its_alarm(queue, is_over, name):
    dead = queue(name)
    assert not is_over(name, visible(dead))

    dead.send(["what could not be delivered"])

    assert is_over(name, visible(dead))
    dead.take()


def test_late_what_ingest_does_not_take_waits_in_the_queue_of_the_alarm(stack, queue):
    waiting = queue("LateAlarm")
    stack.turn_mapping(on=False)
    try:
        waiting.send(["{}"])
        assert visible(waiting) == 1
        waiting.take()
    finally:
        stack.turn_mapping(on=True)

    assert waiting.url == queue("NoEventsAlarm").url == stack.queue().url


def test_log_late_what_the_log_function_does_not_take_waits_in_the_queue_of_the_alarm(stack, queue):
    waiting = queue("LogLateAlarm")
    stack.turn_mapping("LogFunction", on=False)
    waiting.send([json.dumps({"Event": "s3:TestEvent"})])

    assert visible(waiting) == 1
    stack.turn_mapping("LogFunction", on=True)
    eventually(waiting.is_empty, "it is taken", within=60)


def test_ingest_errors_a_run_that_fails_is_counted(server, stack, metric, is_over):
    before = metric("IngestErrorsAlarm")

    assert "FunctionError" in invoke(server, stack, "IngestFunction", {"no": "envelope"})
    assert is_over("IngestErrorsAlarm", metric("IngestErrorsAlarm") - before)


def test_reporter_errors_a_run_that_fails_is_counted(server, stack, metric, is_over):
    """It is deployed without the name of its table."""
    functions, name = server.client("lambda"), stack.resources["ReporterFunction"]
    settings = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    before = metric("ReporterErrorsAlarm")
    functions.update_function_configuration(
        FunctionName=name,
        Environment={"Variables": {k: v for k, v in settings.items() if k != "ACTIVITY_TABLE"}},
    )
    try:
        assert "FunctionError" in invoke(server, stack, "ReporterFunction", {"publish": False})
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": settings})

    assert is_over("ReporterErrorsAlarm", metric("ReporterErrorsAlarm") - before)


def test_reporter_missed_each_run_is_counted_and_none_is_below_the_threshold(server, stack, metric, is_over):
    before = metric("ReporterMissedAlarm")

    invoke(server, stack, "ReporterFunction", {"publish": False})

    assert not is_over("ReporterMissedAlarm", metric("ReporterMissedAlarm") - before)
    assert is_over("ReporterMissedAlarm", 0)


def test_not_remembered_what_the_reporter_may_not_write_is_in_the_metric_of_the_alarm(server, stack, is_over):
    before = len(printed(server, stack))
    (write,) = [each for each in stack.permissions("ReporterRole") if each[0] == "dynamodb:UpdateItem"]
    with stack.without("ReporterRole", write):
        invoke(server, stack, "ReporterFunction", {})
    said = eventually(lambda: printed(server, stack)[before:], "the metric is in the log", within=20)

    assert is_over("NotRememberedAlarm", said[-1][ALARMS["NotRememberedAlarm"]["MetricName"]][0])


def test_events_not_sent_what_eventbridge_refuses_is_in_the_metric_of_the_alarm(server, stack, is_over):
    flag_what_is_gone(stack)
    before = len(printed(server, stack))
    (put,) = [each for each in stack.permissions("ReporterRole") if each[0] == "events:PutEvents"]
    with stack.without("ReporterRole", put):
        invoke(server, stack, "ReporterFunction", {})
    said = eventually(lambda: printed(server, stack)[before:], "the metric is in the log", within=20)

    assert is_over("EventsNotSentAlarm", said[-1][ALARMS["EventsNotSentAlarm"]["MetricName"]][0])


def test_silent_a_trail_that_was_stopped_is_in_the_metric_of_the_alarm(server, stack, is_over):
    server.client("cloudtrail").stop_logging(Name="all")
    try:
        invoke(server, stack, "ReporterFunction", {"publish": False})
        said = eventually(lambda: printed(server, stack), "the metric is in the log", within=20)
    finally:
        server.client("cloudtrail").start_logging(Name="all")

    assert is_over("SilentAlarm", said[-1][ALARMS["SilentAlarm"]["MetricName"]][0])
    assert said[-1]["service"] == ALARMS["SilentAlarm"]["Dimensions"][0]["Value"]


def printed(server, stack):
    """The metrics that the reporter printed, oldest first."""
    logs, group = server.client("logs"), stack.resources["ReporterLogs"]
    lines = [each["message"] for each in logs.filter_log_events(logGroupName=group)["events"]]
    return [json.loads(line) for line in lines if line.startswith("{") and '"TrackerSilent"' in line]


def test_every_alarm_has_its_test():
    text = (ROOT / "tests" / "e2e" / "test_alarms.py").read_text()

    assert [name for name in ALARMS if f'"{name}"' not in text] == []
