"""A principal's tag that asks to be left alone: `<reason>`, optionally ending in `until=YYYY-MM-DD`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

_END = re.compile(r"(?P<reason>.*?)\s*\buntil=(?P<until>\d{4}-\d{2}-\d{2})", re.DOTALL)
_MEANT_AS_AN_END = re.compile(
    r"until\s*=|(?<![a-z])(?:until[a-z]*\s*:\s*\S|until[a-z]*\W*\d|(?:expir[a-z]*|exp|valid|ends?)\s*[=:]\s*\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Exemption:
    """`until` is its last day, in UTC; `problem` says what is wrong with a tag that cannot be read.

    `key`: the tag's name, as it is written there.
    """

    reason: str
    until: date | None = None
    problem: str = ""
    key: str = field(default="", compare=False)

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and now.astimezone(UTC).date() > self.until


def of(tags: Mapping[str, str], key: str) -> Exemption | None:
    """Finds the tag in upper or lower case, as IAM compares them, and with any blanks around its key.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    """
    found = key if key in tags else next((each for each in tags if _same(each) == _same(key)), None)
    return None if found is None else replace(parse(tags[found]), key=found)


def parse(value: str) -> Exemption:
    """A tag whose end can't be read still exempts, and has a `problem` to show."""
    value = value.strip()
    end = _END.fullmatch(value)
    try:
        if end:
            return Exemption(end["reason"] or "no reason given", date.fromisoformat(end["until"]))
    except ValueError:
        pass  # It looks like a date, but isn't one.
    if _MEANT_AS_AN_END.search(value):
        return Exemption(value, problem=f"{value!r} has no valid end such as until=2027-01-31")
    return Exemption(value or "no reason given")


def _same(key: str) -> str:
    return key.strip().casefold()
