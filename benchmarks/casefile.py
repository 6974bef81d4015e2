"""Figure 14: a million records into a case file by the command, and look-ups in it."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.past import log_files
from benchmarks.timing import fastest
from lastseen.asking.asked import answer
from lastseen.asking.iam import Iam
from lastseen.asking.lookup import Lookup
from lastseen.casefile.file import CaseFile
from lastseen.casefile.nothing import NoFlags, NoNames
from lastseen.casefile.scan import CaseScan
from lastseen.casefile.table import CaseTable

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
    return {
        "records": count,
        "files": files,
        "lastseen replay, seconds": round(replayed, 1),
        "records per second": round(count / replayed),
        "items": items,
        "the case file, MB": round(size, 1),
        **{f"{what}, ms (at most 100)": round(1000 * seconds, 1) for what, seconds in best.items()},
        "a look-up as a command, with its start, seconds": round(whole, 2),
    }


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
