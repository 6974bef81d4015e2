"""The ingest Lambda: takes a batch of EventBridge events, and returns the messages to try again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from activity.keeping import Key
from activity.model import EVENTS
from ingest.batch import Batch
from ingest.recording import Recorder, memory
from ingest.wire import UnreadableRecord

recorder = Recorder("ingest")


class WriteFailed(Exception):
    """A single event that did not come from a queue could not be recorded."""


def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """Takes an SQS batch of EventBridge envelopes, or one bare envelope.

    Returns the messages of a batch that can't be read or recorded, so SQS delivers them again. Nothing delivers
    a bare envelope again: it raises UnreadableRecord or WriteFailed.
    """
    recorder.logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    now = datetime.now(UTC)
    if "Records" in event:
        return _record_messages(event["Records"], context, now)
    _record_event(event, context, now)
    return {"batchItemFailures": []}


def _record_messages(messages: list[dict[str, Any]], context: Any, now: datetime) -> dict[str, Any]:
    batch = Batch(memory(), arrived=now, road=EVENTS)
    try:
        for message in messages:
            batch.add(message["body"], message["messageId"])
    except KeyError as missing:
        raise UnreadableRecord(f"not a batch from SQS: a record without {missing}") from missing
    failed = _record(batch, len(messages), context, now)
    again = batch.messages_behind(failed) | batch.unreadable.keys()
    return {"batchItemFailures": [{"itemIdentifier": message} for message in sorted(again)]}


def _record_event(event: Mapping[str, Any], context: Any, now: datetime) -> None:
    batch = Batch(memory(), arrived=now, road=EVENTS)
    batch.add(msgspec.json.encode(event), "event")
    failed = _record(batch, 1, context, now)
    if batch.unreadable:
        raise UnreadableRecord(batch.unreadable["event"])
    if failed:
        raise WriteFailed(next(iter(failed.values())))


def _record(batch: Batch, messages: int, context: Any, now: datetime) -> dict[Key, str]:
    """Writes the batch's activities. Returns the keys that could not be written, each with its reason."""
    for message, reason in batch.unreadable.items():
        recorder.logger.error("unreadable", message_id=message, reason=reason)
    return recorder.record(batch, context, now, Messages=messages, Unreadable=len(batch.unreadable))
