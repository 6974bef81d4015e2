"""Figure 12: how many times either road writes of the same hour, and how few times one perfect writer could."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from activity.keeping import Keeping
from activity.model import is_detail
from benchmarks.floor import Floor, Sighted
from benchmarks.objects import Delivery, Trail, by_queue, records
from ingest.batch import Batch, Memory
from lastseen.demo.embedded import EmbeddedTable

PRINCIPALS, ACCOUNTS = 5_000, 100
SANDBOXES = 2  # MaximumConcurrency of both mappings in template.yaml.
# For principals, ids and keys, and then for services, addresses and sessions.
COUNTED = "writes at 5 minutes; at an hour; of details at 5 minutes; at an hour"
MINUTES, HOUR = timedelta(minutes=5), timedelta(hours=1)


class Writer:
    """Sandboxes that take batches by turns, and a new table. All facets have the same resolution."""

    def __init__(self, resolution: timedelta) -> None:
        keeping = Keeping(resolution, resolution)
        self._table = EmbeddedTable(keeping)
        self._memories = [Memory(keeping.resolution_of) for _ in range(SANDBOXES)]
        self._turns = 0
        # Those that found nothing to do are paid for, too. By whether they are of details.
        self.writes: Counter[bool] = Counter()

    def take(self, delivery: Delivery) -> None:
        batch = Batch(self._memories[self._turns % SANDBOXES], arrived=delivery.arrived)
        self._turns += 1
        for number, record in enumerate(delivery.records):
            batch.add_record(record, str(number))
        activities = batch.activities()
        self.writes.update(is_detail(each.facet) for each in activities)
        batch.remember(self._table.record_all(activities).stored)


class Road:
    """What one road delivers, written at 5 minutes' and at an hour's resolution."""

    def __init__(self) -> None:
        self.events = 0
        self._writers = {each: Writer(each) for each in (MINUTES, HOUR)}
        # What is configured: details at an hour's resolution, the others as by the key.
        self._floors = {each: Floor(Keeping(each, HOUR)) for each in self._writers}

    def take(self, delivery: Delivery) -> None:
        self.events += len(delivery.records)
        sighted = Sighted(delivery.records)
        for resolution, writer in self._writers.items():
            writer.take(delivery)
            self._floors[resolution].settle(sighted)

    def counted(self) -> tuple[int, ...]:
        """Principals, ids and keys at 5 minutes and at an hour; services, addresses and sessions at both."""
        return tuple(each.writes[kind] for kind in (False, True) for each in self._writers.values())

    def writes(self) -> tuple[int, int]:
        """At 5 minutes' resolution and at an hour's, details at an hour's either way."""
        minutes, hour, _, details = self.counted()
        return minutes + details, hour + details

    def fewest(self) -> tuple[int, ...]:
        return tuple(floor.writes for floor in self._floors.values())


def hour(rate: int) -> tuple[Road, Road, int]:
    """So many events by the queue and by log objects, and how many objects."""
    queue, logs, trail = Road(), Road(), Trail()
    for delivery in by_queue(records(rate, principals=PRINCIPALS, accounts=ACCOUNTS), rate):
        for late in trail.delivered(delivery.arrived):
            logs.take(late)
        queue.take(delivery)
        trail.add(delivery.records)
    for late in trail.delivered(delivery.arrived + HOUR):
        logs.take(late)
    return queue, logs, trail.count


def roads(rates: Iterable[int]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for rate in rates:
        queue, logs, objects = hour(rate)
        figures[f"{rate:,} events: log objects"] = objects
        for name, road in (("by events", queue), ("by logs", logs)):
            figures[f"{rate:,} {name}: {COUNTED}"] = "; ".join(f"{each:,}" for each in road.counted())
            figures[f"{rate:,} {name}: writes per event at 5 minutes; at an hour"] = _ratios(road, [rate] * 2)
            figures[f"{rate:,} {name}: writes / fewest possible"] = _ratios(road, road.fewest())
    return figures


def _ratios(road: Road, others: Sequence[int]) -> str:
    return "; ".join(f"{writes / other:.3g}" for writes, other in zip(road.writes(), others, strict=True))
