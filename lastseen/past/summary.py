"""What a replay came to: every file and every record is counted once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from activity.keeping import Outcome
from ingest.principals import Ignored
from lastseen.past.files import Missing
from lastseen.past.gathering import Handover
from lastseen.past.reading import Report

MOST_NAMED = 1_000


@dataclass(slots=True)
class Summary:
    """A record gave sightings, was ignored for a reason, was filtered out, or could not be read.

    `unreadable` names files and records; `unnamed` counts those beyond the first of them.
    """

    files: int = 0
    bytes: int = 0
    already_done: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    records: int = 0
    sighted: int = 0
    sightings: int = 0
    principals: int = 0
    filtered: int = 0
    writes: int = 0
    superseded: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    unreadable: list[dict[str, str]] = field(default_factory=list)
    unnamed: int = 0
    unreadable_records: int = 0
    failed: list[dict[str, str | int]] = field(default_factory=list)
    stopped: str = ""

    @property
    def is_complete(self) -> bool:
        return not self.unreadable and not self.failed and not self.stopped

    def as_dict(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def add_missing(self, missing: Missing) -> None:
        self._name(missing.name, "", missing.reason)

    def add_report(self, report: Report) -> None:
        if report.skipped:
            self.skipped[report.skipped] += 1
            return
        self.files += 1
        self.bytes += report.file.size
        self.records += report.records
        self.filtered += report.filtered
        self.unreadable_records += report.unreadable
        self.unnamed += report.more
        if report.not_from_aws:
            self.ignored[Ignored.NOT_FROM_AWS] += report.not_from_aws
        for place, reason in report.problems:
            self._name(report.file.name, place, reason)
        if report.failure:
            self._name(report.file.name, "", report.failure)

    def add_handover(self, handover: Handover) -> None:
        self.sightings += handover.sightings
        self.ignored.update(handover.ignored)

    def add_outcome(self, outcome: Outcome) -> None:
        self.writes += outcome.written
        self.superseded += outcome.superseded
        reasons = Counter(outcome.failed.values())
        self.failed += [{"reason": reason, "writes": count} for reason, count in reasons.items()]

    def close(self) -> None:
        """What is left of the records has sighted somebody."""
        rest = self.ignored.total() + self.filtered + self.unreadable_records
        self.sighted = self.records - rest

    def lines(self) -> Iterator[str]:
        yield f"{self.files:>9,} files read ({self.bytes / 1e6:,.1f} MB)"
        if self.already_done:
            yield f"{self.already_done:>9,} files left out: done before (--again reads them, too)"
        for reason, count in sorted(self.skipped.items(), key=_most_first):
            yield f"{count:>9,} files or whole folders left out: {reason}"
        yield f"{self.records:>9,} records read, of which"
        yield (
            f"{self.sighted:>9,} sighted a principal (principals: {self.principals:,};"
            f" sightings: {self.sightings:,})"
        )
        yield f"{self.ignored.total():>9,} sighted none:"
        for reason, count in sorted(self.ignored.items(), key=_most_first):
            yield f"{count:>9,}   {reason}"
        if self.filtered:
            yield f"{self.filtered:>9,} were not asked for"
        yield f"{self.unreadable_records:>9,} could not be read"
        yield f"{self.writes:>9,} items written to the table"
        yield f"{self.superseded:>9,} items left as they were: as new or newer"

    def complaints(self) -> Iterator[str]:
        for each in self.unreadable:
            place = ", ".join(filter(None, (each["file"], each["place"])))
            yield f"unreadable: {place}: {each['reason']}"
        if self.unnamed:
            yield f"unreadable: {self.unnamed:,} more"
        for failure in self.failed:
            yield f"not written: {failure['writes']} items: {failure['reason']}"
        if self.stopped:
            yield f"stopped: {self.stopped}; the same command goes on from here"

    def _name(self, file: str, place: str, reason: str) -> None:
        if len(self.unreadable) < MOST_NAMED:
            self.unreadable.append({"file": file, "place": place, "reason": reason})
        else:
            self.unnamed += 1


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
