"""What the tracker costs in a month, line by line: of one account, or of an organization."""

from ingest.principals import Ignored
from lastseen.pricing import measured, organization, prices
from lastseen.pricing.measured import HOURS, SECONDS
from lastseen.pricing.usage import REPORTS, RUNS, Line, Quantity, Usage
from reporter.judgement.subjects import Kind

GB = 2**30
MEMORY_GB = 0.5  # Of both functions in template.yaml.
VCPU = 512 / 1769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
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


def estimate(events: int, principals: int, regions: int, accounts: int = 1) -> Usage:
    """For a stack that is not there to be asked: by the benchmarks' figures, and events spread evenly.

    `events`, `principals`: of all accounts.
    """
    writes = measured.writes_in_an_hour(events / HOURS, principals) * HOURS
    items = measured.ITEMS_PER_PRINCIPAL * principals + regions * accounts
    invocations = _invocations(events, accounts)
    return Usage(
        events=Quantity(events, "as given"),
        principals=principals,
        forwarded=_forwarded(events, regions, accounts),
        transferred=_transferred(events, regions, accounts),
        requests=Quantity(
            events + max(events / RECEIVED, IDLE_RECEIVES) + events / RECEIVED,
            "each event sent by itself, received and deleted by tens; five pollers ask every 20 s at least",
        ),
        invocations=invocations,
        gb_seconds=_gb_seconds(events, writes, principals, accounts),
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
        accounts=accounts,
    )


def _forwarded(events: int, regions: int, accounts: int) -> Quantity:
    """Whatever happens elsewhere: an account of an organization forwards from the hub's region, too."""
    places = accounts * regions
    home = "account's in this region" if accounts > 1 else "region's"
    formula = f"events x {places - 1:,} / {places:,}: spread evenly, and all but this {home}"
    return Quantity(events * (places - 1) / places, formula)


def _transferred(events: int, regions: int, accounts: int) -> Quantity:
    whose = f"events x {regions - 1} / {regions}" if accounts > 1 else "these"
    size = events * (regions - 1) / regions * measured.MESSAGE_BYTES / GB
    return Quantity(size, f"{measured.MESSAGE_BYTES:,} bytes for each of {whose}")


def _invocations(events: int, accounts: int) -> Quantity:
    batches = min(events, max(events / measured.BATCH, SECONDS / measured.WINDOW))
    steps = organization.invocations(accounts)
    whose = f"the reporter: {steps:,} a run" if accounts > 1 else "the reporter"
    formula = f"a batch every {measured.WINDOW} s or {measured.BATCH:,} events, and {whose}"
    return Quantity(batches + RUNS * steps, formula)


def _gb_seconds(events: int, writes: float, principals: int, accounts: int) -> Quantity:
    ingest = (events * measured.EVENT_SECONDS + writes * measured.WRITE_SECONDS) / VCPU
    reporting, told = float(REPORT_SECONDS), f"at most {REPORT_SECONDS} s a report"
    if accounts > 1:
        reporting = organization.seconds(accounts, principals)
        told = f"{reporting / accounts:.1f} s a review"
    return Quantity(
        MEMORY_GB * (ingest + RUNS * reporting),
        f"{MEMORY_GB} GB x (events x {measured.EVENT_SECONDS * 1e6:.2f} µs + writes x"
        f" {measured.WRITE_SECONDS * 1e3:.1f} ms) / {VCPU:.2f} of a vCPU; {told}",
    )


def bill(usage: Usage) -> tuple[Line, ...]:
    kept = Quantity(
        REPORTS * 12 * usage.principals * REPORT_BYTES / GB, f"{REPORT_BYTES:,} bytes a principal, for a year"
    )
    weekly = Quantity(REPORTS, "one a week")
    elsewhere = "accounts and regions" if usage.accounts > 1 else "regions"
    return (
        Line("EventBridge", f"events of other {elsewhere}", usage.forwarded, prices.FORWARDED_EVENT),
        Line("EventBridge", "transfer between regions", usage.transferred, prices.TRANSFERRED_GB),
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
        *(organization.lines(usage.accounts) if usage.accounts > 1 else ()),
    )


def total(lines: tuple[Line, ...]) -> float:
    return sum(line.dollars for line in lines)
