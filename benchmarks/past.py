"""Figure 8: the past, against gunzip and typed decode alone, and against a write for each record."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec

from activity.table import ActivityTable, connect
from benchmarks.sandbox import sandbox
from benchmarks.server import ministack
from benchmarks.stream import ACCOUNT, events
from benchmarks.timing import fastest, taken
from ingest.wire import Record
from lastseen.demo.embedded import EmbeddedTable
from lastseen.demo.local_aws import make_table
from lastseen.past.reading import Plan
from lastseen.past.replay import Replay
from lastseen.past.s3 import s3_client
from lastseen.past.wanted import Wanted

RECORDS = 500  # In a file.
DAYS = 8  # On each of which the same people do the same, as they mostly do.


class _Log(msgspec.Struct):
    records: list[Record] = msgspec.field(name="Records")


PROGRAM = """
import json, sys
from benchmarks.past import race
print(json.dumps(race(sys.argv[1], rounds=int(sys.argv[2]))))
"""
_decoder = msgspec.json.Decoder(_Log)


def past(*, count: int, rounds: int, sample: int) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        paths = list(log_files(Path(folder), count))
        size = sum(path.stat().st_size for path in paths) / 1e6
        best = _raced_alone(folder, rounds)
        by_jobs = {str(jobs): partial(_command, folder, jobs=jobs) for jobs in (1, 2)}
        clock = fastest(by_jobs, rounds=rounds, clock=perf_counter)
        ours, naive = _written(folder, paths, sample)
    return {
        "records": count,
        "files of 500 records, MB": round(size, 1),
        "one core, records per second": round(count / best["ours"]),
        "one core, MB per second": round(size / best["ours"], 1),
        "floor, records per second": round(count / best["floor"]),
        "ours / floor (at most 1.6)": round(best["ours"] / best["floor"], 2),
        "the command with one process, seconds": round(clock["1"], 2),
        "the command with two processes, seconds": round(clock["2"], 2),
        "two processes / one": round(clock["1"] / clock["2"], 2),
        "into a table on a local server, records per second": round(count / ours),
        "json and one write per record, records per second": round(sample / naive),
        "ours / that": round(count / ours * naive / sample),
    }


def _raced_alone(folder: str, rounds: int) -> dict[str, float]:
    """In an interpreter of its own, as the command has: what else a benchmark holds in memory slows both."""
    words = [sys.executable, "-c", PROGRAM, folder, str(rounds)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(words, env=environ, stdout=subprocess.PIPE, check=True)
    seconds: dict[str, float] = json.loads(done.stdout)
    return seconds


def race(folder: str, *, rounds: int) -> dict[str, float]:
    """Seconds of processor for all files of the folder."""
    paths = sorted(Path(folder).iterdir())
    contestants = {"floor": partial(_floor, paths), "ours": partial(_replay, folder, jobs=1)}
    return fastest(contestants, rounds=rounds)


def log_files(folder: Path, count: int) -> Iterator[Path]:
    """The stream as CloudTrail files it, again on each day."""
    details = (event["detail"] for event in events(count // DAYS))
    number = 0
    while records := list(islice(details, RECORDS)):
        content = msgspec.json.encode({"Records": records})
        number += 1
        for day in range(20, 20 - DAYS, -1):
            path = folder / f"{ACCOUNT}_CloudTrail_eu-west-1_202611{day}T1300Z_{number:016}.json.gz"
            path.write_bytes(gzip.compress(content.replace(b"2026-11-20T12", b"2026-11-%dT12" % day), 6))
            yield path


def _floor(paths: list[Path]) -> None:
    for path in paths:
        _decoder.decode(gzip.decompress(path.read_bytes()))


def _replay(folder: str, *, jobs: int, table: ActivityTable | EmbeddedTable | None = None) -> None:
    plan = Plan(Wanted(), datetime.now(UTC), s3_client)
    if not Replay(table or EmbeddedTable(), plan, jobs=jobs).run([folder]).is_complete:
        raise RuntimeError("not all of it was read and written")


def _command(folder: str, *, jobs: int) -> None:
    """As people call it: its start counts, and no path to the tests is set."""
    command = Path(sys.executable).with_name("lastseen")
    words = [command, "replay", "--local", "--jobs", str(jobs), folder]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(words, env=environ, stdout=subprocess.DEVNULL, check=True)


def _written(folder: str, paths: list[Path], sample: int) -> tuple[float, float]:
    """The seconds of all of it, and of a plain loop over the first `sample` of its records."""
    with ministack() as endpoint, sandbox(endpoint):
        client = connect()
        for name in ("activity", "naive"):
            make_table(client, name)
        table = ActivityTable(client, "activity")
        ours = taken(partial(_replay, folder, jobs=len(os.sched_getaffinity(0)), table=table), perf_counter)

        def naive() -> None:
            records = (
                each for path in paths for each in json.loads(gzip.decompress(path.read_bytes()))["Records"]
            )
            for each in islice(records, sample):
                who = each["userIdentity"].get("arn") or each["userIdentity"]["type"]
                client.update_item(
                    TableName="naive",
                    Key={"principal": {"S": who}, "facet": {"S": "ID"}},
                    UpdateExpression="SET last_seen = :at",
                    ExpressionAttributeValues={":at": {"S": each["eventTime"]}},
                )

        return ours, taken(naive, perf_counter)
