"""Figure 14: a million records into a case file by the command, and look-ups in it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from activity.days import NONE, Days
from activity.model import Activity, Evidence, has_days, id_facet, service_facet
from benchmarks.past import log_files
from benchmarks.timing import fastest
from lastseen.asking.asked import answer
from lastseen.asking.calendar import Span
from lastseen.asking.iam import Iam
from lastseen.asking.listing import Wanted, rows
from lastseen.asking.lookup import Lookup
from lastseen.casefile.file import CaseFile
from lastseen.casefile.nothing import NoFlags, NoNames
from lastseen.casefile.scan import CaseScan
from lastseen.casefile.table import CaseTable

PRINCIPALS = 100_000
TODAY = date(2026, 11, 20)
COMMAND = Path(sys.executable).with_name("lastseen")


def case_file(*, count: int, rounds: int) -> dict[str, float | str]:
    with TemporaryDirectory() as folder:
        logs, path = Path(folder, "logs"), Path(folder, "case.sqlite")
        logs.mkdir()
        files = len(list(log_files(logs, count)))
        replayed = _seconds("replay", str(logs), "--db", str(path))
        whole = min(_seconds("list", "--limit", "1", "--db", str(path)) for _ in range(3))
        with closing(CaseFile(path)) as file:
            items = file.read("SELECT count(*) FROM items")[0][0]
            asked = _asked(file)
            best = fastest(asked, rounds=rounds, clock=perf_counter)
        size = path.stat().st_size / 1e6
        crowd = _of_a_crowd(Path(folder, "crowd.sqlite"), rounds=min(rounds, 3))
    return {
        "records": count,
        "files": files,
        "lastseen replay, seconds": round(replayed, 1),
        "records per second": round(count / replayed),
        "items": items,
        "the case file, MB": round(size, 1),
        **{f"{what}, ms (at most 100)": round(1000 * seconds, 1) for what, seconds in best.items()},
        "a look-up as a command, with its start, seconds": round(whole, 2),
        **crowd,
    }


def _of_a_crowd(path: Path, *, rounds: int) -> dict[str, float]:
    """Roles that were active on some of the last 400 days, each with three items of details besides."""
    with closing(CaseFile(path, makes=True)) as file:
        table = CaseTable(file)
        for start in range(0, PRINCIPALS, 10_000):
            table.record_all([each for number in range(start, start + 10_000) for each in _role(number)])
        span = Span(TODAY - timedelta(days=40), TODAY - timedelta(days=38))
        wanted, then = Wanted(then=span), datetime.combine(TODAY, time.min, UTC)
        asked: dict[str, Callable[[], object]] = {
            "list --active-between": lambda: rows(_lookup(file).everybody(), wanted, then),
            "who": lambda: _who(file, "AROACROWD00000050000"),
        }
        best = fastest(asked, rounds=rounds, clock=perf_counter)
    return {f"{what} of {PRINCIPALS:,} principals, ms": round(1000 * each, 1) for what, each in best.items()}


def _role(number: int) -> Iterator[Activity]:
    arn, held = f"arn:aws:iam::123456789012:role/crowd-{number}", f"AROACROWD{number:011}"
    days = Days.of(*(TODAY - timedelta(days=each) for each in range(number % 97, 400, 1 + number % 89)))
    first, last = (datetime.combine(each, time.min, UTC) for each in (min(days), max(days)))
    for facet in (id_facet(held), *(service_facet(f"s{each}.amazonaws.com") for each in range(3))):
        kept = days if has_days(arn, facet) else NONE
        yield Activity(arn, facet, first, last, Evidence("e", account="123456789012"), kept)


def _asked(file: CaseFile) -> dict[str, Callable[[], object]]:
    """A handle of each kind, of whoever comes first; everything is read anew each time."""

    def first(begins: str) -> tuple[str, str]:
        return CaseScan(file).keys(facet_begins=begins)[0]

    key, address = (first(begins)[1].partition("#")[2] for begins in ("KEY#", "IP#"))
    name = first("KEY#")[0].rpartition("/")[2]
    handles = {"an access key": key, "an address": address, "a name": name, "a network": f"{address}/16"}

    def who(handle: str) -> Callable[[], object]:
        return lambda: _who(file, handle)

    return {f"who, {what}": who(handle) for what, handle in handles.items()} | {
        "list, everybody": lambda: _lookup(file).everybody()
    }


def _who(file: CaseFile, handle: str) -> object:
    lookup = _lookup(file)
    found = answer(lookup, Iam(None), handle)
    return [lookup.profiles(each.principal) for each in found.matches[:1]]


def _lookup(file: CaseFile) -> Lookup:
    return Lookup(CaseTable(file), NoFlags(), CaseScan(file), lambda _: nullcontext(), NoNames(), is_live=False)


def _seconds(*words: str) -> float:
    """As people call it: no path to the tests is set."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    began = perf_counter()
    subprocess.run([COMMAND, *words], check=True, env=environ, stdout=subprocess.DEVNULL)
    return perf_counter() - began
