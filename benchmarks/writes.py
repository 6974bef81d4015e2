"""Figures 2 and 3: how many times ingest writes, and how few times it could."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.batches import SIZE, SqsBatch, arrival, batches
from benchmarks.floor import Floor
from benchmarks.sandbox import KEEPING
from ingest.batch import Batch, Memory
from lastseen.demo.embedded import EmbeddedTable

HOUR = timedelta(hours=1)
# Of the event source mapping in template.yaml: SQS hands a batch over after so many seconds, full or not.
WINDOW = 10


@dataclass(frozen=True, slots=True)
class Writes:
    events: int
    facets: int  # All facets of all events.
    writes: int
    floor: int
    most: int

    def as_dict(self) -> dict[str, float]:
        return {
            "events": self.events,
            "facets": self.facets,
            "writes": self.writes,
            "fewest possible": self.floor,
            "writes / fewest possible (at most 1.1)": round(self.writes / self.floor, 3),
            "events per write": round(self.events / self.writes, 2),
            "facets per write": round(self.facets / self.writes, 2),
        }


def count(stream: Iterable[SqsBatch], *, sandboxes: int = 1) -> Writes:
    """Of a stream that is new to the table and to the sandboxes, which take the batches by turns."""
    table, floor = EmbeddedTable(KEEPING), Floor(KEEPING)
    memories = [Memory(KEEPING.resolution_of) for _ in range(sandboxes)]
    events = writes = 0
    for number, messages in enumerate(stream):
        events += len(messages["Records"])
        writes += record(messages, memories[number % sandboxes], table)
        floor.add(messages)
    return Writes(events, floor.facets, writes, floor.writes, floor.most_in(HOUR))


def record(messages: SqsBatch, memory: Memory, table: EmbeddedTable) -> int:
    """As the handler does it, but for the network; how many writes it took."""
    batch = Batch(memory, arrived=arrival(messages))
    for message in messages["Records"]:
        batch.add(message["body"], message["messageId"])
    outcome = table.record_all(batch.activities())
    batch.remember(outcome.stored)
    return outcome.written


def by_sandboxes(stream: list[SqsBatch]) -> dict[str, float]:
    """What it costs that each of several sandboxes knows only of its own batches; template.yaml allows 5."""
    counted = {number: count(stream, sandboxes=number) for number in (2, 5)}
    return {
        f"writes / fewest possible, {number} sandboxes": round(each.writes / each.floor, 3)
        for number, each in counted.items()
    }


def growth(rates: Iterable[int]) -> list[Writes]:
    """At so many events an hour, in batches as SQS makes them at that rate."""
    return [count(batches(rate, min(SIZE, max(1, rate * WINDOW // 3600)))) for rate in rates]
