"""CloudTrail records out of what files hold: log files, JSON lines of records or envelopes, .gz of each."""

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from ingest.wire import Record
from lastseen.past.documents import UNDECODABLE, Document, documents, salvaged

# What is unpacked of one file at a time. CloudTrail's own are far smaller; a longer one has to be of lines.
MOST = 256 << 20
_BLOCK = 16 << 20
# Of most files it is all; to make room for more would take longer than to read it.
_FIRST_BLOCK = 256 << 10
_GZIP = b"\x1f\x8b"
_DEFLATE = b"\x08"  # The one way of packing there is in gzip files.


class UnreadableFile(Exception):
    """A file that cannot be opened or unpacked, or is empty: CloudTrail writes none that is."""


class _LogFile(msgspec.Struct):
    records: list[msgspec.Raw] = msgspec.field(name="Records")


class _Records(msgspec.Struct, gc=False):
    records: list[Record] = msgspec.field(name="Records")


class _Shape(msgspec.Struct):
    detail: msgspec.Raw = msgspec.Raw()


class _Digest(msgspec.Struct, rename="camel"):
    digest_start_time: str
    digest_end_time: str


_log_file = msgspec.json.Decoder(_LogFile)
_whole = msgspec.json.Decoder(_Records)
_shape = msgspec.json.Decoder(_Shape)
_digest = msgspec.json.Decoder(_Digest)
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
class Part:
    """All of a file; of one that is too long for that, some whole lines, the first of which is `line`."""

    content: bytes
    line: int = 1
    is_all: bool = True

    def records(self) -> list[Record] | None:
        """Of a log file that can be read from end to end, which takes one look at every byte; else None."""
        try:
            return _whole.decode(self.content).records if self.is_all else None
        except UNDECODABLE:
            return None

    def entries(self) -> Iterator[Entry]:
        """Of every document in it."""
        alone = len(self.content.strip()) if self.is_all else 0
        for document in documents(self.content, self.line):
            place = f"line {document.line}{f', column {document.column}' if document.column else ''}"
            records = _records(document)
            if records is None:
                yield Entry(place, document.body)
                continue
            where = "" if len(document.body) == alone else f"{place}, "
            for number, record in enumerate(records, 1):
                yield Entry(f"{where}record {number}", record)

    @property
    def is_digest(self) -> bool:
        try:
            return self.is_all and bool(_digest.decode(self.content))
        except UNDECODABLE:
            return False


def _records(document: Document) -> Iterator[bytes] | None:
    """Of a log file, or of a plain JSON array; None for what is neither."""
    body = document.body
    if not body.startswith(b"[") and b'"Records"' not in body:
        return None
    try:
        raw = _array.decode(body) if body.startswith(b"[") else _log_file.decode(body).records
    except UNDECODABLE:
        return salvaged(body)
    return map(bytes, raw)


def parts(stream: BinaryIO, most: int = MOST) -> Iterator[Part]:
    """Of a file that is unpacked here where need be. Raises UnreadableFile, after what could be read."""
    pieces = _pieces(stream)
    content = b""
    try:
        for piece in pieces:
            content += piece if content else piece.removeprefix(codecs.BOM_UTF8)
            if len(content) > most:
                break
    except UnreadableFile:
        if content.strip():
            yield Part(content)
        raise
    if len(content) > most:
        yield from _runs_of_lines(content, pieces, most)
        return
    if not content.strip():
        raise UnreadableFile("the file is empty")
    yield Part(content)


def _runs_of_lines(content: bytes, pieces: Iterator[bytes], most: int) -> Iterator[Part]:
    line = 1
    while content:
        lines, newline, rest = content.rpartition(b"\n")
        if newline:
            yield Part(lines + newline, line, is_all=False)
            line += lines.count(b"\n") + 1
        elif len(content) > most:
            raise UnreadableFile(f"longer than {most >> 20} MB, and not one record a line")
        try:
            piece = next(pieces, b"")
        except UnreadableFile:
            yield from _last(rest, line)
            raise
        if not piece:
            yield from _last(rest, line)
            return
        content = rest + piece


def _last(rest: bytes, line: int) -> Iterator[Part]:
    if rest.strip():
        yield Part(rest, line, is_all=False)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """What a stream holds, unpacked, a limited piece at a time, whatever it unpacks to."""
    block = stream.read(_FIRST_BLOCK)
    rest = stream.read(_BLOCK)
    if not block.startswith(_GZIP):
        while block:
            yield block
            block, rest = rest, stream.read(_BLOCK)
        return
    content = None if rest else _unzipped_at_once(block)
    if content is not None:
        yield content
        return
    try:
        yield from _unzipped(block + rest, stream)
    except zlib.error as error:
        raise UnreadableFile(f"not a whole gzip file: {error}") from error


def _unzipped_at_once(block: bytes) -> bytes | None:
    """All of a small file into room of the size that its last bytes tell; None if it is not that simple.

    It unpacks to at most a thousand times as much, whatever it says: https://zlib.net/zlib_tech.html
    """
    size = int.from_bytes(block[-4:], "little")
    if not 0 < size <= _BLOCK or block.find(_GZIP + _DEFLATE, 1) >= 0:  # Maybe another one follows the first.
        return None
    try:
        content = zlib.decompress(block, wbits=31, bufsize=size)
    except zlib.error:
        return None
    return content if len(content) == size else None


def _unzipped(block: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """Also of several gzip files one after the other, which are one, too."""
    unzip = zlib.decompressobj(wbits=31)
    while block:
        piece = unzip.decompress(block, 4 * _BLOCK)
        if piece:
            yield piece
        if unzip.eof:
            block = unzip.unused_data or stream.read(_BLOCK)
            while block and not (block := block.lstrip(b"\0")):  # Filled up with zeros.
                block = stream.read(_BLOCK)
            unzip = zlib.decompressobj(wbits=31) if block else unzip
        else:
            block = unzip.unconsumed_tail or stream.read(_BLOCK)
    if not unzip.eof:
        raise UnreadableFile("not a whole gzip file: it ends too early")
