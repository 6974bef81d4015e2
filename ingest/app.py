"""The ingest Lambda: takes a batch of EventBridge events, and returns the messages to try again."""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from activity.keeping import Keeping, Key, Outcome
from activity.table import ActivityTable
from ingest.batch import Batch, Memory
from ingest.wire import UnreadableRecord

NAMESPACE = "LastActivity"
# Time to finish the current call to the table, with all of its retries, and to return.
MARGIN_MS = 15_000

logger = Logger(service="ingest")
metrics = Metrics(namespace=NAMESPACE, service="ingest")


class WriteFailed(Exception):
    """A single event that did not come from a queue could not be recorded."""


def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """Takes an SQS batch of EventBridge envelopes, or one bare envelope.

    Returns the messages of a batch that can't be read or recorded, so SQS delivers them again. Nothing delivers
    a bare envelope again: it raises UnreadableRecord or WriteFailed.
    """
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    now = datetime.now(UTC)
    if "Records" in event:
        return _record_messages(event["Records"], context, now)
    _record_event(event, context, now)
    return {"batchItemFailures": []}


def _record_messages(messages: list[dict[str, Any]], context: Any, now: datetime) -> dict[str, Any]:
    batch = Batch(memory(), arrived=now)
    try:
        for message in messages:
            batch.add(message["body"], message["messageId"])
    except KeyError as missing:
        raise UnreadableRecord(f"not a batch from SQS: a record without {missing}") from missing
    failed = _record(batch, len(messages), context, now)
    again = batch.messages_behind(failed) | batch.unreadable.keys()
    return {"batchItemFailures": [{"itemIdentifier": message} for message in sorted(again)]}


def _record_event(event: Mapping[str, Any], context: Any, now: datetime) -> None:
    batch = Batch(memory(), arrived=now)
    batch.add(msgspec.json.encode(event), "event")
    failed = _record(batch, 1, context, now)
    if batch.unreadable:
        raise UnreadableRecord(batch.unreadable["event"])
    if failed:
        raise WriteFailed(next(iter(failed.values())))


@cache
def table() -> ActivityTable:
    return ActivityTable.from_env(os.environ)


@cache
def memory() -> Memory:
    return Memory(Keeping.from_env(os.environ).resolution_of)


def _record(batch: Batch, messages: int, context: Any, now: datetime) -> dict[Key, str]:
    """Writes the batch's activities. Returns the keys that could not be written, each with its reason."""

    def is_late() -> bool:
        return context is not None and context.get_remaining_time_in_millis() < MARGIN_MS

    for message, reason in batch.unreadable.items():
        logger.error("unreadable", message_id=message, reason=reason)
    outcome = table().record_all(batch.activities(), is_late=is_late)
    batch.remember(outcome.stored)
    for reason, count in Counter(outcome.failed.values()).items():
        logger.error("not written", activities=count, reason=reason)
    _measure(messages, batch, outcome, now)
    return outcome.failed


def _measure(messages: int, batch: Batch, outcome: Outcome, now: datetime) -> None:
    counts = {
        "Messages": messages,
        "Sightings": batch.sightings,
        "Writes": outcome.written,
        "Superseded": outcome.superseded,
        "WritesSaved": batch.saved,
        "FailedWrites": len(outcome.failed),
        "Unreadable": len(batch.unreadable),
    }
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    if batch.newest:
        metrics.add_metric("NewestEventAge", MetricUnit.Seconds, max(0, (now - batch.newest).total_seconds()))
    for reason, count in batch.ignored.items():
        with single_metric("Ignored", MetricUnit.Count, count, namespace=NAMESPACE) as metric:
            metric.add_dimension("reason", reason)
    metrics.flush_metrics()
