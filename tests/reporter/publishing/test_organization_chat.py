"""An organization's report in a chat channel: one message, whatever the number of accounts."""

import json

import pytest
from organizations import account, large, left_by, organization, small

from activity.chat import LONGEST_DESCRIPTION, LONGEST_TITLE
from reporter.organization.chat import chat
from reporter.organization.digest import Before

LINK = "https://eu-west-1.console.aws.amazon.com/s3/object/reports?prefix=organization"


def content(told, link=""):
    return json.loads(chat(told, link))["content"]


def test_what_is_new_in_all_accounts_is_listed_with_where_and_the_rest_is_a_number():
    told = content(small(), LINK)
    lines = told["description"].splitlines()

    assert told["title"].startswith(
        ":warning: IAM in o-acmeexample, 5 accounts: 40 new, 7 open, 1 account not read"
    )
    assert lines[0] == "Not read, but read last time: `security-3 (200000000003)`"
    assert lines[1] == (
        "• access key `AKIAEXAMPLE000000003` of user `person-3` in account 200000000000: idle for 400 days,"
        " administrator"
    )
    assert lines[-1] == "and 30 new findings more"
    assert told["nextSteps"] == [f"All accounts: {LINK}"]


def test_one_that_is_left_is_in_the_singular():
    told = content(organization([account(0)], [left_by(account(0), 11, new=True)]))

    assert told["description"].splitlines()[-1] == "and 1 new finding more"


def test_a_role_has_no_key_and_one_day_is_in_the_singular():
    left = left_by(account(0), 2, new=True)
    left["first"][0]["idle_days"] = 1
    lines = content(organization([account(0)], [left]))["description"].splitlines()

    assert sorted(lines) == [
        "• role `batch-0` in account 200000000000: idle for 1 day",
        "• role `batch-1` in account 200000000000: idle for 599 days",
    ]


def test_of_a_large_organization_it_still_fits():
    told = content(large(), LINK)

    assert len(told["title"]) <= LONGEST_TITLE
    assert len(told["description"]) <= LONGEST_DESCRIPTION + 4


@pytest.mark.parametrize(
    ("gaps", "line"),
    [
        (0, "Nothing is new. 3 findings are still open."),
        (1, "Nothing is new among what could be checked. 3 findings are still open."),
    ],
)
def test_if_nothing_is_new_there_is_a_line_and_no_more(gaps, line):
    of = account(0)
    told = content(organization([of], [left_by(of, gaps=gaps)]))

    assert told["title"].startswith(":mag: ")
    assert told["description"] == line
    assert "nextSteps" not in told


def test_an_accounts_name_is_no_mention():
    lost = small().lost[0]
    told = organization([account(3, name="<!channel> @here")], [], before=None)

    assert lost.name not in content(told)["description"]
    assert not any(bad in json.dumps(content(told)) for bad in ("<", "@here"))


def test_accounts_that_were_read_last_time_are_told_together():
    lost = [account(number) for number in (1, 2)]
    told = content(organization(lost, [], Before(read=frozenset(each.id for each in lost))))

    assert told["description"].splitlines()[0] == (
        "Not read, but read last time: `test-1 (200000000001)`, `sandbox-2 (200000000002)`"
    )
