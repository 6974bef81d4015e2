"""The past out of a bucket into a table, both on the local server, read by two processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.server import REGION
from logfiles import key, log, plan, save, seen

from activity.item import attributes
from activity.table import ActivityTable
from lastseen.casefile.table import CaseTable
from lastseen.demo.embedded import EmbeddedTable
from lastseen.demo.local_aws import make_table
from lastseen.past.replay import Replay

LASTSEEN = Path(sys.executable).with_name("lastseen")
FILES = {key(n=number): log(*(seen(20, hour, f"user-{number}") for hour in (9, 17))) for number in range(100)}


@pytest.fixture
def replayed(server, tmp_path):
    """Runs the command, and returns its summary."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket="past", CreateBucketConfiguration={"LocationConstraint": REGION})
    for name, content in FILES.items():
        s3.put_object(Bucket="past", Key=name, Body=content)
    make_table(server.client("dynamodb"), "past")

    def run():
        done = subprocess.run(
            [LASTSEEN, "replay", "s3://past", "--table", "past", "--jobs", "2", "--json"],
            env=server.environment() | {"XDG_STATE_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["summary"]

    return run


def test_two_processes_fill_the_table_as_one_would_and_as_a_case_file(replayed, server, tmp_path, case_file):
    embedded, case = EmbeddedTable(), CaseTable(case_file)
    for table in (embedded, case):
        Replay(table, plan()).run([str(save(tmp_path / "logs", FILES))])
    first, second = replayed(), replayed()

    found = (
        server.client("dynamodb").get_paginator("scan").paginate(TableName="past").build_full_result()["Items"]
    )
    names = "principal", "facet", "first_seen", "last_seen", "event_id"
    told = {tuple(each[name]["S"] for name in names) for each in found}
    assert told == {tuple(attributes(each)[name] for name in names) for each in embedded}
    on_server = ActivityTable(server.client("dynamodb"), "past")
    keys = [(each["principal"]["S"], each["facet"]["S"]) for each in found]
    assert {key: item.activity for key, item in on_server.get(keys).items()} == {
        key: item.activity for key, item in case.get(keys).items()
    }
    assert (first["files"], first["records"], first["principals"]) == (100, 200, 100)
    assert (second["files"], second["already_done"], second["writes"]) == (0, 100, 0)
