"""Figure 6: events through the stack as it is deployed on a local AWS, from its queue to its table."""

import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from e2e.server import eventually, running
from e2e.stack import Stack, build, deploy

from activity.model import to_text
from benchmarks.stream import events

# The local server's poller takes 10 messages at a time, whatever the mapping says; on AWS it is up to 10,000.
EVENTS = 3_000


def deployed(*, count: int = EVENTS) -> dict[str, Any]:
    """First the queue is filled and then emptied by the function; then one event more is timed by itself."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with running(folder / "server") as server:
            for part in ("build", "deploy"):
                (folder / part).mkdir()
            stack = deploy(server, build(folder / "build"), folder / "deploy")
            seconds = _drain(stack, count)
            alone = _one_more(stack)
    return {
        "events, in batches of 10": count,
        "events per second": round(count / seconds),
        "an event by itself, seconds until it is in the table": round(alone, 2),
    }


def _drain(stack: Stack, count: int) -> float:
    queue = stack.queue()
    _warm(stack)
    stack.turn_mapping(on=False)
    queue.send([json.dumps(_now(event)) for event in islice(events(count), count)])
    began = perf_counter()
    stack.turn_mapping(on=True)
    eventually(queue.is_empty, "the queue is empty", within=300)
    return perf_counter() - began


def _warm(stack: Stack) -> None:
    stack.queue().send([json.dumps(_now(event)) for event in islice(events(50), 50)])
    eventually(stack.queue().is_empty, "the function is warm", within=60)


def _one_more(stack: Stack) -> float:
    """How old the newest event in the table is, the moment that it is there."""
    (event,) = islice(events(1, seed=8, principals=1), 1)
    event["detail"]["userIdentity"] = {"type": "Root", "accountId": event["account"]}
    event["detail"] |= {
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "eventType": "AwsApiCall",
    }
    key = f"arn:aws:iam::{event['account']}:root", f"ID#{event['account']}"
    began = perf_counter()
    stack.queue().send([json.dumps(_now(event))])
    eventually(lambda: key in stack.items(), "the event is in the table", within=60)
    return perf_counter() - began


def _now(event: dict[str, Any]) -> dict[str, Any]:
    event["time"] = event["detail"]["eventTime"] = to_text(datetime.now(UTC))
    return event
