"""A file in parts that fit into memory, each a file by itself: cut between records, never within one.

CloudTrail's largest log file is 50 MB packed, which may be 750 MB on a single line:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import msgspec

from ingest.documents import UNDECODABLE, end_of_elements, is_json
from ingest.unpacking import UnreadableFile, unpacked
from ingest.wire import Record

# A file up to this size is one part. A longer one is cut into parts of about as much.
SIZE = 1 << 20
# What cannot be cut is read as one, up to this size.
MOST = 64 << 20

_LOG_FILE = b'{"Records":['
# A log file, an array, or documents one after another, up to the first name in the first record.
_BEGINNING = re.compile(rb'\s*((?:\{\s*"Records"\s*:\s*)?\[)?\s*\{\s*("[^"\\]{1,100}")\s*:')
# Nothing but a comma may stand between two values of one document.
_NEW_DOCUMENT = re.compile(rb"[}\]]\s*(?=[{\[])")
_AT_THE_END = 64 << 10
_TRIES = 4
_BESIDES = b", \r\n\t"
_UNCUT = "neither a list of records nor one record a line"


class _Records(msgspec.Struct, gc=False):
    records: list[Record] = msgspec.field(name="Records")


_records = msgspec.json.Decoder(_Records)


@dataclass(frozen=True, slots=True)
class Part:
    """All of a file, or some of its records. `line`: of the file, where it begins.

    `is_of_list`: whether it was cut out of a list of records, and is one again; it has no line. `decoded`: its
    records, if they had to be looked at to cut it.
    """

    content: bytes
    line: int = 1
    is_all: bool = True
    is_of_list: bool = False
    decoded: list[Record] | None = None

    def records(self) -> list[Record] | None:
        """Of a log file that can be read from end to end, which takes one look at every byte; else None."""
        is_log = self.is_all or self.is_of_list
        return self.decoded if self.decoded is not None or not is_log else log_records(self.content)


def log_records(content: bytes) -> list[Record] | None:
    try:
        return _records.decode(content).records
    except UNDECODABLE:
        return None


def parts(stream: BinaryIO, size: int = SIZE, most: int = MOST) -> Iterator[Part]:
    """Of a file that is unpacked here where need be. Raises UnreadableFile, after what could be read."""
    pieces = unpacked(stream)
    content = b""
    try:
        for piece in pieces:
            content += piece if content else piece.removeprefix(codecs.BOM_UTF8)
            if len(content) > size:
                break
    except UnreadableFile:
        if content.strip():
            yield Part(content)
        raise
    if len(content) > size:
        yield from _Cutter(content, size, most).parts(pieces)
    elif content.strip():
        yield Part(content)
    else:
        raise UnreadableFile("the file is empty")


class _Cutter:
    """Of a list of records that is cut, what is left lacks the list's opening."""

    def __init__(self, content: bytes, size: int, most: int) -> None:
        self._content = content
        self._size = size
        self._most = most
        self._line = 1
        self._opening = b""
        self._between: re.Pattern[bytes] | None = None

    def parts(self, pieces: Iterator[bytes]) -> Iterator[Part]:
        try:
            while True:
                while len(self._content) > self._size and (part := self._cut()):
                    yield part
                    del part
                if len(self._content) > self._most:
                    raise UnreadableFile(f"longer than {self._most >> 20} MB, and {_UNCUT}")
                piece = next(pieces, b"")
                if not piece:
                    break
                self._content += piece
        except UnreadableFile:
            if len(self._content) <= self._most:
                yield from self._last()
            raise
        yield from self._last()

    def _look_at_beginning(self) -> re.Pattern[bytes]:
        """Of a document; answers what will stand between two records: the first brace is the end of one."""
        found = _BEGINNING.match(self._content)
        name = re.escape(found[2]) if found else rb'"'
        self._opening = b""
        if found and found[1]:
            self._opening = b"[" if found[1] == b"[" else _LOG_FILE
            self._content = self._content[found.end(1) :]
            return re.compile(rb"\}\s*,\s*(?=\{\s*" + name + rb"\s*:)")
        return re.compile(rb"\}\s*(?=\{\s*" + name + rb"\s*:)|[}\]]\s*\n(?=[{\[])")

    def _cut(self) -> Part | None:
        """The records up to the last that ends in what there is so far; None if none does."""
        if self._between is None:
            self._between = self._look_at_beginning()
        cut = self._last_cut(self._between)
        if not self._opening:
            return self._part(self._content[: cut.start() + 1], cut.end()) if cut else None
        return self._cut_of_list(cut) if cut else self._list_that_is_over()

    def _last_cut(self, between: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """The last in the first part of what there is, which is mostly near the end of that."""
        end = 2 * self._size
        for start, stop in ((end - _AT_THE_END, end), (0, end), (0, len(self._content))):
            if cuts := list(between.finditer(self._content, max(0, start), stop)):
                return cuts[-1]
        return None

    def _cut_of_list(self, cut: re.Match[bytes]) -> Part:
        """Parts of a record may look like records. Counting brackets tells them apart, and takes long."""
        content = self._list_until(cut.start() + 1)
        if (records := log_records(content)) is not None:
            return self._part(content, cut.end(), records)
        end = end_of_elements(self._content[: 2 * self._size])
        return self._part(self._list_until(end), end) if end else self._part(content, cut.end())

    def _list_until(self, end: int) -> bytes:
        return b"".join((_LOG_FILE, memoryview(self._content)[:end], b"]}"))

    def _list_that_is_over(self) -> Part | None:
        """If another document begins before the next record of this one would."""
        for cut in islice(_NEW_DOCUMENT.finditer(self._content), _TRIES):  # A text may look like one.
            content = self._opening + self._content[: cut.start() + 1]
            if is_json(content):
                self._between = None
                return self._part(content, cut.end())
        return None

    def _part(self, content: bytes, following: int, records: list[Record] | None = None) -> Part:
        part = Part(content, self._line, is_all=False, is_of_list=bool(self._opening), decoded=records)
        if not self._opening:
            self._line += self._content.count(b"\n", 0, following)
        self._content = self._content[following:]
        if self._opening:
            self._content = self._content.lstrip(_BESIDES)
        return part

    def _last(self) -> Iterator[Part]:
        if self._content.strip():
            content = self._opening + self._content
            yield Part(content, self._line, is_all=False, is_of_list=bool(self._opening))
