"""`--db`: the commands on a case file, with no AWS there to be asked."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asking import ask
from builders import ALICE, NOON, ROOT, activity, sample
from logfiles import key, log, save

from lastseen.casefile.file import VERSION, CaseFile
from lastseen.casefile.table import CaseTable
from lastseen.demo.account import Key, Person, make_account

THEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
# Nothing of AWS is configured, and what is asked all the same goes nowhere.
NO_AWS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_DEFAULT_REGION": "", "AWS_REGION": ""}
NOWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """With all of events/."""
    path = tmp_path_factory.mktemp("case") / "case.sqlite"
    done = ask("replay", f"{ROOT}/events/", "--db", str(path), "--jobs", "1", now=THEN, **NO_AWS)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "       67 items written to the table" in done.stdout
    return path


def of(path, *words, **environment):
    return ask(*words, "--db", str(path), now=THEN, **NO_AWS | NOWHERE, **environment)


def test_the_two_commands_of_the_readme_are_all_it_takes(tmp_path):
    """In processes of their own, without any setting."""
    save(tmp_path / "logs", {key(): log(), "by-alice.json": sample("iam-user-access-key")})
    lastseen = Path(sys.executable).with_name("lastseen")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    printed = [
        subprocess.run(
            [lastseen, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        for words in (
            ["replay", "logs/", "--db", "case.sqlite"],
            ["who", "AKIAEXAMPLEALICE0001", "--db", "case.sqlite"],
        )
    ]

    assert [each.stderr for each in printed] == ["", ""]
    assert printed[1].stdout.startswith(
        "arn:aws:iam::123456789012:user/people/alice\nIAM user of account 123456789012\n"
    )
    assert not (tmp_path / ".local").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("who AKIAEXAMPLEALICE0001", "arn:aws:iam::123456789012:user/people/alice\n"),
        ("who AIDAEXAMPLEALICE00001", "arn:aws:iam::123456789012:user/people/alice\n"),
        ("who alice", "arn:aws:iam::123456789012:user/people/alice\n"),
        ("who ALICE", "arn:aws:iam::123456789012:user/people/alice\n"),
        ("who 10.0.0.0/16", "arn:aws:iam::123456789012:user/people/alice\n"),
        ("who judy@example.com", "arn:aws:iam::123456789012:role/aws-reserved/"),
        ("who AROAEXAMPLEDEPLOY0001:build-42", "arn:aws:iam::123456789012:role/ci/deploy\n"),
        ("who 198.51.100.7", "2 principals; choose one:\n"),
        ("who alice AKIAEXAMPLEBOB000001 --json", '{"handle": "alice", '),
        ("list --service kms", "principal"),
        ("list --type user --json", '{"principal": "arn:aws:iam::123456789012:user/people/alice"'),
        ("coverage", "account 111122223333\nregion         since       last event\n"),
        ("coverage --json", '{"principal": "coverage", "facet": "111122223333#us-gov-west-1"'),
    ],
)  # fmt: skip
def test_look_ups_answer_from_the_file_and_ask_nobody(case, words, says):
    done = of(case, *words.split())

    assert done.stdout.startswith(says), done.output
    assert (done.exit_code, done.stderr) == (0, "")


def test_a_command_to_go_on_names_the_file(case):
    assert (
        f"  lastseen who arn:aws:iam::123456789012:root --db {case}\n" in of(case, "who", "198.51.100.7").stdout
    )


def test_what_is_not_in_the_file_is_told_as_such_and_iam_is_not_asked(case):
    done = of(case, "who", "AKIAEXAMPLENOBODY001")

    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout.startswith("No sightings of AKIAEXAMPLENOBODY001 (an access key id) in the case file.\n")
    assert done.stdout.endswith(
        "\n\nThe case file has events from 5 regions of 3 accounts, dated 2026-06-02 to 2026-11-22.\n"
    )
    assert "IAM" not in done.stdout


def test_nothing_is_flagged_in_a_case_file(case):
    done = of(case, "list", "--flagged")

    assert (done.exit_code, done.stdout.splitlines()[0]) == (1, "No principal matches.")


def test_of_an_account_that_the_file_lacks_that_is_told(case):
    assert (
        "No events of account 999999999999 are in the case file."
        in of(case, "list", "--account", "999999999999").stdout
    )


def test_a_file_without_events_says_how_to_fill_it(tmp_path):
    with closing(CaseFile(tmp_path / "new.sqlite", makes=True)):
        done = of(tmp_path / "new.sqlite", "coverage")

    assert (done.exit_code, done.stdout) == (
        1,
        "The case file has no events: lastseen replay reads them into it.\n",
    )


def test_the_tables_name_in_the_environment_is_ignored(case):
    assert of(case, "who", "alice", ACTIVITY_TABLE="another").exit_code == 0


@pytest.mark.parametrize("option", ["--table", "--stack", "--region", "--profile"])
@pytest.mark.parametrize("words", ["who alice", "list", "coverage", "replay events/"])
def test_what_names_a_table_on_aws_is_refused_beside_it(case, words, option):
    done = of(case, *words.split(), option, "name")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"lastseen: --db is a file on this machine: leave out {option}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("report --organization --member-role audit", "--organization reviews all accounts by the stack's table: leave out --db"),
        ("report --table activity", "--db is a file on this machine: leave out --table"),
        ("replay events/ --local", "--local is a table by itself: leave out --table, --stack and --db"),
        ("replay events/ --state done.sqlite", "a case file keeps by itself which files are done: leave out --state"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_beside_it_is_refused(case, words, says):
    done = of(case, *words.split())

    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"lastseen: {says}\n")


def test_an_empty_name_is_refused():
    done = ask("list", "--db", "")

    assert (done.exit_code, done.stderr) == (
        2,
        "lastseen: --db is empty: is a variable of the shell not set?\n",
    )


def cut_off(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def of_another_version(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.unlink(), "there is no case file"),
        (lambda path: path.write_bytes(b""), "is empty: make it with lastseen replay LOGS --db"),
        (lambda path: path.write_text("no database\n" * 50), "is not a case file: name another"),
        (cut_off, "is cut off: its last"),
        (of_another_version, "is of another version of lastseen (format 2; this one has 1)"),
    ],
)
@pytest.mark.parametrize("words", ["who alice", "who 10.0.0.0/8", "list", "coverage", "report"])
def test_a_file_that_cannot_be_used_is_told_in_a_line(case, tmp_path, words, spoil, says):
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(case.read_bytes())
    spoil(copy)
    done = of(copy, *words.split())

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("lastseen: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_files_that_are_done_are_left_out_and_a_new_case_file_has_them_all(tmp_path):
    save(tmp_path / "logs", {key(): log()})
    words = "replay", f"{tmp_path}/logs"
    first, second = (of(tmp_path / "case.sqlite", *words) for _ in range(2))
    (tmp_path / "case.sqlite").unlink()
    anew, again = of(tmp_path / "case.sqlite", *words), of(tmp_path / "case.sqlite", *words, "--again")

    assert "        1 file read" in first.stdout
    assert "        1 file read before and left out" in second.stdout
    assert "        1 file read (" in anew.stdout
    assert "        1 file read (" in again.stdout
    assert [each.exit_code for each in (first, second, anew, again)] == [0] * 4


def test_what_is_old_stays_in_a_case_file(tmp_path):
    old = activity(-5 * 366 * 86_400)
    with closing(CaseFile(tmp_path / "case.sqlite", makes=True)) as file:
        CaseTable(file).record(old)

    assert "2021-11-16T12:00:00Z" in of(tmp_path / "case.sqlite", "who", ALICE).stdout


def test_a_file_that_cannot_be_made_is_told(tmp_path):
    done = of(tmp_path / "none" / "case.sqlite", "replay", f"{ROOT}/events/")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("cannot be used: unable to open database file\n")


@pytest.fixture
def account(aws):
    people = (
        Person("alice", "AIDAALICE", 500, 5, (Key("AKIA1", 500, 100),)),
        Person("bob", "AIDABOB", 500, None, (Key("AKIA2", 500, None),)),
    )
    make_account(aws("iam"), people, (), now=NOON)


def test_a_report_without_a_table_judges_by_iam_alone_and_says_so(account, tmp_path):
    ask("report", "--html", str(tmp_path / "report.html"), ACTIVITY_TABLE="")
    told = ask("report", ACTIVITY_TABLE="")
    head, basis, *_ = told.stdout.split("\n\n")

    assert (told.exit_code, told.stderr) == (0, "")
    assert head.startswith("IAM last activity in account 123456789012")
    assert basis.startswith("BY IAM ALONE: no activity table was asked")
    assert "Stale: no use known to IAM for 90 days.\n" in told.stdout
    assert "AKIA1" in told.stdout
    for silence in (
        "EVENTS NOT ARRIVING",
        "CloudTrail is not delivering",
        "No events",
        "Events come from",
        "Not checked",
    ):
        assert silence not in told.stdout
    assert "BY IAM ALONE" in (tmp_path / "report.html").read_text()


def test_a_report_without_a_table_says_so_in_json_too(account):
    *_, last = map(json.loads, ask("report", "--json", ACTIVITY_TABLE="").stdout.splitlines())

    assert last["summary"]["basis"].startswith("BY IAM ALONE")
    assert (last["summary"]["warnings"], last["summary"]["gaps"], last["summary"]["notes"]) == ([], [], [])


def test_a_report_of_a_case_file_counts_its_sightings_and_raises_no_alarm(account, tmp_path):
    """Key AKIA1 was last used a hundred days ago, says IAM, and ten days ago, says the log."""
    path = tmp_path / "case.sqlite"
    with closing(CaseFile(path, makes=True)) as file:
        table = CaseTable(file)
        table.record_all([
            activity(-10 * 86_400, facet="KEY#AKIA1"),
            activity(-10 * 86_400, first=-200 * 86_400, principal="coverage", facet="123456789012#us-east-1"),
        ])  # fmt: skip
    done = ask("report", "--db", str(path), "--json", ACTIVITY_TABLE="no-such-table")

    *findings, last = map(json.loads, done.stdout.splitlines())
    assert (done.exit_code, done.stderr) == (0, "")
    assert [each["access_key_id"] for each in findings if each["kind"] == "access_key"] == ["AKIA2"]
    assert last["summary"]["basis"].startswith(
        f"BY A CASE FILE: this rests on IAM's records and on the events in {path}."
    )
    assert (last["summary"]["warnings"], last["summary"]["missed"], last["summary"]["notes"]) == ([], [], [])
    assert [each["region"] for each in last["summary"]["heard"]] == ["us-east-1"]


def test_a_report_without_a_table_still_says_what_could_not_be_checked(account, monkeypatch):
    import botocore.handlers
    from botocore.exceptions import ClientError

    def refuse(**_):
        raise ClientError(
            {"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetAccountAuthorizationDetails"
        )

    monkeypatch.setattr(
        botocore.handlers,
        "BUILTIN_HANDLERS",
        [*botocore.handlers.BUILTIN_HANDLERS, ("before-call.iam.GetAccountAuthorizationDetails", refuse)],
    )
    done = ask("report", ACTIVITY_TABLE="")

    assert done.exit_code == 1
    assert "\n- Not checked: " in done.stdout


def test_logs_of_a_bucket_go_into_a_case_file_with_the_buckets_credentials(aws, tmp_path):
    aws("s3").create_bucket(Bucket="trail")
    aws("s3").put_object(Bucket="trail", Key=key(), Body=log())
    done = ask(
        "replay",
        "s3://trail/",
        "--db",
        str(tmp_path / "case.sqlite"),
        "--region",
        "us-east-1",
        ACTIVITY_TABLE="",
    )

    assert (done.exit_code, done.stderr) == (0, "")
    assert of(tmp_path / "case.sqlite", "who", ALICE).exit_code == 0
