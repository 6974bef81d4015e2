"""What is used in a month, and the lines that it comes to on a bill."""

from dataclasses import dataclass

from lastseen.pricing.load import Roads
from lastseen.pricing.measured import HOURS, SECONDS
from lastseen.pricing.prices import Price

GB = 2**30
MEMORY_GB = 0.5  # Of all functions in template.yaml that do much.
VCPU = 512 / 1769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
ITEM_OVERHEAD = (
    100  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
)
RECEIVED = 10  # Messages to a request, at most.
# Five pollers that wait for up to 20 seconds: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
IDLE_RECEIVES = 5 * SECONDS / 20
# The metrics of one invocation are 1 KB; Lambda's own lines of its start and end are taken to be as much.
LOG_BYTES = 2_000

REPORTS = HOURS / (7 * 24)  # ReportSchedule, as template.yaml has it.
RUNS = REPORTS + HOURS / 24  # It looks every day, and mails only as scheduled.


@dataclass(frozen=True, slots=True)
class Quantity:
    amount: float
    formula: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A month of the log function. `told`: what CloudTrail's topic publishes."""

    objects: Quantity
    requests: Quantity
    told: Quantity
    invocations: Quantity
    gb_seconds: Quantity
    logs_gb: Quantity


@dataclass(frozen=True, slots=True)
class Usage:
    """A month of it. Where each figure comes from is said by its formula.

    `transferred`: those of `forwarded` that come from another region. `read_first`: None if `reads` has it.
    `reading`: None without the log road.
    `unforwarded`: the same by both roads, if no other account or region forwards.
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
    read_first: Quantity | None = None
    accounts: int = 1
    roads: Roads = Roads.EVENTS
    reading: Reading | None = None
    unforwarded: "Usage | None" = None


@dataclass(frozen=True, slots=True)
class Line:
    service: str
    item: str
    quantity: Quantity
    price: Price

    @property
    def dollars(self) -> float:
        return self.price.of(self.quantity.amount)
