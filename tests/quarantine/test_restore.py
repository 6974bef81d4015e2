"""Given back, by the tags in IAM alone; on moto, whose IAM keeps what it is told."""

import json
import re
from datetime import datetime
from types import SimpleNamespace

import boto3
import botocore.handlers
import jmespath
import pytest
from asking import ask
from botocore.exceptions import ClientError
from builders import ACCOUNT, ROOT

from activity.finding import Kind
from activity.quarantine.target import DENIED, TAG, Target
from lastseen.demo.local_aws import deny
from quarantine.hands import Hands
from quarantine.mark import Mark
from quarantine.restore import disabled, restore

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
    (what,) = (each for each in disabled(iam) if each.target.finding == finding)
    restore(hands, what)
    again = ask("restore", finding)

    assert "deploy" not in state(iam)[1]
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr.startswith(
        f"lastseen: Quarantine has not disabled {finding}.\nlastseen: Disabled in this account: {ACCOUNT}:"
    )
    assert again.stderr.endswith("\nlastseen: Nothing was restored.\n")
    assert again.stderr.count(ACCOUNT) == 4


def test_a_finding_of_another_account_says_whose_credentials_it_needs(iam, quarantined):
    done = ask("restore", "222222222222:role:AROADEPLOY")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "lastseen: 222222222222:role:AROADEPLOY is of account 222222222222, and your credentials are of account 123456789012:"
        " name a profile of 222222222222 (--profile, or AWS_PROFILE)"
    )


def test_where_sts_does_not_answer_it_is_restored_all_the_same(iam, quarantined, monkeypatch):
    at_once = SimpleNamespace(sleep=lambda _: None)
    monkeypatch.setattr("botocore.endpoint.time", at_once)  # It asks again.
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


PAGE = (ROOT / "docs" / "quarantine.md").read_text()


def test_the_page_lists_what_is_tagged_and_undoes_it_with_the_aws_cli_alone(iam, quarantined):
    (query,) = re.findall(r'--output text --query \\\n +"(.+)"\n', PAGE)
    found = jmespath.search(query, iam.get_account_authorization_details(Filter=["User", "Role"]))

    assert dict(found) == {each.target.arn: each.mark.value for each in disabled(iam)}
    (example,) = re.findall(r"(?s)```text\n(arn:.*?)```", PAGE)
    for line in example.splitlines():
        arn, tag = line.split("\t")
        kind, name = re.findall(r":(user|role)/(\w+)$", arn)[0]
        for held in Mark.parse(tag).acts:
            key = "" if held == DENIED else held
            target = Target(Kind.ACCESS_KEY if key else Kind(kind), name, arn, "", AT, key)
            assert all(f"\n{command}\n" in PAGE for command in target.undo)


@pytest.fixture
def edited(iam, quarantined):
    """Carol's tag says nothing that can be read; she is denied everything."""
    iam.tag_user(UserName="carol", Tags=[{"Key": TAG, "Value": "since tuesday"}])
    iam.attach_user_policy(UserName="carol", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")


BY_HAND = f"""\
lastseen: arn:aws:iam::{ACCOUNT}:user/carol: the tag {TAG} is 'since tuesday', which quarantine has not written. lastseen can't restore it. By hand, with the AWS CLI:
    aws iam detach-user-policy --user-name carol --policy-arn arn:aws:iam::aws:policy/AWSDenyAll
    aws iam list-access-keys --user-name carol --query 'AccessKeyMetadata[?Status=='"'"'Inactive'"'"'].AccessKeyId'
    aws iam update-access-key --user-name carol --access-key-id KEY_ID --status Active
    aws iam untag-user --user-name carol --tag-keys {TAG}
"""


@pytest.mark.parametrize(
    ("words", "status", "said", "is_all"),
    [
        ([], 1, BY_HAND, True),
        (["carol"], 1, BY_HAND + "lastseen: Nothing was restored.\n", False),
        (["--run", "2026-11-20"], 1, BY_HAND, True),
        (["--run", "2026-11-18"], 1, BY_HAND + "lastseen: Nothing was restored.\n", False),
        (["AKIAOTHER0000000"], 1, BY_HAND + "lastseen: Nothing was restored.\n", False),
        (["alice"], 0, "", True),
    ],
)
def test_a_tag_that_somebody_edited_has_commands_to_restore_it_by_hand(edited, words, status, said, is_all):
    done = ask("restore", *words)

    assert (done.exit_code, done.stderr, bool(done.stdout)) == (status, said, is_all)


def test_an_edited_tag_of_a_role_to_which_nothing_is_attached_is_only_taken_off(iam, quarantined):
    iam.detach_role_policy(RoleName="deploy", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    iam.tag_role(RoleName="deploy", Tags=[{"Key": TAG, "Value": "x"}])
    done = ask("restore", id_of(iam, "role"))

    assert done.exit_code == 1
    assert done.stderr.splitlines()[1:-1] == [f"    aws iam untag-role --role-name deploy --tag-keys {TAG}"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["x", "--run", "2026-11-19"], "give either an id or --run, not both"),
        (["--run", "19.11."], "'19.11.' is no day: write it as 2026-10-13"),
        (["--run", "2026-11-22"], "2026-11-22 has not come yet: give the day of a run, in UTC"),
        (
            [f"{ACCOUNT}:password:AIDAALICE"],
            f"{ACCOUNT}:password:AIDAALICE is a password's id, and quarantine never disables passwords",
        ),
    ],
)
def test_what_can_be_told_without_aws_is(words, why):
    done = ask("restore", *words, AWS_PROFILE="none")

    assert (done.exit_code, done.stderr) == (2, f"lastseen: {why}\nlastseen: Nothing was restored.\n")


def test_without_a_word_it_lists_what_is_disabled(iam, quarantined):
    done = ask("restore")
    lines = [each.split() for each in done.stdout.splitlines()]

    assert (done.exit_code, done.stderr) == (0, "")
    assert lines[:2] == [
        ["id", "what", "disabled", "since"],
        [id_of(iam, "role"), "role", "deploy", "2026-11-19T05:53:00Z"],
    ]
    told = [json.loads(each) for each in ask("restore", "--json").stdout.splitlines()]
    assert [each["finding_id"] for each in told] == [each[0] for each in lines[1:]]
    assert told[0].keys() == {"finding_id", "kind", "arn", "disabled_at"}
    assert len(state(iam)[1]) == 3


def test_where_nothing_is_disabled_it_says_so(iam):
    done = ask("restore")

    assert (done.exit_code, done.stdout) == (1, "")
    assert (
        done.stderr
        == "lastseen: Quarantine has disabled nothing in this account: no user or role has its tag.\n"
    )
    assert (
        ask("restore", "deploy").stderr
        == "lastseen: Quarantine has not disabled deploy.\nlastseen: Nothing was restored.\n"
    )


def test_a_dry_run_does_nothing(iam, quarantined):
    before = state(iam)
    run, one = (
        ask("restore", "--run", "2026-11-19", "--dry-run"),
        ask("restore", "alice", "--dry-run", "--json"),
    )

    assert (run.exit_code, one.exit_code, state(iam)) == (0, 0, before)
    assert run.stdout.splitlines()[0] == "would restore: role deploy, disabled on 2026-11-19T05:53:00Z"
    assert len(run.stdout.splitlines()) == 3
    assert json.loads(one.stdout)["restored"] is False


@pytest.mark.parametrize(
    "text",
    [
        "deploy",
        "DEPLOY",
        "role/deploy",
        f"arn:aws:iam::{ACCOUNT}:role/deploy",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/x",
    ],
)
def test_a_name_or_an_arn_is_enough(iam, quarantined, text):
    assert ask("restore", text).exit_code == 0
    assert "deploy" not in state(iam)[1]


def test_a_unique_id_and_an_access_key_id_are_enough(iam, quarantined):
    first, _ = quarantined

    assert ask("restore", f" {first},").exit_code == 0
    assert ask("restore", id_of(iam, "user").rpartition(":")[2]).exit_code == 0
    assert state(iam) == ({"deploy"}, {"deploy", "bob"}, ["Active", "Inactive"])


def test_where_several_are_meant_it_asks_which(iam, quarantined):
    before, (first, second) = state(iam), sorted(quarantined)
    done = ask("restore", "bob")

    assert (done.exit_code, state(iam)) == (2, before)
    assert done.stderr == (
        f"lastseen: bob may mean {ACCOUNT}:access_key:{first} (access key {first} of user bob),"
        f" {ACCOUNT}:access_key:{second} (access key {second} of user bob): give one of these\n"
        "lastseen: Nothing was restored.\n"
    )


def test_of_several_that_were_refused_it_says_which(iam, quarantined, monkeypatch):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DetachRolePolicy")

    hooked = [*botocore.handlers.BUILTIN_HANDLERS, ("before-call.iam.DetachRolePolicy", refuse)]
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", hooked)
    done = ask("restore", "--run", "2026-11-19")

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "lastseen: Not restored: role deploy."
    again = ask("restore", "--run", "2026-11-19")
    assert again.stderr.splitlines()[-1] == "lastseen: Nothing was restored."


@pytest.mark.parametrize(
    ("text", "region"), [("alice", "us-east-1"), ("arn:aws-cn:iam::123456789012:user/alice", "cn-north-1")]
)
def test_no_region_is_needed(iam, quarantined, text, region):
    made = []
    session = boto3.Session

    class Noted(session):
        def __init__(self, **named):
            made.append(named["region_name"])
            super().__init__(**named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "Session", Noted)
        done = ask("restore", text, "--dry-run", AWS_DEFAULT_REGION="")

    assert "no AWS region" not in done.stderr
    assert made[-1] == region


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
