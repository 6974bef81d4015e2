"""What is printed for people: aligned text, in colors and no wider than it need be on a terminal."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from lastseen.terminal import not_read_on, shown


class _Console(Console):
    def on_broken_pipe(self) -> None:
        not_read_on()


class Screen:
    """Takes text as it is: markup in it is not followed, and control characters are spelled out."""

    def __init__(self, *, no_color: bool = False, to_stderr: bool = False) -> None:
        self._console = _Console(
            no_color=no_color or None, stderr=to_stderr, markup=False, highlight=False, emoji=False
        )
        self._heading = "" if self._console.no_color else "bold"

    def heading(self, text: str) -> None:
        self._console.print(Text(shown(text), style=self._heading), soft_wrap=True)

    def line(self, text: str = "") -> None:
        """Never wrapped, so that a command can be copied."""
        self._console.print(Text(shown(text)), soft_wrap=True)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, is_split: bool = True) -> None:
        """One that is too wide for the terminal has each row as lines of its own: no id and no time is broken.

        `is_split`: not one whose last column is a command, to be copied.
        """
        first, *lines = aligned([head, *rows])
        is_wide = max(map(cell_len, (first, *lines))) > self._console.width
        if self._console.is_terminal and is_wide and is_split:
            for row in rows:
                self._lines(head, row)
            return
        self.heading(first)
        for line in lines:
            self.line(line)

    def _lines(self, head: Sequence[str], row: Sequence[str]) -> None:
        self.heading(row[0])
        names = [name for name, cell in zip(head[1:], row[1:], strict=True) if cell]
        width = max(map(len, names), default=0)
        for name, cell in zip(head[1:], row[1:], strict=True):
            if cell:
                self.line(f"  {name:<{width}}  {cell}")


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """In columns as wide as they need."""
    rows = [[shown(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
