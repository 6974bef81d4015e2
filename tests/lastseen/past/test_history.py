"""CloudTrail's Event History into a table. moto has no LookupEvents: botocore is answered in its place."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import boto3
import botocore.handlers
import pytest
from asking import ask
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from builders import ALICE, record

from ingest.unpacking import UnreadableFile
from lastseen.casefile.file import CaseFile
from lastseen.casefile.table import CaseTable
from lastseen.past.history import History

LOOKUP = "before-call.cloudtrail.LookupEvents"
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


def event(second, **more):
    at = f"2026-11-20T12:{second // 60:02}:{second % 60:02}Z"
    made = record(eventTime=at, eventID=f"{second}", **more)
    return {"EventTime": datetime.fromisoformat(at), "CloudTrailEvent": json.dumps(made)}


@pytest.fixture
def waits(monkeypatch):
    """How long it waits before each next request; nobody waits."""
    pauses = []
    monkeypatch.setattr("lastseen.past.history.time.sleep", pauses.append)
    monkeypatch.setattr("lastseen.past.history.time.monotonic", lambda: 0.0)
    return pauses


@pytest.fixture
def history(monkeypatch, waits):
    """Sets the pages of each region, or an error in place of one; answers with what was asked."""
    asked = []

    def answer(**pages):
        by_region = {name.replace("_", "-"): each for name, each in pages.items()}

        def before(params, context, request_signer, **_):
            region = request_signer._region_name
            given = params["body"] if isinstance(params["body"], dict) else json.loads(params["body"])
            asked.append((region, given))
            number = int(given.get("NextToken", "0"))
            page = by_region[region][number]
            if isinstance(page, Exception):
                raise page
            more = {"NextToken": str(number + 1)} if number + 1 < len(by_region[region]) else {}
            return AWSResponse("", 200, {}, None), {"Events": page, **more}

        hooked = [*botocore.handlers.BUILTIN_HANDLERS, (LOOKUP, before)]
        monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", hooked)
        return asked

    return answer


@pytest.fixture
def case(tmp_path):
    return tmp_path / "case.sqlite"


def replay(case, *words, **environment):
    return ask(
        "replay", "--event-history", "--db", str(case), *words, now=NOW, ACTIVITY_TABLE="", **environment
    )


def sighted(case):
    with closing(CaseFile(case)) as file:
        return {facet: item.activity for (_, facet), item in CaseTable(file).items_of(ALICE).items()}


def refused(code):
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "LookupEvents")


def test_all_pages_of_the_sessions_region_are_read_without_a_bucket(history, case, waits):
    asked = history(us_east_1=[[event(120), event(60)], [event(30)], []])
    done = replay(case)

    assert (done.exit_code, done.stderr) == (0, "")
    assert "        1 region of Event History read\n        3 records read, of which" in done.stdout
    assert sighted(case)["ID#AIDAALICE"].first_seen == datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
    assert [(each["MaxResults"], each.get("NextToken")) for _, each in asked] == [
        (50, None),
        (50, "1"),
        (50, "2"),
    ]
    assert waits == [0.5, 0.5]


def test_each_region_that_is_named_is_asked_once(history, case):
    asked = history(eu_west_1=[[event(1)]], us_east_1=[[event(2, awsRegion="us-east-1")]])
    words = ("--event-region", "us-east-1", "--event-region", "eu-west-1", "--event-region", "us-east-1")
    done = replay(case, *words)

    assert "        2 regions of Event History read\n        2 records read" in done.stdout
    assert [region for region, _ in asked] == ["eu-west-1", "us-east-1"]


def test_the_region_option_names_the_one(history, case):
    asked = history(eu_central_1=[[]])
    assert replay(case, "--region", "eu-central-1").exit_code == 0
    assert [region for region, _ in asked] == ["eu-central-1"]


def test_times_are_asked_of_cloudtrail(history, case):
    ((_, asked),) = (
        history(us_east_1=[[event(1)]]),
        replay(case, "--since", "2h", "--until", "2026-11-20T12:29Z"),
    )[0]

    start, end = (asked[name] for name in ("StartTime", "EndTime"))
    assert [float(start), float(end)] == [(NOW - timedelta(hours=2)).timestamp(), NOW.timestamp() - 60]


def test_what_lies_further_back_is_told(history, case):
    history(us_east_1=[[event(1)]])
    done = replay(case, "--since", "100d")

    assert (done.exit_code, done.stderr) == (0, "lastseen: CloudTrail's Event History reaches back 90 days\n")


def test_a_region_without_events_is_no_failure(history, case):
    history(us_east_1=[[]])
    done = replay(case)

    assert (done.exit_code, done.stderr) == (0, "")
    assert "        0 records read, of which" in done.stdout


def test_it_is_read_anew_each_time(history, case):
    history(us_east_1=[[event(1)]])
    first, second = replay(case), replay(case)

    assert "        5 items written to the table" in first.stdout
    assert "        1 record read" in second.stdout
    assert (
        "        0 items written to the table\n        5 items in the table were as new or newer"
        in second.stdout
    )


@pytest.mark.parametrize(
    ("error", "says"),
    [
        pytest.param(refused("AccessDeniedException"), "not allowed to call cloudtrail:LookupEvents, which this needs", id="denied"),
        pytest.param(refused("ThrottlingException"), "CloudTrail is asked too often by others of the account, too: try again in a few minutes", id="throttled"),
        pytest.param(refused("UnrecognizedClientException"), "AWS does not take these credentials (UnrecognizedClientException): log in again, or is us-east-1 not enabled?", id="not enabled"),
        pytest.param(refused("ExpiredTokenException"), "the AWS credentials have expired: log in again (`aws sso login`, `aws login`), or name another profile (--profile, or AWS_PROFILE)", id="expired"),
        pytest.param(refused("InvalidNextTokenException"), "CloudTrail refused LookupEvents: InvalidNextTokenException: An error occurred (InvalidNextTokenException) when calling the LookupEvents operation: no", id="anything else"),
        pytest.param(EndpointConnectionError(endpoint_url="https://x"), 'AWS cannot be reached: Could not connect to the endpoint URL: "https://x": check the network, the proxy and --region', id="unreachable"),
    ],
)  # fmt: skip
def test_a_failure_names_the_region_and_what_was_read_is_written(history, case, error, says):
    history(us_east_1=[[event(60)], error], eu_west_1=[[event(120)]])
    done = replay(case, "--event-region", "us-east-1", "--event-region", "eu-west-1")

    assert done.exit_code == 1
    assert done.stderr == f"lastseen: unreadable: Event History of us-east-1: {says}\n"
    seen = sighted(case)["ID#AIDAALICE"]
    assert [each.minute for each in (seen.first_seen, seen.last_seen)] == [1, 2]


def test_without_credentials_no_region_is_asked_for_nothing(history, case):
    asked = history(us_east_1=[NoCredentialsError()], eu_west_1=[NoCredentialsError()])
    done = replay(case, "--event-region", "us-east-1", "--event-region", "eu-west-1")

    assert (done.exit_code, len(asked)) == (2, 1)
    assert done.stderr.startswith("lastseen: no AWS credentials: log in")


@pytest.mark.parametrize(
    ("words", "environment", "says"),
    [
        (["logs/"], {}, "--event-history reads no files: leave out SOURCE"),
        ([], {"AWS_DEFAULT_REGION": ""}, "no AWS region: give --region"),
        (["--profile", "none"], {}, "The config profile (none) could not be found"),
        (["--region", "no region"], {}, "Provided region_name 'no region' doesn't match"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(case, words, environment, says):
    done = replay(case, *words, **environment)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"lastseen: {says}")
    assert done.stderr.count("\n") == 1


def test_a_record_that_cannot_be_read_is_named(history, case):
    history(us_east_1=[[{"EventTime": NOW, "CloudTrailEvent": "{}"}, event(1)]])
    done = replay(case)

    assert done.exit_code == 1
    assert done.stderr.startswith("lastseen: unreadable: Event History of us-east-1, line 2: ")
    assert "        1 sighted a principal" in done.stdout


def test_one_that_is_interrupted_gives_what_it_has_and_says_that_it_was(history, waits):
    history(us_east_1=[[event(60)], [event(30)], [event(1)]])
    stream = History(boto3.Session().client("cloudtrail"), None, None, is_stopped=lambda: len(waits) == 1)
    read = [stream.read(100_000) for _ in range(4)]

    assert [each.count(b"eventID") for each in read] == [0, 1, 1, 0]
    with pytest.raises(UnreadableFile, match="interrupted before all of it was read"):
        stream.read(1)


def test_who_waits_is_told_how_far_it_is_every_thousand_events(history, waits):
    history(us_east_1=[[event(page)] * 50 for page in range(41, 0, -1)])
    told = []
    stream = History(boto3.Session().client("cloudtrail"), None, None, say=told.append)
    while stream.read(1 << 20):
        pass

    assert told == [
        "us-east-1: 1,000 events, back to 2026-11-20T12:00:22Z",
        "us-east-1: 2,000 events, back to 2026-11-20T12:00:02Z",
    ]


def test_it_goes_into_the_table_on_aws_too(history, table):
    history(us_east_1=[[event(1)]])
    done = ask("replay", "--event-history", now=NOW)

    assert (done.exit_code, done.stderr) == (0, "")
    assert [each.facet for each in table.of(ALICE)][:1] == ["ID#AIDAALICE"]
