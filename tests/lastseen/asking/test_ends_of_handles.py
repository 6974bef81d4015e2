"""Commas, dots and quotes at the ends of a handle: what belongs to a name, and what is around it."""

import pytest
from asking import ask
from builders import ACCOUNT, ALICE, activity

from activity.table import ActivityTable
from lastseen.demo.local_aws import local_aws, make_table

ME = f"arn:aws:iam::{ACCOUNT}"
NAMES = "bob", "bob,", "bob.", "bob,,", ",bob", "=bob@", "bob-"


@pytest.fixture(scope="module", autouse=True)
def names():
    with local_aws("us-east-1") as client:
        make_table(client("dynamodb"), "activity")
        table = ActivityTable(client("dynamodb"), "activity")
        for number, name in enumerate(NAMES):
            table.record(activity(principal=f"{ME}:user/{name}", facet=f"ID#AIDAEXAMPLEBOB{number:07}"))
        for facet in ("ID#AIDAEXAMPLEALICE00001", "IP#198.51.100.7"):
            table.record(activity(facet=facet))
        yield


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("around", "prefix"),
    [
        *((around, "") for around in ("{}", '"{}"', '  "{}",\n', "'{}';", "`{}`")),
        *((around, prefix) for around in ("{}", '  "{}",\n') for prefix in ("user/", f"{ME}:user/")),
    ],
)
def test_a_name_is_not_cut_whatever_iam_allows_it_to_hold(name, around, prefix):
    assert ask("who", around.format(f"{prefix}{name}")).stdout.splitlines()[0] == f"{ME}:user/{name}"


@pytest.mark.parametrize("handle", ["alice,", f"{ALICE},", "AIDAEXAMPLEALICE00001,", "198.51.100.7, "])
def test_one_of_a_list_is_found_without_its_comma(handle):
    assert ask("who", handle).stdout.splitlines()[0] == ALICE
