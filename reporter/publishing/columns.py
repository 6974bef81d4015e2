"""Rows of text in columns, for a mail that is shown in one width of letter."""

from collections.abc import Sequence

from activity.plain import line


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """In columns as wide as they need, without those that are empty."""
    plain = [[line(cell) for cell in row] for row in rows]
    columns = [column for column in zip(*plain, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in zip(*columns, strict=True)
    ]
