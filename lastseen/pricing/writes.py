"""How many items either road reads and writes, at any resolution."""

from collections.abc import Mapping
from math import exp, log

from lastseen.pricing import measured
from lastseen.pricing.load import DETAIL_RESOLUTION, RESOLUTION, Load, Roads
from lastseen.pricing.measured import HOURS, MEASURED_PRINCIPALS, Counted


def in_a_month(load: Load, road: Roads) -> float:
    """Items written by one road: those of events by figure 7, and what others are to them by figure 12."""
    return _in_a_month(load, road, measured.WRITES, measured.WRITTEN)


def read_in_a_month(load: Load, road: Roads) -> float:
    """Items read before: those that are written, and those that the other sandbox has written already."""
    return _in_a_month(load, road, measured.READS, measured.READ)


def _in_a_month(
    load: Load,
    road: Roads,
    in_an_hour: tuple[tuple[int, int], ...],
    by_road: Mapping[Roads, tuple[Counted, ...]],
) -> float:
    rate = load.events / HOURS
    usual = measured.in_an_hour(in_an_hour, rate, load.principals)
    scaled = rate * MEASURED_PRINCIPALS / load.principals
    more = _counted(by_road[road], scaled, load.resolution, load.detail_resolution)
    known = _counted(by_road[Roads.EVENTS], scaled, RESOLUTION, DETAIL_RESOLUTION)
    return min(usual * more / known, rate * measured.FACETS_PER_EVENT) * HOURS


def _counted(counts: tuple[Counted, ...], rate: float, resolution: int, detail_resolution: int) -> float:
    """Between measured rates, the logarithms lie on a line; outside of them, it is as at the nearest."""
    short, long, short_details, long_details = (
        _between([(each.rate, getattr(each, name)) for each in counts], rate) for name in Counted._fields[1:]
    )
    return _at(short, long, resolution) + _at(short_details, long_details, detail_resolution)


def _at(short: float, long: float, resolution: int) -> float:
    """On the line through 5 minutes and an hour, by logarithms: at 15 minutes it is some 10 % too low."""
    steps = log(max(resolution, 1) / RESOLUTION) / log(DETAIL_RESOLUTION / RESOLUTION)
    return short * exp(steps * log(long / short))


def _between(points: list[tuple[int, int]], rate: float) -> float:
    (first, least), (last, most) = points[0], points[-1]
    if rate <= first:
        return least
    if rate >= last:
        return most
    above = next(i for i, (each, _) in enumerate(points) if rate <= each)
    (rate_1, count_1), (rate_2, count_2) = points[above - 1], points[above]
    return count_1 * exp(log(count_2 / count_1) * log(rate / rate_1) / log(rate_2 / rate_1))
