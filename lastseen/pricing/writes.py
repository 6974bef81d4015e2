"""How many times either road writes, at any resolution."""

from math import exp, log

from lastseen.pricing import measured
from lastseen.pricing.load import DETAIL_RESOLUTION, RESOLUTION, Load, Roads
from lastseen.pricing.measured import HOURS, MEASURED_PRINCIPALS, Counted


def in_a_month(load: Load, road: Roads) -> float:
    """By one road. Figure 7 has those of events; figure 12 how many times that it is at the same rate."""
    rate = load.events / HOURS
    usual = measured.writes_in_an_hour(rate, load.principals)
    scaled = rate * MEASURED_PRINCIPALS / load.principals
    more = _counted(measured.BY_ROAD[road], scaled, load.resolution, load.detail_resolution)
    known = _counted(measured.BY_ROAD[Roads.EVENTS], scaled, RESOLUTION, DETAIL_RESOLUTION)
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
