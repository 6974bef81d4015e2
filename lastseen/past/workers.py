"""Readers at work: one in this process, or one for each core in processes of their own."""

import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

import msgspec

from activity.days import Days
from lastseen.past.files import File
from lastseen.past.reading import Opener, Plan, Reader, Report, Said, Stop

# What one reader has in hand, so that it is never without; files are fetched while others are read.
_FILES_AHEAD = 64
_BYTES_AHEAD = 16 << 20
_A_WHILE = 0.1

# None: there may be more, but not yet.
Tasks = Iterator[list[File] | None]
_END, _STOP = "end", "stop"
_FINISHED = b""

_encode = msgspec.msgpack.Encoder(enc_hook=Days.to_bytes).encode
_decoder = msgspec.msgpack.Decoder(Said, dec_hook=lambda _, packed: Days.from_bytes(packed))


def alone(plan: Plan, tasks: Tasks, is_stopped: Callable[[], bool]) -> Iterator[tuple[int, Said]]:
    """Who said it, and what: after all reports on files comes what they come to."""
    reader, opener = Reader(plan), Opener(plan)
    try:
        for task in tasks:
            for file, open_file in [(each, opener(each)) for each in task or ()]:
                if is_stopped():
                    break
                yield from ((0, said) for said in reader.read(file, open_file))
        yield 0, reader.hand_over()
    finally:
        opener.close()


def together(
    plan: Plan, tasks: Tasks, is_stopped: Callable[[], bool], *, jobs: int
) -> Iterator[tuple[int, Said]]:
    """The same, of several readers. Once they are stopped, each finishes the file that it is at."""
    hands = _hired(plan, jobs)
    is_more = True
    try:
        while at_work := [hand for hand in hands if hand.is_at_work]:
            is_more = is_more and not is_stopped() and _hand_out(at_work, tasks)
            if not is_more:
                for hand in at_work:
                    hand.tell(_STOP if is_stopped() else _END)
            for line in wait([hand.line for hand in at_work], timeout=_A_WHILE):
                hand = next(each for each in at_work if each.line is line)
                yield from ((hands.index(hand), said) for said in hand.heard())
    finally:
        for hand in hands:
            hand.leave()


@dataclass(slots=True)
class _Hand:
    process: SpawnProcess
    line: "Connection[Any, Any]"
    files: int = 0
    size: int = 0
    told: str = ""
    is_at_work: bool = True

    @property
    def has_enough(self) -> bool:
        return self.files >= _FILES_AHEAD or self.size >= _BYTES_AHEAD

    def give(self, files: list[File]) -> None:
        self.files += len(files)
        self.size += sum(file.size for file in files)
        self._send(files)

    def tell(self, what: str) -> None:
        if self.told != what:
            self.told = what
            self._send(what)

    def heard(self) -> Iterator[Said]:
        try:
            message = self.line.recv_bytes()
        except (EOFError, ConnectionError):
            self.is_at_work = False
            yield Stop("a process that was reading has died, maybe for lack of memory: try fewer --jobs")
            return
        if message == _FINISHED:
            self.is_at_work = False
            return
        said = _decoder.decode(message)
        if isinstance(said, Report):
            self.files -= 1
            self.size -= said.file.size
        yield said

    def leave(self) -> None:
        self.line.close()
        self.process.join(timeout=5)
        if self.process.is_alive():
            self.process.terminate()

    def _send(self, what: list[File] | str) -> None:
        with suppress(ConnectionError):  # It is heard of as an end that was not asked for.
            self.line.send(what)


def _hired(plan: Plan, jobs: int) -> list[_Hand]:
    context = get_context("spawn")
    hands = []
    with _interrupts_ignored():  # From their first instruction on: stopping them is for this process to do.
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, plan), daemon=True)
            process.start()
            theirs.close()
            hands.append(_Hand(process, ours))
    return hands


def _hand_out(hands: list[_Hand], tasks: Tasks) -> bool:
    """Whether there may be more to do."""
    while not (hand := min(hands, key=lambda each: each.files)).has_enough:
        try:
            task = next(tasks)
        except StopIteration:
            return False
        if task is None:
            break
        hand.give(task)
    return True


def _work(line: "Connection[Any, Any]", plan: Plan) -> None:
    """All that a process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reader, opener = Reader(plan), Opener(plan)
    with suppress(EOFError, ConnectionError):  # Nobody is there any more who would want to know.
        _read_all(line, reader, opener)
        line.send_bytes(_encode(reader.hand_over()))
        line.send_bytes(_FINISHED)
    opener.close()


def _read_all(line: "Connection[Any, Any]", reader: Reader, opener: Opener) -> None:
    in_hand: deque[tuple[File, Callable[[], Any]]] = deque()
    is_end = False
    while in_hand or not is_end:
        if not in_hand or line.poll():
            told = line.recv()
            if told == _STOP:
                return
            if told == _END:
                is_end = True
            else:
                in_hand.extend((file, opener(file)) for file in told)
            continue
        for said in reader.read(*in_hand.popleft()):
            line.send_bytes(_encode(said))


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # Not in the main thread, to which alone they come.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
