"""One log file after the other, into what they come to, and a report on each."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from ingest.layout import Skipped
from ingest.logfile import Place, Run, named, runs
from ingest.parts import SIZE
from ingest.unpacking import UnreadableFile
from ingest.wire import Record
from lastseen.past.files import HISTORY, File
from lastseen.past.gathering import Gathering, Handover
from lastseen.past.s3 import FETCHERS, SCHEME, Refused
from lastseen.past.wanted import Wanted

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# How many kinds of records one reader holds before it hands over what they come to: about 1.5 KB each.
MOST_KINDS = 20_000
# Or, if its records are large, before it holds as much of them.
MOST_HELD = 64 << 20
# Files that are read and not handed over are not done, and would be read again.
MOST_FILES = 5_000
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
    """What every reader has to know; it can be sent to another process, but for `history`.

    `history` opens the Event History of a region.
    """

    wanted: Wanted
    arrived: datetime
    connect: Callable[[], "S3Client"]
    most_kinds: int = MOST_KINDS
    history: Callable[[str], BinaryIO] | None = None


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
                for run in runs(stream):
                    self._add(run, report)
                    del run
                    if report.size > SIZE:  # Of a long file what it comes to is handed over in between.
                        self._gathering.end_of_run()
                        if self._is_full:
                            yield self.hand_over()
        except Refused as error:
            yield Stop(str(error))
            return
        except UnreadableFile as error:
            report.failure = str(error)
        except OSError as error:
            report.failure = error.strerror or str(error)
        self._gathering.end_of_run()
        yield report
        if self._is_full or self._files >= MOST_FILES:
            yield self.hand_over()

    @property
    def _is_full(self) -> bool:
        return len(self._gathering) >= self._plan.most_kinds or self._gathering.size >= MOST_HELD

    def hand_over(self) -> Handover:
        self._files = 0
        return self._gathering.hand_over()

    def _add(self, run: Run, report: Report) -> None:
        report.size += run.size
        report.records += run.count
        report.not_from_aws += run.not_from_aws
        if run.is_digest:
            report.skipped = Skipped.DIGEST
        found = self._asked_for(run.records, report, self._wanted) if self._wanted else run.records
        for place, reason in chain(run.problems, self._gathering.add(found)):
            report.has_problem(named(place), reason)

    def _asked_for(
        self, found: Iterable[tuple[Place, Record]], report: Report, wanted: Wanted
    ) -> Iterator[tuple[Place, Record]]:
        for place, each in found:
            if wanted.takes(each, report.file.account):
                yield place, each
            else:
                report.filter_out(each)


class Opener:
    """Opens files; those in S3 ahead of their turn, so that nobody waits for one after the other."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._client: S3Client | None = None
        self._pool = ThreadPoolExecutor(FETCHERS)

    def __call__(self, file: File) -> Callable[[], BinaryIO]:
        if history := self._plan.history:
            return partial(history, file.name.removeprefix(HISTORY))
        if not file.name.startswith(SCHEME):
            return lambda: open(file.name, "rb")
        from lastseen.past.bucket import opened

        self._client = self._client or self._plan.connect()
        fetched: Future[BinaryIO] = self._pool.submit(opened, self._client, file)
        return fetched.result

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
