"""The fewest writes that a stream leaves a table to do, worked out without the code that does them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from activity.table import Keeping, Key
from benchmarks.batches import SqsBatch, bodies
from ingest.cloudtrail import read
from ingest.wire import Record, envelope


class Floor:
    """The fewest writes with which no `last_seen` is ever more than its resolution behind, at any batch's end.

    What can be stored at the end of a batch is the time of a sighting that has arrived by then. For one key,
    let `stored` be the newest time written so far and `newest` the newest that has arrived. Once `newest` is
    more than the resolution after `stored`, or nothing is stored, somebody must write before the batch ends,
    whoever does it and whatever was written before. Until then nobody must. Of all that may be written,
    `newest` puts off the next write for longest; and a write that is made early, before it must be, stores no
    newer time than the same write made later would. So by exchange, to wait for the last moment and to write
    `newest` then takes no more writes than any other way does.

    It is a lower bound for ingest whichever way it works, since `first_seen`, records that come late, other
    sandboxes and failures can only add writes. Which facets a record has is not part of the argument: that is
    read from it by the same rules.
    """

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._stored: dict[Key, datetime] = {}
        self.writes = 0
        self.facets = 0  # Of all records: what one write for each facet of each event would come to.

    def add(self, batch: SqsBatch) -> None:
        self.settle(Sighted(envelope(body).detail for body in bodies([batch])))

    def settle(self, sighted: "Sighted") -> None:
        self.facets += sighted.facets
        for key, at in sighted.newest.items():
            if key not in self._stored or at - self._stored[key] > self._keeping.resolution_of(key[1]):
                self._stored[key] = at
                self.writes += 1

    def most_in(self, span: timedelta) -> int:
        """What writes level off at: each of the keys, written again as soon as its resolution is over.

        Times are whole seconds, so that is a second more than the resolution.
        """
        second = timedelta(seconds=1)
        return sum(-(-span // (self._keeping.resolution_of(facet) + second)) for _, facet in self._stored)


class Sighted:
    """The newest time of each key in a batch, for a floor or several."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.newest: dict[Key, datetime] = {}
        self.facets = 0
        for record in records:
            for sighting in read(record, arrived=datetime.now(UTC)).everything():
                for facet in sighting.facets:
                    key = sighting.principal, facet
                    self.facets += 1
                    self.newest[key] = max(sighting.at, self.newest.get(key, sighting.at))
