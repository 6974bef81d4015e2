"""The mail of a run: what was done and what will be, within the bytes that SNS takes."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from textwrap import wrap
from typing import NamedTuple

from activity.model import to_text
from activity.plain import day, line
from activity.quarantine.entry import Entry, Mode, Step
from quarantine.told import Told
from reporter.publishing.fitting import length, within
from reporter.publishing.message import MOST_BYTES

# Of each list, if so many fit; the table has all.
MOST_LISTED = 100
_MOST_NAMED = 5
_COLUMNS = 80
_COMMAND = re.compile(r": (aws|lastseen) ")
# For titles, and for how many more there are.
_BESIDES = 5_000
_IN_TABLE = ": see the items of principal quarantine in the table"
_IN_LOG = ": see the log of the quarantine function"
_IN_PLAN = (
    "Announced. Mode=plan, so nothing is disabled. With Mode=enforce it would be, unless somebody uses, exempts"
    " or snoozes it first; after a switch to enforce, it is announced anew with another day:"
)
_IN_EARNEST = "Announced: will be disabled unless somebody uses, exempts or snoozes it first:"
_KEEP = '  to keep one: lastseen snooze ID --until DATE --reason "WHY"'


class Section(NamedTuple):
    """`rest`: what is said after the number of those that do not fit."""

    head: tuple[str, ...]
    items: Iterable[Iterable[str]]
    total: int
    rest: str = _IN_TABLE


def body(told: Told, owner: str = "") -> str:
    """`owner`: whose findings these are, if they are those of one owner."""
    lines = [f"Quarantine of stale access in account {told.account}, {day(told.at)}"]
    lines += [f"Findings of {line(owner)}.", ""] if owner else [""]
    room = MOST_BYTES - _BESIDES
    for section in (*_sections(told, has_owners=not owner), *_ends(told)):
        if section.total:
            shown = _fitting(section, room // 2)  # So that something of each fits.
            room -= sum(map(length, shown))
            lines += [*map(_wrapped, section.head), *shown, *([""] if section.head else [])]
    return "\n".join(lines).rstrip() + "\n"


def _fitting(section: Section, room: int) -> list[str]:
    items = ("\n".join(map(_wrapped, each)) for each in islice(section.items, MOST_LISTED))
    shown = within(items, room)
    more = section.total - len(shown)
    return [*shown, _wrapped(f"  and {more:,} more{section.rest}")] if more else shown


def _sections(told: Told, *, has_owners: bool) -> Iterator[Section]:
    def of(head: str, entries: list[Entry], details: Callable[[Entry], list[str]], *more: str) -> Section:
        return Section((head, *more), (_item(each, details) for each in entries), len(entries))

    def announced(entry: Entry) -> list[str]:
        return [*([f"owner: {line(entry.owner)}"] if has_owners and entry.owner else []), *_announced(entry)]

    is_real = told.mode is Mode.ENFORCE
    yield of("Disabled:", told.of(Step.DISABLED), _disabled)
    yield of("NOT DONE, though due:", told.held, _held)
    problems = ([f"  {each}"] for each in told.problems)
    yield Section(("Could not be looked at:",), problems, len(told.problems), _IN_LOG)
    keep = (_KEEP,) if is_real else ()
    yield of(_IN_EARNEST if is_real else _IN_PLAN, told.of(Step.ANNOUNCED), announced, *keep)
    rehearsed = told.of(Step.REHEARSED)
    yield of("Due, and would be disabled with Mode=enforce:", rehearsed, lambda each: [each.why])
    given_back = "Restored by somebody; left alone until it has been used and is stale again:"
    yield of(given_back, told.of(Step.RESTORED), _restored)
    yield of("Deleted or renamed since:", told.of(Step.GONE), _gone)
    yield of("No longer planned:", told.of(Step.WITHDRAWN), lambda each: [f"why: {each.held}"])


def _ends(told: Told) -> Iterator[Section]:
    yield Section((), ([each] for each in told.notes), len(told.notes), _IN_LOG)
    if told.brake:
        yield Section((), [[f"Nothing is announced or disabled today: {told.brake}."]], 1, _IN_LOG)
        return
    by_reason: dict[str, list[str]] = {}
    for each in told.left:
        by_reason.setdefault(each.why, []).append(each.target.title)
    most_first = sorted(by_reason.items(), key=lambda each: -len(each[1]))
    yield Section((), ([_left(*each)] for each in most_first), len(most_first), " reasons")


def _left(why: str, titles: list[str]) -> str:
    more = len(titles) - _MOST_NAMED
    named = ", ".join(titles[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    return f"Not planned: {named}: {why}."


def _wrapped(text: str) -> str:
    """For a terminal. A command stays on one line, to be copied."""
    if _COMMAND.search(text):
        return text
    indent = " " * (len(text) - len(text.lstrip()))
    parts = wrap(text, _COLUMNS, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(parts)


def _item(entry: Entry, details: Callable[[Entry], list[str]]) -> Iterable[str]:
    return chain([f"  {entry.target.title}  [{entry.id}]"], (f"    {each}" for each in details(entry)))


def _disabled(entry: Entry) -> list[str]:
    tried = f"tried since, last on {to_text(entry.tried)}: somebody may need it" if entry.tried else ""
    return [*filter(None, (tried,)), f"on {to_text(entry.moved)}; {entry.why}", *_undo(entry)]


def _undo(entry: Entry) -> list[str]:
    return [f"undo: {entry.undo}", *(f"  or: {each}" for each in entry.target.undo)]


def _announced(entry: Entry) -> list[str]:
    held = [f"why not today: {entry.held}"] if entry.held else []
    return [f"on {day(entry.due)} or later; {entry.why}", *held]


def _held(entry: Entry) -> list[str]:
    half_way = _undo(entry) if entry.step is Step.ACTING else []
    return [f"why: {entry.held}", *half_way]


def _gone(entry: Entry) -> list[str]:
    return [f"if it was renamed: {entry.undo}"]


def _restored(entry: Entry) -> list[str]:
    return [f"if the tag is still there: {entry.target.undo[1]}"]
