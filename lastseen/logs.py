"""CloudTrail records out of files: log files, JSON lines of records or envelopes, .gz of each."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

_GZIP = b"\x1f\x8b"


class UnreadableFile(Exception):
    """A file that cannot be opened or unpacked, or is empty: CloudTrail writes none that is."""


class _LogFile(msgspec.Struct):
    records: list[msgspec.Raw] = msgspec.field(name="Records")


class _Shape(msgspec.Struct):
    detail: msgspec.Raw = msgspec.Raw()


_UNDECODABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
_log_file = msgspec.json.Decoder(_LogFile)
_shape = msgspec.json.Decoder(_Shape)
_array = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder(msgspec.Raw)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record or envelope, and where it stands: the line, or the place in a log file's list."""

    place: str
    body: bytes

    @property
    def is_envelope(self) -> bool:
        try:
            return bool(bytes(_shape.decode(self.body).detail))
        except _UNDECODABLE:
            return False


def entries(path: Path) -> Iterator[Entry]:
    """Raises UnreadableFile."""
    content = _content(path)
    records = _records(content)
    if records is None:
        yield from _lines(content)
        return
    for number, record in enumerate(records, 1):
        yield Entry(f"record {number}", bytes(record))


def _records(content: bytes) -> list[msgspec.Raw] | None:
    """Of a log file, or of a plain JSON array; None for what is neither."""
    try:
        return (
            _array.decode(content) if content.lstrip().startswith(b"[") else _log_file.decode(content).records
        )
    except _UNDECODABLE:
        return None


def _lines(content: bytes) -> Iterator[Entry]:
    """One JSON value a line; or one value alone, however many lines it takes."""
    try:
        _any.decode(content)
    except _UNDECODABLE:
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                yield Entry(f"line {number}", line)
        return
    yield Entry("line 1", content)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(_GZIP) else content
    except OSError as error:
        raise UnreadableFile(error.strerror or str(error)) from error
    except (EOFError, zlib.error) as error:
        raise UnreadableFile(f"not a whole gzip file: {error}") from error
    content = content.removeprefix(codecs.BOM_UTF8)
    if not content.strip():
        raise UnreadableFile("the file is empty")
    return content
