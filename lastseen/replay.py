"""CloudTrail's past into the table, through the code that ingests its present."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from activity.keeping import Outcome
from activity.model import COVERAGE, Activity
from ingest.batch import Batch, Memory
from ingest.wire import UnreadableRecord, record
from lastseen.logs import Entry, UnreadableFile, entries


class Table(Protocol):
    def record_all(self, activities: Sequence[Activity]) -> Outcome: ...


@dataclass(slots=True)
class Summary:
    """Every record is counted once: it gave sightings, was ignored for a reason, or could not be read."""

    records: int = 0
    sighted: int = 0
    sightings: int = 0
    principals: int = 0
    writes: int = 0
    superseded: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    unreadable: list[dict[str, str]] = field(default_factory=list)
    failed: list[dict[str, str | int]] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return not self.unreadable and not self.failed

    def as_dict(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def replay(paths: Sequence[Path], table: Table, *, on_bytes: Callable[[int], object] = bool) -> Summary:
    """Sums up all files before it writes, so that a long past costs writes by principal, not by record."""
    summary = Summary()
    batch = Batch(Memory(lambda _: timedelta(0)), arrived=datetime.now(UTC))
    for path in paths:
        try:
            for entry in entries(path):
                _add(batch, entry, path, summary)
                on_bytes(len(entry.body))
        except UnreadableFile as error:
            summary.unreadable.append({"file": str(path), "place": "", "reason": str(error)})
    activities = batch.activities()
    outcome = table.record_all(activities)
    unread = sum(bool(each["place"]) for each in summary.unreadable)
    summary.sightings = batch.sightings
    summary.ignored.update(batch.ignored)
    summary.sighted = summary.records - batch.ignored.total() - unread
    summary.principals = len({activity.principal for activity in activities} - {COVERAGE})
    summary.writes, summary.superseded = outcome.written, outcome.superseded
    reasons = Counter(outcome.failed.values())
    summary.failed = [{"reason": reason, "writes": count} for reason, count in reasons.items()]
    return summary


def _add(batch: Batch, entry: Entry, path: Path, summary: Summary) -> None:
    summary.records += 1
    try:
        if entry.is_envelope:
            batch.add_event(entry.body, "")
        else:
            batch.add_record(record(entry.body), "")
    except UnreadableRecord as error:
        summary.unreadable.append({"file": str(path), "place": entry.place, "reason": str(error)})
