"""Figure 11: log objects, against gunzip and typed decode alone; and CloudTrail's largest object."""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from localaws import free_port

from benchmarks.sandbox import KEEPING, Context, sandbox
from benchmarks.server import wait_for
from benchmarks.stream import ACCOUNT, events
from benchmarks.timing import fastest
from ingest import logs, recording
from ingest.batch import Batch
from ingest.parts import log_records
from lastseen.demo.embedded import EmbeddedTable

ROOT = Path(__file__).parents[1]
LARGEST = 375_000  # Records: they come to CloudTrail's 50 MB.
MEASURE = """
import json, re, sys
from pathlib import Path
from benchmarks.logs import race, take
if sys.argv[1] == "race":
    print(json.dumps(race(Path(sys.argv[2]), rounds=int(sys.argv[3]))))
else:
    seconds = take(Path(sys.argv[2]))
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]
    print(json.dumps([seconds, round(int(peak) / 1024)]))
"""


def log_objects(*, rounds: int, count: int, largest: int = LARGEST) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for size in (500, 2_000):
        with TemporaryDirectory() as folder:
            _make(Path(folder), count, size)
            best = _apart("race", folder, str(rounds))
        figures[f"objects of {size:,} records, µs a record"] = round(1e6 * best["ours"] / count, 2)
        figures[f"gunzip and typed decode of objects of {size:,}"] = round(1e6 * best["floor"] / count, 2)
        figures[f"ratio at {size:,} (at most 1.6)"] = round(best["ours"] / best["floor"], 2)
    with TemporaryDirectory() as one, TemporaryDirectory() as many:
        _make(Path(one), largest, largest)
        _make(Path(many), largest, 500)
        (long, peak), (short, usual) = _apart("take", one), _apart("take", many)
    return figures | {
        "one object of 50 MB, records": largest,
        "seconds of processor": round(long, 1),
        "peak, MB (at most 200)": peak,
        "in objects of 500, seconds of processor": round(short, 1),
        "in objects of 500, peak, MB": usual,
        "one / many (at most 1.3)": round(long / short, 2),
    }


class _Table(EmbeddedTable):
    def record_all(self, activities: Any, **_: Any) -> Any:
        return super().record_all(activities)


def race(folder: Path, *, rounds: int) -> dict[str, float]:
    """Seconds of processor, with all that the objects say known to be stored."""
    paths = sorted(folder.rglob("*.gz"))
    with _listening(folder) as batches:
        _learn(paths)
        return fastest({"floor": partial(_floor, paths), "ours": partial(_answer, batches)}, rounds=rounds)


def take(folder: Path) -> float:
    """Seconds of processor, with nothing known, and a table in this process."""
    table = _Table(KEEPING)
    with _listening(folder) as batches:
        recording.table = cache(lambda: table)  # type: ignore[assignment,return-value]
        began = time.process_time()
        _answer(batches)
        return time.process_time() - began


def _answer(batches: list[dict[str, Any]]) -> None:
    for each in batches:
        if logs.lambda_handler(each, Context())["batchItemFailures"]:
            raise RuntimeError("not all objects were recorded")


def _floor(paths: list[Path]) -> None:
    for path in paths:
        log_records(gzip.decompress(path.read_bytes()))


def _learn(paths: list[Path]) -> None:
    table = EmbeddedTable(KEEPING)
    for path in paths:
        batch = Batch(recording.memory(), arrived=datetime.now(UTC))
        for record in log_records(gzip.decompress(path.read_bytes())) or ():
            batch.add_record(record, path.name)
        batch.remember(table.record_all(batch.activities()).stored)


def _make(folder: Path, count: int, size: int) -> None:
    """CloudTrail's: eventVersion first, all on one line."""
    details = (event["detail"] for event in events(count))
    under = folder / "trail" / "AWSLogs" / ACCOUNT / "CloudTrail" / "eu-west-1" / "2026" / "11" / "20"
    under.mkdir(parents=True)
    number = 0
    while records := list(islice(details, size)):
        number += 1
        content = msgspec.json.encode(
            {"Records": [{"eventVersion": each["eventVersion"]} | each for each in records]}
        )
        name = f"{ACCOUNT}_CloudTrail_eu-west-1_20261120T1300Z_{number:016}.json.gz"
        (under / name).write_bytes(gzip.compress(content, 6))


@contextmanager
def _listening(folder: Path) -> Iterator[list[dict[str, Any]]]:
    """An S3 on loopback, in a process of its own, and the batches that tell of all that is in it."""
    port = free_port()
    words = [
        sys.executable,
        "-m",
        "http.server",
        "--bind",
        "127.0.0.1",
        "-p",
        "HTTP/1.1",
        "-d",
        folder,
        str(port),
    ]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    keys = sorted(str(each.relative_to(folder / "trail")) for each in folder.rglob("*.gz"))
    bodies = [json.dumps({"s3Bucket": "trail", "s3ObjectKey": [key]}) for key in keys]
    messages = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    settings = {
        "LOG_BUCKET": "trail",
        "DEAD_LETTER_QUEUE_URL": "http://127.0.0.1:9/none",
        "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}",
    }
    try:
        wait_for(port)
        with sandbox(**settings):
            yield [{"Records": messages[start : start + 500]} for start in range(0, len(messages), 500)]
    finally:
        server.terminate()
        server.wait(timeout=20)


def _apart(*words: str) -> Any:
    """In an interpreter of its own."""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *words], env=environ, stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout)
