"""The commands of docs/personal-data.md, run as they stand by the AWS CLI against a local server."""

import os
import re
import subprocess

import boto3
import jmespath
import pytest
from builders import ACCOUNT, ROOT, activity, at
from moto.server import ThreadedMotoServer
from warm_aws import aws_cli

from activity.accounts import Account
from activity.flags import Flags
from activity.item import Flag
from activity.names import Names
from activity.scan import Scan
from activity.table import ActivityTable
from lastseen.demo.local_aws import make_table

ERASE_PRINCIPAL, ERASE_SESSION, ERASE_EVIDENCE, FORGET, ERASE_NAME = re.findall(
    r"```sh\n(.*?)```", (ROOT / "docs" / "personal-data.md").read_text(), re.DOTALL
)
ALICE = f"arn:aws:iam::{ACCOUNT}:user/people/alice"
ALICIA = f"arn:aws:iam::{ACCOUNT}:user/people/alicia"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
JUDY, KARL = "judy@example.com", "karl@example.com"


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(server):
    client = boto3.Session("testing", "testing", region_name="eu-west-1").client(
        "dynamodb", endpoint_url=server
    )
    make_table(client, "activity")
    yield client
    client.delete_table(TableName="activity")


@pytest.fixture
def table(client):
    table = ActivityTable(client, "activity")
    for principal in (ALICE, ALICIA):
        for facet in ("KEY#AKIA1", "IP#198.51.100.7", 'SERVICE#"odd\\ one".amazonaws.com'):
            table.record(activity(principal=principal, facet=facet))
    for facet, who in (("ID#AROA1", JUDY), (f"SESSION#{JUDY}", JUDY), (f"SESSION#{KARL}", KARL)):
        evidence = {"session_name": who, "source_ip": "203.0.113.5", "user_agent": f"of {who}"}
        table.record(activity(principal=ADMIN, facet=facet, **evidence))
    flag = Flag(at(0), at(-100))
    Flags(client, "activity").flag((ALICE, "SIGNIN"), ACCOUNT, flag, now=at(0))  # Never seen.
    return table


@pytest.fixture(scope="module")
def run(server):
    with aws_cli(server) as run:
        yield run


def test_all_of_a_principal_is_erased_its_flags_too_and_nothing_of_others(run, client, table):
    others = len(table.items_of(ALICIA)), len(table.items_of(ADMIN))
    assert len(table.items_of(ALICE)) == 4

    run(ERASE_PRINCIPAL)

    assert table.items_of(ALICE) == {}
    assert Flags(client, "activity").of(ACCOUNT) == {}
    assert (len(table.items_of(ALICIA)), len(table.items_of(ADMIN))) == others == (3, 3)


def test_a_person_behind_a_shared_role_is_erased_and_the_roles_times_stay(run, client, table):
    before = table.items_of(ADMIN)[ADMIN, "ID#AROA1"].activity
    run(ERASE_SESSION)
    run(ERASE_EVIDENCE)

    items = table.items_of(ADMIN)
    after = items[ADMIN, "ID#AROA1"].activity

    assert {facet for _, facet in items} == {"ID#AROA1", f"SESSION#{KARL}"}
    assert (after.first_seen, after.last_seen) == (before.first_seen, before.last_seen)
    assert JUDY not in str(client.scan(TableName="activity")["Items"])
    assert Scan(client, "activity").last_seen_as(JUDY) == {}
    assert items[ADMIN, f"SESSION#{KARL}"].activity.evidence.source_ip == "203.0.113.5"


def test_the_name_of_an_account_is_erased_and_no_other(run, client, table):
    names = Names(client, "activity")
    names.keep([Account("210987654321", "judys-sandbox"), Account(ACCOUNT, "acme-prod")], {})

    run(ERASE_NAME)

    assert names.all() == {ACCOUNT: Account(ACCOUNT, "acme-prod")}


def test_the_functions_of_the_stack_that_record_are_started_afresh(tmp_path):
    """moto has neither its stack nor its functions: what the AWS CLI would be told is looked at."""
    aws = tmp_path / "aws"
    aws.write_text('#!/bin/sh\n[ "$1" = lambda ] || echo ingest-1 logs-1\necho "$@" >> "$0.log"\n')
    aws.chmod(0o755)
    subprocess.run(
        ["sh", "-c", FORGET.replace("STACK", "tracker")],
        env={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        check=True,
        timeout=60,
    )

    asked, *changed = (tmp_path / "aws.log").read_text().splitlines()
    assert asked.startswith("cloudformation list-stack-resources --stack-name tracker ")
    names = "IngestFunction", "LogFunction", "ReporterFunction"
    every = [{"LogicalResourceId": each, "PhysicalResourceId": each.lower()} for each in names]
    found = jmespath.search(asked.partition(" --query ")[2], {"StackResourceSummaries": every})
    assert found == ["ingestfunction", "logfunction"]
    for function, line in zip(("ingest-1", "logs-1"), changed, strict=True):
        assert line.startswith(f"lambda update-function-configuration --function-name {function} ")
        assert re.search(r"--description Started afresh at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", line)
