"""What is used in a month, and the lines that it comes to on a bill."""

from dataclasses import dataclass

from lastseen.pricing.measured import HOURS
from lastseen.pricing.prices import Price

REPORTS = HOURS / (7 * 24)  # ReportSchedule, as template.yaml has it.
RUNS = REPORTS + HOURS / 24  # It looks every day, and mails only as scheduled.


@dataclass(frozen=True, slots=True)
class Quantity:
    amount: float
    formula: str


@dataclass(frozen=True, slots=True)
class Usage:
    """A month of it. Where each figure comes from is said by its formula.

    `transferred`: those of `forwarded` that come from another region.
    """

    events: Quantity
    principals: int
    forwarded: Quantity
    transferred: Quantity
    requests: Quantity
    invocations: Quantity
    gb_seconds: Quantity
    writes: Quantity
    index_writes: Quantity
    reads: Quantity
    table_gb: Quantity
    index_gb: Quantity
    logs_gb: Quantity
    accounts: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    service: str
    item: str
    quantity: Quantity
    price: Price

    @property
    def dollars(self) -> float:
        return self.price.of(self.quantity.amount)
