"""What a file holds, unpacked where need be, a limited piece at a time."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

_BLOCK = 1 << 20
# Of most files it is all; to make room for more would take longer than to read it.
_FIRST_BLOCK = 256 << 10
_PIECE = 1 << 20
# Up to this size, a small file is unpacked into room that is made at once.
_SMALL = 16 << 20
_GZIP = b"\x1f\x8b"
_DEFLATE = b"\x08"  # The one way of packing there is in gzip files.


class UnreadableFile(Exception):
    """A file that cannot be opened or unpacked, or is empty: CloudTrail writes none that is."""


def unpacked(stream: BinaryIO) -> Iterator[bytes]:
    """What a stream holds, whatever it unpacks to. Raises UnreadableFile, after what could be unpacked."""
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
    if not 0 < size <= _SMALL or block.find(_GZIP + _DEFLATE, 1) >= 0:  # Maybe another one follows the first.
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
        piece = unzip.decompress(block, _PIECE)
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
