"""Figure 1: the handler's time for an event, once the sandbox knows all of the stream to be stored."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes import EventBridgeEvent
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from benchmarks.batches import SqsBatch
from benchmarks.sandbox import Context, answer, learn, sandbox
from benchmarks.timing import fastest
from ingest.wire import envelope


def steady_state(stream: list[SqsBatch], *, rounds: int) -> dict[str, float]:
    events = sum(len(batch["Records"]) for batch in stream)
    with sandbox():
        learn(stream)
        contestants = {name: _each(stream, do) for name, do in CONTESTANTS.items()}
        seconds = fastest(contestants, rounds=rounds)
    ours, decode, usual = (seconds[name] for name in CONTESTANTS)
    return {
        **{f"{name}, µs per event": round(1e6 * best / events, 2) for name, best in seconds.items()},
        "ours / typed decode (at most 3)": round(ours / decode, 2),
        "Powertools / ours (at least 3)": round(usual / ours, 2),
    }


def typed_decode(batch: SqsBatch) -> None:
    for message in batch["Records"]:
        envelope(message["body"])


def powertools(batch: SqsBatch) -> None:
    """As its documentation has it, doing nothing but to look at who did what, and when."""
    processor = BatchProcessor(event_type=EventType.SQS)
    process_partial_response(batch, look_at, processor, context=Context())  # type: ignore[arg-type]


def look_at(record: SQSRecord) -> tuple[Any, ...]:
    detail = EventBridgeEvent(record.json_body).detail
    return detail["userIdentity"].get("arn"), detail["eventTime"], detail["eventSource"]


CONTESTANTS: dict[str, Callable[[SqsBatch], None]] = {
    "ours": answer,
    "typed decode": typed_decode,
    "Powertools": powertools,
}


def _each(stream: list[SqsBatch], do: Callable[[SqsBatch], None]) -> Callable[[], None]:
    def run() -> None:
        for batch in stream:
            do(batch)

    return run
