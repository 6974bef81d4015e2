from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from reporter.judgement.exemption import Exemption, of, parse


@pytest.mark.parametrize(
    ("value", "exemption"),
    [
        ("break-glass", Exemption("break-glass")),
        ("break-glass CISO until=2027-01-31", Exemption("break-glass CISO", date(2027, 1, 31))),
        ("until=2027-01-31", Exemption("no reason given", date(2027, 1, 31))),
        ("", Exemption("no reason given")),
        ("keep until the audit", Exemption("keep until the audit")),
        ("endpoint: vpn monitor", Exemption("endpoint: vpn monitor")),
        ("validation: yearly audit job", Exemption("validation: yearly audit job")),
        ("since 2024-01-31, for whoever is on duty", Exemption("since 2024-01-31, for whoever is on duty")),
    ],
)
def test_a_tag_gives_a_reason_and_perhaps_an_end(value, exemption):
    assert parse(value) == exemption


@pytest.mark.parametrize(
    "value",
    [
        "audit until=2027-02-30",
        "audit until=soon",
        "audit until=",
        "audit until=2027-1-31",
        "audit Until=2027-01-31",
        "audit until 2027-01-31",
        "until=2027-01-31 per CISO",
        "audit untill=2027-01-31",
        "audit until2027-01-31",
        "audit Until: Jan 2027",
        "audit_until=2027-01-31",
        "audit expires=2027-01-31",
        "audit expiry: 2027-01-31",
        "audit exp=2027-01-31",
    ],
)
def test_an_end_that_cannot_be_read_is_a_problem_and_no_end(value):
    problem = f"{value!r} has no valid end such as until=2027-01-31"

    assert parse(value) == Exemption(value, problem=problem)


def test_an_exemption_counts_through_its_last_day():
    exemption = parse("audit until=2027-01-31")

    assert not exemption.is_over(datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC))
    assert exemption.is_over(datetime(2027, 2, 1, tzinfo=UTC))
    assert not parse("audit").is_over(datetime(2100, 1, 1, tzinfo=UTC))


def test_the_day_is_that_of_utc_wherever_the_clock_is(in_tokyo):
    tokyo = timezone(timedelta(hours=9))

    assert not parse("audit until=2027-01-31").is_over(datetime(2027, 2, 1, 8, 59, tzinfo=tokyo))
    assert parse("audit until=2027-01-31").is_over(datetime(2027, 2, 1, 9, 0, tzinfo=tokyo))


@pytest.mark.parametrize(
    "key",
    [
        "last-activity:exempt",
        "Last-Activity:Exempt",
        "LAST-ACTIVITY:EXEMPT",
        " last-activity:exempt",
        "Last-activity:exempt \u00a0",
    ],
)
def test_the_tag_is_found_in_any_case_and_with_blanks_around_it(key):
    assert of({"team": "web", key: "audit"}, "last-activity:exempt") == Exemption("audit")
    assert of({"last-activity:exempt": "audit"}, key) == Exemption("audit")


def test_the_tag_keeps_the_name_by_which_a_command_finds_it():
    assert of({" Last-Activity:exempt": "audit"}, "last-activity:exempt").key == " Last-Activity:exempt"


def test_of_two_that_differ_by_blanks_the_one_that_is_spelled_right_counts():
    tags = {" last-activity:exempt": "one", "last-activity:exempt": "two"}

    assert of(tags, "last-activity:exempt") == Exemption("two")


@pytest.mark.parametrize("key", ["last-activity", "last-activity:exempted", "last activity:exempt", ""])
def test_another_tag_is_none(key):
    assert of({key: "audit"}, "last-activity:exempt") is None
