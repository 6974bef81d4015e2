"""CloudTrail records out of what files hold: log files, JSON lines of records or envelopes, .gz of each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from ingest.documents import UNDECODABLE, Document, documents, salvaged
from ingest.parts import MOST, SIZE, Part, parts
from ingest.wire import Record, UnreadableRecord, envelope, record

# The how-manieth record of a log file, or the line, and the column if it is not the first of its line.
Place = str | int


class _LogFile(msgspec.Struct):
    records: list[msgspec.Raw] = msgspec.field(name="Records")


class _Shape(msgspec.Struct):
    detail: msgspec.Raw = msgspec.Raw()


class _Digest(msgspec.Struct, rename="camel"):
    digest_start_time: str
    digest_end_time: str


class _LookedUp(msgspec.Struct):
    record: str = msgspec.field(name="CloudTrailEvent")


class _EventHistory(msgspec.Struct):
    """What `aws cloudtrail lookup-events` prints."""

    events: list[_LookedUp] = msgspec.field(name="Events")


_log_file = msgspec.json.Decoder(_LogFile)
_shape = msgspec.json.Decoder(_Shape)
_digest = msgspec.json.Decoder(_Digest)
_event_history = msgspec.json.Decoder(_EventHistory)
_array = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Entry:
    """One record or envelope, and where it stands: the line, and the place in a log file's list."""

    place: str
    body: bytes

    @property
    def is_envelope(self) -> bool:
        try:
            return bool(bytes(_shape.decode(self.body).detail))
        except UNDECODABLE:
            return False


@dataclass(frozen=True, slots=True)
class Run:
    """The records of a file, or some of those of a long one.

    `size`: bytes, unpacked. `count`: of records, those that cannot be read included. `problems`: the place and
    the reason. `is_digest`: CloudTrail's list of its files, under another name; it has no records.
    """

    size: int
    count: int
    records: Iterable[tuple[Place, Record]]
    problems: list[tuple[Place, str]]
    not_from_aws: int = 0
    is_digest: bool = False


def runs(stream: BinaryIO, size: int = SIZE, most: int = MOST) -> Iterator[Run]:
    """Of a file that is unpacked here where need be. Raises UnreadableFile, after what could be read.

    No more is held than one run, whatever the file's size: it is let go of as soon as the next is asked for.
    """
    before = 0
    for part in parts(stream, size, most):
        run = read(part, before)
        before += run.count
        yield run
        del part, run


def read(part: Part, before: int) -> Run:
    """`before`: how many records the parts before it had."""
    records = part.records()
    if records is not None:
        return Run(len(part.content), len(records), enumerate(records, before + 1), [])
    if part.is_all and _is_digest(part.content):
        return Run(len(part.content), 0, (), [], is_digest=True)
    found: list[tuple[Place, Record]] = []
    problems: list[tuple[Place, str]] = []
    not_from_aws = 0
    for entry in entries(part, before):
        try:
            event = envelope(entry.body) if entry.is_envelope else None
            each = event.detail if event else record(entry.body)
        except UnreadableRecord as error:
            problems.append((entry.place, str(error)))
            continue
        if event and not event.is_from_aws:
            not_from_aws += 1
        else:
            found.append((entry.place, each))
    count = len(found) + len(problems) + not_from_aws
    return Run(len(part.content), count, found, problems, not_from_aws)


def named(place: Place) -> str:
    return f"record {place}" if isinstance(place, int) else place


def entries(part: Part, before: int) -> Iterator[Entry]:
    """Of every document in it. Of a part of a list, records are counted from the list's beginning."""
    alone = len(part.content.strip()) if part.is_all else 0
    for document in documents(part.content, part.line):
        place = f"line {document.line}{f', column {document.column}' if document.column else ''}"
        records = _raw_records(document)
        if part.is_of_list:
            for body in records or (document.body,):
                before += 1
                yield Entry(f"record {before}", body)
        elif records is None:
            yield Entry(place, document.body)
        else:
            where = "" if len(document.body) == alone else f"{place}, "
            for number, body in enumerate(records, 1):
                yield Entry(f"{where}record {number}", body)


def _raw_records(document: Document) -> Iterator[bytes] | None:
    """Of a log file, of a plain JSON array, or of looked up events; None for what is none of these."""
    body = document.body
    if b'"Events"' in body and (looked_up := _looked_up(body)) is not None:
        return looked_up
    if not body.startswith(b"[") and b'"Records"' not in body:
        return None
    try:
        raw = _array.decode(body) if body.startswith(b"[") else _log_file.decode(body).records
    except UNDECODABLE:
        return salvaged(body)
    return map(bytes, raw)


def _looked_up(body: bytes) -> Iterator[bytes] | None:
    try:
        return (each.record.encode() for each in _event_history.decode(body).events)
    except UNDECODABLE:
        return None


def _is_digest(content: bytes) -> bool:
    try:
        return bool(_digest.decode(content))
    except UNDECODABLE:
        return False
