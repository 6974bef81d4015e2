"""What the tracker costs in a month, line by line: of one account, or of an organization."""

from activity.finding import Kind
from ingest.principals import Ignored
from lastseen.pricing import logs, organization, prices
from lastseen.pricing.measured import SECONDS
from lastseen.pricing.usage import GB, REPORTS, Line, Quantity, Usage

INGEST_METRICS = 8
METRICS = INGEST_METRICS + len(Ignored) + 6 + len(Kind) + 1
ALARMS = 11
DASHBOARDS = 1
KEY_REQUESTS = SECONDS / 300  # The table's key is asked for once in five minutes, at most.
REPORT_BYTES = 1_000  # For each principal.


def bill(usage: Usage) -> tuple[Line, ...]:
    kept = Quantity(
        REPORTS * 12 * usage.principals * REPORT_BYTES / GB, f"{REPORT_BYTES:,} bytes a principal, for a year"
    )
    weekly = Quantity(REPORTS, "one a week")
    metrics = METRICS if usage.roads.are_events else METRICS - INGEST_METRICS
    return (
        *(_forwarding(usage) if usage.roads.are_events else ()),
        Line("SQS", "requests", usage.requests, prices.QUEUE_REQUEST),
        Line("Lambda", "requests", usage.invocations, prices.INVOCATION),
        Line("Lambda", "time", usage.gb_seconds, prices.GB_SECOND),
        Line("DynamoDB", "writes", usage.writes, prices.WRITE_UNIT),
        Line("DynamoDB", "writes to the index", usage.index_writes, prices.WRITE_UNIT),
        *(
            [Line("DynamoDB", "reads before writes", usage.read_first, prices.READ_UNIT)]
            if usage.read_first
            else []
        ),
        Line("DynamoDB", "reads", usage.reads, prices.READ_UNIT),
        Line("DynamoDB", "table", usage.table_gb, prices.TABLE_GB),
        Line("DynamoDB", "index", usage.index_gb, prices.TABLE_GB),
        Line("DynamoDB", "point-in-time recovery", usage.table_gb, prices.BACKUP_GB),
        Line("DynamoDB", "stream reads", Quantity(0, "Lambda's are free"), prices.STREAM_READ),
        Line("CloudWatch", "metrics", Quantity(metrics, "each name and reason or kind"), prices.METRIC),
        Line("CloudWatch", "alarms", Quantity(ALARMS, "those of template.yaml"), prices.ALARM),
        Line("CloudWatch", "dashboards", Quantity(DASHBOARDS, "those of template.yaml"), prices.DASHBOARD),
        Line("CloudWatch", "logs taken in", usage.logs_gb, prices.LOG_GB),
        Line("CloudWatch", "logs kept", usage.logs_gb, prices.LOG_GB_MONTH),
        Line("SNS", "mails", weekly, prices.MAIL),
        Line("KMS", "the topic's key", Quantity(1, "one; one more after each of two rotations"), prices.KEY),
        Line("KMS", "requests", Quantity(KEY_REQUESTS, "the table's key every 300 s"), prices.KEY_REQUEST),
        Line("S3", "reports", weekly, prices.OBJECT_PUT),
        Line("S3", "reports kept", kept, prices.OBJECT_GB),
        *(logs.lines(usage.reading) if usage.reading else ()),
        *(organization.lines(usage.accounts) if usage.accounts > 1 else ()),
    )


def _forwarding(usage: Usage) -> tuple[Line, ...]:
    elsewhere = "accounts and regions" if usage.accounts > 1 else "regions"
    return (
        Line("EventBridge", f"events of other {elsewhere}", usage.forwarded, prices.FORWARDED_EVENT),
        Line("EventBridge", "transfer between regions", usage.transferred, prices.TRANSFERRED_GB),
    )


def total(lines: tuple[Line, ...]) -> float:
    return sum(line.dollars for line in lines)
