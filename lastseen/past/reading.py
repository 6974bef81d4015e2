"""One log file after the other, into what they come to, and a report on each."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from ingest.wire import Record, UnreadableRecord, envelope, record
from lastseen.past.files import File
from lastseen.past.gathering import Gathering, Handover, Place
from lastseen.past.layout import Skipped, Wanted
from lastseen.past.logs import Part, UnreadableFile, parts
from lastseen.past.s3 import FETCHERS, SCHEME, Refused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# How many kinds of records one reader holds before it hands over what they come to: about 1.5 KB each.
MOST_KINDS = 20_000
# Files that are read and not handed over are not done, and would be read again.
MOST_FILES = 5_000
# Records of one file between two looks at how much is held.
_AT_ONCE = 5_000
# Of one file; a file of something else has as many unreadable lines as it has lines.
MOST_PROBLEMS = 20


class Report(msgspec.Struct, tag=True):
    """What became of one file. Problems are the place and the reason; `more` of them are only counted."""

    file: File
    records: int = 0
    filtered: int = 0
    not_from_aws: int = 0
    size: int = 0
    problems: list[tuple[str, str]] = msgspec.field(default_factory=list)
    more: int = 0
    failure: str = ""
    skipped: Skipped | None = None
    filtered_accounts: set[str] = msgspec.field(default_factory=set)
    filtered_regions: set[str] = msgspec.field(default_factory=set)

    @property
    def unreadable(self) -> int:
        return len(self.problems) + self.more

    def has_problem(self, place: str, reason: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append((place, reason))
        else:
            self.more += 1

    def filter_out(self, record: Record) -> None:
        self.filtered += 1
        self.filtered_accounts.add(record.recipient_account_id or self.file.account)
        self.filtered_regions.add(record.aws_region or "")


class Stop(msgspec.Struct, tag=True):
    """There is no use in going on."""

    reason: str


Said = Report | Handover | Stop


@dataclass(frozen=True, slots=True)
class Plan:
    """What every reader has to know; it can be sent to another process."""

    wanted: Wanted
    arrived: datetime
    connect: Callable[[], "S3Client"]
    most_kinds: int = MOST_KINDS


class Reader:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._wanted = None if plan.wanted.is_all else plan.wanted
        self._gathering = Gathering(arrived=plan.arrived)
        self._files = 0

    def read(self, file: File, open_file: Callable[[], BinaryIO]) -> Iterator[Said]:
        """Says a Stop where no other file could be read either."""
        report = Report(file)
        self._files += 1
        try:
            with open_file() as stream:
                for part in parts(stream):
                    yield from self._add(part, report)
        except Refused as error:
            yield Stop(str(error))
            return
        except UnreadableFile as error:
            report.failure = str(error)
        except OSError as error:
            report.failure = error.strerror or str(error)
        self._gathering.end_of_file()
        yield report
        if self._is_full or self._files >= MOST_FILES:
            yield self.hand_over()

    @property
    def _is_full(self) -> bool:
        return len(self._gathering) >= self._plan.most_kinds

    def hand_over(self) -> Handover:
        self._files = 0
        return self._gathering.hand_over()

    def _add(self, part: Part, report: Report) -> Iterator[Handover]:
        """Of a long file what it comes to is handed over in between; it is not done for that."""
        report.size += len(part.content)
        records = part.records()
        if records is None and part.is_digest:
            report.skipped = Skipped.DIGEST
            return
        report.records += len(records or ())
        found = self._decoded(part, report) if records is None else enumerate(records, 1)
        if self._wanted:
            found = self._asked_for(found, report, self._wanted)
        is_long = records is None or len(records) > _AT_ONCE
        for some in _in_runs(found) if is_long else (found,):
            for place, reason in self._gathering.add(some):
                report.has_problem(f"record {place}" if isinstance(place, int) else place, reason)
            if is_long and self._is_full:
                yield self.hand_over()

    def _decoded(self, part: Part, report: Report) -> Iterator[tuple[Place, Record]]:
        for entry in part.entries():
            report.records += 1
            try:
                event = envelope(entry.body) if entry.is_envelope else None
                each = event.detail if event else record(entry.body)
            except UnreadableRecord as error:
                report.has_problem(entry.place, str(error))
                continue
            if event and not event.is_from_aws:
                report.not_from_aws += 1
            else:
                yield entry.place, each

    def _asked_for(
        self, found: Iterable[tuple[Place, Record]], report: Report, wanted: Wanted
    ) -> Iterator[tuple[Place, Record]]:
        for place, each in found:
            if wanted.takes(each, report.file.account):
                yield place, each
            else:
                report.filter_out(each)


def _in_runs(found: Iterable[tuple[Place, Record]]) -> Iterator[list[tuple[Place, Record]]]:
    found = iter(found)
    while run := list(islice(found, _AT_ONCE)):
        yield run


class Opener:
    """Opens files; those in S3 ahead of their turn, so that nobody waits for one after the other."""

    def __init__(self, connect: Callable[[], "S3Client"]) -> None:
        self._connect = connect
        self._client: S3Client | None = None
        self._pool = ThreadPoolExecutor(FETCHERS)

    def __call__(self, file: File) -> Callable[[], BinaryIO]:
        if not file.name.startswith(SCHEME):
            return lambda: open(file.name, "rb")
        from lastseen.past.bucket import opened

        self._client = self._client or self._connect()
        fetched: Future[BinaryIO] = self._pool.submit(opened, self._client, file)
        return fetched.result

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
