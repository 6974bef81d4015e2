"""What others cost that answer a part of the same questions."""

from collections.abc import Iterator
from dataclasses import dataclass

from lastseen.pricing import logs, measured, prices
from lastseen.pricing.cost import bill, total
from lastseen.pricing.load import Roads
from lastseen.pricing.usage import Usage

LOGGED_BYTES = 200  # Of an event in a trail's compressed log files: 120 to 190 where it was tried.


@dataclass(frozen=True, slots=True)
class Alternative:
    name: str
    dollars: float
    formula: str


def alternatives(usage: Usage) -> tuple[Alternative, ...]:
    events = usage.events.amount
    rest = total(bill(usage)) - prices.WRITE_UNIT.of(usage.writes.amount + usage.index_writes.amount)
    rest -= prices.READ_UNIT.of(usage.read_first.amount if usage.read_first else 0)
    times = 2 if usage.roads is Roads.BOTH else 1
    each_event = rest + prices.WRITE_UNIT.of(times * events)
    each_facet = rest + prices.WRITE_UNIT.of(times * events * measured.FACETS_PER_EVENT)
    twice = ", by either road" if times > 1 else ""
    day = events * LOGGED_BYTES / 10**12
    return (
        *_by_the_log_road(usage),
        Alternative(
            "one write for each event", each_event, f"the same stack, but events x 1 write unit{twice}"
        ),
        Alternative(
            "one for each event and facet",
            each_facet,
            f"events x {measured.FACETS_PER_EVENT}{twice}: all that an event tells, as the table has it",
        ),
        Alternative(
            "IAM Access Analyzer",
            prices.ANALYZED_PRINCIPAL.of(usage.principals),
            f"unused access: principals x {prices.ANALYZED_PRINCIPAL}",
        ),
        Alternative(
            "Athena daily, over one day",
            prices.SCANNED_TB.of(max(day, 30 * 10 / 10**6)),
            f"events x {LOGGED_BYTES} bytes x {prices.SCANNED_TB}, 10 MB a query at least; S3 not counted",
        ),
        Alternative(
            "Athena daily, over 90 days",
            prices.SCANNED_TB.of(max(90 * day, 30 * 10 / 10**6)),
            "90 times as much: who was not active for 90 days",
        ),
    )


def _by_the_log_road(usage: Usage) -> Iterator[Alternative]:
    if usage.unforwarded:
        yield Alternative(
            "both, without forwarders",
            total(bill(usage.unforwarded)),
            "by EventBridge, only this account's events in this region",
        )
    if usage.reading:
        yield Alternative(
            "without an S3 Bucket Key",
            total(bill(usage)) + logs.without_bucket_key(usage.reading),
            "a Decrypt for each log file, if the trail has a key",
        )
