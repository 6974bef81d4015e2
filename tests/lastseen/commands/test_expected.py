"""`lastseen coverage` beside what there is: enabled regions, the organization's accounts; and what is silent."""

import json

import pytest
from asking import ask
from builders import ACCOUNT, activity

DAY = 86_400
DEV = {"Id": "111122223333", "Name": "dev", "State": "ACTIVE"}
ACCOUNTS = [
    {"Id": ACCOUNT, "Name": "prod", "State": "ACTIVE"},
    DEV,
    {"Id": "444455556666", "Name": "test", "Status": "ACTIVE"},
    {"Id": "777788889999", "Name": "closed", "State": "SUSPENDED"},
]


@pytest.fixture(autouse=True)
def heard(table):
    table.record(activity(-60, principal="coverage", facet=f"{ACCOUNT}#eu-west-1"))
    table.record(activity(-3 * DAY, principal="coverage", facet=f"{ACCOUNT}#us-east-1"))


def test_an_enabled_region_that_nothing_came_from_is_a_row_and_a_line(lists):
    lists(["eu-west-1", "us-east-1", "ap-south-1"])
    shown = ask("coverage").stdout

    assert "\nap-south-1  never       never       never   never      untested\n" in shown
    assert (
        f"\nIn account {ACCOUNT}, this region is enabled, and no events have come from there: ap-south-1."
        " Fix: make forwarders.\n" in shown
    )


def test_where_all_that_is_enabled_is_heard_there_is_nothing_to_say(lists):
    lists(["eu-west-1", "us-east-1"], ACCOUNTS[:1])

    assert "no events have come from there" not in ask("coverage").stdout
    assert "No events come from" not in ask("coverage").stdout


def test_accounts_of_the_organization_that_nothing_came_from_are_named(lists):
    lists(accounts=ACCOUNTS)
    shown = ask("coverage").stdout

    assert (
        "\nNo events come from these accounts of the organization: 111122223333 (dev), 444455556666 (test).\n"
        in shown
    )


def test_of_a_large_organization_the_first_accounts_are_named(lists):
    lists(accounts=[DEV | {"Id": f"{number:012}"} for number in range(1, 26)])

    assert " and 5 more.\n" in ask("coverage").stdout


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["in words", "as JSON"])
def test_what_may_not_be_listed_is_said_and_fails_nothing(lists, words):
    lists("AccessDeniedException", "AccessDeniedException")
    done = ask("coverage", *words)

    assert done.exit_code == 0
    told = done.stderr if words else done.stdout
    assert "The enabled regions could not be listed: not allowed to call account:ListRegions.\n" in told
    assert (
        "The organization's accounts could not be listed: not allowed to call organizations:ListAccounts.\n"
        in told
    )


def test_an_account_in_no_organization_is_not_commented_on(lists):
    lists(accounts="AWSOrganizationsNotInUseException")

    assert "organization" not in ask("coverage").stdout


def test_as_json_what_nothing_came_from_is_untested(lists):
    lists(["ap-south-1"], [DEV])
    lines = [json.loads(line) for line in ask("coverage", "--json").stdout.splitlines()]

    assert [(each["account"], each["region"], each["state"]) for each in lines] == [
        (ACCOUNT, "ap-south-1", "untested"),
        (ACCOUNT, "eu-west-1", "untested"),
        (ACCOUNT, "us-east-1", "quiet"),
        ("111122223333", None, "untested"),
    ]
    assert lines[-1]["account_name"] == "dev"


@pytest.mark.parametrize(
    ("longest", "exit_code", "said"),
    [
        ("24h", 1, f"lastseen: silent for longer than 24h: {ACCOUNT} us-east-1 (3 days)\n"),
        ("71h", 1, f"lastseen: silent for longer than 71h: {ACCOUNT} us-east-1 (3 days)\n"),
        ("72h", 0, ""),
        ("4d", 0, ""),
    ],
)
@pytest.mark.parametrize("words", [[], ["--json"]], ids=["in words", "as JSON"])
def test_a_region_that_was_heard_and_is_silent_for_longer_is_a_failure_if_asked_for(
    words, longest, exit_code, said
):
    done = ask("coverage", "--fail-silent", longest, *words)

    assert (done.exit_code, done.stderr) == (exit_code, said)


def test_a_region_that_is_disabled_is_no_failure(table):
    disabled = activity(principal="canary-sent", facet=f"{ACCOUNT}#us-east-1", error_code="NotEnabled")
    table.replace(disabled)

    assert ask("coverage", "--fail-silent", "24h").exit_code == 0


def test_a_region_that_never_was_heard_is_no_failure(lists):
    lists(["ap-south-1"])

    assert ask("coverage", "--fail-silent", "4d").exit_code == 0


def test_what_is_no_length_of_time_is_refused():
    assert "'soon' is no length of time" in ask("coverage", "--fail-silent", "soon").stderr
