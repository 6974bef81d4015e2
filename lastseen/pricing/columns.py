"""Several months side by side, as lines of text that fit a terminal."""

from collections.abc import Iterator, Sequence
from math import ceil

from lastseen.pricing.cost import bill, total
from lastseen.pricing.estimate import estimate
from lastseen.pricing.load import DETAIL_RESOLUTION, RESOLUTION, Load, Roads
from lastseen.pricing.others import alternatives

WIDTH, COLUMN = 80, 10
EVENTS = "events a month"
UNSAID = {
    "roads": Roads.EVENTS.value,
    "resolution, seconds": f"{RESOLUTION:,}",
    "resolution of details": f"{DETAIL_RESOLUTION:,}",
}
BY_LETTER = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}

Column = dict[str, str]


def head(load: Load) -> Column:
    """What differs from column to column, under its name."""
    return {
        EVENTS: _short(load.events),
        "roads": load.roads.value,
        "regions": f"{load.regions:,}",
        "resolution, seconds": f"{load.resolution:,}",
        "resolution of details": f"{load.detail_resolution:,}",
    }


def common(loads: Sequence[Load]) -> str:
    """What they share, but for defaults that need no saying."""
    heads = [head(load) for load in loads]
    shared = [f"{name}: {value}" for name, value in heads[0].items() if name not in _varying(heads)]
    said = [each for each in shared if each not in {f"{name}: {value}" for name, value in UNSAID.items()}]
    first = loads[0]
    return "; ".join([f"Accounts: {first.accounts:,}", f"principals: {first.principals:,}", *said]) + "."


def side_by_side(loads: Sequence[Load]) -> Iterator[str]:
    """In blocks that fit the width. Columns with as many events stand together."""
    shown = _varying([head(load) for load in loads])
    width = max(len(name) for load in loads for name in (*shown, *_others(load)))
    size = _size(_alike(loads), (WIDTH - width) // COLUMN)
    for start in range(0, len(loads), size):
        yield from ("",) if start else ()
        yield from _block(loads[start : start + size], shown, width)


def _block(loads: Sequence[Load], shown: Sequence[str], width: int) -> Iterator[str]:
    columns = [head(load) for load in loads]
    for name in shown:
        yield _row(name, [each[name] for each in columns], width)
    for rows in ([_ours(load) for load in loads], [_others(load) for load in loads]):
        yield ""
        for name in max(rows, key=len):
            yield _row(name, [f"{row[name]:,.2f}" if name in row else "" for row in rows], width)


def _row(name: str, cells: Sequence[str], width: int) -> str:
    return f"{name:<{width}}{''.join(f'{each:>{COLUMN}}' for each in cells)}".rstrip()


def _ours(load: Load) -> dict[str, float]:
    lines = bill(estimate(load))
    services = dict.fromkeys(["EventBridge", *(line.service for line in lines)])
    sums = {each: sum(line.dollars for line in lines if line.service == each) for each in services}
    return sums | {"in all": total(lines)}


def _others(load: Load) -> dict[str, float]:
    return {each.name: each.dollars for each in alternatives(estimate(load))}


def _varying(heads: Sequence[Column]) -> list[str]:
    return [name for name in heads[0] if name == EVENTS or len({each[name] for each in heads}) > 1]


def _size(alike: int, most: int) -> int:
    """Of a block: all that are alike or several times as many, or else equal parts of them."""
    return most // alike * alike or ceil(alike / ceil(alike / most))


def _alike(loads: Sequence[Load]) -> int:
    """How many columns come before the number of events changes."""
    return next((i for i, load in enumerate(loads) if load.events != loads[0].events), len(loads))


def _short(events: int) -> str:
    letter = next(each for each in reversed(BY_LETTER) if events % BY_LETTER[each] == 0)
    return f"{events // BY_LETTER[letter]:,}{letter}"
