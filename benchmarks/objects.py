"""The stream by either road: as the queue's batches, and as batches of log objects, which come later."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

import msgspec

from benchmarks.batches import SIZE
from benchmarks.stream import BEGAN, JITTER, events
from benchmarks.writes import WINDOW
from ingest.wire import Record, record

# As CloudTrail is taken to make objects: one of each account and region in five minutes. It comes so much later
# that an event is five minutes old on average.
SPAN, LATER = timedelta(minutes=5), timedelta(seconds=150)
# Of LogFunction's mapping in template.yaml: objects to a batch at most, and how long it waits for them.
OBJECTS, LOG_WINDOW = 500, timedelta(seconds=20)


class Delivery(NamedTuple):
    """A batch: when it is there, and the records in it."""

    arrived: datetime
    records: list[Record]


def records(count: int, *, principals: int, accounts: int) -> Iterator[Record]:
    """Without the parameters that no rule looks at: they are half of the memory."""
    for event in events(count, principals=principals, accounts=accounts):
        detail = event["detail"]
        if detail["eventName"] != "AssumeRole":
            detail["requestParameters"] = None
        yield record(msgspec.json.encode(detail))


def by_queue(stream: Iterable[Record], rate: int) -> Iterator[Delivery]:
    """In batches as SQS makes them at so many events an hour."""
    left, size = iter(stream), min(SIZE, max(1, rate * WINDOW // 3600))
    while batch := list(islice(left, size)):
        yield Delivery(max(each.event_time for each in batch) + timedelta(seconds=JITTER), batch)


class Trail:
    """Makes objects of records, and batches of objects. Each account and region has five minutes of its own."""

    def __init__(self) -> None:
        self._rng = random.Random(11)
        self._begun: dict[tuple[str | None, str | None], datetime] = {}
        self._objects: dict[tuple[datetime, tuple[str | None, str | None]], list[Record]] = defaultdict(list)
        self.count = 0

    def add(self, batch: Iterable[Record]) -> None:
        for each in batch:
            place = each.recipient_account_id, each.aws_region
            if place not in self._begun:
                self._begun[place] = BEGAN - self._rng.random() * SPAN
            begun = self._begun[place]
            ends = begun + ((each.event_time - begun) // SPAN + 1) * SPAN
            self._objects[ends + LATER, place].append(each)

    def delivered(self, now: datetime) -> Iterator[Delivery]:
        """The batches that are there by then."""
        while first := min(self._objects, default=None):
            closes = first[0] + LOG_WINDOW
            if closes > now:
                return
            ready = sorted(each for each in self._objects if each[0] <= closes)[:OBJECTS]
            self.count += len(ready)
            yield Delivery(closes, [each for name in ready for each in self._objects.pop(name)])
