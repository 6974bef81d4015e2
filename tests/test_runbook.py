"""The log filters of docs/runbook.md, tried on lines as Lambda and the functions write them."""

import io
import json
import re

import pytest
from aws_lambda_powertools import Logger
from builders import ROOT

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
    assert {group for group, _ in FILTERS} == {"AwakenedLogs", "IngestLogs", "ReporterLogs"}
    assert len(FILTERS) == PAGE.count("filter-log-events")


@pytest.mark.parametrize("name", TROUBLE)
@pytest.mark.parametrize("pattern", {pattern for _, pattern in FILTERS})
def test_a_filter_finds_what_went_wrong(pattern, name):
    assert finds(pattern, TROUBLE[name])


@pytest.mark.parametrize("name", NO_TROUBLE)
@pytest.mark.parametrize("pattern", {pattern for _, pattern in FILTERS})
def test_a_filter_finds_nothing_else(pattern, name):
    assert not finds(pattern, NO_TROUBLE[name])


def test_a_filter_fits_cloudwatchs_limit():
    assert max(len(pattern) for _, pattern in FILTERS) <= 1024
