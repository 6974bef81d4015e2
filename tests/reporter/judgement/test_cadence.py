"""The rhythm of days: what is one, what is none, and how often either is mistaken for the other."""

from datetime import date, timedelta
from itertools import accumulate

import pytest

from activity.days import Days
from benchmarks.rhythms import AT_RANDOM, at_random, of_months, periodic, recognized, seen
from reporter.judgement.cadence import rhythm, too_long
from reporter.judgement.dormancy import Active, Unheard, dormancy

FIRST = date(2025, 11, 3)  # A Monday.


def on(*days):
    return Days.of(*(FIRST + timedelta(days=each) for each in days))


def after(*gaps):
    return list(accumulate((0, *gaps)))


@pytest.mark.parametrize(
    ("days", "every"),
    [
        pytest.param([0, 7, 14, 21], 7, id="four runs, a week apart"),
        pytest.param([0, 7, 14], None, id="three runs: two gaps prove nothing"),
        pytest.param(range(0, 400, 7), 7, id="weekly"),
        pytest.param(range(0, 400, 14), 14, id="each second week"),
        pytest.param([0, 30, 58, 89, 119], 30, id="monthly, months of 28 to 31 days"),
        pytest.param([0, 28, 59, 91, 119, 150], 31, id="monthly, weekends put off"),
        pytest.param([0, 89, 181, 272], 91, id="quarterly, quarters of 89 to 92 days"),
        pytest.param([0, 1, 2, 91, 92, 182, 273, 274], 91, id="quarterly, each time for some days"),
        pytest.param([0, 91, 182, 273, 364, 365], 91, id="quarterly, and once more the day after"),
        pytest.param([0, 7, 14, 28, 35, 42, 49, 56], 7, id="weekly, one skipped"),
        pytest.param([0, 91, 273, 364], None, id="quarterly, one of four skipped: two gaps are not enough"),
        pytest.param([0, 365], None, id="yearly: 400 days don't show it"),
        pytest.param(range(400), None, id="daily is one long run"),
        pytest.param([day for day in range(400) if day % 7 < 5], 7, id="weekdays are a run a week"),
        pytest.param(range(0, 400, 6), None, id="more often than once a week"),
        pytest.param([0, 3, 40, 44, 131, 190, 201, 350], None, id="irregular"),
        pytest.param([*range(0, 130, 7), 217, 308, 399], None, id="weekly, then quarterly"),
        pytest.param([*range(0, 211, 30), 240, 331, 422], None, id="monthly, then quarterly"),
        pytest.param([0, 91, 182, 273, 280, 287], None, id="quarterly, then weekly"),
        pytest.param([0, 82, 173, 264], 91, id="a gap of nine days less"),
        pytest.param([0, 81, 172, 263], None, id="a gap of ten days less, of three"),
        pytest.param(after(*[11] * 3, *[7] * 17), 7, id="17 of 20 gaps are alike"),
        pytest.param(after(*[11] * 4, *[7] * 16), None, id="16 of 20 gaps are alike"),
        pytest.param(after(*[7] * 6, 16), 7, id="weekly, the last one skipped, and two days late"),
        pytest.param(after(*[7] * 6, 17), None, id="weekly, the last one skipped, and three days late"),
        pytest.param([], None, id="nothing"),
    ],
)
def test_the_rhythm_of_these_days_is(days, every):
    found = rhythm(on(*days))

    assert (found and (found.days, found.first)) == (every and (every, FIRST))
    assert not found or found.last == max(day for day in on(*days) if day - timedelta(days=1) not in on(*days))


@pytest.mark.parametrize(
    ("days", "apart"),
    [
        pytest.param([0, 365], 365, id="a year"),
        pytest.param([0, 182, 365], 182, id="half a year"),
        pytest.param([0, 133], 0, id="four runs would fit"),
        pytest.param([0, 365, 366], 365, id="two days in a row are one run"),
        pytest.param([0], 0, id="once"),
        pytest.param([], 0, id="never"),
    ],
)
def test_a_rhythm_that_400_days_do_not_show_is_known_as_such(days, apart):
    assert too_long(on(*days)) == apart


@pytest.mark.parametrize(
    ("used", "expected", "stale"),
    [
        pytest.param(None, 360, 420, id="from the day on which the last run began"),
        pytest.param(330, 450, 510, id="or from a later use that IAM alone knows of"),
    ],
)
def test_the_next_run_is_expected_a_rhythm_after_the_last_began(used, expected, stale):
    """Sixty days on, and sixty off."""
    days = on(*(run + day for run in (-120, 0, 120, 240) for day in range(60)))
    last = FIRST + timedelta(days=used) if used else max(days)
    heard = on(*range(-130, 500))
    found = dormancy(days, last, heard, last + timedelta(days=95))

    assert found.expected_by == FIRST + timedelta(days=expected)
    assert found.stale_from == FIRST + timedelta(days=stale)
    assert dormancy(days, last, heard, found.stale_from) is None


def test_what_runs_on_is_not_stale_before_it_was_idle_for_a_day():
    last = FIRST + timedelta(days=40)
    found = dormancy(on(0, 7, 14, 21, *range(28, 41)), last, on(*range(41)), last)

    assert found.stale_from == last + timedelta(days=1)


def test_what_would_be_dormant_says_from_when_to_when_no_events_came():
    days, heard = on(0, 91, 182, 273), on(*range(100), *range(105, 301))
    silent = [FIRST + timedelta(days=each) for each in (100, 104)]

    assert dormancy(days, max(days), heard, FIRST + timedelta(days=300)) == Unheard(91, *silent)


@pytest.mark.parametrize(("begun", "since"), [(0, None), (4, None), (5, FIRST + timedelta(days=5))])
def test_active_days_are_those_of_400_and_say_since_when_events_came(begun, since):
    today = FIRST + timedelta(days=400)
    active = Active.of(on(-1, 0, 7, 400), on(*range(begun, 401)), today)

    assert active == Active(on(0, 7, 400), today, since)


def test_the_order_in_which_days_came_does_not_matter():
    days = [0, 91, 182, 273]

    assert rhythm(on(*reversed(days))) == rhythm(on(*days))


@pytest.mark.parametrize(
    ("draw", "every", "least"),
    [
        pytest.param(periodic(7, 1), 7, 0.99, id="7 days, give or take 1"),
        pytest.param(periodic(14, 1), 14, 0.99, id="14 days, give or take 1"),
        pytest.param(periodic(30, 3), 30, 0.90, id="30 days, give or take 3"),
        pytest.param(periodic(30, 3, 0.05), 30, 0.90, id="30 days, give or take 3, one in 20 missed"),
        pytest.param(periodic(91, 2), 91, 0.98, id="91 days, give or take 2"),
        pytest.param(of_months(1), 30.4, 0.99, id="monthly, or the next weekday"),
        pytest.param(of_months(3), 91.3, 0.99, id="quarterly, or the next weekday"),
    ],
)
def test_a_rhythm_is_recognized(draw, every, least):
    assert recognized(draw, every) >= least


@pytest.mark.parametrize("mean", AT_RANDOM)
def test_random_days_are_seldom_taken_for_a_rhythm(mean):
    assert seen(at_random(mean)) <= 0.005
