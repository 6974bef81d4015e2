"""Figure 4: from a fresh interpreter to ingest's first answer, against the bare cost of what it stands on."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.batches import batches
from benchmarks.sandbox import settings
from benchmarks.server import agreeable
from benchmarks.timing import taken
from benchmarks.writes import count

ROOT = Path(__file__).parents[1]

# Each is given a batch of one message, in a file, and writes as many items.
OURS = """
import json, sys
from ingest.app import lambda_handler
batch = json.load(open(sys.argv[1]))
assert lambda_handler(batch, None) == {"batchItemFailures": []}
"""
CLIENT = """
import json, sys
import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
client, logger = boto3.client("dynamodb"), Logger(service="bare")
metrics = Metrics(namespace="Bare", service="bare")
batch = json.load(open(sys.argv[1]))
"""
WRITES = """
for number in range(int(sys.argv[2])):
    client.update_item(
        TableName="activity",
        Key={"principal": {"S": "bare"}, "facet": {"S": str(number)}},
        UpdateExpression="SET first_seen = :first_seen, last_seen = :last_seen",
        ExpressionAttributeValues={":first_seen": {"S": "1"}, ":last_seen": {"S": "1"}},
        ReturnValues="ALL_NEW",
    )
metrics.add_metric("Messages", MetricUnit.Count, 1)
metrics.flush_metrics()
"""
PROGRAMS = {"ours": OURS, "bare": CLIENT + WRITES, "bare, no write": CLIENT}


def cold_start(*, runs: int) -> dict[str, float]:
    with TemporaryDirectory() as folder, agreeable() as endpoint:
        words = _batch_of_one(Path(folder))
        cached = _environment(endpoint) | {"PYTHONPYCACHEPREFIX": f"{folder}/cache"}
        _medians(words, cached, runs=1)  # Compiles.
        warm = _medians(words, cached, runs=runs)
        # Neither does an artifact hold bytecode, nor can Lambda put any beside it.
        never = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": f"{folder}/nothing"}
        compiling = _medians(words, _environment(endpoint) | never, runs=runs)
    return {
        **{f"{name}, ms": round(1000 * seconds) for name, seconds in warm.items()},
        "ours / bare (at most 1.25)": round(warm["ours"] / warm["bare"], 3),
        "ours / bare, no write": round(warm["ours"] / warm["bare, no write"], 3),
        **{f"{name}, without bytecode, ms": round(1000 * seconds) for name, seconds in compiling.items()},
        "ours / bare, without bytecode": round(compiling["ours"] / compiling["bare"], 3),
    }


def _batch_of_one(folder: Path) -> tuple[str, str]:
    """The file that it is in, and the writes that it takes."""
    (batch,) = batches(1)
    path = folder / "batch.json"
    path.write_text(json.dumps(batch))
    return str(path), str(count([batch]).writes)


def _medians(words: tuple[str, str], environment: dict[str, str], *, runs: int) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(runs):
        for name, program in PROGRAMS.items():
            seconds[name].append(taken(partial(_run, program, words, environment), perf_counter))
    return {name: median(each) for name, each in seconds.items()}


def _run(program: str, words: tuple[str, str], environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", program, *words]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def _environment(endpoint: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **settings(endpoint)}
