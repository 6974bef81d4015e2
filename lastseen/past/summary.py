"""What a replay came to: every file and every record is counted once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from activity.keeping import Outcome
from activity.model import to_text
from ingest.layout import Skipped
from ingest.principals import Ignored
from lastseen.past.files import HISTORY, Empty, Missing
from lastseen.past.gathering import Handover
from lastseen.past.reading import Report
from lastseen.past.wanted import Unwanted, Wanted
from lastseen.times import noun

MOST_NAMED = 1_000
MOST_PLACES = 20


@dataclass(slots=True)
class Summary:
    """A record gave sightings, was ignored for a reason, was filtered out, or could not be read.

    `regions`: those whose Event History was read. `unreadable` names files and records; `unnamed` counts those
    beyond the first of them. `filtered_accounts`
    and `filtered_regions` are those of what was filtered out; `empty`, the folders without any log file.
    """

    files: int = 0
    regions: int = 0
    bytes: int = 0
    already_done: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    records: int = 0
    sighted: int = 0
    sightings: int = 0
    principals: int = 0
    filtered: int = 0
    filtered_accounts: set[str] = field(default_factory=set)
    filtered_regions: set[str] = field(default_factory=set)
    writes: int = 0
    superseded: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    unreadable: list[dict[str, str]] = field(default_factory=list)
    unnamed: int = 0
    unreadable_records: int = 0
    failed: list[dict[str, str | int]] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    stopped: str = ""

    @property
    def is_complete(self) -> bool:
        return not (self.unreadable or self.failed or self.empty or self.stopped)

    @property
    def has_matched(self) -> bool:
        """Whether anything was asked for of what there is."""
        return self.records > self.filtered or bool(self.already_done)

    def as_dict(self) -> dict[str, Any]:
        values = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: sorted(value) if isinstance(value, set) else value for name, value in values}

    def add_unread(self, found: Skipped | Unwanted | Missing | Empty) -> None:
        if isinstance(found, Missing):
            self._name(found.name, "", found.reason)
        elif isinstance(found, Empty):
            self.empty.append(found.name)
        elif isinstance(found, Unwanted):
            self.skipped[Skipped.UNWANTED] += 1
            self._filter_out({found.account}, {found.region})
        else:
            self.skipped[found] += 1

    def add_report(self, report: Report) -> None:
        if report.skipped:
            self.skipped[report.skipped] += 1
            return
        if report.file.name.startswith(HISTORY):
            self.regions += 1
        else:
            self.files += 1
        self.bytes += report.file.size
        self.records += report.records
        self.filtered += report.filtered
        self._filter_out(report.filtered_accounts, report.filtered_regions)
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
        """None where there was nothing to count."""
        if not (self.files or self.regions or self.already_done or self.skipped):
            return
        if self.regions:
            yield f"{self.regions:>9,} {noun(self.regions, 'region')} of Event History read"
        else:
            yield f"{self.files:>9,} {noun(self.files, 'file')} read ({self.bytes / 1e6:,.1f} MB)"
        if self.already_done:
            files = noun(self.already_done, "file")
            yield f"{self.already_done:>9,} {files} read before and left out (--again reads all)"
        for reason, count in sorted(self.skipped.items(), key=_most_first):
            files = noun(count, "file or whole folder", "files or whole folders")
            yield f"{count:>9,} {files} left out: {reason}"
        yield f"{self.records:>9,} {noun(self.records, 'record')} read, of which"
        yield (
            f"{self.sighted:>9,} sighted a principal (principals: {self.principals:,};"
            f" sightings: {self.sightings:,})"
        )
        yield f"{self.ignored.total():>9,} sighted no principal:"
        for reason, count in sorted(self.ignored.items(), key=_most_first):
            yield f"{count:>9,}   {reason}"
        if self.filtered:
            yield f"{self.filtered:>9,} {noun(self.filtered, 'was', 'were')} filtered out"
        yield f"{self.unreadable_records:>9,} could not be read"
        yield f"{self.writes:>9,} {noun(self.writes, 'item')} written to the table"
        was = noun(self.superseded, "item in the table was", "items in the table were")
        yield f"{self.superseded:>9,} {was} as new or newer"

    def complaints(self) -> Iterator[str]:
        for each in self.unreadable:
            place = ", ".join(filter(None, (each["file"], each["place"])))
            yield f"unreadable: {place}: {each['reason']}"
        if self.unnamed:
            yield f"unreadable: {self.unnamed:,} more"
        for failure in self.failed:
            writes = int(failure["writes"])
            yield f"not written: {writes:,} {noun(writes, 'item')}: {failure['reason']}"
        yield from (f"no log file found in {each}" for each in self.empty)
        if self.stopped:
            yield f"stopped: {self.stopped}; the same command goes on from here"

    def nothing_matched(self, wanted: Wanted) -> str:
        """What was asked for, and what there is instead."""
        places = (
            ("--account", wanted.accounts, self.filtered_accounts),
            ("--event-region", wanted.regions, self.filtered_regions),
        )
        times = (("--since", wanted.since), ("--until", wanted.until))
        asked = [f"{option} {to_text(at)}" for option, at in times if at]
        asked += [f"{option} {name}" for option, names, _ in places for name in sorted(names)]
        there = [name for _, names, others in places if names for name in sorted(others)]
        more = f", and {len(there) - MOST_PLACES:,} more" if len(there) > MOST_PLACES else ""
        are_of = f": the records are of {', '.join(there[:MOST_PLACES])}{more}" if there else ""
        return f"Nothing matched {' '.join(asked)}{are_of}"

    def _filter_out(self, accounts: set[str], regions: set[str]) -> None:
        self.filtered_accounts |= accounts - {""}
        self.filtered_regions |= regions - {""}

    def _name(self, file: str, place: str, reason: str) -> None:
        if len(self.unreadable) < MOST_NAMED:
            self.unreadable.append({"file": file, "place": place, "reason": reason})
        else:
            self.unnamed += 1


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
