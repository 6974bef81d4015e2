"""CloudTrail records out of files: log files, JSON lines of records or envelopes, .gz of each."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

_GZIP = b"\x1f\x8b"


class UnreadableFile(Exception):
    """A file that cannot be opened or unpacked; the message names it."""


class _LogFile(msgspec.Struct):
    records: list[msgspec.Raw] = msgspec.field(name="Records")


class _Shape(msgspec.Struct):
    detail: msgspec.Raw = msgspec.Raw()


_log_file = msgspec.json.Decoder(_LogFile)
_shape = msgspec.json.Decoder(_Shape)
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
        except msgspec.DecodeError:
            return False


def entries(path: Path) -> Iterator[Entry]:
    """Raises UnreadableFile."""
    content = _content(path)
    try:
        records = _log_file.decode(content).records
    except msgspec.DecodeError:
        yield from _lines(content)
        return
    for number, record in enumerate(records, 1):
        yield Entry(f"record {number}", bytes(record))


def _lines(content: bytes) -> Iterator[Entry]:
    """One JSON value a line; or one value alone, however many lines it takes."""
    try:
        _any.decode(content)
    except msgspec.DecodeError:
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                yield Entry(f"line {number}", line)
        return
    yield Entry("line 1", content)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(_GZIP) else content
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise UnreadableFile(f"{path}: not a whole gzip file: {error}") from error
