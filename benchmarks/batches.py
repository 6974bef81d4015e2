"""The stream as Lambda gets it from SQS, and what is in it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from benchmarks.stream import JITTER, events
from ingest.wire import envelope

SIZE = 2000
Message = dict[str, Any]
SqsBatch = dict[str, list[Message]]


def batches(count: int, size: int = SIZE) -> Iterator[SqsBatch]:
    """Made as they are asked for, so that a long stream need not fit into memory."""
    numbered = enumerate(events(count))
    while messages := [_message(number, event) for number, event in islice(numbered, size)]:
        yield {"Records": messages}


def arrival(messages: SqsBatch) -> datetime:
    """Of the batch: when the latest of its events has come."""
    last = max(envelope(message["body"]).detail.event_time for message in messages["Records"][-100:])
    return last + timedelta(seconds=JITTER)


def bodies(stream: Iterable[SqsBatch]) -> list[str]:
    return [message["body"] for batch in stream for message in batch["Records"]]


def mix(stream: Iterable[SqsBatch]) -> dict[str, Any]:
    """Shares in percent of all events."""
    texts = bodies(stream)
    kinds: Counter[str] = Counter()
    for text in texts:
        detail = json.loads(text)["detail"]
        kinds[detail["userIdentity"]["type"]] += 1
        kinds["refused"] += "errorCode" in detail
        kinds["assumes a role"] += detail["eventName"] == "AssumeRole"
        kinds["sign-in"] += detail["eventName"] == "ConsoleLogin"
    return {
        "events": len(texts),
        "mean body, bytes": round(sum(map(len, texts)) / len(texts)),
        "longest body, bytes": max(map(len, texts)),
        **{f"{kind}, %": round(100 * n / len(texts), 2) for kind, n in kinds.most_common()},
    }


def _message(number: int, event: dict[str, Any]) -> Message:
    """With the fields that SQS adds, for the memory they take."""
    return {
        "messageId": f"{number:08x}-0000-4000-8000-{number:012x}",
        "receiptHandle": f"{number:0180x}",
        "body": msgspec.json.encode(event).decode(),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795176000000",
            "SenderId": "AROAEXAMPLE:events",
            "ApproximateFirstReceiveTimestamp": "1795176000010",
        },
        "messageAttributes": {},
        "md5OfBody": f"{number:032x}",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:queue",
        "awsRegion": "eu-west-1",
    }
