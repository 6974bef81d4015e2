"""The commands that reports and notices print, typed in as a person would, by the AWS CLI on an AWS in this process."""

import shlex
from pathlib import Path

import awscli
import pytest
from awscli.clidriver import create_clidriver

from activity.commands import delete_password, deny_role, deny_user, detach, disable_key, tag, undo, untag

# IAM's names have letters, digits and _+=,.@- in any place.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
NAMES = "alice", "-svc", "--user-name", "=+,.@_-"

DENIAL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'


@pytest.fixture
def typed(aws, monkeypatch):
    """Runs a command, and answers with the exit status."""
    monkeypatch.setenv("AWS_DATA_PATH", str(Path(awscli.__file__).parent / "data"))
    return lambda command: create_clidriver().main(shlex.split(command)[1:])


@pytest.mark.parametrize("name", NAMES)
def test_a_users_commands_reach_the_user_whatever_the_name(aws, typed, name):
    iam = aws("iam")
    iam.create_user(UserName=name)
    iam.create_login_profile(UserName=name, Password="Secret-1234567890")
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]

    assert [typed(each) for each in (disable_key(key, name), delete_password(name), deny_user(name))] == [
        0,
        0,
        0,
    ]
    assert [each["Status"] for each in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]] == ["Inactive"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_login_profile(UserName=name)
    denied = iam.get_user_policy(UserName=name, PolicyName="LastActivityDenyAll")["PolicyDocument"]
    assert denied["Statement"] == [{"Effect": "Deny", "Action": "*", "Resource": "*"}]


@pytest.mark.parametrize("name", NAMES)
def test_a_roles_command_reaches_the_role_whatever_the_name(aws, typed, name):
    iam = aws("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")

    assert typed(deny_role(name)) == 0
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["LastActivityDenyAll"]


@pytest.mark.parametrize("name", NAMES)
def test_a_managed_policy_is_taken_off_whatever_the_name(aws, typed, name):
    iam = aws("iam")
    made = iam.create_policy(PolicyName="deny", PolicyDocument=DENIAL)
    policy = made["Policy"]["Arn"]
    iam.create_user(UserName=name)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)

    assert [typed(detach(kind, name, policy)) for kind in ("user", "role")] == [0, 0]
    assert iam.list_attached_user_policies(UserName=name)["AttachedPolicies"] == []
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []


@pytest.mark.parametrize("key", ["last-activity:exempt", " Last-Activity:exempt"])
@pytest.mark.parametrize("name", NAMES)
def test_a_tag_is_changed_and_taken_off_whatever_the_names(aws, typed, name, key):
    iam = aws("iam")
    iam.create_user(UserName=name, Tags=[{"Key": key, "Value": "audit until=soon"}])
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")

    assert [typed(tag(kind, name, key, "audit until=2027-12-31")) for kind in ("user", "role")] == [0, 0]
    end = [{"Key": key, "Value": "audit until=2027-12-31"}]
    assert iam.list_user_tags(UserName=name)["Tags"] == iam.list_role_tags(RoleName=name)["Tags"] == end
    assert [typed(untag(kind, name, key)) for kind in ("user", "role")] == [0, 0]
    assert iam.list_user_tags(UserName=name)["Tags"] == iam.list_role_tags(RoleName=name)["Tags"] == []


@pytest.mark.parametrize(
    ("command", "text"),
    [
        pytest.param(disable_key("AKIA1", "alice"), "--user-name alice --access-key-id AKIA1 --status Inactive", id="a user's key"),
        pytest.param(disable_key("AKIA1", ""), "aws iam update-access-key --access-key-id AKIA1 --status Inactive", id="the root user's key"),
        pytest.param(disable_key("AKIA1", "-svc"), "--user-name=-svc --access-key-id AKIA1", id="a hyphen"),
        pytest.param(delete_password("o'neil; rm"), """--user-name 'o'"'"'neil; rm'""", id="what no name has is quoted"),
        pytest.param(delete_password("-$(rm)"), "--user-name='-$(rm)'", id="and behind a hyphen"),
    ],
)  # fmt: skip
def test_a_command_reads_as_people_write_it(command, text):
    assert text in command


@pytest.mark.parametrize("name", NAMES)
def test_what_can_be_undone_is(aws, typed, name):
    iam = aws("iam")
    iam.create_user(UserName=name)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    done = disable_key(key, name), deny_user(name), deny_role(name)

    assert [typed(each) for each in (*done, *map(undo, done))] == [0] * 6
    assert [each["Status"] for each in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]] == ["Active"]
    assert iam.list_user_policies(UserName=name)["PolicyNames"] == []
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []


def test_a_deleted_password_stays_deleted():
    assert undo(delete_password("alice")) == ""
