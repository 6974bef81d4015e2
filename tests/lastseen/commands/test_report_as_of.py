"""`lastseen report --as-of`: what the report would have said on a day in the past."""

import json
from datetime import date, timedelta

import pytest
from asking import ask
from builders import ACCOUNT, NOON, activity

from activity.days import Days
from lastseen.demo.account import Key, Person, Role, make_account

A_DAY = 86_400
TODAY = date(2026, 11, 20)
# Alice's key was last used 100 days ago by IAM; deploy 20 days ago, and after a long pause.
PEOPLE = (
    Person("alice", "AIDAALICE", 500, 5, (Key("AKIA1", 500, 100),)),
    Person("new", "AIDANEW", 10, None, ()),
)
ROLES = (Role("deploy", "AROADEPLOY", 300, 20), Role("busy", "AROABUSY", 300, 1))


def seen_on(ago, **more):
    seen = activity(-ago[-1] * A_DAY, first=-ago[0] * A_DAY, **more)
    return seen._replace(days=Days.of(*(TODAY - timedelta(days=each) for each in ago)))


@pytest.fixture
def account(aws, table, trail):
    """Events come for 200 days."""
    make_account(aws("iam"), PEOPLE, ROLES, now=NOON)
    of = f"arn:aws:iam::{ACCOUNT}:"
    for each in (
        seen_on(range(200, -1, -1), principal="coverage", facet=f"{ACCOUNT}#eu-west-1"),
        seen_on([200, 150, 20], principal=f"{of}role/deploy", facet="ID#AROADEPLOY"),
        seen_on(range(200, -1, -1), principal=f"{of}role/busy", facet="ID#AROABUSY"),
        seen_on([200, 100], principal=f"{of}user/alice", facet="KEY#AKIA1", principal_id="AIDAALICE"),
        seen_on([200, 60, 5], principal=f"{of}user/alice", facet="SIGNIN", principal_id="AIDAALICE"),
        seen_on([200, 100, 60, 5], principal=f"{of}user/alice"),
    ):
        table.record(each)


def as_of(day, *words):
    *findings, last = map(json.loads, ask("report", "--as-of", str(day), "--json", *words).stdout.splitlines())
    return {each["name"]: each for each in findings}, last["summary"]


def test_what_was_stale_then_was_used_since(account):
    findings, summary = as_of(TODAY - timedelta(days=30))

    assert findings.keys() == {"deploy"}
    assert findings["deploy"]["idle_days"] == 120
    assert findings["deploy"]["last_used_source"] == "cloudtrail"
    assert summary["at"] == "2026-10-21T23:59:59Z"
    assert summary["basis"].startswith("AS OF 2026-10-21: ")
    assert summary["warnings"] == []
    assert "deploy" not in [
        json.loads(line).get("name") for line in ask("report", "--json").stdout.splitlines()
    ]


def test_yesterday_is_nearly_as_today(account):
    findings, _ = as_of(TODAY - timedelta(days=1))

    assert {name: each["kind"] for name, each in findings.items()} == {"alice": "access_key"}


def test_on_top_of_the_mail_it_says_what_cannot_be_known(account):
    done = ask("report", "--as-of", "2026-10-21")

    assert done.exit_code == 0
    assert "What was deleted since is missing." in done.stdout.partition("WHAT TO DO")[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--as-of", "soon"], "'soon' is no day", id="no day"),
        pytest.param(["--as-of", "2026-11-20"], "2026-11-20 is not over yet", id="today"),
        pytest.param(
            ["--as-of", "2026-07-01"],
            "the table has no events of account 123456789012 from 2026-04-02 to 2026-05-03",
            id="before there were days",
        ),
        pytest.param(
            ["--as-of", "2026-10-21", "--organization"], "needs the sightings of one account", id="many"
        ),
    ],
)
def test_a_day_that_cannot_be_told_of_is_refused(account, words, said):
    done = ask("report", *words)

    assert done.exit_code == 2
    assert said in done.stderr


def test_without_sightings_there_is_no_past(aws):
    done = ask("report", "--as-of", "2026-10-21", ACTIVITY_TABLE="")

    assert done.exit_code == 2
    assert "give --db, --table or --stack" in done.stderr
