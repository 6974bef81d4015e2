"""`lastseen report`: what would be mailed, to whoever may ask."""

import json
import re

import boto3
import pytest
from asking import ask
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON, activity

from lastseen.demo.account import Key, Person, Role, make_account

PEOPLE = (Person("alice", "AIDAALICE", 500, 5, (Key("AKIA1", 500, 100),)),)
ROLES = (Role("deploy", "AROADEPLOY", 300, 100),)


@pytest.fixture
def account(aws, table, trail):
    make_account(aws("iam"), PEOPLE, ROLES, now=NOON)
    table.record(activity(0, principal="coverage", facet=f"{ACCOUNT}#eu-west-1", first=-300 * 86_400))


def test_it_prints_the_mail(account):
    done = ask("report")

    assert done.exit_code == 0
    assert done.stdout.startswith(f"IAM last activity in account {ACCOUNT}, 2026-11-20 12:00 UTC\n")
    assert re.search(r"(?m)^1\*  access key  alice  +AKIA1  +100  +works from anywhere$", done.stdout)


def test_a_tracker_that_is_silent_is_no_success(aws, table, trail):
    make_account(aws("iam"), PEOPLE, ROLES, now=NOON)
    table.replace(activity(-86_400, principal="canary-sent", facet=f"{ACCOUNT}#eu-west-1"))
    done = ask("report")

    assert "\nNo events from this account yet: the tracker has been listening since 19 November" in done.stdout
    assert (done.exit_code, "Not checked" in done.stdout) == (1, False)


def test_it_sends_and_remembers_nothing(account, items):
    before = items()
    ask("report")
    done = ask("report")

    assert items() == before
    assert "WHAT CHANGED" not in done.stdout


def test_as_json_there_is_a_finding_a_line_and_a_summary_last(account):
    *findings, last = map(json.loads, ask("report", "--json").stdout.splitlines())

    assert [(each["kind"], each["name"]) for each in findings] == [("access_key", "alice"), ("role", "deploy")]
    assert {"gaps", "exempt", "counts", "warnings", "resolved", "missed"} <= last["summary"].keys()


def test_the_page_is_written_where_asked(account, tmp_path):
    done = ask("report", "--html", str(tmp_path / "report.html"))

    assert "AKIA1" in (tmp_path / "report.html").read_text()
    assert done.stdout == (f"IAM in {ACCOUNT}: 2 new: see {tmp_path}/report.html\n")


def test_a_page_that_cannot_be_written_is_named(account, tmp_path):
    done = ask("report", "--html", str(tmp_path / "none" / "report.html"))

    assert done.exit_code == 2
    assert done.stderr == f"lastseen: cannot write {tmp_path}/none/report.html: No such file or directory\n"


def test_thresholds_come_from_the_environment(account):
    assert "Nothing is stale." in ask("report", STALE_KEY_DAYS="101", STALE_ROLE_DAYS="101").stdout
    done = ask("report", STALE_KEY_DAYS="soon")
    assert (done.exit_code, done.stderr) == (
        2,
        "lastseen: STALE_KEY_DAYS must be a whole number from 1, not 'soon'\n",
    )


def test_what_could_not_be_checked_is_told_by_the_exit_status(account, monkeypatch):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "ListUsers")

    session = boto3.Session

    def refusing(**given):
        made = session(**given)
        made.events.register("before-call.iam.ListUsers", refuse)
        return made

    monkeypatch.setattr(boto3, "Session", refusing)
    done = ask("report")

    assert done.exit_code == 1
    assert "- Not checked: users (ListUsers): " in done.stdout


def test_a_table_that_is_not_there_is_one_line(account):
    done = ask("report", ACTIVITY_TABLE="gone")

    assert done.exit_code == 2
    assert done.stderr.startswith("lastseen: there is no table gone in us-east-1")
    assert done.stdout == ""


def test_the_command_brings_no_traceback_without_credentials(tmp_path):
    done = ask("report", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_EC2_METADATA_DISABLED="true")

    assert done.exit_code == 2
    assert done.stderr.startswith("lastseen: no AWS credentials")
