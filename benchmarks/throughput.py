"""Figure 2, the rate: the whole handler against one naive UpdateItem for each event, on one local server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING

from activity.model import to_text
from activity.table import WRITERS, Key, connect
from benchmarks.batches import SqsBatch, bodies
from benchmarks.sandbox import answer, sandbox
from benchmarks.server import ministack
from benchmarks.timing import taken
from ingest.cloudtrail import read
from ingest.wire import Record, envelope
from lastseen.demo.local_aws import make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAIVE, TURNS, ALL = "naive", 10, None


def throughput(stream: list[SqsBatch], *, sample: int) -> dict[str, float]:
    """The stream in turns of some batches, and after each a share of the naive `sample`; all are new events."""
    with ministack() as endpoint, sandbox(endpoint):
        client = connect()
        for table in ("activity", NAIVE):
            make_table(client, table)
        naive = Naive(client)
        spare = iter(bodies(stream))
        ours = by_event = by_facet = 0.0
        for batches in _turns(stream):
            ours += sum(taken(partial(answer, batch), perf_counter) for batch in batches)
            share = list(islice(spare, sample // TURNS))
            by_event += taken(partial(naive.write, share, facets=1), perf_counter)
            by_facet += taken(partial(naive.write, share, facets=ALL), perf_counter)
    events = sum(len(batch["Records"]) for batch in stream)
    return {
        "ours, events per second": round(events / ours),
        "one write per event, events per second": round(sample / by_event),
        "one write per event and facet, events per second": round(sample / by_facet),
        "ours / one write per event": round(events / ours * by_event / sample, 1),
        "ours / one write per event and facet (at least 8)": round(events / ours * by_facet / sample, 1),
    }


@dataclass(frozen=True, slots=True)
class Naive:
    """With as many writers on one client as ours, and no more in an item than its time and its event."""

    client: "DynamoDBClient"

    def write(self, texts: list[str], *, facets: int | None) -> None:
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(lambda text: self._write_event(text, facets), texts))

    def _write_event(self, text: str, facets: int | None) -> None:
        record = envelope(text).detail
        for key in islice(_keys(record), facets):
            self._update(key, record)

    def _update(self, key: Key, record: Record) -> None:
        self.client.update_item(
            TableName=NAIVE,
            Key={"principal": {"S": key[0]}, "facet": {"S": key[1]}},
            UpdateExpression="SET last_seen = :at, event_id = :id, event_name = :name",
            ExpressionAttributeValues={
                ":at": {"S": to_text(record.event_time)},
                ":id": {"S": record.event_id or ""},
                ":name": {"S": record.event_name or ""},
            },
        )


def _keys(record: Record) -> Iterator[Key]:
    for sighting in read(record, arrived=datetime.now(UTC)).everything():
        for facet in sighting.facets:
            yield sighting.principal, facet


def _turns(stream: list[SqsBatch]) -> Iterator[list[SqsBatch]]:
    size = -(-len(stream) // TURNS)
    for start in range(0, len(stream), size):
        yield stream[start : start + size]
