"""The numbers of the last reports, kept from one to the next."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import Key, alice, deploy, review_of
from builders import NOON

from reporter.inventory.account import Gap
from reporter.publishing.trend import MOST_POINTS, extended, parsed

REPORT = review_of(alice(Key(used=100)), deploy(used=200))
TODAY = {"at": "2026-11-20T12:00:00Z", "new": 3, "open": 0, "resolved": 0, "gaps": 0}


def point(day, **numbers):
    return TODAY | {"at": day} | numbers


def test_a_report_adds_its_numbers():
    flagged_before = [replace(each, first_flagged=NOON - timedelta(days=7)) for each in REPORT.findings[:1]]
    report = replace(
        REPORT,
        findings=(*(replace(each, is_new=False) for each in flagged_before), *REPORT.findings[1:]),
        gaps=(Gap("roles", "denied"), Gap("users", "denied")),
    )

    assert extended([], REPORT) == [TODAY]
    assert extended([], report) == [TODAY | {"new": 2, "open": 1, "gaps": 2}]


def test_of_a_day_the_last_report_counts():
    earlier = [point("2026-11-13T12:00:00Z"), point("2026-11-20T07:00:00Z", new=9)]

    assert extended(earlier, REPORT) == [earlier[0], TODAY]


def test_the_last_sixty_are_kept():
    days = [f"{(NOON - timedelta(days=each)):%Y-%m-%dT%H:%M:%SZ}" for each in range(100, 0, -1)]
    kept = extended([point(day) for day in days], REPORT)

    assert len(kept) == MOST_POINTS
    assert [each["at"] for each in kept[-2:]] == ["2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z"]


def test_what_was_kept_is_read_again():
    assert parsed(json.dumps([TODAY])) == [TODAY]


NO_TREND = "^it is no list of reports with their time and numbers$"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Expecting value"),
        ("{}", NO_TREND),
        ("[1]", NO_TREND),
        (json.dumps([{**TODAY, "at": None}]), NO_TREND),
        (json.dumps([{**TODAY, "gaps": "many"}]), NO_TREND),
        (json.dumps([{"at": TODAY["at"]}]), NO_TREND),
    ],
)
def test_what_is_no_trend_is_not_taken_for_one(text, why):
    with pytest.raises(ValueError, match=why):
        parsed(text)
