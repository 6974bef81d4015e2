"""Given back, by the tags in IAM alone; on moto, whose IAM keeps what it is told."""

import json
from datetime import date, datetime

import pytest
from asking import ask
from botocore.exceptions import ClientError
from builders import ACCOUNT

from activity.quarantine.target import TAG
from lastseen.demo.local_aws import deny
from quarantine.hands import Hands
from quarantine.mark import Mark
from quarantine.restore import Unreadable, disabled, of_day, of_finding, restore

AT = datetime.fromisoformat("2026-11-19T05:53:00Z")
NEXT = datetime.fromisoformat("2026-11-20T05:53:00Z")


@pytest.fixture
def hands(iam):
    return Hands(iam)


@pytest.fixture
def quarantined(iam, hands):
    """A role, a user, and two keys of another; without a table."""
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument="{}", Tags=[{"Key": "owner", "Value": "x"}])
    for name in ("alice", "bob", "carol"):
        iam.create_user(UserName=name)
    keys = [iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    iam.tag_role(RoleName="deploy", Tags=[{"Key": TAG, "Value": Mark({"AWSDenyAll": AT}).value}])
    iam.attach_role_policy(RoleName="deploy", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    iam.tag_user(UserName="alice", Tags=[{"Key": TAG, "Value": Mark({"AWSDenyAll": NEXT}).value}])
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    iam.tag_user(UserName="bob", Tags=[{"Key": TAG, "Value": Mark(dict.fromkeys(keys, AT)).value}])
    for each in keys:
        iam.update_access_key(UserName="bob", AccessKeyId=each, Status="Inactive")
    return keys


def id_of(iam, kind):
    if kind == "role":
        return f"{ACCOUNT}:role:{iam.get_role(RoleName='deploy')['Role']['RoleId']}"
    return f"{ACCOUNT}:user:{iam.get_user(UserName='alice')['User']['UserId']}"


def state(iam):
    """What is still disabled, and what is still marked."""
    held = {
        "deploy": (iam.list_attached_role_policies(RoleName="deploy"), iam.list_role_tags(RoleName="deploy")),
        "alice": (iam.list_attached_user_policies(UserName="alice"), iam.list_user_tags(UserName="alice")),
    }
    keys = iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]
    denied = {name for name, (attached, _) in held.items() if attached["AttachedPolicies"]}
    marks = {name: tags for name, (_, tags) in held.items()} | {"bob": iam.list_user_tags(UserName="bob")}
    marked = {name for name, tags in marks.items() if TAG in {each["Key"] for each in tags["Tags"]}}
    return denied, marked, [each["Status"] for each in keys]


def test_all_that_is_disabled_is_found_by_the_tags(iam, quarantined):
    found = disabled(iam)

    assert [(each.target.name, each.target.held) for each in found] == [
        ("deploy", "AWSDenyAll"), ("alice", "AWSDenyAll"), *(("bob", key) for key in sorted(quarantined)),
    ]  # fmt: skip
    assert [each.target.name for each in of_day(found, date(2026, 11, 20))] == ["alice"]


@pytest.mark.parametrize("kind", ["role", "user"])
def test_a_role_or_a_user_is_given_back(iam, quarantined, kind):
    done = ask("restore", id_of(iam, kind))

    name = {"role": "deploy", "user": "alice"}[kind]
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"restored: {kind} {name}, disabled on 2026-11-")
    denied, marked, _ = state(iam)
    assert name not in denied | marked
    assert len(denied) == 1


def test_one_key_is_given_back_and_the_other_stays(iam, quarantined):
    first, second = quarantined
    done = ask("restore", f"{ACCOUNT}:access_key:{first}", "--json")

    assert json.loads(done.stdout)["finding_id"] == f"{ACCOUNT}:access_key:{first}"
    assert state(iam)[2] == ["Active", "Inactive"]
    (tag,) = iam.list_user_tags(UserName="bob")["Tags"]
    assert tag["Value"] == f"{second} 2026-11-19T05:53:00Z"


def test_all_of_a_run_is_given_back_and_the_others_tags_stay(iam, quarantined):
    done = ask("restore", "--run", "2026-11-19")

    assert len(done.stdout.splitlines()) == 3
    assert state(iam) == ({"alice"}, {"alice"}, ["Active", "Active"])
    assert [each["Key"] for each in iam.list_role_tags(RoleName="deploy")["Tags"]] == ["owner"]


def test_what_is_given_back_twice_is_not_found_and_what_was_detached_by_hand_is_no_failure(
    iam, hands, quarantined
):
    iam.detach_role_policy(RoleName="deploy", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    finding = id_of(iam, "role")
    (what,) = of_finding(disabled(iam), finding)
    restore(hands, what)
    again = ask("restore", finding)

    assert "deploy" not in state(iam)[1]
    assert (again.exit_code, again.stdout) == (1, "")
    assert (
        again.stderr
        == f"lastseen: nothing is disabled by {finding}: no user or role of this account has a tag {TAG} that says so\n"
    )


def test_a_finding_of_another_account_says_whose_credentials_it_needs(iam, quarantined):
    done = ask("restore", "222222222222:role:AROADEPLOY")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "lastseen: the finding is of account 222222222222, and your credentials are of account 123456789012:"
        " name a profile of 222222222222 (--profile, or AWS_PROFILE)"
    )


def test_where_sts_does_not_answer_it_is_restored_all_the_same(iam, quarantined):
    done = ask("restore", id_of(iam, "role"), AWS_ENDPOINT_URL_STS="http://127.0.0.1:9")

    assert (done.exit_code, done.stderr) == (0, "")


def test_a_key_that_is_deleted_by_now_is_no_failure(iam, quarantined):
    first, _ = quarantined
    iam.delete_access_key(UserName="bob", AccessKeyId=first)

    assert ask("restore", f"{ACCOUNT}:access_key:{first}").exit_code == 0


def test_what_iam_refuses_is_told_and_stays_marked(aws, iam, quarantined):
    deny(iam, "DetachUserPolicy", "alice")
    with pytest.raises(ClientError):
        restore(Hands(iam), next(each for each in disabled(iam) if each.target.name == "alice"))

    assert "alice" in state(iam)[1]


def test_a_tag_that_somebody_edited_is_told_and_hides_nothing_else(iam, quarantined):
    iam.tag_user(UserName="carol", Tags=[{"Key": TAG, "Value": "since tuesday"}])
    done = ask("restore", id_of(iam, "role"))

    assert [each.why for each in disabled(iam) if isinstance(each, Unreadable)]
    assert f"user/carol: the tag {TAG} is 'since tuesday', which quarantine has not written" in done.stderr
    assert done.exit_code == 0


@pytest.mark.parametrize("words", [[], ["x", "--run", "2026-11-19"]])
def test_one_of_both_is_to_be_given(aws, words):
    done = ask("restore", *words)

    assert (done.exit_code, done.stderr) == (2, "lastseen: give the id of a finding, or --run with a day\n")


@pytest.mark.parametrize(
    "acts",
    [
        {},
        {"AWSDenyAll": AT},
        {"AKIA1": AT, "AKIA2": NEXT},
        {"AKIAIOSFODNN7EXAMPLE": AT, "AKIAI44QH8DHBEXAMPLE": AT, "AWSDenyAll": AT},
    ],
)
def test_a_mark_is_read_as_it_was_written_and_fits_into_a_tag(acts):
    mark = Mark(acts)

    assert Mark.of({TAG.upper(): mark.value} if acts else {}) == mark
    assert len(mark.value) <= 256
    assert set(mark.value) <= {
        *map(chr, range(48, 58)),
        *"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz _.:/=+-@",
    }
