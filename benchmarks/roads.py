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
from lastseen.pricing.load import Roads

PRINCIPALS, ACCOUNTS = 5_000, 100
SANDBOXES = 2  # MaximumConcurrency of both mappings in template.yaml.
# For principals, ids and keys, and then for services, addresses and sessions.
COUNTED = "at 5 minutes; at an hour; of details at 5 minutes; at an hour"
MINUTES, HOUR = timedelta(minutes=5), timedelta(hours=1)


class Writer:
    """Sandboxes of each function, which take batches by turns, and a new table with one resolution."""

    def __init__(self, resolution: timedelta) -> None:
        keeping = Keeping(resolution, resolution)
        self._table = EmbeddedTable(keeping)
        self._memories = {each: [Memory(keeping.resolution_of) for _ in range(SANDBOXES)] for each in Roads}
        self._turns = 0
        # By whether they are of details.
        self.reads: Counter[bool] = Counter()
        self.writes: Counter[bool] = Counter()

    def take(self, delivery: Delivery, road: Roads) -> None:
        batch = Batch(self._memories[road][self._turns % SANDBOXES], arrived=delivery.arrived)
        self._turns += 1
        for number, record in enumerate(delivery.records):
            batch.add_record(record, str(number))
        recorded = [self._table.record(each) for each in batch.activities()]
        self.reads.update(is_detail(each.stored.facet) for each in recorded)
        self.writes.update(is_detail(each.stored.facet) for each in recorded if each.is_written)
        batch.remember(each.stored for each in recorded)


class Road:
    """What one road delivers, written at 5 minutes' and at an hour's resolution."""

    def __init__(self) -> None:
        self.events = 0
        self._writers = {each: Writer(each) for each in (MINUTES, HOUR)}
        # What is configured: details at an hour's resolution, the others as by the key.
        self._floors = {each: Floor(Keeping(each, HOUR)) for each in self._writers}

    def take(self, delivery: Delivery, road: Roads) -> None:
        self.events += len(delivery.records)
        sighted = Sighted(delivery.records)
        for resolution, writer in self._writers.items():
            writer.take(delivery, road)
            self._floors[resolution].settle(sighted)

    def read(self) -> tuple[int, ...]:
        """Items of principals, ids and keys at 5 minutes and at an hour; of details at both."""
        return tuple(each.reads[kind] for kind in (False, True) for each in self._writers.values())

    def written(self) -> tuple[int, ...]:
        return tuple(each.writes[kind] for kind in (False, True) for each in self._writers.values())

    def writes(self) -> tuple[int, int]:
        """At 5 minutes' resolution and at an hour's, details at an hour's either way."""
        minutes, hour, _, details = self.written()
        return minutes + details, hour + details

    def fewest(self) -> tuple[int, ...]:
        return tuple(floor.writes for floor in self._floors.values())


def hour(rate: int) -> tuple[dict[Roads, Road], int]:
    """So many events by the queue, by log objects and by both, and how many objects."""
    by, trail = {each: Road() for each in Roads}, Trail()

    def take(delivery: Delivery, road: Roads) -> None:
        for each in (road, Roads.BOTH):
            by[each].take(delivery, road)

    for delivery in by_queue(records(rate, principals=PRINCIPALS, accounts=ACCOUNTS), rate):
        for late in trail.delivered(delivery.arrived):
            take(late, Roads.LOGS)
        take(delivery, Roads.EVENTS)
        trail.add(delivery.records)
    for late in trail.delivered(delivery.arrived + HOUR):
        take(late, Roads.LOGS)
    return by, trail.count


def roads(rates: Iterable[int]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for rate in rates:
        by, objects = hour(rate)
        figures[f"{rate:,} events: log objects"] = objects
        for name, road in ((f"by {each}", by[each]) for each in Roads):
            figures[f"{rate:,} {name}: read {COUNTED}"] = "; ".join(f"{each:,}" for each in road.read())
            figures[f"{rate:,} {name}: written {COUNTED}"] = "; ".join(f"{each:,}" for each in road.written())
            figures[f"{rate:,} {name}: writes per event at 5 minutes; at an hour"] = _ratios(road, [rate] * 2)
            figures[f"{rate:,} {name}: writes / fewest possible"] = _ratios(road, road.fewest())
    return figures


def _ratios(road: Road, others: Sequence[int]) -> str:
    return "; ".join(f"{writes / other:.3g}" for writes, other in zip(road.writes(), others, strict=True))
