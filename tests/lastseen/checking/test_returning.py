"""Test calls, and their way back: CloudTrail's event of each is to come to the table."""

import json
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON, activity, at, record
from builders import envelope as enveloped
from checked import said, stack

from activity.model import CANARY, CANARY_AGENT, to_text
from ingest.cloudtrail import is_canary
from ingest.wire import envelope
from lastseen.checking.returning import Calls, is_back
from lastseen.commands.doctor import _test_calls
from lastseen.connection import Connection

HERE, THERE = "eu-west-1", "us-east-1"
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("before", "seen", "answer"),
    [
        pytest.param(None, None, False, id="none ever came back"),
        pytest.param(None, 1, True, id="the first one"),
        pytest.param(-86_400, -86_400, False, id="yesterday's is still the last"),
        pytest.param(-86_400, 1, True, id="one since yesterday's"),
        pytest.param(-240, -240, True, id="one of four minutes ago keeps this one from being written"),
        pytest.param(-601, -601, False, id="one of more than ten minutes ago does not"),
    ],
)
def test_a_test_call_is_back_when_the_tables_last_one_moves_or_is_as_young(before, seen, answer):
    known, now = ({} if each is None else {HERE: at(each)} for each in (before, seen))

    assert is_back(HERE, now, known, NOON) is answer


class Clock:
    """Passes while somebody waits; `events` are recorded when their time has come."""

    def __init__(self, table, events):
        self.seconds, self.table, self.events = 0.0, table, dict(events)

    def now(self):
        return at(self.seconds)

    def pause(self, seconds):
        self.seconds += seconds
        for region in [each for each, when in self.events.items() if when <= self.seconds]:
            self.events.pop(region)
            self.table.record(activity(self.seconds, principal=CANARY, facet=f"{ACCOUNT}#{region}"))


@pytest.fixture
def wait(table):
    """What the checks say, and what was told meanwhile, if events come after so many seconds."""

    def wait(events, regions=(HERE, THERE), limit=15 * MINUTE, sts_in=None):
        clock, told = Clock(table, events), []
        made = sts_in or (lambda region: boto3.client("sts", region_name=region))
        calls = Calls(table, ACCOUNT, made, clock.pause, lambda *each: told.append(each), clock.now)
        return said(calls.checks(regions, limit)), told, clock.seconds

    return wait


def test_it_ends_as_soon_as_all_are_back_and_tells_each(wait):
    checks, told, seconds = wait({HERE: 130, THERE: 200})

    assert checks == [("right", "events", "test calls came back from 2 regions, the last after 3 minutes")]
    assert told == [(HERE, timedelta(seconds=130)), (THERE, timedelta(seconds=200))]
    assert seconds == 200


def test_it_ends_when_the_time_is_over_and_names_what_did_not_come_back(wait):
    checks, _, seconds = wait({HERE: 130})

    assert checks == [
        ("right", "events", "test calls came back from 1 region, the last after 2 minutes"),
        ("wrong", "events", "no event of the test call in us-east-1 came within 15 minutes"),
    ]
    assert seconds == 900


def test_ctrl_c_ends_the_wait_and_what_is_known_is_told(table, aws):
    def interrupted(_):
        raise KeyboardInterrupt

    calls = Calls(
        table, ACCOUNT, lambda region: boto3.client("sts", region_name=region), interrupted, print, lambda: NOON
    )

    assert said(calls.checks([HERE], MINUTE)) == [
        ("wrong", "events", "no event of the test call in eu-west-1 came within 0 seconds")
    ]


def test_a_region_whose_sts_refuses_is_not_waited_for(wait):
    def sts_in(region):
        client = boto3.client("sts", region_name=region)
        if region == THERE:
            client.meta.events.register("before-call.sts.GetCallerIdentity", refused)
        return client

    def refused(**_):
        raise ClientError({"Error": {"Code": "RegionDisabledException"}}, "GetCallerIdentity")

    checks, _, seconds = wait({HERE: 60}, sts_in=sts_in)

    assert checks == [
        ("right", "events", "test calls came back from 1 region, the last after 60 seconds"),
        ("wrong", "events", "no test call could be made in us-east-1: RegionDisabledException"),
    ]
    assert seconds == 60


def test_without_any_region_there_is_nothing_to_wait_for(wait):
    checks, _, seconds = wait({}, regions=())

    assert checks == [("wrong", "events", "no test calls were made: no rule lets events through")]
    assert seconds == 0


def test_a_table_that_may_not_be_read_is_not_waited_for(table, wait):
    table._client.meta.events.register("before-call.dynamodb.BatchGetItem", denied)
    checks, _, seconds = wait({})

    assert checks == [("not_permitted", "events", "needs dynamodb:BatchGetItem")]
    assert seconds == 0


def denied(**_):
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "BatchGetItem")


def test_the_calls_have_the_mark_by_which_ingest_knows_them(aws):
    session = boto3.Session(region_name=HERE)
    agents = []
    session.events.register(
        "before-send.sts", lambda request, **_: agents.append(request.headers["User-Agent"])
    )
    calls = _test_calls(Connection(session, "activity"), stack(), print)
    calls.sts_in(HERE).get_caller_identity()

    (agent,) = [each.decode() if isinstance(each, bytes) else each for each in agents]
    assert CANARY_AGENT in agent
    assert is_canary(envelope(call(agent)).detail)


def call(agent):
    made = record(
        eventSource="sts.amazonaws.com",
        eventName="GetCallerIdentity",
        userAgent=agent,
        eventTime=to_text(NOON),
    )
    return json.dumps(enveloped(made, source="aws.sts"))
