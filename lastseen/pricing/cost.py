"""What the tracker costs in a month, line by line, and what other ways to the same knowledge cost."""

from dataclasses import dataclass

from ingest.principals import Ignored
from lastseen.pricing import measured, prices
from lastseen.pricing.measured import HOURS, SECONDS
from lastseen.pricing.prices import Price
from reporter.judgement.subjects import Kind

GB = 2**30
MEMORY_GB = 0.5  # Of both functions in template.yaml.
VCPU = 512 / 1769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
REPORTS = HOURS / (7 * 24)  # ReportSchedule, as template.yaml has it.
RUNS = REPORTS + HOURS / 24  # It looks every day, and mails only as scheduled.
REPORT_SECONDS = 900
ITEM_OVERHEAD = (
    100  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
)
RECEIVED = 10  # Messages to a request, at most.
# Five pollers that wait for up to 20 seconds: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
IDLE_RECEIVES = 5 * SECONDS / 20
# The metrics of one invocation are 1 KB; Lambda's own lines of its start and end are taken to be as much.
LOG_BYTES = 2_000
METRICS = 8 + len(Ignored) + 5 + len(Kind) + 1
ALARMS = 10
DASHBOARDS = 1
KEY_REQUESTS = SECONDS / 300  # The table's key is asked for once in five minutes, at most.
REPORT_BYTES = 1_000  # For each principal.
LOGGED_BYTES = 200  # Of an event in a trail's compressed log files: 120 to 190 where it was tried.


@dataclass(frozen=True, slots=True)
class Quantity:
    amount: float
    formula: str


@dataclass(frozen=True, slots=True)
class Usage:
    """A month of it. Where each figure comes from is said by its formula."""

    events: Quantity
    principals: int
    forwarded: Quantity
    requests: Quantity
    invocations: Quantity
    gb_seconds: Quantity
    writes: Quantity
    index_writes: Quantity
    reads: Quantity
    table_gb: Quantity
    index_gb: Quantity
    logs_gb: Quantity


@dataclass(frozen=True, slots=True)
class Line:
    service: str
    item: str
    quantity: Quantity
    price: Price

    @property
    def dollars(self) -> float:
        return self.price.of(self.quantity.amount)


@dataclass(frozen=True, slots=True)
class Alternative:
    name: str
    dollars: float
    formula: str


def estimate(events: int, principals: int, regions: int) -> Usage:
    """For a stack that is not there to be asked: by the benchmarks' figures, and events spread evenly."""
    writes = measured.writes_in_an_hour(events / HOURS, principals) * HOURS
    items = measured.ITEMS_PER_PRINCIPAL * principals + regions
    batches = min(events, max(events / measured.BATCH, SECONDS / measured.WINDOW))
    seconds = (events * measured.EVENT_SECONDS + writes * measured.WRITE_SECONDS) / VCPU
    invocations = Quantity(
        batches + RUNS, f"a batch every {measured.WINDOW} s or {measured.BATCH:,} events, and the reporter"
    )
    return Usage(
        events=Quantity(events, "as given"),
        principals=principals,
        forwarded=Quantity(
            events * (regions - 1) / regions,
            f"events x {regions - 1} / {regions}: spread evenly, and all but this region's",
        ),
        requests=Quantity(
            events + max(events / RECEIVED, IDLE_RECEIVES) + events / RECEIVED,
            "each event sent by itself, received and deleted by tens; five pollers ask every 20 s at least",
        ),
        invocations=invocations,
        gb_seconds=Quantity(
            MEMORY_GB * (seconds + RUNS * REPORT_SECONDS),
            f"{MEMORY_GB} GB x (events x {measured.EVENT_SECONDS * 1e6:.2f} µs + writes x"
            f" {measured.WRITE_SECONDS * 1e3:.1f} ms) / {VCPU:.2f} of a vCPU;"
            f" at most {REPORT_SECONDS} s a report",
        ),
        writes=Quantity(writes, f"{writes / events:.3g} an event: two sandboxes in figure 7 of the benchmarks"),
        index_writes=Quantity(items, f"{measured.ITEMS_PER_PRINCIPAL} items a principal, each new once"),
        reads=Quantity(RUNS * items / 2, "all items, at half a unit, for each run of the reporter"),
        table_gb=Quantity(
            items * (measured.ITEM_BYTES + ITEM_OVERHEAD) / GB,
            f"items x {measured.ITEM_BYTES} bytes and {ITEM_OVERHEAD} of DynamoDB's own",
        ),
        index_gb=Quantity(
            items * (measured.INDEX_ENTRY_BYTES + ITEM_OVERHEAD) / GB,
            f"items x {measured.INDEX_ENTRY_BYTES} bytes and {ITEM_OVERHEAD} of DynamoDB's own",
        ),
        logs_gb=Quantity(invocations.amount * LOG_BYTES / GB, f"{LOG_BYTES:,} bytes an invocation"),
    )


def bill(usage: Usage) -> tuple[Line, ...]:
    transferred = Quantity(
        usage.forwarded.amount * measured.MESSAGE_BYTES / GB,
        f"{measured.MESSAGE_BYTES:,} bytes for each of these",
    )
    kept = Quantity(
        REPORTS * 12 * usage.principals * REPORT_BYTES / GB, f"{REPORT_BYTES:,} bytes a principal, for a year"
    )
    weekly = Quantity(REPORTS, "one a week")
    return (
        Line("EventBridge", "events of other regions", usage.forwarded, prices.FORWARDED_EVENT),
        Line("EventBridge", "transfer between regions", transferred, prices.TRANSFERRED_GB),
        Line("SQS", "requests", usage.requests, prices.QUEUE_REQUEST),
        Line("Lambda", "requests", usage.invocations, prices.INVOCATION),
        Line("Lambda", "time", usage.gb_seconds, prices.GB_SECOND),
        Line("DynamoDB", "writes", usage.writes, prices.WRITE_UNIT),
        Line("DynamoDB", "writes to the index", usage.index_writes, prices.WRITE_UNIT),
        Line("DynamoDB", "reads", usage.reads, prices.READ_UNIT),
        Line("DynamoDB", "table", usage.table_gb, prices.TABLE_GB),
        Line("DynamoDB", "index", usage.index_gb, prices.TABLE_GB),
        Line("DynamoDB", "point-in-time recovery", usage.table_gb, prices.BACKUP_GB),
        Line("DynamoDB", "stream reads", Quantity(0, "Lambda's are free"), prices.STREAM_READ),
        Line("CloudWatch", "metrics", Quantity(METRICS, "each name and reason or kind"), prices.METRIC),
        Line("CloudWatch", "alarms", Quantity(ALARMS, "those of template.yaml"), prices.ALARM),
        Line("CloudWatch", "dashboards", Quantity(DASHBOARDS, "those of template.yaml"), prices.DASHBOARD),
        Line("CloudWatch", "logs taken in", usage.logs_gb, prices.LOG_GB),
        Line("CloudWatch", "logs kept", usage.logs_gb, prices.LOG_GB_MONTH),
        Line("SNS", "mails", weekly, prices.MAIL),
        Line("KMS", "the topic's key", Quantity(1, "one; one more after each of two rotations"), prices.KEY),
        Line("KMS", "requests", Quantity(KEY_REQUESTS, "the table's key every 300 s"), prices.KEY_REQUEST),
        Line("S3", "reports", weekly, prices.OBJECT_PUT),
        Line("S3", "reports kept", kept, prices.OBJECT_GB),
    )


def total(lines: tuple[Line, ...]) -> float:
    return sum(line.dollars for line in lines)


def alternatives(usage: Usage) -> tuple[Alternative, ...]:
    """What others cost that answer a part of the same questions."""
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
