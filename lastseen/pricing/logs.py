"""The log road: what it takes to be told of CloudTrail's log files and to read them."""

from ingest.layout import Skipped
from lastseen.pricing import measured, prices, writes
from lastseen.pricing.load import Load, Roads
from lastseen.pricing.measured import SECONDS
from lastseen.pricing.usage import (
    GB,
    IDLE_RECEIVES,
    LOG_BYTES,
    MEMORY_GB,
    RECEIVED,
    VCPU,
    Line,
    Quantity,
    Reading,
)

# What CloudTrail is taken to do: nobody publishes how many objects it makes.
SPAN = 300  # Seconds: one object for each account and region.
RECORDS = 2_000  # In an object, at most.
# Of LogFunction's mapping in template.yaml.
BATCH, WINDOW = 500, 20
METRICS = 9 + len(Skipped)
ALARMS = 2
# "Up to 99 percent" fewer requests: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
BUCKET_KEY = 100


def reading(load: Load) -> Reading:
    count = min(load.events, max(load.places * SECONDS / SPAN, load.events / RECORDS))
    batches = min(count, max(count / BATCH, SECONDS / WINDOW))
    writes_made = written(load).amount if load.roads is Roads.LOGS else 0
    return Reading(
        objects=Quantity(
            count,
            f"assumed: one in {SPAN // 60} minutes for each account and region with events ({load.places:,}),"
            f" of {RECORDS:,} records at most",
        ),
        requests=Quantity(
            count + max(count / RECEIVED, IDLE_RECEIVES) + count / RECEIVED,
            "one message a file, received and deleted by tens; five pollers ask every 20 s at least",
        ),
        told=Quantity(count, "one a file, if CloudTrail's topic tells of it; S3's own notification is free"),
        invocations=Quantity(batches, f"a batch every {WINDOW} s or {BATCH:,} files"),
        gb_seconds=Quantity(
            MEMORY_GB * seconds(load.events, count, writes_made) / VCPU,
            f"{MEMORY_GB} GB x (events x {measured.RECORD_SECONDS * 1e6:.2f} µs + files x"
            f" {measured.OBJECT_SECONDS * 1e3:.2f} ms + writes x {measured.WRITE_SECONDS * 1e3:.1f} ms)"
            f" / {VCPU:.2f} of a vCPU",
        ),
        logs_gb=Quantity(batches * LOG_BYTES / GB, f"{LOG_BYTES:,} bytes an invocation"),
    )


def written(load: Load) -> Quantity:
    """By this road alone: of what came by the other as well, it finds all stored."""
    count = writes.in_a_month(load, Roads.LOGS)
    return Quantity(
        count, f"{count / load.events:.3g} an event: two sandboxes in figures 7 and 12 of the benchmarks"
    )


def seconds(records: float, objects: float, writes_made: float) -> float:
    """Of a whole vCPU."""
    return (
        records * measured.RECORD_SECONDS
        + objects * measured.OBJECT_SECONDS
        + writes_made * measured.WRITE_SECONDS
    )


def lines(read: Reading) -> tuple[Line, ...]:
    decrypted = Quantity(
        read.objects.amount / BUCKET_KEY,
        f"files / {BUCKET_KEY}, by an S3 Bucket Key; none if the trail has no key",
    )
    return (
        Line("SQS", "requests for log files", read.requests, prices.QUEUE_REQUEST),
        Line("SNS", "CloudTrail's topic", read.told, prices.PUBLISH),
        Line("S3", "log files read", read.objects, prices.OBJECT_GET),
        Line("KMS", "log files decrypted", decrypted, prices.KEY_REQUEST),
        Line("Lambda", "requests of the log function", read.invocations, prices.INVOCATION),
        Line("Lambda", "time of the log function", read.gb_seconds, prices.GB_SECOND),
        Line(
            "CloudWatch",
            "metrics of the log function",
            Quantity(METRICS, "each name and reason"),
            prices.METRIC,
        ),
        Line("CloudWatch", "alarms of the log road", Quantity(ALARMS, "those of template.yaml"), prices.ALARM),
        Line("CloudWatch", "logs of the log function taken in", read.logs_gb, prices.LOG_GB),
        Line("CloudWatch", "logs of the log function kept", read.logs_gb, prices.LOG_GB_MONTH),
    )


def without_bucket_key(read: Reading) -> float:
    """Dollars more."""
    return prices.KEY_REQUEST.of(read.objects.amount * (1 - 1 / BUCKET_KEY))
