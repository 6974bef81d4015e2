"""`lastseen who` of several handles, typed or on standard input."""

import json

import botocore.handlers
import pytest
import time_machine
from asking import ask
from builders import ACCOUNT, ALICE, activity, at
from typer.testing import CliRunner

from lastseen.__main__ import app

KEY, OTHER = "AKIAEXAMPLEALICE0001", "AKIAEXAMPLEBOB000001"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
UNSEEN = "AKIAEXAMPLEMALLORY01"
TEMPORARY = "ASIAEXAMPLE000000001"


@pytest.fixture(autouse=True)
def people(table):
    table.record(activity(facet=f"KEY#{KEY}"))
    table.record(activity(facet="IP#198.51.100.7"))
    table.record(activity(-60, principal=BOB, facet=f"KEY#{OTHER}"))
    table.record(activity(-60, principal=BOB, facet="IP#198.51.100.7"))


def piped(text, *words):
    with time_machine.travel(at(0), tick=False):
        return CliRunner().invoke(
            app, ["who", "-", *words], input=text, env={"ACTIVITY_TABLE": "activity", "COLUMNS": "200"}
        )


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_handle_has_a_row_for_each_whom_it_may_mean():
    done = ask("who", OTHER, "198.51.100.7")

    assert done.exit_code == 0
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [
        [OTHER, "2026-11-20T11:59:00Z", BOB],
        ["198.51.100.7", "2026-11-20T12:00:00Z", ALICE],
        ["198.51.100.7", "2026-11-20T11:59:00Z", BOB],
    ]


def test_as_json_a_line_says_which_handle_it_answers():
    found = lines(ask("who", KEY, UNSEEN, "198.51.100.7", "--json"))

    assert [(each["handle"], each["principal"]) for each in found] == [
        (KEY, ALICE),
        (UNSEEN, None),
        ("198.51.100.7", ALICE),
        ("198.51.100.7", BOB),
    ]
    assert (found[0]["facet"], found[0]["type"], found[0]["name"]) == (f"KEY#{KEY}", "user", "alice")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{KEY}\n{OTHER}\n", id="one a line"),
        pytest.param(f"{KEY}\t{OTHER}\n", id="text of the AWS CLI"),
        pytest.param(json.dumps([KEY, OTHER], indent=4), id="JSON of the AWS CLI"),
        pytest.param(json.dumps([KEY, OTHER]), id="JSON on a line"),
        pytest.param(json.dumps([[KEY, None], [OTHER]]), id="JSON of a query with several fields"),
        pytest.param(f"{KEY}\r\n\r\n{OTHER}\r\n{KEY}", id="from Windows, one twice"),
    ],
)
def test_a_list_on_standard_input_is_read_as_people_and_the_aws_cli_write_it(text):
    done = piped(text, "--json")

    assert [(each["handle"], each["principal"]) for each in lines(done)] == [(KEY, ALICE), (OTHER, BOB)]
    assert done.exit_code == 0


def test_a_list_of_one_has_the_shape_of_a_list():
    (line,) = lines(piped(KEY, "--json"))

    assert (line["handle"], line["facet"]) == (KEY, f"KEY#{KEY}")


def test_json_with_names_in_it_is_refused_with_what_to_add():
    done = piped(json.dumps({"AccessKeyMetadata": [{"AccessKeyId": KEY}]}))

    assert (done.exit_code, done.stdout) == (2, "")
    assert "--query 'AccessKeyMetadata[].AccessKeyId'" in done.stderr


def test_an_empty_list_is_refused():
    done = piped("\n")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "lastseen: there is no handle on standard input\n"


def test_one_of_whom_nothing_is_known_is_told_by_the_exit_status():
    done = ask("who", KEY, UNSEEN)

    assert done.exit_code == 1
    assert [UNSEEN, "nobody"] in [line.split() for line in done.stdout.splitlines()]
    assert f"\nNo sightings of {UNSEEN} since tracking began." in done.stdout


def test_what_is_no_handle_keeps_no_other_from_being_answered():
    done = ask("who", TEMPORARY, KEY)
    as_json = ask("who", TEMPORARY, KEY, "--json")

    assert (done.exit_code, as_json.exit_code) == (2, 2)
    assert f"\n{KEY}  2026-11-20T12:00:00Z  {ALICE}\n" in done.stdout
    assert f"{TEMPORARY} is a temporary key" in done.stdout
    assert [each["principal"] for each in lines(as_json)] == [None, ALICE]
    assert lines(as_json)[0]["problem"].startswith(f"{TEMPORARY} is a temporary key")
    assert as_json.stderr.startswith(f"lastseen: {TEMPORARY} is a temporary key")


def test_all_names_are_read_once_however_many_are_asked_for(monkeypatch):
    sent = []

    def note(model, **_):
        sent.append(model.name)

    hooked = [*botocore.handlers.BUILTIN_HANDLERS, ("before-call.dynamodb", note)]
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", hooked)
    ask("who", "ALICE", "BOB", "alic", "--json")

    assert sent.count("Scan") == 4  # The segments of one.


def test_a_name_that_a_key_answers_reads_no_index_and_says_what_was_not_searched(table, monkeypatch):
    table.record(activity(principal="coverage", facet=f"{ACCOUNT}#eu-west-1"))
    table.record(activity())
    table.record(activity(principal=f"arn:aws:iam::{ACCOUNT}:user/people/alice", facet="ID#AIDAOTHER"))
    sent = []

    def note(model, **_):
        sent.append(model.name)

    hooked = [*botocore.handlers.BUILTIN_HANDLERS, ("before-call.dynamodb", note)]
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", hooked)
    done = ask("who", "alice")

    assert done.stdout.splitlines()[0] == ALICE
    assert "Scan" not in sent
    assert done.stdout.endswith(
        "Found under exactly this name. Users and roles with a path were not searched, nor were sessions whose"
        " name begins so: add --all.\n"
    )
    assert "user/people/alice" in ask("who", "alice", "--all").stdout


def test_a_user_whose_name_is_twelve_digits_is_found_beside_the_root_user(table):
    table.record(activity(principal="coverage", facet=f"{ACCOUNT}#eu-west-1"))
    table.record(activity(principal=f"arn:aws:iam::{ACCOUNT}:root", facet=f"ID#{ACCOUNT}"))
    table.record(activity(principal=f"arn:aws:iam::{ACCOUNT}:user/{ACCOUNT}", facet="ID#AIDADIGITS"))
    rows = ask("who", ACCOUNT).stdout.splitlines()

    assert {row.split()[-1] for row in rows[3:5]} == {
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:iam::{ACCOUNT}:user/{ACCOUNT}",
    }
