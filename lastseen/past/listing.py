"""What there is to read, looked up while it is read: found in a thread, taken in batches."""

import queue
from collections.abc import Iterable, Iterator
from contextlib import suppress
from threading import Event, Thread

from lastseen.past.files import Found

# The listing runs ahead of the readers by as many, for how much is left to do: about 50 MB of them.
MOST_AHEAD = 100_000
# As many are handed over at once, fewer while somebody waits for them.
_AT_ONCE = 100
_A_WHILE = 0.1


class Listing:
    """Of all sources; the thread ends with them, or once it is closed."""

    def __init__(self, found: Iterable[Found]) -> None:
        self._found: queue.Queue[list[Found] | Exception | None] = queue.Queue(MOST_AHEAD // _AT_ONCE)
        self._closed = Event()
        self.size = 0
        self.left_out = 0  # Of that size: what turned out to be done.
        self.is_complete = False
        Thread(target=self._look, args=(found,), daemon=True).start()

    def __iter__(self) -> Iterator[Found | None]:
        """None: there may be more, but not yet. Raises Refused, and whatever else ended the listing."""
        while True:
            try:
                each = self._found.get(timeout=_A_WHILE)
            except queue.Empty:
                yield None
                continue
            if each is None:
                return
            if isinstance(each, Exception):
                raise each
            yield from each

    def close(self) -> None:
        self._closed.set()

    def _look(self, found: Iterable[Found]) -> None:
        end: Exception | None = None
        try:
            some: list[Found] = []
            for each in found:
                self.size += getattr(each, "size", 0)
                some.append(each)
                if len(some) >= _AT_ONCE or self._found.empty():
                    self._put(some)
                    some = []
                if self._closed.is_set():
                    return
            self._put(some)
        except Exception as error:  # noqa: BLE001  # raised again by whoever waits, who else would wait for ever
            end = error
        self.is_complete = True
        self._put(end)

    def _put(self, each: list[Found] | Exception | None) -> None:
        while not self._closed.is_set():
            with suppress(queue.Full):
                self._found.put(each, timeout=_A_WHILE)
                return
