"""Numbers as people write them on the command line."""

import re
from decimal import Decimal

from lastseen.terminal import misused

BY_LETTER = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}


def whole(option: str, text: str) -> int:
    parts = re.fullmatch(r"([0-9][0-9_,]{0,15}(?:\.[0-9]{1,9})?)([kmb]?)", text.strip().lower())
    number = Decimal(re.sub("[_,]", "", parts[1])) * BY_LETTER[parts[2]] if parts else Decimal(0)
    if number < 1 or number != int(number):
        misused(f"{option} must be a whole number from 1, such as 250000, 250k, 100M or 1B, not {text!r}")
    return int(number)


def seconds(option: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        misused(f"{option} must be a whole number of seconds, such as 300 or 3600, not {text!r}")
    return int(text)
