"""The writes of either road at any resolution, held to what the benchmarks measured."""

from dataclasses import replace

import pytest
from builders import ROOT

from benchmarks.roads import hour
from lastseen.pricing import measured
from lastseen.pricing.load import Load, Roads
from lastseen.pricing.measured import HOURS, READ, READS, WRITES, WRITTEN, in_an_hour
from lastseen.pricing.writes import in_a_month, read_in_a_month

BENCHMARKS = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8").replace(",", "")
MONTH = Load(138_889 * HOURS, measured.MEASURED_PRINCIPALS)


def test_by_events_at_the_templates_resolutions_they_are_those_of_figure_7():
    written, read = (in_an_hour(each, 138_889, MONTH.principals) * HOURS for each in (WRITES, READS))

    assert in_a_month(MONTH, Roads.EVENTS) == pytest.approx(written)
    assert read_in_a_month(MONTH, Roads.EVENTS) == pytest.approx(read)


@pytest.mark.parametrize("rate", [each.rate for each in WRITTEN[Roads.LOGS]])
@pytest.mark.parametrize(("by_road", "by_rate"), [(WRITTEN, WRITES), (READ, READS)])
def test_figures_7_and_12_agree_about_events_where_it_matters(by_road, by_rate, rate):
    (counted,) = [each for each in by_road[Roads.EVENTS] if each.rate == rate]
    by_figure_12 = counted.minutes + counted.details_hour

    assert by_figure_12 / in_an_hour(by_rate, rate, MONTH.principals) == pytest.approx(1, abs=0.4)


@pytest.mark.parametrize("road", [Roads.EVENTS, Roads.LOGS])
def test_at_a_measured_rate_they_are_in_the_measured_proportion(road):
    (here,) = [each for each in WRITTEN[road] if each.rate == 138_889]
    (usual,) = [each for each in WRITTEN[Roads.EVENTS] if each.rate == 138_889]
    proportion = (here.hour + here.details_hour) / (usual.minutes + usual.details_hour)

    at_an_hour = in_a_month(replace(MONTH, resolution=3_600), road)
    assert at_an_hour / in_a_month(MONTH, Roads.EVENTS) == pytest.approx(proportion)


def test_what_decides_is_how_often_one_principal_acts():
    twice = replace(MONTH, events=2 * MONTH.events, principals=2 * MONTH.principals, resolution=3_600)
    once = replace(MONTH, resolution=3_600)

    assert in_a_month(twice, Roads.LOGS) == pytest.approx(2 * in_a_month(once, Roads.LOGS))


@pytest.mark.parametrize("events", [100, 10**6, 3 * 10**7, 10**9, 10**11])
@pytest.mark.parametrize("road", [Roads.EVENTS, Roads.LOGS])
def test_a_longer_resolution_is_never_more_writes(road, events):
    by_length = [
        in_a_month(Load(events, 5_000, resolution=seconds, detail_resolution=max(seconds, 60)), road)
        for seconds in (0, 1, 60, 300, 900, 3_600, 86_400)
    ]

    assert by_length == sorted(by_length, reverse=True)
    assert 0 < by_length[0] <= events * measured.FACETS_PER_EVENT * 1.0001


def test_the_reads_and_writes_are_those_that_either_road_makes():
    by, _ = hour(1_389)

    for road in (Roads.EVENTS, Roads.LOGS):
        assert WRITTEN[road][0][1:] == by[road].written()
        assert READ[road][0][1:] == by[road].read()


def test_by_both_roads_nothing_is_written_twice():
    """The log function reads what ingest has written some minutes before."""
    by, _ = hour(1_389)

    assert by[Roads.BOTH].written() == by[Roads.EVENTS].written()
    assert by[Roads.BOTH].fewest() == by[Roads.EVENTS].fewest()


def test_the_figures_are_those_of_the_benchmarks():
    for counts in (*WRITTEN.values(), *READ.values()):
        for _, minutes, hour_, details_minutes, details_hour in counts:
            assert f"{minutes}; {hour_}; {details_minutes}; {details_hour}" in BENCHMARKS
