"""Figure 7: what `lastseen cost` reckons with: the writes of two sandboxes by rate, and where they go."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from activity.item import attributes
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
    writes: int  # Those that found nothing to do are paid for, too.
    busiest_principal: int
    busiest_facet: int  # Of new items only: an update costs the index nothing.
    items: int
    item_bytes: int
    largest_item: int
    index_bytes: int

    def __str__(self) -> str:
        return (
            f"{self.writes:,} writes; {self.busiest_principal:,} to the busiest principal;"
            f" {self.busiest_facet:,} to the busiest facet of the index; {self.items:,} items of"
            f" {self.item_bytes} bytes, {self.largest_item} at most, and {self.index_bytes} in the index"
        )


def load(rate: int) -> Load:
    """At so many events an hour, in batches as SQS makes them at that rate, dealt to the sandboxes by turns."""
    return spread(rate, batches(rate, min(SIZE, max(1, rate * WINDOW // 3600))))


def spread(events: int, stream: Iterable[SqsBatch]) -> Load:
    table, written = EmbeddedTable(KEEPING), Counter[str]()
    memories = [Memory(KEEPING.resolution_of) for _ in range(SANDBOXES)]
    for number, messages in enumerate(stream):
        memory = memories[number % SANDBOXES]
        batch = Batch(memory, arrived=arrival(messages))
        for message in messages["Records"]:
            batch.add(message["body"], message["messageId"])
        activities = batch.activities()
        written.update(activity.principal for activity in activities)
        batch.remember(table.record_all(activities).stored)
    return _summed(events, table, written)


def _summed(events: int, table: EmbeddedTable, written: Counter[str]) -> Load:
    items = list(table)
    sizes = [_size(attributes(item)) + len(EXPIRY[0]) + EXPIRY[1] for item in items]
    keys = [_size({"principal": item.principal, "facet": item.facet}) for item in items]
    return Load(
        events=events,
        writes=written.total(),
        busiest_principal=max(written.values()),
        busiest_facet=max(Counter(item.facet for item in items).values()),
        items=len(items),
        item_bytes=round(sum(sizes) / len(sizes)),
        largest_item=max(sizes),
        index_bytes=round(sum(keys) / len(keys)),
    )


def _size(item: dict[str, str | bool]) -> int:
    """As DynamoDB counts it: names and text by their bytes, a boolean as one."""
    return sum(
        len(name) + (1 if isinstance(value, bool) else len(value.encode())) for name, value in item.items()
    )
