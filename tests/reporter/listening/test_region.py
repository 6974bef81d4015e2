"""What a region's events and test calls come to."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from builders import ACCOUNT, NOON, ROOT, activity

from activity.days import Days
from activity.model import CANARY, CANARY_SENT, COVERAGE
from reporter.listening.region import Region, Sent, State, regions

SECOND = timedelta(seconds=1)


def ago(**time):
    return NOON - timedelta(**time)


def region(sent=None, *, back=None, until=None, since=None):
    since = since or (until and ago(days=90))
    return Region(ACCOUNT, "eu-west-1", since=since, until=until, sent=sent, back=back)


def sent(at, last=None, refusal=""):
    return Sent(at, last or at, refusal)


@pytest.mark.parametrize(
    ("place", "state"),
    [
        pytest.param(region(until=ago(days=2)), State.UNTESTED, id="another account's, or from before test calls"),
        pytest.param(region(until=ago(days=40)), State.QUIET, id="the same, and no event of late"),
        pytest.param(region(sent(NOON)), State.WAITING, id="a test call just now, the first"),
        pytest.param(region(sent(ago(hours=23) + SECOND)), State.WAITING, id="the first, within the day"),
        pytest.param(region(sent(ago(hours=23)), until=None), State.NOT_CONNECTED, id="none ever came back, after a day"),
        pytest.param(region(sent(ago(days=3)), until=ago(days=50)), State.NOT_CONNECTED, id="replayed logs are no delivery"),
        pytest.param(region(sent(ago(days=1)), back=ago(days=1), until=NOON), State.RECEIVING, id="came back"),
        pytest.param(region(sent(ago(days=1)), back=ago(days=1, hours=1)), State.RECEIVING, id="the table kept the time of a call just before"),
        pytest.param(region(sent(NOON), back=ago(days=5), until=ago(days=5)), State.RECEIVING, id="a call just now after a pause of days"),
        pytest.param(region(sent(ago(hours=23)), back=ago(days=2), until=ago(days=2)), State.SILENT, id="the last did not come back within a day"),
        pytest.param(region(sent(ago(hours=23) + SECOND), back=ago(days=2), until=ago(days=2)), State.RECEIVING, id="it may yet"),
        pytest.param(region(sent(ago(days=6), ago(days=5)), back=ago(days=8)), State.SILENT, id="did not come back before the reporter stopped running"),
        pytest.param(region(sent(ago(days=5)), back=ago(days=5)), State.UNTESTED, id="came back, and the reporter has not run since"),
        pytest.param(region(sent(ago(days=3)), back=ago(days=4), until=ago(hours=2)), State.NO_READS, id="other events arrive"),
        pytest.param(region(sent(ago(days=3), NOON), until=ago(hours=2)), State.NO_READS, id="other events arrive, and no test call ever did"),
        pytest.param(region(sent(ago(days=1)), since=ago(hours=20), until=ago(hours=2)), State.WAITING, id="the only test call is from before the first event"),
        pytest.param(region(sent(ago(days=3)), since=ago(hours=20), until=ago(hours=2)), State.UNTESTED, id="the same, and the reporter has not run since"),
        pytest.param(region(sent(ago(days=3)), back=ago(days=4), until=ago(days=2)), State.SILENT, id="other events did, until two days ago"),
        pytest.param(region(sent(ago(days=30)), back=ago(days=31)), State.SILENT, id="silent for 30 days"),
        pytest.param(region(sent(ago(days=300), NOON), back=ago(days=301), until=ago(days=301)), State.SILENT, id="silent for most of a year"),
        pytest.param(region(sent(NOON, refusal="InvalidClientTokenId"), back=ago(days=4)), State.DISABLED, id="opted out"),
        pytest.param(region(sent(NOON, refusal="RegionDisabledException")), State.DISABLED, id="STS is switched off there"),
        pytest.param(region(sent(NOON, refusal="ConnectTimeoutError"), back=ago(days=4)), State.UNTESTED, id="not reached"),
        pytest.param(region(sent(NOON, refusal="ConnectTimeoutError"), until=ago(days=20)), State.QUIET, id="not reached, and no event of late"),
        pytest.param(region(sent(ago(days=3), NOON, "ConnectTimeoutError"), back=ago(days=4)), State.SILENT, id="not reached, and the calls before did not come back"),
        pytest.param(region(sent(ago(days=3), NOON, "ConnectTimeoutError"), back=ago(days=3)), State.UNTESTED, id="not reached, and the one before has come back meanwhile"),
        pytest.param(region(sent(ago(days=2)), back=ago(days=2)), State.RECEIVING, id="came back two days ago"),
        pytest.param(region(sent(ago(days=3)), back=ago(days=4), until=ago(hours=23)), State.SILENT, id="other events did, until a day ago"),
    ],
)  # fmt: skip
def test_the_state_of_a_region(place, state):
    assert place.state(NOON) is state


def run(times, arrives, *, refusals=None, writes_from=None):
    """The states at each run of the reporter, whose test calls come back or do not.

    `refusals`: by time, why none could be made. `writes_from`: when the first of other events came.
    """
    place, refusals = region(), refusals or {}
    for at in times:
        if writes_from and at > writes_from:
            place = replace(place, since=writes_from, until=at)
        place = replace(place, sent=place.tested(at, refusals.get(at, "")))
        yield place.state(at)
        if arrives(at) and at not in refusals:
            place = replace(place, back=at + SECOND, until=at, since=place.since or at)


def test_daily_calls_that_come_back_are_never_silent():
    days = [NOON + timedelta(days=day, seconds=-day) for day in range(9)]

    assert list(run(days, lambda at: True)) == [State.WAITING] + 8 * [State.RECEIVING]


@pytest.mark.parametrize("minutes", [1, 4, 6, 59, 61])
def test_two_runs_within_the_hour_after_a_pause_of_days_are_not_silent(minutes):
    """The second call may be within the table's resolution of the first, whose time is then kept."""
    first = NOON + timedelta(days=5)
    times = [NOON, first, first + timedelta(minutes=minutes), first + timedelta(days=1)]
    kept = times if minutes > 5 else [NOON, first, times[3]]

    assert State.SILENT not in run(times, lambda at: at in kept)


def test_the_last_call_before_a_pause_of_days_need_not_come_back():
    """As of a stack that was removed, and is made anew out of the table that it left."""
    days = [NOON, NOON + timedelta(days=1), *(NOON + timedelta(days=day) for day in range(9, 12))]

    assert list(run(days, lambda at: at != days[1])) == [State.WAITING] + 4 * [State.RECEIVING]
    assert list(run(days, lambda at: at < days[1]))[2:] == [State.RECEIVING, State.SILENT, State.SILENT]


def test_a_region_that_was_never_connected_is_not_after_a_pause_of_days_either():
    days = [NOON, NOON + timedelta(days=7)]

    assert list(run(days, lambda at: False)) == [State.WAITING, State.NOT_CONNECTED]


def test_a_silence_outlasts_a_pause_of_days():
    days = [NOON + timedelta(days=day) for day in (0, 1, 2, 9, 10)]

    assert list(run(days, lambda at: at < days[1]))[2:] == 3 * [State.SILENT]


def test_a_region_is_told_as_silent_the_day_after_its_last_call_did_not_come_back():
    days = [NOON + timedelta(days=day) for day in range(5)]

    assert list(run(days, lambda at: at < days[2])) == [
        State.WAITING,
        State.RECEIVING,
        State.RECEIVING,
        State.SILENT,
        State.SILENT,
    ]


def test_it_is_well_as_soon_as_one_call_comes_back():
    days = [NOON + timedelta(days=day) for day in range(6)]
    states = list(run(days, lambda at: at != days[1] and at != days[2]))

    assert states[2:] == [State.SILENT, State.SILENT, State.RECEIVING, State.RECEIVING]


def test_a_call_that_came_back_late_answers_those_before_it():
    assert sent(ago(days=3), ago(days=1)).unanswered(ago(days=2)) == ago(days=1)
    assert sent(ago(days=3), ago(days=1)).unanswered(ago(days=1)) is None


@pytest.mark.parametrize(
    ("place", "refusal", "tested"),
    [
        pytest.param(region(), "", sent(NOON), id="the first"),
        pytest.param(region(), "ReadTimeoutError", sent(NOON, refusal="ReadTimeoutError"), id="the first, which could not be made"),
        pytest.param(region(sent(ago(days=1)), back=ago(days=1)), "", sent(NOON), id="the last came back"),
        pytest.param(region(sent(ago(days=1)), back=ago(days=3)), "", sent(ago(days=1), NOON), id="the last did not"),
        pytest.param(region(sent(ago(days=1)), back=ago(days=3)), "OptInRequired", sent(NOON, refusal="OptInRequired"), id="it did not, and the region is disabled now"),
        pytest.param(region(sent(ago(days=1), refusal="OptInRequired")), "", sent(NOON), id="the region was disabled"),
        pytest.param(region(sent(ago(days=2)), back=ago(days=3)), "", sent(ago(days=2), NOON), id="the last did not, two days ago"),
        pytest.param(region(sent(ago(days=2) - SECOND), back=ago(days=3)), "", sent(NOON), id="nor did it before a pause of more"),
        pytest.param(region(sent(ago(days=5, hours=23), ago(days=5)), back=ago(days=7)), "", sent(ago(days=5, hours=23), NOON), id="nor did the last two, a day apart"),
    ],
)  # fmt: skip
def test_a_test_call_waits_along_with_those_before_it_that_did_not_come_back(place, refusal, tested):
    assert place.tested(NOON, *([refusal] if refusal else [])) == tested


DAYS = [NOON + timedelta(days=day) for day in range(11)]
REFUSALS = {
    "every other": DAYS[3::2],
    "the others": DAYS[4::2],
    "all but the first": DAYS[3:],
}


@pytest.mark.parametrize("refused", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("code", ["ReadTimeoutError", "Throttling"])
def test_calls_that_cannot_be_made_do_not_end_a_silence(refused, code):
    states = list(run(DAYS, lambda at: at < DAYS[2], refusals=dict.fromkeys(refused, code)))

    assert states == [State.WAITING, State.RECEIVING, State.RECEIVING] + 8 * [State.SILENT]


def test_calls_that_cannot_be_made_make_no_silence_though_they_are_all_that_happens_there():
    refused = dict.fromkeys(DAYS[1::2], "ReadTimeoutError")
    states = set(run(DAYS, lambda at: True, refusals=refused))

    assert states == {State.WAITING, State.RECEIVING, State.UNTESTED}  # And not once is it quiet.


def test_a_region_that_could_not_be_reached_at_first_waits_from_its_first_call_on():
    refused = dict.fromkeys(DAYS[:3], "ReadTimeoutError")
    states = list(run(DAYS, lambda at: False, refusals=refused))

    assert states[:5] == 3 * [State.UNTESTED] + [State.WAITING, State.NOT_CONNECTED]


def test_after_a_region_was_disabled_waiting_begins_anew():
    refused = dict.fromkeys(DAYS[4:6], "RegionDisabledException")
    states = list(run(DAYS[:8], lambda at: at < DAYS[2], refusals=refused))

    assert states[3:] == [State.SILENT, State.DISABLED, State.DISABLED, State.RECEIVING, State.SILENT]


def test_a_forwarder_that_comes_an_hour_after_the_first_look_makes_no_silence():
    """What was called before it was there need not come back, though other events have."""
    forwarded = NOON + timedelta(hours=1)
    states = list(run(DAYS, lambda at: at > forwarded, writes_from=forwarded))

    assert states == 2 * [State.WAITING] + 9 * [State.RECEIVING]


def test_a_forwarder_that_leaves_out_reads_is_told_two_days_after_it_came():
    states = list(run(DAYS, lambda at: False, writes_from=NOON + timedelta(hours=1)))

    assert states == 2 * [State.WAITING] + 9 * [State.NO_READS]


def test_the_page_on_reports_says_what_each_state_means():
    page = (ROOT / "docs" / "report.md").read_text()
    table = page.partition("| state of a region |")[2].partition("\n\n")[0]

    assert sorted(re.findall(r"(?m)^\| `(\w+)` \|", table)) == sorted(State)


def test_regions_are_put_together_from_the_tables_items():
    here, there, foreign = f"{ACCOUNT}#eu-west-1", f"{ACCOUNT}#us-east-1", "999999999999#eu-west-1"
    came = [activity(0, principal=COVERAGE, facet=here, first=-60), activity(principal=COVERAGE, facet=foreign)]
    codes = {here: "", there: "Throttling"}
    left = [
        activity(-9, principal=CANARY_SENT, facet=each, first=-99, error_code=codes[each]) for each in codes
    ]
    every = [activity(principal=CANARY_SENT, facet=f"{ACCOUNT}#{each}") for each in ("*", "*trails")]
    old = activity(principal=CANARY, facet=ACCOUNT)
    found = regions(came, [*left, *every], [activity(-5, principal=CANARY, facet=here), old])

    today = Days.of(NOON.date())
    waits = Sent(NOON - 99 * SECOND, NOON - 9 * SECOND)
    assert found == (
        Region(ACCOUNT, "eu-west-1", NOON - 60 * SECOND, NOON, waits, NOON - 5 * SECOND, days=today),
        Region(ACCOUNT, "us-east-1", sent=replace(waits, refusal="Throttling")),
        Region("999999999999", "eu-west-1", NOON, NOON, days=today),
    )
    assert all(one.account <= other.account for one, other in pairwise(found))
