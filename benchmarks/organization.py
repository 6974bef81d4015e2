"""Figure 10: what a review costs, alone and as one of many, and what all of an organization come to."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from crowd import Crowd

from benchmarks.bucket import Bucket, kept
from benchmarks.cold_start import ROOT
from benchmarks.member import Member
from benchmarks.sandbox import settings
from benchmarks.server import served
from lastseen.pricing.usage import VCPU

PROGRAM = """
import importlib, json, re, sys, time
from types import SimpleNamespace
import boto3.session, botocore.session, reporter.run
made = {"clients": 0, "sessions": 0}
def counted(of, name, what):
    real = getattr(of, name)
    def call(*args, **options):
        made[what] += 1
        return real(*args, **options)
    setattr(of, name, call)
counted(botocore.session.Session, "create_client", "clients")
counted(boto3.session.Session, "__init__", "sessions")
handler, event, times = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
lambda_handler = importlib.import_module(handler).lambda_handler
spent = 0.0
def timed(*args, **options):
    global spent
    began = time.process_time()
    try:
        return real_review(*args, **options)
    finally:
        spent = time.process_time() - began
real_review, reporter.run.review = reporter.run.review, timed
context = SimpleNamespace(aws_request_id="benchmark", get_remaining_time_in_millis=lambda: 900_000)
for _ in range(times):
    before, began, used = dict(made), time.perf_counter(), time.process_time()
    lambda_handler(event, context)
    figures = {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - used,
        "judging": spent,
        "peak": int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) / 1024,
        **{name: total - before[name] for name, total in made.items()},
    }
    print(json.dumps(figures), file=sys.stderr)
"""


OBJECT = 0.03  # Seconds that S3 takes for a request.
OF = {"run": "benchmark", "publish": True, "scheduled_at": None}
ACCOUNT = {"id": "123456789012", "name": "benchmark", "path": "Workloads/Prod", "state": "ACTIVE"}
WAYS = {
    "alone": ("reporter.app", {}),
    "member": ("reporter.app", {"step": "review", "account": ACCOUNT, "of": OF}),
}


@dataclass(frozen=True, slots=True)
class Review:
    """Each figure of one; the least of several in a sandbox that has made one before. Memory is in MB.

    `judging`: of the processor's seconds, those between the first question to IAM and the last verdict.
    """

    seconds: float
    processor: float
    judging: float
    peak: float
    clients: float
    sessions: float
    iam: float
    others: float
    objects: float
    reads: float
    writes: float

    @property
    def on_lambda(self) -> float:
        """Seconds with the part of a vCPU that 512 MB come with, waiting as long as here."""
        return self.seconds - self.processor + self.processor / VCPU


def reviews(way: str, crowd: Crowd, *, report: float = 0.0, times: int = 6) -> tuple[Review, Review]:
    """The first of a sandbox, to which all that it finds is new; and one of those after it."""
    wire, bucket = Member(crowd, report=report), Bucket(seconds=OBJECT)
    with running(wire, bucket, *WAYS[way], times) as lines:
        before: Counter[str] = Counter()
        every = []
        for line in lines:
            now = Counter(wire.count() | {"objects": sum(bucket.calls.values())})
            every.append(json.loads(line) | {name: now[name] - before[name] for name in now})
            before = now
    return Review(**every[0]), Review(**{name: min(each[name] for each in every[1:]) for name in every[0]})


@contextmanager
def running(
    wire: Member, bucket: Bucket, handler: str, event: dict[str, Any], times: int
) -> Iterator[Iterator[str]]:
    """The Lambda in an interpreter of its own; answers the lines that it prints, as they come."""
    topics = f"arn:aws:sns:eu-west-1:{ACCOUNT['id']}"
    with served(wire) as endpoint, kept(bucket) as of_bucket:
        environment = {
            "PATH": os.environ["PATH"],
            **settings(endpoint),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ENDPOINT_URL_S3": of_bucket,
            "REPORT_TOPIC_ARN": f"{topics}:reports",
            "ACCOUNT_TOPIC_ARN": f"{topics}:accounts",
            "REPORT_BUCKET": "reports",
            "MEMBER_ROLE_NAME": "last-activity-member",
            "EXTERNAL_ID": "benchmark",
        }
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, handler, json.dumps(event), str(times)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        yield _told(process)


def _told(process: "subprocess.Popen[str]") -> Iterator[str]:
    rest = []
    for line in process.stderr or ():
        if line.startswith("{"):
            yield line
        else:
            rest.append(line)
    if process.wait():
        raise RuntimeError("".join(rest))
