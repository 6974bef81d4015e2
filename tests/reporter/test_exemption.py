from datetime import date

import pytest

from reporter.exemption import Exemption, parse


@pytest.mark.parametrize(
    ("value", "exemption"),
    [
        ("break-glass", Exemption("break-glass")),
        ("break-glass, CISO until=2027-01-31", Exemption("break-glass, CISO", date(2027, 1, 31))),
        ("yearly audit, until=2027-01-31", Exemption("yearly audit", date(2027, 1, 31))),
        ("until=2027-01-31", Exemption("no reason given", date(2027, 1, 31))),
        ("", Exemption("no reason given")),
        ("keep until=later on", Exemption("keep until=later on")),
    ],
)
def test_a_tag_gives_a_reason_and_perhaps_a_date(value, exemption):
    assert parse(value) == exemption


@pytest.mark.parametrize("date_", ["2027-02-30", "soon", ""])
def test_a_date_that_is_none_is_a_problem(date_):
    assert parse(f"audit until={date_}") == Exemption(
        "audit", problem=f"until={date_} is not a date such as until=2027-01-31"
    )


def test_an_exemption_counts_through_its_last_day():
    exemption = parse("audit until=2027-01-31")

    assert not exemption.is_over(date(2027, 1, 31))
    assert exemption.is_over(date(2027, 2, 1))
    assert not parse("audit").is_over(date(2100, 1, 1))
