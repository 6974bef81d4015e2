"""How far a replay is, on a terminal."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from lastseen.past.listing import Listing
from lastseen.past.summary import Summary
from lastseen.times import noun


@contextmanager
def displayed(console: Console) -> Iterator[tuple[Callable[[Summary, Listing], None], Callable[[str], None]]]:
    """Yields what shows it, and what says something above it.

    Rates are means of the whole run. How much is left to do is known once all is listed.
    """
    began = monotonic()
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("listing", total=None)

        def show(summary: Summary, listing: Listing) -> None:
            seconds = max(monotonic() - began, 0.001)
            rates = f"{summary.records / seconds:,.0f} records/s, {summary.bytes / seconds / 1e6:,.1f} MB/s"
            progress.update(
                task,
                description=f"{summary.files:,} {noun(summary.files, 'file')}, {rates}",
                completed=summary.bytes,
                total=listing.size - listing.left_out if listing.is_complete else None,
            )

        def say(text: str) -> None:
            console.print(f"lastseen: {text}", highlight=False, soft_wrap=True)

        yield show, say


@contextmanager
def interruptible(say: Callable[[str], object]) -> Iterator[Callable[[], bool]]:
    """Yields what tells whether Ctrl-C was pressed; pressed once more, it ends all at once."""
    pressed = False

    def on_interrupt(*_: object) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True
        say("stopping: what has been read is being written; Ctrl-C again to stop at once")

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
