"""JSON documents one after another, whatever stands between them; what is cut off costs none but itself."""

import re
from collections.abc import Iterator
from typing import NamedTuple, Self

import msgspec

UNDECODABLE = (msgspec.DecodeError, UnicodeError, RecursionError)

# Between documents there may be commas, the end of an array that is broken, and the byte order mark of a file.
_BEGINNING = re.compile(rb"[^\s,\]\xef\xbb\xbf]")
_ELEMENT = re.compile(rb"[^\s,]")
# Strings whole, so that what is in them is not taken for structure; of one that is cut off, its quote.
_TOKEN = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|["{}\[\]]')
_LOG_FILE = re.compile(rb'\{\s*"Records"\s*:\s*\[')
_ARRAY_OF_OBJECTS = re.compile(rb"\[\s*\{")
_LINE = re.compile(rb"\n[{\[]")
_any = msgspec.json.Decoder(msgspec.Raw)


class Document(NamedTuple):
    """`line` counts from 1; `column` is 0 for the first of its line, which is found without."""

    line: int
    column: int
    body: bytes


class _Line(NamedTuple):
    """Looked up once for all documents on it. Objects on it end before `limit`: what they hold is indented."""

    start: int
    end: int
    limit: int

    @classmethod
    def around(cls, content: bytes, at: int) -> Self:
        end = content.find(b"\n", at)
        end = len(content) if end < 0 else end
        return cls(content.rfind(b"\n", 0, at) + 1, end, _found(_LINE, content, end))


def documents(content: bytes, line: int) -> Iterator[Document]:
    """What is no JSON is one, too, for somebody to say so. `line` is that of the beginning."""
    at = _found(_BEGINNING, content, 0)
    line += content.count(b"\n", 0, at)
    if is_json(content, at, len(content)):
        yield Document(line, 0, content[at:].rstrip())
        return
    here, column = _Line.around(content, at), 0
    while at < len(content):
        is_one = not column and is_json(content, at, here.end)
        end = here.end if is_one else _end(content, at, here)
        yield Document(line, column, content[at:end].rstrip())
        following = _found(_BEGINNING, content, end)
        line += content.count(b"\n", at, following)
        at = following
        here = here if at <= here.end else _Line.around(content, at)
        column = at - here.start + 1 if end > here.start else 0


def salvaged(body: bytes) -> Iterator[bytes] | None:
    """Of a log file that is broken, the records that are whole, and what is left; None for anything else."""
    begins = _LOG_FILE.match(body)
    return _elements(body, begins.end()) if begins else None


def end_of_elements(body: bytes) -> int:
    """Of a list, from its first object on: where the last of those ends that are whole, one after another."""
    end = at = 0
    while (at := _found(_ELEMENT, body, at)) < len(body) and body[at : at + 1] == b"{":
        at = _end_of_value(body, at, len(body))
        if not at:
            break
        end = at
    return end


def _end(content: bytes, at: int, here: _Line) -> int:
    """Of the value, if it is whole; or else of what cannot be read: there the next log file or line begins."""
    is_object = content[at : at + 1] == b"{"
    if not is_object and content[at : at + 1] != b"[":
        return here.end
    end = _end_of_value(content, at, here.limit if is_object else len(content))
    if end and is_json(content, at, end):
        return end
    if not is_object:
        return at + 1 if _ARRAY_OF_OBJECTS.match(content, at) else here.end
    return min(end or here.limit, _found(_LOG_FILE, content, at + 1))


def _end_of_value(content: bytes, at: int, limit: int) -> int:
    """Of an object or array that begins there, by its brackets alone; 0 if it does not end."""
    depth = 0
    for token in _TOKEN.finditer(content, at, limit):
        mark = token[0]
        if mark in (b"{", b"["):
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
        elif mark == b'"':
            return 0
        if not depth:
            return token.end()
    return 0


def _elements(body: bytes, at: int) -> Iterator[bytes]:
    while (at := _found(_ELEMENT, body, at)) < len(body):
        end = _end_of_value(body, at, len(body)) if body[at : at + 1] == b"{" else 0
        if not end:
            if body[at : at + 1] != b"]":
                yield body[at:]
            return
        yield body[at:end]
        at = end


def _found(what: re.Pattern[bytes], content: bytes, at: int) -> int:
    """Where it is next, or the end."""
    found = what.search(content, at)
    return found.start() if found else len(content)


def is_json(content: bytes, at: int = 0, end: int | None = None) -> bool:
    try:
        _any.decode(memoryview(content)[at:end])
    except UNDECODABLE:
        return False
    return True
