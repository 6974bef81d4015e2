"""`make bench`: all figures in one run, as a table or as JSON."""

import json
import os
import platform
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.batches import batches, mix
from benchmarks.casefile import case_file
from benchmarks.cold_start import cold_start
from benchmarks.cost import load
from benchmarks.deployed import deployed
from benchmarks.handler import steady_state
from benchmarks.logs import log_objects
from benchmarks.memory import peak_memory
from benchmarks.past import past
from benchmarks.plot import plot
from benchmarks.reckoning import of_a_large_account, organization
from benchmarks.report import against_the_lab, of_idle_accounts
from benchmarks.rhythms import rhythms
from benchmarks.roads import roads
from benchmarks.throughput import throughput
from benchmarks.writes import by_sandboxes, count, growth

EVENTS = 100_000
RATES = (1_389, 13_889, 138_889, 1_388_889)  # In an hour: a million events a month, and up to a billion.
PICTURE = Path(__file__).with_name("writes.svg")


def main() -> None:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no stream of a million events")
    parser.add_argument("--only", metavar="N", nargs="+", help="these figures alone, by their numbers")
    options = parser.parse_args()
    result: dict[str, Any] = {"when": datetime.now(UTC).date().isoformat(), "machine": machine()}
    console = Console(file=sys.stderr if options.json else sys.stdout)
    console.print(result["when"], result["machine"], highlight=False)
    for title, figure in figures(is_quick=options.quick).items():
        if not options.only or title.partition(".")[0] in options.only:
            result[title] = figure()
            show(console, title, result[title])
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))


def figures(*, is_quick: bool) -> dict[str, Callable[[], dict[str, Any]]]:
    stream = list(batches(EVENTS))
    rounds, runs, sample, share = (3, 3, 300, 100) if is_quick else (10, 15, 1000, 20)
    return {
        "The stream": lambda: mix(stream),
        "1. Handler, everything known": lambda: steady_state(stream, rounds=rounds),
        "2. Writes": lambda: count(stream).as_dict() | by_sandboxes(stream),
        "2. Rate, on a local server": lambda: throughput(stream, sample=sample),
        "3. Writes in an hour, by events in it": lambda: by_rate(is_quick=is_quick),
        "4. Cold start": lambda: cold_start(runs=runs),
        "5. Memory": peak_memory,
        "6. Through the deployed stack, on a local server": deployed,
        "7. Two sandboxes, by events in an hour": lambda: loads(is_quick=is_quick),
        "8. The past": lambda: past(
            count=EVENTS if is_quick else 4 * EVENTS, rounds=rounds // 2, sample=sample
        ),
        "9. The report of a large account, and the lab's way": lambda: against_the_lab(share=share),
        "9. The reporter's time and memory": of_idle_accounts,
        "10. An organization": lambda: organization(times=rounds),
        "10. A large account that nobody uses": of_a_large_account,
        "11. Log objects": lambda: log_objects(rounds=rounds // 2, count=EVENTS),
        "12. The same hour by either road": lambda: roads(RATES[:-1] if is_quick else RATES),
        "13. Rhythms": rhythms,
        "14. A case file": lambda: case_file(count=EVENTS if is_quick else 10 * EVENTS, rounds=rounds),
    }


def by_rate(*, is_quick: bool) -> dict[str, Any]:
    """Draws the picture, too, unless the million is missing."""
    grown = growth([10_000, 100_000] if is_quick else [10_000, 100_000, 1_000_000])
    if not is_quick:
        plot(grown, PICTURE)
    return {
        f"{each.events:,}": f"{each.writes:,} writes; at least {each.floor:,}, at most {each.most:,}"
        for each in grown
    }


def loads(*, is_quick: bool) -> dict[str, str]:
    rates = (100, 1_000, 10_000, 100_000) if is_quick else (100, 1_000, 10_000, 100_000, 1_000_000)
    return {f"{rate:,}": str(load(rate)) for rate in rates}


def machine() -> str:
    cpu = Path("/proc/cpuinfo")
    models = cpu.read_text().split("model name\t: ")[1:] if cpu.exists() else []
    model = models[0].splitlines()[0] if models else platform.machine()
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}"


def show(console: Console, title: str, figure: dict[str, Any]) -> None:
    """Each as soon as it is measured: the next may fail."""
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in figure.items():
        table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    console.print(table)


if __name__ == "__main__":
    main()
