"""One batch of messages about log objects: what they tell of, read, recorded and set aside."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from activity.model import LOGS
from ingest.batch import Batch
from ingest.layout import Skipped
from ingest.letters import DeadLetters
from ingest.logfile import Place, Run, named, runs
from ingest.notifications import Told, UnknownMessage
from ingest.notifications import objects as objects_in
from ingest.objects import ELSEWHERE, Objects
from ingest.principals import Ignored
from ingest.recording import Recorder, is_late, memory
from ingest.unpacking import UnreadableFile
from ingest.wire import Record, UnreadableRecord

if TYPE_CHECKING:
    from concurrent.futures import Future

# Unpacked bytes that are held, with the records in them, before what they come to is written.
MOST_HELD = 16 << 20
# Of one object. One with more isn't a log file with some bad records, but something else.
MOST_PROBLEMS = 20
# Time to read a megabyte or two, to write what is held, and to return.
MARGIN_MS = 45_000
_TOO_LATE = "not read before the function's deadline"


class Delivery:
    """Objects are recorded together, and fail each by itself, with the messages that told of it."""

    def __init__(
        self, objects: Objects, letters: DeadLetters, recorder: Recorder, context: Any, now: datetime
    ) -> None:
        self._objects = objects
        self._letters = letters
        self._recorder = recorder
        self._context = context
        self._now = now
        self._batch = Batch(memory(), arrived=now, road=LOGS)
        self._held = 0
        self._messages: dict[str, set[str]] = {}
        self._problems: dict[str, list[tuple[str, str]]] = {}
        self._failed: set[str] = set()
        self._skipped: Counter[str] = Counter()

    def take(self, bodies: Mapping[str, str]) -> set[str]:
        """`bodies` of messages by their ids. Returns the ids of those that have to come again."""
        unknown = {message for message, body in bodies.items() if not self._is_understood(message, body)}
        left = set(self._messages)
        try:
            for key, ahead in self._objects.each(self._messages, self._now):
                if is_late(self._context, MARGIN_MS):
                    break
                self._read(key, ahead)
                left.discard(key)
            self._fail(left, _TOO_LATE)
        except (BotoCoreError, ClientError) as error:
            self._fail(left, f"the bucket can't be asked: {error}")
        self._write(Messages=len(bodies), Objects=len(self._messages), Unreadable=len(unknown))
        self._set_aside()
        self._recorder.count_by_reason("Skipped", self._skipped)
        return unknown.union(*(self._messages[key] for key in self._failed))

    def _is_understood(self, message: str, body: str) -> bool:
        try:
            told = objects_in(body)
        except UnknownMessage as error:
            self._recorder.logger.error("unreadable", message_id=message, reason=str(error))
            return False
        for each in told:
            if reason := self._objects.bucket.why_not_read(each):
                self._skipped[reason] += 1
                if reason == ELSEWHERE:
                    self._recorder.logger.warning("left out", bucket=each.bucket, key=each.key, reason=reason)
            else:
                self._messages.setdefault(each.key, set()).add(message)
        return True

    def _read(self, key: str, ahead: "Future[BinaryIO | None]") -> None:
        problems: list[tuple[str, str]] = []
        try:
            with self._objects.opened(key, ahead) as stream:
                for run in runs(stream):
                    self._add(run, key, problems)
                    del run
                    if self._held >= MOST_HELD:
                        self._write()
                    if is_late(self._context, MARGIN_MS):
                        raise UnreadableFile(_TOO_LATE)
        except UnreadableFile as error:
            self._fail([key], str(error))
        else:
            self._problems[key] = problems

    def _add(self, run: Run, key: str, problems: list[tuple[str, str]]) -> None:
        self._held += run.size
        if run.is_digest:
            self._skipped[Skipped.DIGEST] += 1
        if run.not_from_aws:
            self._batch.ignored[Ignored.NOT_FROM_AWS] += run.not_from_aws
        for place, reason in chain(run.problems, self._unreadable(run.records, key)):
            problems.append((named(place), reason))
            if len(problems) > MOST_PROBLEMS:
                first = ": ".join(problems[0])
                raise UnreadableFile(f"more than {MOST_PROBLEMS} records can't be read, the first, {first}")

    def _unreadable(self, records: Iterable[tuple[Place, Record]], key: str) -> Iterator[tuple[Place, str]]:
        """The places of those that can't be read, and why, while the others are added."""
        for place, record in records:
            try:
                self._batch.add_record(record, key)
            except UnreadableRecord as error:
                yield place, str(error)

    def _write(self, **counts: int) -> None:
        failed = self._recorder.record(self._batch, self._context, self._now, **counts)
        self._fail(self._batch.messages_behind(failed), "not all that it says could be written")
        self._batch = Batch(memory(), arrived=self._now, road=LOGS)
        self._held = 0

    def _set_aside(self) -> None:
        """Single records that can't be read, of objects that need not come again."""
        for key, problems in self._problems.items():
            if key in self._failed or not problems:
                continue
            told = Told(self._objects.bucket.name, key)
            for place, reason in problems:
                self._recorder.logger.error("unreadable", **told._asdict(), place=place, reason=reason)
            try:
                self._letters.set_aside(told, problems)
            except (BotoCoreError, ClientError) as error:
                self._fail([key], f"a record that can't be read could not be set aside: {error}")

    def _fail(self, keys: Iterable[str], reason: str) -> None:
        for key in {*keys} - self._failed:
            self._failed.add(key)
            self._recorder.logger.error(
                "not recorded", bucket=self._objects.bucket.name, key=key, reason=reason
            )
