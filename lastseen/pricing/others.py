"""What others cost that answer a part of the same questions."""

from dataclasses import dataclass

from lastseen.pricing import measured, prices
from lastseen.pricing.cost import bill, total
from lastseen.pricing.usage import Usage

LOGGED_BYTES = 200  # Of an event in a trail's compressed log files: 120 to 190 where it was tried.


@dataclass(frozen=True, slots=True)
class Alternative:
    name: str
    dollars: float
    formula: str


def alternatives(usage: Usage) -> tuple[Alternative, ...]:
    events = usage.events.amount
    ours = sum(prices.WRITE_UNIT.of(each.amount) for each in (usage.writes, usage.index_writes))
    rest = total(bill(usage)) - ours
    each_event = rest + prices.WRITE_UNIT.of(events)
    each_facet = rest + prices.WRITE_UNIT.of(events * measured.FACETS_PER_EVENT)
    day = events * LOGGED_BYTES / 10**12
    return (
        Alternative("one write for each event", each_event, "the same stack, but events x 1 write unit"),
        Alternative(
            "one for each event and facet",
            each_facet,
            f"events x {measured.FACETS_PER_EVENT}: all that an event tells, as the table has it",
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
