"""Figure 5: the most memory that ingest takes, from a Lambda payload of 6 MB on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.batches import Message, batches
from benchmarks.sandbox import settings
from benchmarks.server import agreeable

ROOT = Path(__file__).parents[1]
LARGEST = 6 * 1024 * 1024  # What Lambda takes as one payload.
REMEMBERED = 20_000  # Kinds of records, at most; with 4 facets of its own each, they are all it remembers.

# As the Lambda runtime does it: the payload is bytes, then text, then a dict, and then the handler's. VmHWM and
# not ru_maxrss, which a child process inherits from the one that starts it.
PROGRAM = """
import json, re, sys
from datetime import UTC, datetime
from ingest.app import lambda_handler, memory
from ingest.batch import Batch

payload, known = sys.argv[1:]
batch = Batch(memory(), arrived=datetime.now(UTC))
for number, body in enumerate(open(known), 1):
    batch.add(body, str(number))
    if number % 1000 == 0:
        batch.remember(batch.activities())
        batch = Batch(memory(), arrived=datetime.now(UTC))
event = json.loads(open(payload, "rb").read().decode())
assert lambda_handler(event, None) == {"batchItemFailures": []}
print(len(memory().stored), len(memory().gists), file=sys.stderr)
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def peak_memory() -> dict[str, float]:
    """With the stream's messages; and with many small ones, of people all unknown to a memory that is full."""
    (many,) = batches(4000, 4000)
    usual, small = _full(many["Records"]), _full(_strangers(REMEMBERED))
    return {
        "messages": len(usual),
        "peak, MB (at most 256)": _peak(usual, []),
        "messages, each by another user": len(small),
        "peak with all memory full, MB": _peak(
            small, [each["body"] for each in islice(_strangers(0), REMEMBERED)]
        ),
    }


def _full(messages: Iterable[Message]) -> list[Message]:
    """As many as fit into one payload."""
    fitting, size = [], len('{"Records": []}')
    for message in messages:
        size += len(json.dumps(message)) + len(", ")
        if size > LARGEST:
            break
        fitting.append(message)
    return fitting


def _strangers(first: int) -> Iterable[Message]:
    """Messages as short as they come, each with four facets that no other has."""
    (batch,) = batches(1)
    for number in count(first):
        yield batch["Records"][0] | {"messageId": f"{number:036}", "body": json.dumps(_stranger(number))}


def _stranger(number: int) -> dict[str, Any]:
    identity = {
        "type": "IAMUser",
        "principalId": f"AIDA{number:017}",
        "arn": f"arn:aws:iam::123456789012:user/{number}",
        "accessKeyId": f"AKIA{number:016}",
    }
    detail = {
        "eventTime": "2026-11-20T12:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "eventType": "AwsApiCall",
        "eventID": f"{number:036}",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "123456789012",
        "sourceIPAddress": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
        "userIdentity": identity,
    }
    return {"source": "aws.s3", "detail": detail}


def _peak(messages: list[Message], known: list[str]) -> int:
    """In MB, of a fresh interpreter."""
    with TemporaryDirectory() as folder, agreeable() as endpoint:
        payload, bodies = Path(folder, "payload"), Path(folder, "known")
        payload.write_text(json.dumps({"Records": messages}))
        bodies.write_text("".join(f"{body}\n" for body in known))
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, payload, bodies],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **settings(endpoint)},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    return round(int(done.stderr.split()[-1]) / 1024)
