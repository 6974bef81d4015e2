"""Look-ups of an organization's table: accounts by name."""

import json
import re

import pytest
from asking import ask
from builders import ACCOUNT, ALICE, activity

from activity.accounts import Account
from activity.item import Flag
from activity.names import Names

DAY = 86400
OTHER, OLD = "210987654321", "333333333333"
MEI = f"arn:aws:iam::{OTHER}:user/mei"
CENTER = "arn:aws:identitystore:::user/b4c8d418-20a1-70ee-9f3d-1234567890ab"


@pytest.fixture
def people(table):
    table.record(activity(0))
    table.record(activity(-DAY, facet="ID#AIDAMEI", principal=MEI))
    table.record(activity(0, principal="coverage", facet=f"{ACCOUNT}#eu-west-1", first=-9 * DAY))
    table.record(activity(-3 * DAY, principal="coverage", facet=f"{OTHER}#eu-west-1", first=-9 * DAY))


@pytest.fixture
def named(people, dynamodb):
    """The organization as the last report listed it."""
    accounts = [
        Account(ACCOUNT, "acme-prod", "Workloads/Prod", "ACTIVE"),
        Account(OTHER, "Acme Dev", "", "ACTIVE"),
        Account(OLD, "legacy", "Past", "SUSPENDED"),
        Account("444444444444", "legacy", "", "ACTIVE"),
        Account("555555555555", "", "", "ACTIVE"),
    ]
    Names(dynamodb, "activity").keep(accounts, {})


@pytest.fixture
def queries(monkeypatch):
    """How often the names were asked for."""
    asked, whole = [], Names.all

    def counted(self):
        asked.append(1)
        return whole(self)

    monkeypatch.setattr(Names, "all", counted)
    return asked


def objects(*words):
    return [json.loads(line) for line in ask(*words, "--json").stdout.splitlines()]


def names_of(*words):
    return {each["account"]: each.get("account_name") for each in objects(*words)}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["list"], {ACCOUNT: "acme-prod", OTHER: "Acme Dev"}),
        (["who", ALICE], {ACCOUNT: "acme-prod"}),
        (["who", "203.0.113.9", MEI], {OTHER: "Acme Dev"}),
        (["coverage"], {ACCOUNT: "acme-prod", OTHER: "Acme Dev"}),
    ],
)
def test_json_has_the_name_beside_the_id(named, words, names):
    told = {each["account"]: each["account_name"] for each in objects(*words) if each["principal"]}

    assert told == names


@pytest.mark.parametrize("words", [["list"], ["who", ALICE], ["who", ALICE, MEI], ["coverage"]])
def test_a_command_asks_for_the_names_once(named, queries, words):
    ask(*words)

    assert len(queries) == 1


@pytest.mark.parametrize("words", [["list"], ["who", ALICE], ["who", ALICE, MEI], ["coverage"]])
def test_nothing_changes_where_there_are_no_names(people, words):
    assert "account name" not in ask(*words).stdout
    assert all("account_name" not in each for each in objects(*words))


def test_a_list_has_a_column_of_names(named):
    head, alice, mei = ask("list").stdout.splitlines()[:3]

    assert head.split("  ")[0] == "principal"
    place = head.index("account name")
    assert alice[place:].startswith("acme-prod  ")
    assert mei[place:].startswith("Acme Dev  ")


def test_a_profile_tells_name_and_id(named):
    assert f"\nIAM user of account acme-prod ({ACCOUNT})\n" in ask("who", ALICE).stdout


def test_several_handles_have_the_name_of_each_account(named, table):
    shown = ask("who", ALICE, "nobody@example.com").stdout

    assert re.search(r"(?m)^handle .* whose +account name +last event$", shown)
    assert re.search(rf"{ALICE} +acme-prod$", shown, re.MULTILINE)


def test_a_choice_of_several_has_the_name_of_each_account(named, table):
    table.record(activity(0, facet="ID#AIDAOTHER", principal=f"arn:aws:iam::{OTHER}:user/alice"))
    shown = ask("who", "alice").stdout

    assert "  acme-prod     lastseen who " in shown
    assert "  Acme Dev      lastseen who " in shown


def test_coverage_tells_name_and_id(named):
    shown = ask("coverage").stdout

    assert f"account acme-prod ({ACCOUNT})\n" in shown
    assert f"account Acme Dev ({OTHER})\n" in shown


def test_a_region_that_fell_silent_is_told_with_the_name_of_its_account(named):
    done = ask("coverage", "--fail-silent", "2d")

    assert done.stderr == f"lastseen: silent for longer than 2d: Acme Dev ({OTHER}) eu-west-1 (3 days)\n"


def test_what_organizations_says_now_goes_before_what_the_last_report_listed(named, lists):
    lists(accounts=[{"Id": OTHER, "Name": "acme-sandbox", "State": "ACTIVE"}])

    assert names_of("coverage")[OTHER] == "acme-sandbox"


@pytest.mark.parametrize("text", ["acme-prod", "ACME-Prod", " acme-prod ", ACCOUNT])
def test_an_account_is_found_by_its_name(named, text):
    assert [each["principal"] for each in objects("list", "--account", text)] == [ALICE]


def test_several_accounts_are_found_by_name_and_id(named):
    found = objects("list", "--account", "acme dev", "--account", ACCOUNT)

    assert [each["principal"] for each in found] == [ALICE, MEI]


def test_what_is_flagged_in_an_account_is_found_by_its_name(named, flags):
    flags.flag((MEI, "ID#AIDAMEI"), OTHER, Flag(None), now=activity(0).last_seen)

    found = objects("list", "--flagged", "--account", "Acme Dev")
    assert [each["principal"] for each in found] == [MEI]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            "prod",
            f"no account of the organization is named 'prod': did you mean acme-prod ({ACCOUNT})?",
            id="a part of a name",
        ),
        pytest.param(
            "acme-dve",
            f"no account of the organization is named 'acme-dve': did you mean Acme Dev ({OTHER})",
            id="a slip",
        ),
        pytest.param(
            "zzz",
            "no account of the organization is named 'zzz': give a name as it is there, or 12 digits",
            id="nothing like it",
        ),
        pytest.param(
            "12345",
            "no account of the organization is named '12345': give a name as it is there, or 12 digits",
            id="digits",
        ),
        pytest.param(
            "Legacy",
            "2 accounts are named 'Legacy': give the id of one (333333333333 Past suspended,"
            " 444444444444 active)",
            id="a name of two",
        ),
    ],
)
def test_a_name_of_no_account_or_of_several_is_one_line(named, text, says):
    done = ask("list", "--account", text)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"lastseen: {says}")
    assert done.stderr.count("\n") == 1


def test_where_no_account_has_a_name_an_id_is_asked_for(people):
    done = ask("list", "--account", "acme")

    assert (done.exit_code, done.stderr) == (2, "lastseen: 'acme' is no account: give its 12 digits\n")
