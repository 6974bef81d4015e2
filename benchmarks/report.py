"""Figure 9: what a report of a large account costs, in calls, time and memory, and what the lab's way would."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

import boto3
from builders import ACCOUNT
from crowd import Crowd
from wire import Wire

from benchmarks.cold_start import ROOT
from benchmarks.sandbox import settings
from benchmarks.server import served
from benchmarks.timing import taken
from reporter.inventory.iam import Iam
from reporter.judgement.questions import needs_key_ids
from reporter.judgement.subjects import Limits

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

USERS = ROLES = 5000
CALL = 0.05  # Seconds that each call of IAM takes.
IDLE = Crowd(users=2308, roles=2308, idle_in=1)  # 10,002 findings.
PAGE = 400  # As many users and roles as IAM answers at once, though 1,000 are asked for.

# The whole Lambda, once or twice: a report of which all is new, and one of which all is known.
PROGRAM = """
import json, os, re, sys, time
from types import SimpleNamespace
from reporter.app import lambda_handler
context = SimpleNamespace(aws_request_id="benchmark", get_remaining_time_in_millis=lambda: 900_000)
for _ in range(int(sys.argv[1])):
    began, used = time.perf_counter(), time.process_time()
    answer = lambda_handler({}, context)
    findings = answer.get("truncated", answer)["findings"]
    figures = {
        "findings": findings if isinstance(findings, int) else len(findings),
        "gaps": len(answer["gaps"]),
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - used,
        "peak": int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) / 1024,
    }
    print(json.dumps(figures), file=sys.stderr)
"""


def against_the_lab(*, share: int) -> dict[str, Any]:
    """The lab's way is timed on a part of the account, and multiplied: all of it takes 20 minutes."""
    ours = Wire(Crowd(USERS, ROLES), page=PAGE, seconds=CALL)
    listing = _timed(ours, lambda client: Iam(client).list(ACCOUNT))
    listed = sum(ours.of("iam").values())
    reading = _timed(ours, _with_key_ids)
    (whole,) = _reports(ours, times=1)
    calls = sum(ours.of("iam").values())
    lab = Wire(Crowd(USERS // share, ROLES // share), seconds=CALL)
    labs = share * _timed(lab, the_labs_way)
    labs_calls = share * sum(lab.of("iam").values())
    return {
        "calls of IAM, for users, passwords, keys without their ids, and roles": listed,
        "the same, and the ids of 1,000 suspect keys": calls,
        "calls of IAM, the lab's way": labs_calls,
        "users and roles, seconds": round(listing, 1),
        "the same, and the ids of suspect keys, seconds": round(reading, 1),
        "the whole report, with table and mail, seconds": round(whole["seconds"], 1),
        f"the lab's way, seconds (timed on one {share}th, and multiplied)": round(labs),
        "the lab's way / users and roles (at least 50)": round(labs / listing),
        "the lab's way / the same with the ids": round(labs / reading, 1),
        "the lab's way / the whole report": round(labs / whole["seconds"], 1),
    }


def of_idle_accounts() -> dict[str, Any]:
    """The whole Lambda, where a tenth is idle, and where all is."""
    figures: dict[str, Any] = {}
    for name, crowd in (("a tenth of the large account", Crowd(USERS, ROLES)), ("all of a smaller one", IDLE)):
        for age, run in zip(("new", "known"), _reports(Wire(crowd, page=PAGE), times=2), strict=True):
            told = f"{name}, {run['findings']:,} findings, {age}"
            figures[f"{told}: seconds of processor; on the clock"] = (
                f"{run['processor']:.1f}; {run['seconds']:.1f}"
            )
            figures[f"{told}: peak memory, MB (at most 512)"] = round(run["peak"])
    return figures


def the_labs_way(client: "IAMClient") -> None:
    """AWS's Well-Architected lab "Automated IAM User Cleanup", except that it would read the first pages only.

    https://www.wellarchitectedlabs.com/security/200_labs/200_automated_iam_user_cleanup/
    """
    for users in client.get_paginator("list_users").paginate():
        for user in users["Users"]:
            for key in client.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]:
                client.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    for roles in client.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 1000}):
        for role in roles["Roles"]:
            # It leaves out service roles; these here stand for any. Its jobs are done at the first look.
            job = client.generate_service_last_accessed_details(Arn=role["Arn"])["JobId"]
            client.get_service_last_accessed_details(JobId=job)


def _with_key_ids(client: "IAMClient") -> None:
    iam = Iam(client)
    users = iam.list(ACCOUNT).users
    suspects = [user for user in users if needs_key_ids(user, Limits(), datetime.now(UTC))]
    with ThreadPoolExecutor(4) as pool:  # As many as the reporter has.
        list(pool.map(iam.access_keys, suspects))


def _timed(wire: Wire, read: Callable[["IAMClient"], object]) -> float:
    with served(wire) as endpoint:
        session = boto3.Session("testing", "testing", region_name="eu-west-1")
        client = session.client("iam", endpoint_url=endpoint)
        return taken(lambda: read(client), perf_counter)


def _reports(wire: Wire, *, times: int) -> list[dict[str, Any]]:
    """By a fresh interpreter, with nothing in it but the Lambda."""
    wire.calls.clear()
    with served(wire) as endpoint:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(times)],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                **settings(endpoint),
                "AWS_ENDPOINT_URL": endpoint,
                "REPORT_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:reports",
                "REPORT_BUCKET": "reports",
            },
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    runs = [json.loads(line) for line in done.stderr.splitlines()]
    if any(run["gaps"] or not run["findings"] for run in runs):
        raise RuntimeError(f"the reports are not of the whole account: {runs}")
    return runs
