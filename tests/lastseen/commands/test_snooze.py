"""`lastseen snooze` and `unsnooze`: who may ask for what, and what reports make of it."""

import json

import boto3
import pytest
from asking import ask
from botocore.exceptions import ClientError
from builders import ACCOUNT, ALICE, NOON, activity, at

from activity.item import Flag
from activity.snoozes import Snoozes
from lastseen.demo.account import Key, Person, Role, make_account

KEY = f"{ACCOUNT}:access_key:AKIAALICE0000000"
ROLE = f"{ACCOUNT}:role:AROADEPLOY000000"
USER = f"{ACCOUNT}:user:AIDAALICE0000000"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/deploy"
ASKED = "--until", "2026-12-31", "--reason", "moves in January"


@pytest.fixture
def account(aws, table, trail, flags):
    """Alice's key and the role deploy are idle; a report has flagged both, and alice herself."""
    key = Key("AKIAALICE0000000", 500, 100)
    make_account(
        aws("iam"),
        [Person("alice", "AIDAALICE0000000", 500, None, (key,))],
        [Role("deploy", "AROADEPLOY000000", 300, 100)],
        now=NOON,
    )
    table.record(activity(0, principal="coverage", facet=f"{ACCOUNT}#eu-west-1", first=-300 * 86_400))
    for place, holder in (
        ((ALICE, "ID#AIDAALICE0000000"), ""),
        ((ALICE, "KEY#AKIAALICE0000000"), "AIDAALICE0000000"),
        ((DEPLOY, "ID#AROADEPLOY000000"), ""),
    ):
        table.record(activity(-100 * 86_400, principal=place[0], facet=place[1]))
        flags.flag(place, ACCOUNT, Flag(at(-600), at(-100 * 86_400), holder=holder), now=at(-600))


@pytest.fixture
def snoozed(account, dynamodb):
    return lambda: [str(each.finding) for each in Snoozes(dynamodb, "activity").of(ACCOUNT).snoozes]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (KEY, KEY),
        ("AKIAALICE0000000", KEY),
        (" akiaalice0000000,", KEY),
        (ROLE, ROLE),
        ("deploy", ROLE),
        ("role/deploy", ROLE),
        (DEPLOY, ROLE),
        ("AROADEPLOY000000", ROLE),
        ("alice", USER),
        (USER, USER),
    ],
)
def test_a_finding_is_snoozed_by_its_id_or_by_what_finds_it(snoozed, text, finding):
    done = ask("snooze", text, *ASKED)

    assert (done.exit_code, snoozed()) == (0, [finding])
    assert f"Snoozed until 2026-12-31: {finding}, by arn:aws:sts::{ACCOUNT}:" in done.stdout
    assert f"lastseen unsnooze {finding}\n" in done.stdout


def test_the_item_says_who_asked(snoozed, items):
    made = json.loads(ask("snooze", KEY, *ASKED, "--json").stdout)
    item = items()["snoozed", KEY]

    caller = boto3.client("sts").get_caller_identity()["Arn"]
    assert (item["asked_by"], item["asked_at"]) == (caller, "2026-11-20T12:00:00Z")
    assert made == {"finding_id": KEY} | {
        name: item[name] for name in ("until", "reason", "asked_by", "asked_at")
    }


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param((KEY, "--until", "2026-12-31"), "--reason", id="no reason"),
        pytest.param((KEY, "--until", "2026-12-31", "--reason", ""), "--reason is empty", id="an empty reason"),
        pytest.param((KEY, "--until", "2026-12-31", "--reason", " "), "--reason is empty", id="a blank reason"),
        pytest.param((KEY, "--reason", "x"), "--until", id="no end"),
        pytest.param((KEY, "--until", "soon", "--reason", "x"), "'soon' is no day", id="no date"),
        pytest.param((KEY, "--until", "2026-11-19", "--reason", "x"), "in the past", id="in the past"),
        pytest.param((KEY, "--until", "2027-11-21", "--reason", "x"), "more than a year", id="in a year"),
        pytest.param((f"{ACCOUNT}:role:AROAOTHER", *ASKED), "not flagged by a report", id="not flagged"),
        pytest.param(("210987654321:role:AROADEPLOY000000", *ASKED), "not flagged", id="another account"),
        pytest.param(("AKIAOTHER0000000", *ASKED), "is not flagged", id="a key that was never seen"),
        pytest.param(
            ("nobody", *ASKED, "--anyway"),
            "lastseen: nobody is not flagged by a report. To snooze it all the same, give its id"
            " (ACCOUNT:KIND:ID) and --anyway: ",
            id="nobody",
        ),
        pytest.param(("ASIAOTHER0000000", *ASKED), "is a temporary key", id="a temporary key"),
        pytest.param(("a/b:c", *ASKED), "can't be looked up", id="no handle"),
        pytest.param((KEY, *ASKED, "--db", "case.sqlite"), "No such option: --db", id="a case file"),
    ],
)
def test_what_may_not_be_snoozed_says_why_and_writes_nothing(snoozed, words, why):
    done = ask("snooze", *words)

    assert (done.exit_code, snoozed()) == (2, [])
    assert why in done.stderr


def test_without_a_table_named_nothing_is_written(snoozed):
    done = ask("snooze", KEY, *ASKED, ACTIVITY_TABLE="")

    assert (done.exit_code, done.stderr) == (
        2,
        "lastseen: no table is named: give --stack or --table, or set ACTIVITY_TABLE\n",
    )


@pytest.mark.parametrize("until", ["2026-11-19", "2027-11-21"])
def test_a_day_that_is_not_allowed_is_told_before_aws_is_asked(until):
    done = ask("snooze", "alice", "--until", until, "--reason", "x", AWS_PROFILE="none")

    assert (done.exit_code, until in done.stderr, "none" in done.stderr) == (2, True, False)


def test_what_is_not_flagged_can_be_snoozed_anyway(snoozed):
    other = f"{ACCOUNT}:role:AROAOTHER"

    assert ask("snooze", other, *ASKED, "--anyway").exit_code == 0
    assert snoozed() == [other]


def test_what_was_used_again_is_not_flagged(snoozed, flags):
    flags.awaken((DEPLOY, "ID#AROADEPLOY000000"), at(-60))

    assert "is not flagged" in ask("snooze", ROLE, *ASKED).stderr


def test_several_of_one_name_are_told_apart(snoozed, table, flags):
    place = f"arn:aws:iam::{ACCOUNT}:user/deploy", "ID#AIDADEPLOY000000"
    table.record(activity(-100 * 86_400, principal=place[0], facet=place[1]))
    flags.flag(place, ACCOUNT, Flag(at(-600), at(-600)), now=at(-600))
    done = ask("snooze", "deploy", *ASKED)

    assert (done.exit_code, snoozed()) == (2, [])
    assert f"may mean {ROLE}, {ACCOUNT}:user:AIDADEPLOY000000: give one of these" in done.stderr


def test_the_password_of_a_user_is_found_by_whose_its_flag_is(snoozed, table, flags):
    table.record(activity(-100 * 86_400, principal=ALICE, facet="SIGNIN"))
    flag = Flag(at(-600), at(-600), holder="AIDAALICE0000000")
    flags.flag((ALICE, "SIGNIN"), ACCOUNT, flag, now=at(-600))

    assert ask("snooze", f"{ACCOUNT}:password:AIDAALICE0000000", *ASKED).exit_code == 0
    assert ask("snooze", f"{ACCOUNT}:password:AIDAOTHER", *ASKED).exit_code == 2


def test_the_report_lists_it_apart_and_then_as_a_finding_again(snoozed):
    before = ask("report").stdout
    ask("snooze", "deploy", *ASKED)
    meanwhile = ask("report").stdout
    ask("unsnooze", "deploy")
    after = ask("report").stdout

    assert [" role " in each and "put-role-policy" in each for each in (before, meanwhile, after)] == [
        True,
        False,
        True,
    ]
    assert "SNOOZED (1)" in meanwhile
    assert "SNOOZED" not in before + after


def test_an_edited_snooze_is_not_checked_and_holds_for_nothing(snoozed, dynamodb):
    ask("snooze", "deploy", *ASKED)
    dynamodb.update_item(
        TableName="activity",
        Key={"principal": {"S": "snoozed"}, "facet": {"S": ROLE}},
        UpdateExpression="SET #until = :never",
        ExpressionAttributeNames={"#until": "until"},
        ExpressionAttributeValues={":never": {"S": "2999-12-31"}},
    )
    done = ask("report")

    assert done.exit_code == 1
    assert (
        f"Not checked: a snooze, which holds for nothing until then: the table's item of principal snoozed and facet {ROLE} cannot be read: 2999-12-31 is more than a year ahead"
        in done.stdout
    )
    assert "put-role-policy" in done.stdout


def test_what_is_not_snoozed_cannot_be_unsnoozed(snoozed):
    done = ask("unsnooze", KEY)

    assert (done.exit_code, done.stderr) == (1, f"lastseen: {KEY} is not snoozed\n")
    assert "nobody is not flagged by a report. To end its snooze" in ask("unsnooze", "nobody").stderr


def test_ending_it_says_by_whom(snoozed, items):
    ask("snooze", KEY, *ASKED)
    told = json.loads(ask("unsnooze", "AKIAALICE0000000", "--json").stdout)

    assert told == {"finding_id": KEY, "ended_by": items()["snoozed", KEY]["ended_by"]}
    assert snoozed() == []


def test_who_may_not_write_is_told_which_policy_allows_it(snoozed, monkeypatch):
    def refuse(*_, **__):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "UpdateItem")

    monkeypatch.setattr(Snoozes, "put", refuse)
    done = ask("snooze", KEY, *ASKED)

    assert (done.exit_code, "SnoozePolicyArn allows it" in done.stderr) == (2, True)


def test_look_ups_do_not_take_snoozes_for_principals(snoozed):
    ask("snooze", KEY, *ASKED)

    assert "snoozed" not in ask("list").stdout + ask("who", "AKIAALICE0000000").stdout
    assert ask("who", "snoozed").exit_code == 1
