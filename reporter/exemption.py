"""A principal's tag that asks to be left alone: `<reason>`, optionally ending in `until=YYYY-MM-DD`."""

import re
from dataclasses import dataclass
from datetime import date

_UNTIL = re.compile(r"^(?P<reason>.*?)[\s,;]*\buntil=(?P<until>\S*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Exemption:
    """`until` is its last day, in UTC; `problem` says what is wrong with a tag that cannot be read."""

    reason: str
    until: date | None = None
    problem: str = ""

    def is_over(self, today: date) -> bool:
        return self.until is not None and today > self.until


def parse(value: str) -> Exemption:
    """A date that cannot be read exempts all the same, and is a problem to be shown."""
    value = value.strip()
    match = _UNTIL.match(value)
    if not match:
        return Exemption(value or "no reason given")
    reason = match["reason"].strip() or "no reason given"
    try:
        return Exemption(reason, date.fromisoformat(match["until"]))
    except ValueError:
        return Exemption(reason, problem=f"until={match['until']} is not a date such as until=2027-01-31")
