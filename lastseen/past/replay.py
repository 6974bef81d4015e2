"""CloudTrail's past into the table, through the code that ingests its present."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from activity.keeping import Key, Outcome
from activity.model import CANARY, COVERAGE, Activity
from ingest.layout import Skipped
from lastseen.past.bucket import listed
from lastseen.past.done import Done, UnusableState
from lastseen.past.files import Empty, File, Found, local_files
from lastseen.past.gathering import Handover
from lastseen.past.listing import Listing
from lastseen.past.reading import Plan, Report, Stop
from lastseen.past.s3 import SCHEME, Refused
from lastseen.past.summary import Summary
from lastseen.past.wanted import Wanted
from lastseen.past.workers import Tasks, alone, together

# What is held between two writes: about 1.5 KB an item, and 0.5 KB a file that is done once they are written.
MOST_ITEMS = 100_000
MOST_FILES = 100_000

_FILES_AT_ONCE = 32
_BYTES_AT_ONCE = 8 << 20


class Table(Protocol):
    def record_all(self, activities: Sequence[Activity]) -> Outcome: ...


def found(sources: Sequence[str], plan: Plan) -> Iterator[Found]:
    """Raises Refused."""
    for source in sources:
        if plan.history:
            yield File(source, 0, "")
            continue
        is_in_s3 = source.startswith(SCHEME)
        if is_in_s3:
            those = listed(plan.connect(), source, plan.wanted)
        else:
            those = local_files(Path(source), plan.wanted)
        is_empty = True
        for each in those:
            is_empty = is_empty and isinstance(each, Skipped)
            yield each
        # Of a bucket only the days that are asked for are listed.
        if is_empty and (plan.wanted.is_all or not is_in_s3):
            yield Empty(source)


@dataclass(slots=True)
class Replay:
    """`on_file` is told what is read so far; `is_stopped` is asked before each file, and ends it all in order.

    What is read is held and merged until there is much of it, and is then written at once: a long past costs
    writes by principal, not by record. Only then are the files that it came from done.
    """

    table: Table
    plan: Plan
    done: Done | None = None
    jobs: int = 1
    most_items: int = MOST_ITEMS
    is_stopped: Callable[[], bool] = lambda: False
    on_file: Callable[[Summary, Listing], object] = lambda _summary, _listing: None
    summary: Summary = field(default_factory=Summary)
    _items: dict[Key, Activity] = field(default_factory=dict)
    _read: dict[int, list[tuple[File, Wanted]]] = field(default_factory=dict)
    _settled: list[tuple[File, Wanted]] = field(default_factory=list)
    _principals: set[int] = field(default_factory=set)
    _left: int = 0
    _is_listed: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all that there is was read, though it may have been stopped after that."""
        return self._is_listed and not self._left

    def run(self, sources: Sequence[str]) -> Summary:
        listing = Listing(found(sources, self.plan))
        tasks = self._tasks(listing)
        first = list(islice(filter(None, tasks), 2))
        tasks = chain(first, tasks)
        if self.jobs == 1 or len(first) < 2:
            said = alone(self.plan, tasks, self._is_over)
        else:
            said = together(self.plan, tasks, self._is_over, jobs=self.jobs)
        for number, each in said:
            self._take(number, each)
            self.on_file(self.summary, listing)
        self._write()
        listing.close()
        self.summary.principals = len(self._principals)
        self.summary.close()
        return self.summary

    def _is_over(self) -> bool:
        return bool(self.summary.stopped) or self.is_stopped()

    def _tasks(self, listing: Listing) -> Tasks:
        batch: list[File] = []
        size = 0
        try:
            for each in listing:
                if self._is_over():
                    return
                if isinstance(each, File):
                    if self._is_done(each):
                        listing.left_out += each.size
                        continue
                    batch.append(each)
                    self._left += 1
                    size += each.size
                elif each is not None:
                    self.summary.add_unread(each)
                if each is None or len(batch) >= _FILES_AT_ONCE or size >= _BYTES_AT_ONCE:
                    yield batch or None
                    batch, size = [], 0
            self._is_listed = True
        except (Refused, UnusableState) as error:
            self.summary.stopped = str(error)
        if batch:
            yield batch

    def _is_done(self, file: File) -> bool:
        if self.done is None or not self.done.has(file, self.plan.wanted):
            return False
        self.summary.already_done += 1
        return True

    def _take(self, number: int, said: Report | Handover | Stop) -> None:
        if isinstance(said, Stop):
            self.summary.stopped = self.summary.stopped or said.reason
        elif isinstance(said, Report):
            self._left -= 1
            self.summary.add_report(said)
            if not said.failure and not said.unreadable:
                wanted = self.plan.wanted if said.filtered else Wanted()
                self._read.setdefault(number, []).append((said.file, wanted))
        else:
            self.summary.add_handover(said)
            self._merge(said.activities)
            self._settled += self._read.pop(number, [])
            if len(self._items) >= self.most_items or len(self._settled) >= MOST_FILES:
                self._write()

    def _merge(self, activities: Sequence[Activity]) -> None:
        for activity in activities:
            if activity.principal == CANARY:  # It shows that events are delivered, which a file does not.
                continue
            key = activity.principal, activity.facet
            known = self._items.get(key)
            self._items[key] = known.merge(activity) if known else activity
            if activity.principal != COVERAGE:
                self._principals.add(hash(activity.principal))

    def _write(self) -> None:
        activities = list(self._items.values())
        outcome = self.table.record_all(activities)
        self.summary.add_outcome(outcome)
        if self.done and not outcome.failed:
            try:
                self.done.add(self._settled)
            except UnusableState as error:
                self.summary.stopped = self.summary.stopped or str(error)
        self._items.clear()
        self._settled.clear()
        if activities and len(outcome.failed) == len(activities):
            self.summary.stopped = self.summary.stopped or "nothing could be written to the table"
