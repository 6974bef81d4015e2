"""What is printed for people: tables by rich on a terminal, plain aligned text in a pipe."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
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

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, is_folded: bool = True) -> None:
        """Too wide for the terminal, it is folded; or not, so that it can be copied."""
        lines = aligned([head, *rows])
        fits = max(map(cell_len, lines)) <= self._console.width
        if self._console.is_terminal and (fits or is_folded):
            table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=self._heading)
            for name in head:
                table.add_column(Text(name), overflow="fold")
            for row in rows:
                table.add_row(*(Text(shown(cell)) for cell in row))
            self._console.print(table)
            return
        for line in lines:
            self.line(line)


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
