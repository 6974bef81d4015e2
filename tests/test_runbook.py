"""What docs/runbook.md has people do: its log filters, on lines as Lambda and the functions write them."""

import io
import json
import re

import pytest
from aws_lambda_powertools import Logger
from builders import ACCOUNT, NOON, ROOT, activity

from reporter.listening.canaries import noted

PAGE = (ROOT / "docs" / "runbook.md").read_text()
FILTERS = re.findall(
    r"(?s)filter-log-events --log-group-name \"\$\(name (\w+)\)\".*?--filter-pattern '(.+?)'", PAGE
)
TERM = r'\$(?P<path>(?:\.\w+)+) = "(?P<value>[^"]*)"'


def finds(pattern, line):
    """As CloudWatch Logs filters JSON, for terms that are equal, one of which has to hold.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """
    terms = pattern.removeprefix("{").removesuffix("}").split(" || ")
    assert pattern == f"{{{' || '.join(terms)}}}"
    return any(holds(re.fullmatch(TERM, term), json.loads(line)) for term in terms)


def holds(term, found):
    for name in term["path"].split(".")[1:]:
        found = found.get(name) if isinstance(found, dict) else None
    return found == term["value"]


def said(level, message):
    """By the functions themselves."""
    stream = io.StringIO()
    getattr(Logger(service=f"runbook {level}", stream=stream), level)(message)
    return stream.getvalue()


def platform(kind, **record):
    """By Lambda: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html"""
    return json.dumps(
        {"time": "2026-11-23T03:12:00.000Z", "type": f"platform.{kind}", "record": {"requestId": "r"} | record}
    )


TROUBLE = {
    "error": said("error", "unreadable"),
    "warning": said("warning", "left in the queue"),
    # As AWS's runtime client for Python writes what no function caught.
    "exception": json.dumps(
        {
            "timestamp": "2026-11-23T03:12:00Z",
            "level": "ERROR",
            "errorMessage": "ACTIVITY_TABLE is not set",
            "errorType": "BadSetting",
            "requestId": "r",
            "stackTrace": [],
        }
    ),
    "timeout": platform("report", status="timeout", metrics={"durationMs": 60000.0}),
    "out of memory": platform(
        "report", status="error", errorType="Runtime.OutOfMemory", metrics={"maxMemoryUsedMB": 512}
    ),
    "not begun": platform("initReport", status="error", phase="init", initializationType="on-demand"),
    "Lambda's own failure": platform("report", status="failure", metrics={"durationMs": 1.0}),
}
NO_TROUBLE = {
    "information": said("info", "ERROR, timeout: words of no consequence"),
    "begin": platform("start", version="$LATEST"),
    "end": platform("report", status="success", metrics={"durationMs": 12.5}),
}


def test_the_log_of_each_function_is_filtered():
    assert {group for group, _ in FILTERS} == {"AwakenedLogs", "IngestLogs", "LogLogs", "ReporterLogs"}
    assert len(FILTERS) == PAGE.count("filter-log-events")


@pytest.mark.parametrize("name", TROUBLE)
@pytest.mark.parametrize("pattern", {pattern for _, pattern in FILTERS})
def test_a_filter_finds_what_went_wrong(pattern, name):
    assert finds(pattern, TROUBLE[name])


@pytest.mark.parametrize("name", NO_TROUBLE)
@pytest.mark.parametrize("pattern", {pattern for _, pattern in FILTERS})
def test_a_filter_finds_nothing_else(pattern, name):
    assert not finds(pattern, NO_TROUBLE[name])


def test_the_alarm_of_a_region_that_was_given_up_ends_by_the_command_for_it(table, dynamodb):
    (key,) = re.findall(r"(?s)delete-item .*?--key '(.+?)'", PAGE)
    here, there = f"{ACCOUNT}#eu-west-1", f"{ACCOUNT}#us-east-1"
    for principal in ("coverage", "canary"):
        table.record(activity(0, principal=principal, facet=here))
        table.record(activity(-40 * 86_400, principal=principal, facet=there))
    table.replace(activity(0, principal="canary-sent", facet=here))
    table.replace(activity(0, first=-39 * 86_400, principal="canary-sent", facet=there))
    assert len(noted(table, NOON)[ACCOUNT].warnings(NOON)) == 1

    named = key.replace("ACCOUNT", ACCOUNT).replace("REGION", "us-east-1")
    dynamodb.delete_item(TableName="activity", Key=json.loads(named))

    coverage = noted(table, NOON)[ACCOUNT]
    assert coverage.warnings(NOON) == ()
    assert next(coverage.notes(NOON)).startswith(
        "No events from us-east-1 since 11 October 2026: activity there"
    )


def test_a_filter_fits_cloudwatchs_limit():
    assert max(len(pattern) for _, pattern in FILTERS) <= 1024
