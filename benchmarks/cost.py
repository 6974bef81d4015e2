"""Figure 7: what `lastseen cost` reckons with: reads and writes of two sandboxes by rate, and where they go."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from activity.item import stored, typed
from benchmarks.batches import SIZE, SqsBatch, arrival, batches
from benchmarks.sandbox import KEEPING
from benchmarks.writes import WINDOW
from ingest.batch import Batch, Memory
from lastseen.demo.embedded import EmbeddedTable

SANDBOXES = 2  # MaximumConcurrency in template.yaml.
EXPIRY = "expires_at", 6  # An attribute that the embedded table does not keep: its name, and a number's bytes.


@dataclass(frozen=True, slots=True)
class Load:
    events: int
    reads: int
    writes: int
    busiest_principal: int
    busiest_facet: int  # Of new items only: an update costs the index nothing.
    items: int
    item_bytes: int
    largest_item: int
    index_bytes: int

    def __str__(self) -> str:
        return (
            f"{self.reads:,} reads; {self.writes:,} writes;"
            f" {self.busiest_principal:,} to the busiest principal;"
            f" {self.busiest_facet:,} to the busiest facet of the index; {self.items:,} items of"
            f" {self.item_bytes} bytes, {self.largest_item} at most, and {self.index_bytes} in the index"
        )


def load(rate: int) -> Load:
    """At so many events an hour, in batches as SQS makes them at that rate, dealt to the sandboxes by turns."""
    return spread(rate, batches(rate, min(SIZE, max(1, rate * WINDOW // 3600))))


def spread(events: int, stream: Iterable[SqsBatch]) -> Load:
    table, reads, written = EmbeddedTable(KEEPING), 0, Counter[str]()
    memories = [Memory(KEEPING.resolution_of) for _ in range(SANDBOXES)]
    for number, messages in enumerate(stream):
        memory = memories[number % SANDBOXES]
        batch = Batch(memory, arrived=arrival(messages))
        for message in messages["Records"]:
            batch.add(message["body"], message["messageId"])
        recorded = [table.record(each) for each in batch.activities()]
        reads += len(recorded)
        written.update(each.stored.principal for each in recorded if each.is_written)
        batch.remember(each.stored for each in recorded)
    return _summed(events, table, reads, written)


def _summed(events: int, table: EmbeddedTable, reads: int, written: Counter[str]) -> Load:
    items = list(table)
    sizes = [_size(stored(item)) + len(EXPIRY[0]) + EXPIRY[1] for item in items]
    keys = [_size({name: typed(getattr(item, name)) for name in ("principal", "facet")}) for item in items]
    return Load(
        events=events,
        reads=reads,
        writes=written.total(),
        busiest_principal=max(written.values()),
        busiest_facet=max(Counter(item.facet for item in items).values()),
        items=len(items),
        item_bytes=round(sum(sizes) / len(sizes)),
        largest_item=max(sizes),
        index_bytes=round(sum(keys) / len(keys)),
    )


def _size(item: dict[str, dict[str, Any]]) -> int:
    """As DynamoDB counts it: names and text by their bytes, a boolean as one, a number by pairs of digits."""
    return sum(len(name) + _length(*value.items()) for name, value in item.items())


def _length(typed_value: tuple[str, Any]) -> int:
    kind, value = typed_value
    if kind == "BOOL":
        return 1
    return len(value) // 2 + 2 if kind == "N" else len(value.encode())
