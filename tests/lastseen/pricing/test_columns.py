"""Months side by side: what stands above the dollars, and that it fits a terminal."""

from dataclasses import replace

import pytest

from lastseen.pricing.columns import WIDTH, common, side_by_side
from lastseen.pricing.cost import bill, total
from lastseen.pricing.estimate import estimate
from lastseen.pricing.load import Load, Roads

MONTH = Load(10**6, 5_000)


def by_roads(*events):
    return [replace(MONTH, events=each, roads=roads) for each in events for roads in Roads]


def row(lines, name):
    return [line.removeprefix(name).split() for line in lines if line.startswith(f"{name} ")]


def test_what_differs_stands_above_the_columns_and_what_does_not_above_them_all():
    loads = by_roads(10**6)
    lines = list(side_by_side(loads))

    assert row(lines, "events a month") == [["1M", "1M", "1M"]]
    assert row(lines, "roads") == [["events", "logs", "both"]]
    assert row(lines, "regions") == []
    assert common(loads) == "Accounts: 1; principals: 5,000; regions: 1."


def test_what_is_shared_but_not_usual_is_said():
    loads = [replace(each, roads=Roads.LOGS, resolution=900) for each in by_roads(10**6, 10**9)]

    assert common(loads) == (
        "Accounts: 1; principals: 5,000; roads: logs; regions: 1; resolution, seconds: 900."
    )


def test_a_service_that_one_road_does_not_use_costs_it_nothing():
    (dollars,) = row(list(side_by_side(by_roads(10**6))), "EventBridge")

    assert dollars[1] == "0.00"


def test_a_comparison_stands_only_below_the_roads_it_is_for():
    lines = list(side_by_side([replace(each, regions=2) for each in by_roads(10**6)]))
    (line,) = [each for each in lines if each.startswith("both, without forwarders")]

    assert len(line.split()) == 4
    assert len(line) == max(map(len, lines))


@pytest.mark.parametrize(
    ("loads", "columns"),
    [
        pytest.param(by_roads(10**6, 10**8, 10**9), [3, 3, 3], id="a block for each number of events"),
        pytest.param(by_roads(10**6)[:2] + by_roads(10**9)[:2], [4], id="two numbers fit"),
        pytest.param(
            [replace(MONTH, resolution=each) for each in range(300, 900, 100)], [3, 3], id="six are equal parts"
        ),
        pytest.param([replace(MONTH, events=10**each) for each in range(3, 10)], [5, 2], id="seven alone"),
    ],
)
def test_columns_are_set_in_blocks_that_fit_80_characters(loads, columns):
    lines = list(side_by_side(loads))
    totals = row(lines, "in all")

    assert [len(each) for each in totals] == columns
    assert max(map(len, lines)) <= WIDTH == 80
    assert [cell for each in totals for cell in each] == [
        f"{total(bill(estimate(load))):,.2f}" for load in loads
    ]
