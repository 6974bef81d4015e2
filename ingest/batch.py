"""What a batch of messages says, before anything is written."""

from collections import Counter
from datetime import datetime

from ingest.cloudtrail import read
from ingest.coalesce import Coalescer
from ingest.principals import Ignored
from ingest.wire import Record, UnreadableRecord, envelope


class Batch:
    """Sums up messages: the writes they come to, what was ignored and why, and what cannot be read."""

    def __init__(self, *, arrived: datetime) -> None:
        self._arrived = arrived
        self.writes = Coalescer()
        self.sightings = 0
        self.ignored: Counter[Ignored] = Counter()
        self.unreadable: dict[str, str] = {}
        self.newest: datetime | None = None

    def add(self, body: bytes | str, message: str) -> None:
        """`body` is an EventBridge envelope, `message` its name within the batch."""
        try:
            self.add_event(body, message)
        except UnreadableRecord as error:
            self.unreadable[message] = str(error)

    def add_event(self, body: bytes | str, message: str) -> None:
        """Raises UnreadableRecord."""
        event = envelope(body)
        if event.source.startswith("aws."):
            self.add_record(event.detail, message)
        else:  # Anybody may put an event that only looks like CloudTrail's; nobody else this source.
            self.ignored[Ignored.NOT_FROM_AWS] += 1

    def add_record(self, record: Record, message: str) -> None:
        """Raises UnreadableRecord."""
        reading = read(record, arrived=self._arrived)
        for sighting in reading.sightings:
            self.writes.add(sighting, message)
        if reading.coverage:
            self.writes.add(reading.coverage, message)
        if reading.ignored:
            self.ignored[reading.ignored] += 1
        self.sightings += len(reading.sightings)
        self.newest = max(filter(None, (self.newest, record.event_time)))
