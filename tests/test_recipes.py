"""Each recipe of docs/investigate.md, run as it stands by the AWS CLI against a local server."""

import json
import re

import boto3
import pytest
from asking import record_samples
from builders import ACCOUNT, ROOT, at
from moto.server import ThreadedMotoServer
from warm_aws import aws_cli

from activity.accounts import Account
from activity.flags import Flags
from activity.item import Flag
from activity.names import Names
from activity.table import ActivityTable
from lastseen.demo.local_aws import make_table

RECIPES = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "investigate.md").read_text(), re.DOTALL)
ME = f"arn:aws:iam::{ACCOUNT}"
ALICE = f"{ME}:user/people/alice"


@pytest.fixture(scope="module")
def endpoint():
    """A server that has the samples, and carol flagged."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.Session("testing", "testing", region_name="eu-west-1").client("dynamodb", endpoint_url=url)
    make_table(client, "activity")
    record_samples(ActivityTable(client, "activity"))
    carol = (f"{ME}:user/carol", "ID#AIDAEXAMPLECAROL00001")
    Flags(client, "activity").flag(carol, ACCOUNT, Flag(at(0), at(-100)), now=at(0))
    Names(client, "activity").keep([Account(ACCOUNT, "acme-prod", "Workloads/Prod")], {})
    yield url
    client.delete_table(TableName="activity")  # All servers of a process have one memory.
    server.stop()


@pytest.fixture(scope="module")
def answers(endpoint):
    """What the AWS CLI prints for each, in the order of the page."""
    with aws_cli(endpoint) as run:
        return [json.loads(run(recipe)) for recipe in RECIPES]


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        pytest.param(0, [ALICE], id="whose key"),
        pytest.param(1, [f"{ME}:user/bob"], id="whose refused key"),
        pytest.param(3, [ALICE, f"{ME}:root"], id="who came from an address"),
        pytest.param(4, ["arn:aws-cn:iam::444455556666:user/mei", ALICE, f"{ME}:role/partner-access"], id="who called a service"),
        pytest.param(5, [f"{ME}:role/ci/deploy"], id="who has a name"),
        pytest.param(
            6,
            [[f"{ME}:user/carol", "ID#AIDAEXAMPLECAROL00001", "2026-11-20T12:00:00Z", "2026-11-20T11:58:20Z"]],
            id="what is flagged",
        ),
        pytest.param(
            8,
            [["ID#AIDAEXAMPLEALICE00001", "2621440"], ["KEY#AKIAEXAMPLEALICE0001", "2097152"]],
            id="on which days it was active",
        ),
        pytest.param(9, [[ACCOUNT, "acme-prod", "Workloads/Prod", "ACTIVE"]], id="what accounts are called"),
    ],
)  # fmt: skip
def test_a_recipe_answers_its_question(answers, number, answer):
    assert sorted(answers[number]) == sorted(answer)


def test_all_of_a_principal_is_its_facets_with_their_evidence(answers):
    rows = {facet: more for facet, *more in answers[2]}

    assert rows["KEY#AKIAEXAMPLEALICE0001"] == [
        "2026-11-22T10:11:12Z",
        "2026-11-22T17:42:10Z",
        "s3.amazonaws.com",
        "ListBuckets",
        "eu-west-1",
        "198.51.100.7",
        "46e4fc9d-c4e5-4322-8f30-f6f7b5986477",
    ]
    assert len(rows) == 9


def test_coverage_is_by_account_and_region(answers):
    assert [f"{ACCOUNT}#eu-west-1", "2026-06-02T07:15:31Z", "2026-11-22T17:42:10Z"] in answers[7]
    assert len(answers) == 10
