"""What is printed for people: aligned text, in colors and no wider than it need be on a terminal."""

from collections.abc import Sequence
from textwrap import wrap

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

    @property
    def is_terminal(self) -> bool:
        return self._console.is_terminal

    def heading(self, text: str) -> None:
        self._console.print(Text(shown(text), style=self._heading), soft_wrap=True)

    def line(self, text: str = "") -> None:
        """Never wrapped, so that a command can be copied."""
        self._console.print(Text(shown(text)), soft_wrap=True)

    def prose(self, text: str) -> None:
        """A sentence, broken between words if the terminal is too narrow for it."""
        for line in _broken(shown(text), self._console.width) if self._console.is_terminal else [text]:
            self.line(line)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """What is known of one thing: what is too long for the terminal goes on below its own beginning."""
        indent = max((cell_len(name) for name, _ in facts), default=0) + 2
        room = self._console.width - indent
        for (_, fact), line in zip(facts, aligned(facts), strict=True):
            if not self._console.is_terminal or cell_len(line) <= self._console.width:
                self.line(line)
                continue
            first, *others = _broken(shown(fact), max(room, 20))
            self.line(line[:indent] + first)
            for each in others:
                self.line(" " * indent + each)

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
        self.facts([(f"  {name}", cell) for name, cell in zip(head[1:], row[1:], strict=True) if cell])


def _broken(text: str, width: int) -> list[str]:
    """Between words: no id, no time and no path is broken."""
    return wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


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
