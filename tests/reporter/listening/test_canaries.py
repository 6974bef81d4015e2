"""The test calls that are made in each region, and what is noted of them."""

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from builders import ACCOUNT, NOON, activity

from activity.days import Days
from activity.model import CANARY, CANARY_AGENT, CANARY_SENT, COVERAGE, Evidence
from lastseen.demo.local_aws import enable
from reporter.inventory.account import Gap
from reporter.listening.canaries import Canaries, known_regions, noted, unlisted
from reporter.listening.coverage import TRAILS, Coverage, Trails
from reporter.listening.region import EVERY, Region, Sent

DAY = timedelta(days=1)
HERE, THERE = "eu-west-1", "us-east-1"


def enabled(*regions):
    boto3.setup_default_session()
    enable(boto3.DEFAULT_SESSION, regions)


def item(principal, region, days=0):
    return activity(-days * 86_400, principal=principal, facet=f"{ACCOUNT}#{region}")


@pytest.fixture
def sent(table):
    """What is noted, by region, after test calls of which some fail."""

    def send(now=NOON, fails=None):
        canaries = Canaries.of(table)

        def client(region):
            sts = canaries.sts_in(region)
            sts.meta.events.register("before-call.sts", lambda **_: refuse(region))
            return sts

        def refuse(region):
            if region in (fails or {}):
                raise fails[region]

        replace(canaries, sts_in=client).send(ACCOUNT, now)
        return {each.region: each.sent for each in known_regions(table, ACCOUNT)}

    return send


def test_every_enabled_region_is_tested_and_it_is_noted_when(sent, table):
    enabled(HERE, THERE)

    assert unlisted(table, ACCOUNT) == ""
    assert sent() == {HERE: Sent(NOON, NOON), THERE: Sent(NOON, NOON)}
    assert unlisted(table, ACCOUNT) == ""
    evidence = {key: item.activity.evidence for key, item in table.items_of(CANARY_SENT).items()}
    assert evidence == {
        (CANARY_SENT, f"{ACCOUNT}#{place}"): Evidence(account=ACCOUNT, region=place)
        for place in (HERE, THERE, EVERY)
    }


def test_a_call_goes_to_the_regions_own_endpoint_and_says_what_it_is(table):
    made = []
    enabled("eu-west-3")
    boto3.DEFAULT_SESSION.events.register("before-send.sts", lambda request, **_: made.append(request))
    Canaries.of(table).send(ACCOUNT, NOON)

    (request,) = made
    assert request.url == "https://sts.eu-west-3.amazonaws.com/"
    assert CANARY_AGENT in request.headers["User-Agent"].decode()


def test_a_call_that_came_back_is_waited_for_no_more(sent, table):
    enabled(HERE, THERE)
    sent(NOON - DAY)
    table.record(item(CANARY, HERE, days=1))

    assert sent() == {HERE: Sent(NOON, NOON), THERE: Sent(NOON - DAY, NOON)}


def test_where_the_regions_cannot_be_listed_those_that_events_came_from_are_tested_and_the_own(sent, table):
    table.record(item(COVERAGE, HERE))

    assert sent() == {HERE: Sent(NOON, NOON), THERE: Sent(NOON, NOON)}
    assert unlisted(table, ACCOUNT) == "404"  # As moto answers.


def test_where_the_regions_could_never_be_listed_and_no_event_comes_from_the_own_that_is_told(sent, table):
    sent(NOON - DAY)
    sent(NOON)
    (told,) = noted(table, NOON)[ACCOUNT].warnings(NOON)

    assert told.startswith("No events from this account yet: the tracker has been listening since 19 November")


def test_a_call_that_fails_ends_no_waiting_for_those_before(sent):
    enabled(HERE)
    sent(NOON - 2 * DAY)
    timeout = ConnectTimeoutError(endpoint_url="https://sts.eu-west-1.amazonaws.com/")

    assert sent(NOON - DAY, fails={HERE: timeout}) == {
        HERE: Sent(NOON - 2 * DAY, NOON - DAY, "ConnectTimeoutError")
    }
    assert sent(NOON) == {HERE: Sent(NOON - 2 * DAY, NOON)}


LOOKS = [
    pytest.param(Trails(), id="all is well"),
    pytest.param(
        Trails(("No trail logs.", "No reads."), ("One could not be read.", "Nor another.")), id="sentences"
    ),
    pytest.param(Gap(TRAILS, "AccessDenied"), id="not read"),
]


@pytest.mark.parametrize("before", LOOKS)
@pytest.mark.parametrize("trails", LOOKS)
def test_the_table_tells_all_that_the_report_knows(sent, table, before, trails):
    table.record(item(COVERAGE, HERE))
    sent()
    canaries = Canaries.of(table)
    canaries.note(ACCOUNT, NOON - DAY, before)
    canaries.note(ACCOUNT, NOON, trails)

    assert noted(table, NOON) == {ACCOUNT: Coverage(known_regions(table, ACCOUNT), trails, "404")}


def test_what_was_noted_of_the_trails_holds_for_two_days(table):
    table.record(item(COVERAGE, HERE))
    Canaries.of(table).note(ACCOUNT, NOON, Trails(("No trail logs.",)))

    known = known_regions(table, ACCOUNT)
    assert noted(table, NOON + 2 * DAY) == {ACCOUNT: Coverage(known, Trails(("No trail logs.",)), "")}
    assert noted(table, NOON + 2 * DAY + timedelta(seconds=1))[ACCOUNT].trails == Trails()


def test_what_is_noted_of_the_trails_is_of_one_account(table):
    table.record(item(COVERAGE, HERE))
    table.record(activity(principal=COVERAGE, facet="999999999999#eu-west-3"))
    Canaries.of(table).note(ACCOUNT, NOON, Trails(("No trail logs.",)))

    assert noted(table, NOON)["999999999999"].trails == Trails()


def test_a_region_that_is_no_longer_enabled_is_noted_as_that_and_not_called(sent, table):
    enabled(HERE)
    table.record(item(COVERAGE, THERE))

    assert sent(fails={THERE: AssertionError()})[THERE] == Sent(NOON, NOON, "NotEnabled")


@pytest.mark.parametrize(
    ("error", "noted"),
    [
        (
            ClientError({"Error": {"Code": "RegionDisabledException"}}, "GetCallerIdentity"),
            "RegionDisabledException",
        ),
        (ConnectTimeoutError(endpoint_url="https://sts.us-east-1.amazonaws.com/"), "ConnectTimeoutError"),
    ],
)
def test_a_call_that_fails_is_named_and_stops_no_other(sent, error, noted):
    enabled(HERE, THERE)

    assert sent(fails={THERE: error}) == {HERE: Sent(NOON, NOON), THERE: Sent(NOON, NOON, noted)}


def test_what_an_earlier_version_noted_is_passed_over(sent, table):
    enabled(HERE)
    table.record(activity(principal=CANARY, facet=ACCOUNT, principal_id="AROAREPORTER"))

    assert sent() == {HERE: Sent(NOON, NOON)}


def test_other_accounts_are_neither_tested_nor_mixed_in(sent, table):
    enabled(HERE)
    table.record(activity(principal=COVERAGE, facet="999999999999#eu-west-3"))

    assert sent() == {HERE: Sent(NOON, NOON)}
    assert known_regions(table) == (
        Region(ACCOUNT, HERE, sent=Sent(NOON, NOON)),
        Region("999999999999", "eu-west-3", NOON, NOON, days=Days.of(NOON.date())),
    )


def test_a_run_that_is_overtaken_takes_nothing_back(sent):
    enabled(HERE)
    sent(NOON)

    assert sent(NOON - DAY) == {HERE: Sent(NOON, NOON)}


def test_all_that_is_noted_expires_as_all_else(sent, items, table):
    enabled(HERE)
    sent()

    Canaries.of(table).note(ACCOUNT, NOON, Trails())

    kept = {facet: item for (principal, facet), item in items().items() if principal == CANARY_SENT}
    assert len(kept) == 5
    assert {int(each["expires_at"]) for each in kept.values()} == {int((NOON + 400 * DAY).timestamp())}


def test_a_region_that_does_not_answer_is_given_up_within_half_a_minute(table):
    canaries = Canaries.of(table)
    clients = canaries.account_management, canaries.sts_in("eu-west-3")

    for config in (each.meta.config for each in clients):
        assert (config.connect_timeout, config.read_timeout) == (3, 5)
        assert config.retries["total_max_attempts"] == 3
    assert [each.meta.service_model.service_name for each in clients] == ["account", "sts"]
    assert (clients[1].meta.region_name, canaries.home) == ("eu-west-3", "us-east-1")


def test_regions_that_are_switched_on_or_are_so_by_default_are_asked_for(table):
    asked = []
    enabled(HERE)
    canaries = Canaries.of(table)
    events = canaries.account_management.meta.events
    events.register("provide-client-params.account.ListRegions", lambda params, **_: asked.append(params))
    canaries.send(ACCOUNT, NOON)

    assert [each["RegionOptStatusContains"] for each in asked] == [["ENABLED", "ENABLED_BY_DEFAULT"]]


def test_where_the_regions_cannot_be_listed_those_that_were_disabled_are_not_called(sent, table):
    enabled(HERE)
    table.record(item(COVERAGE, THERE))
    table.record(item(COVERAGE, "eu-west-3"))
    sent(NOON - DAY)
    boto3.setup_default_session()

    assert sent(fails={"eu-west-3": AssertionError()})["eu-west-3"] == Sent(
        NOON - DAY, NOON - DAY, "NotEnabled"
    )
