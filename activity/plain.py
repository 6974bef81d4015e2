"""What people read, in mails and notices: words of others on one line, days, minutes."""

from datetime import UTC, datetime
from unicodedata import category


def line(text: str) -> str:
    """Adds no line, moves no cursor and does not turn what follows, whoever wrote it."""
    return "".join(letter if letter.isprintable() else _harmless(letter) for letter in text)


def ascii_line(text: str) -> str:
    """As the subject of a mail that SNS sends must be."""
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text)


def day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _harmless(letter: str) -> str:
    return " " if category(letter) == "Zs" else "?"
