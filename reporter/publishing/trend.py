"""How many findings the last reports had: kept in the bucket beside them, and drawn on the page."""

import json
from collections.abc import Sequence
from typing import Any

from activity.model import to_text
from reporter.judgement.report import Report

# Of a report: `at`, and the numbers of `new`, `open` (flagged before), `resolved` and `gaps`.
Point = dict[str, Any]
MOST_POINTS = 60
_NUMBERS = ("new", "open", "resolved", "gaps")


def extended(earlier: Sequence[Point], report: Report) -> list[Point]:
    return continued(earlier, _point(report))


def continued(earlier: Sequence[Point], now: Point) -> list[Point]:
    """The oldest first; of a day the last report, of all the last 60."""
    before = [each for each in earlier if each["at"][:10] < now["at"][:10]]
    return [*before, now][-MOST_POINTS:]


def _point(report: Report) -> Point:
    new = sum(each.is_new for each in report.findings)
    numbers = new, len(report.findings) - new, len(report.resolved), len(report.gaps)
    return {"at": to_text(report.at), **dict(zip(_NUMBERS, numbers, strict=True))}


def parsed(text: str) -> list[Point]:
    """Raises ValueError where it is not what `json.dumps` made of a trend."""
    points = json.loads(text)
    if not isinstance(points, list) or not all(map(_is_point, points)):
        raise ValueError("it is no list of reports with their time and numbers")
    return points


def _is_point(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("at"), str) and all(isinstance(value.get(name), int) for name in _NUMBERS)
