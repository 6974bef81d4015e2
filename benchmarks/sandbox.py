"""The ingest Lambda's sandbox, without a Lambda: its settings, and what it remembers."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

from activity.table import Keeping
from benchmarks.batches import SqsBatch
from ingest import app, recording
from ingest.batch import Batch
from lastseen.demo.embedded import EmbeddedTable
from lastseen.demo.local_aws import environment

KEEPING = Keeping.from_env({})
NOBODY_LISTENS = "http://127.0.0.1:9"


class Context:
    """An invocation with all the time there is."""

    aws_request_id = "benchmark"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def settings(endpoint: str) -> dict[str, str]:
    return {
        "ACTIVITY_TABLE": "activity",
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@contextmanager
def sandbox(endpoint: str = NOBODY_LISTENS, **more: str) -> Iterator[None]:
    """A fresh one, whose metrics go nowhere. Where nobody listens, a write fails. `more`: settings."""
    recording.table.cache_clear()
    recording.memory.cache_clear()
    with (
        environment(
            settings(endpoint) | more, without=("AWS_", "ACTIVITY_", "RESOLUTION", "DETAIL_", "RETENTION_")
        ),
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
    ):
        yield
    recording.table.cache_clear()
    recording.memory.cache_clear()


def answer(batch: SqsBatch) -> None:
    """By the handler; every message has to be recorded, or a figure would say nothing."""
    failed = app.lambda_handler(batch, Context())["batchItemFailures"]
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(batch['Records'])} messages were not recorded")


def learn(stream: Iterable[SqsBatch]) -> None:
    """Has the sandbox know the whole stream to be stored, without a table to store it in."""
    table = EmbeddedTable(KEEPING)
    for each in stream:
        batch = Batch(recording.memory(), arrived=datetime.now(UTC))
        for message in each["Records"]:
            batch.add(message["body"], message["messageId"])
        batch.remember(table.record_all(batch.activities()).stored)
