"""What people are told of whether events arrive."""

from datetime import timedelta

import pytest
from builders import ACCOUNT, NOON

from reporter.inventory.account import Gap
from reporter.listening.coverage import Coverage, Trails
from reporter.listening.region import Region, Sent
from reporter.listening.times import date, minute

AGAIN = "Fix: nothing, if the next report doesn't say it; otherwise make verify."
NOT_READ = Gap("CloudTrail's coverage", "AccessDenied")


def ago(**time):
    return NOON - timedelta(**time)


def well(name="eu-west-1", **more):
    day = ago(days=1)
    return Region(
        ACCOUNT, name, **{"since": ago(days=90), "until": NOON, "sent": Sent(day, day), "back": day} | more
    )


def silent(name="eu-west-3", days=3):
    at = ago(days=days)
    return well(name, until=at, back=at, sent=Sent(at + timedelta(hours=9), ago(days=1)))


def unconnected(name, **more):
    return Region(ACCOUNT, name, sent=Sent(ago(days=2), ago(days=1)), **more)


def without_reads(name):
    return unconnected(name, since=ago(days=90), until=ago(hours=1))


def unreached(name, days, **more):
    at = ago(days=days)
    return well(name, until=at, back=at, sent=Sent(NOON, NOON, "ConnectTimeoutError"), **more)


def new(name="eu-west-1", **more):
    return Region(ACCOUNT, name, sent=Sent(ago(hours=2), ago(hours=2)), **more)


@pytest.mark.parametrize(
    ("coverage", "begins"),
    [
        pytest.param(Coverage(), [], id="nothing is known yet"),
        pytest.param(Coverage((well(),)), [], id="all is well"),
        pytest.param(Coverage(NOT_READ), [], id="what could not be read is no silence"),
        pytest.param(Coverage((new(),)), [], id="two hours old, and nothing came"),
        pytest.param(Coverage((well(), unconnected("eu-west-3"))), [], id="a region that was never connected"),
        pytest.param(Coverage((well(), silent())), ["No events from eu-west-3 since 17 November 2026: "], id="a region that fell silent"),
        pytest.param(Coverage((well(), silent("a"), silent("b"), silent("c", days=4))), ["No events from a, b since 17 November 2026: ", "No events from c since 16 November 2026: "], id="several, a line for each day"),
        pytest.param(Coverage((new(), silent())), ["No events from this account since 17 November 2026."], id="beside one that is new"),
        pytest.param(Coverage((new(since=ago(hours=1), until=NOON), silent())), ["No events from eu-west-3 since 17 November 2026: "], id="beside one that is new and sends events"),
        pytest.param(Coverage((silent("a"), silent("b", days=9))), ["No events from this account since 17 November 2026."], id="all of them"),
        pytest.param(Coverage((silent(days=40),)), ["No events from this account since 11 October 2026."], id="all of them, long ago"),
        pytest.param(Coverage((well(), silent("us-east-1", days=40))), ["No events from us-east-1 since 11 October 2026: "], id="one of them, long ago"),
        pytest.param(Coverage((silent("a"), unconnected("b"), unreached("c", days=9))), ["No events from this account since 17 November 2026."], id="all of them, each for another reason"),
        pytest.param(Coverage((unreached("a", days=20), unreached("b", days=21))), ["No events from this account since 31 October 2026."], id="all of them, and none can be tested"),
        pytest.param(Coverage((unreached("a", days=0), unconnected("b"))), [], id="events arrive from one that cannot be tested"),
        pytest.param(Coverage((well(), unreached("b", days=20))), [], id="one that cannot be tested beside one that is well"),
        pytest.param(Coverage((Region(ACCOUNT, "a", sent=Sent(NOON, NOON, "ConnectTimeoutError")),)), [], id="none can be tested, and none ever sent an event"),
        pytest.param(Coverage((unconnected("a"), unconnected("b"))), ["No events from this account yet: the tracker has been listening since 18 November 2026 12:00 UTC."], id="none has ever come"),
        pytest.param(Coverage((without_reads("a"), unconnected("b"))), ["No read-only events from this account since 18 November 2026, though others arrive."], id="none that is read-only"),
        pytest.param(Coverage((well(), without_reads("b"), without_reads("c"))), ["No read-only events have ever come from b, c, though others arrive: "], id="never any that is read-only"),
        pytest.param(Coverage((silent("a"), without_reads("b"))), ["No events from a since 17", "No read-only events have ever come from b"], id="none at all from one, none that is read-only from another"),
        pytest.param(Coverage((well(), well("us-east-1", back=ago(days=4), sent=Sent(ago(days=3), ago(days=1))))), ["No read-only events from us-east-1 since 16 November 2026, though others arrive: "], id="no longer any that is read-only"),
        pytest.param(Coverage((well(), well("me-south-1", sent=Sent(NOON, NOON, "InvalidClientTokenId"), until=ago(days=9)))), [], id="a region that was disabled"),
        pytest.param(Coverage((well(sent=None, back=None, until=ago(days=40)),)), [], id="not tested, as before the first run of this version"),
        pytest.param(Coverage((well(), well("b", until=ago(days=5), back=ago(days=6), sent=Sent(ago(days=4), ago(days=1))))), ["No events from b since 15 November 2026: "], id="a region whose last event was no test call"),
        pytest.param(Coverage((unconnected("a", since=ago(days=90), until=ago(hours=23)),)), ["No events from this account since 19 November 2026."], id="the last event was a day ago, give or take an hour"),
        pytest.param(Coverage((well(),), Gap("trails", "AccessDenied")), [], id="trails that could not be asked"),
        pytest.param(Coverage((well(), silent()), Trails(("No trail.",))), ["No trail.", "No events from eu-west-3"], id="a trail as well"),
    ],
)  # fmt: skip
def test_what_goes_on_top(coverage, begins):
    told = coverage.warnings(NOON)

    assert len(told) == len(begins)
    assert all(line.startswith(beginning) for line, beginning in zip(told, begins, strict=True))


@pytest.mark.parametrize(
    ("coverage", "notes"),
    [
        pytest.param(Coverage((well(),)), [], id="nothing to add"),
        pytest.param(Coverage(), ["No events have come yet."], id="never run"),
        pytest.param(Coverage((new(),)), ["Listening since 20 November 2026 10:00 UTC (2 hours); no events yet."], id="two hours old"),
        pytest.param(Coverage((new(since=ago(minutes=1), until=NOON),)), ["Listening since 20 November 2026 11:59 UTC (1 minute)."], id="a minute old"),
        pytest.param(
            Coverage((well(), unconnected("eu-west-3"))),
            ["No events come from eu-west-3: activity there is not tracked. Fix: make forwarders."],
            id="a region that was never connected",
        ),
        pytest.param(
            Coverage((well(), unconnected("b", since=ago(days=90), until=ago(days=3)))),
            ["No events from b since 17 November 2026: activity there is not tracked. Fix: make forwarders."],
            id="the same, and events came by a replay, or rarely",
        ),
        pytest.param(Coverage((unconnected("a"), unconnected("b"))), [], id="what a warning tells is not told again"),
        pytest.param(
            Coverage((well(), *map(unconnected, ("ap-1", "ap-2", "ap-3", "ap-4", "ap-5", "us-east-1")))),
            [
                "No events come from us-east-1, ap-1, ap-2, ap-3, ap-4 and 1 more region: activity there is not"
                " tracked. IAM's own calls and many sign-ins are logged in us-east-1. Fix: make forwarders."
            ],
            id="many, and the one of IAM among them",
        ),
        pytest.param(
            Coverage((well(), *map(unconnected, ("a", "b", "c", "d", "e")))),
            ["No events come from a, b, c, d, e: activity there is not tracked. Fix: make forwarders."],
            id="as many as are named",
        ),
        pytest.param(
            Coverage((well(), *map(unconnected, ("a", "b", "c", "d", "e", "f", "g")))),
            ["No events come from a, b, c, d, e and 2 more regions: activity there is not tracked. Fix: make forwarders."],
            id="two more than are named",
        ),
        pytest.param(Coverage((well(since=ago(days=1)),)), [], id="a day old"),
        pytest.param(
            Coverage((well(), Region(ACCOUNT, "eu-west-3", sent=Sent(NOON, NOON, "ConnectTimeoutError")))),
            [f"eu-west-3 could not be tested: ConnectTimeoutError. {AGAIN}"],
            id="a region that could not be reached",
        ),
        pytest.param(
            Coverage((well(), unreached("a", days=0), unreached("b", days=9))),
            [
                f"a, b could not be tested: ConnectTimeoutError. {AGAIN}",
                "No events from b since 11 November 2026. Fix: make forwarders (in the stack's own region, make deploy).",
            ],
            id="several, one without events of late",
        ),
        pytest.param(
            Coverage((well(),), unlisted="AccessDeniedException"),
            [
                "The enabled regions could not be listed (AccessDeniedException). Only the stack's own region is"
                f" tested, and those that sent events before. {AGAIN}"
            ],
            id="regions that could not be listed",
        ),
        pytest.param(Coverage((well(),), Trails(notes=("A trail.",))), ["A trail."], id="a trail of which not all is known"),
        pytest.param(
            Coverage((well(),), Gap("trails", "AccessDenied")),
            [f"The trails could not be read (AccessDenied), but test calls come back as events. {AGAIN}"],
            id="trails that could not be asked, where events do arrive",
        ),
    ],
)  # fmt: skip
def test_what_else_is_to_be_known(coverage, notes):
    assert list(coverage.notes(NOON)) == notes


@pytest.mark.parametrize(
    "regions",
    [
        pytest.param((), id="no table"),
        pytest.param((well(sent=None, back=None, until=ago(days=40)),), id="a case file"),
        pytest.param((silent(), unconnected("b"), without_reads("c")), id="as if it was tested"),
    ],
)
def test_where_no_tracker_is_listening_silence_is_neither_an_alarm_nor_a_note(regions):
    told = Coverage(regions, Trails(("No trail.",), ("A trail.",)), "404", basis="By a case file.")

    assert (told.warnings(NOON), list(told.notes(NOON)), list(told.listening(NOON))) == ((), [], [])


def test_listening_began_with_the_first_region():
    assert Coverage((well(), well("b", since=ago(days=99)), unconnected("c"))).since == ago(days=99)
    assert Coverage((unconnected("c"),)).since is None
    assert Coverage(NOT_READ).since is None


def test_what_could_not_be_read_is_a_gap_but_for_trails_whose_events_arrive():
    trails = Gap("the trails of CloudTrail", "AccessDenied")

    assert Coverage(NOT_READ, trails).gaps(NOON) == (NOT_READ, trails)
    assert Coverage((new(),), trails).gaps(NOON) == (trails,)
    assert Coverage((silent(),), trails).gaps(NOON) == (trails,)
    assert Coverage((well(),), trails).gaps(NOON) == ()
    assert Coverage((well(),)).gaps(NOON) == ()


@pytest.mark.parametrize(
    ("coverage", "missing"),
    [
        pytest.param((well("a"), unconnected("b"), new("c")), [], id="none"),
        pytest.param((well("a"), silent("b"), without_reads("c"), unconnected("d")), ["b", "c"], id="some"),
        pytest.param((silent("a"), unconnected("b"), new("c")), ["a", "b"], id="all that are tested"),
        pytest.param((well("a", sent=None, back=None, until=ago(days=9)),), [], id="another account's"),
    ],
)
def test_events_are_missing_from_the_regions_that_the_warnings_are_about(coverage, missing):
    told = Coverage(coverage)

    assert [each.region for each in told.missing(NOON)] == missing
    assert bool(told.warnings(NOON)) is bool(missing)


def test_times_are_told_in_utc_wherever_the_clock_is(in_tokyo):
    late = NOON + timedelta(hours=11)

    assert (date(late), minute(late)) == ("20 November 2026", "20 November 2026 23:00 UTC")
    assert date(NOON + timedelta(days=10, hours=11)) == "30 November 2026"
    assert date(None) == "ever"
