"""Text for people, in mails and notices: other people's words on one line, days, minutes."""

from datetime import UTC, datetime
from unicodedata import category


def line(text: str) -> str:
    """Safe to print, whoever wrote it: no further line, no moved cursor, no reversed text after it."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _harmless(letter) for letter in text)


def ascii_line(text: str) -> str:
    """As SNS requires of the subject of a mail."""
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text)


def day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _harmless(letter: str) -> str:
    return " " if category(letter) == "Zs" else "?"
