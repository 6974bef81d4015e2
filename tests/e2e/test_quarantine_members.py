"""Quarantine of a member account as it is deployed: announced, disabled and restored there, and nothing else done.

tests/quarantine/test_member.py holds the member's statements to those of the hub.
"""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from e2e.organization import of_account
from e2e.people import NOBODY_MAY
from e2e.quarantine_hub import MEMBER, ROLE, ROLELESS, STRANGER, days_pass, hub
from e2e.server import ACCOUNT, eventually
from e2e.test_quarantine import FORBIDDEN, REFUSED, refusal

from activity.quarantine.target import TAG
from reporter.inventory.account import Gap

__all__ = ["hub"]  # A fixture.
LASTSEEN = Path(sys.executable).with_name("lastseen")


def lastseen(server, credentials, *words):
    return subprocess.run(
        [LASTSEEN, *words],
        env=server.environment() | credentials,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def person(hub):
    """The credentials of somebody in the member who may restore, and nothing else."""
    with of_account(hub.server, "cloudformation", MEMBER) as cloudformation:
        (stack,) = cloudformation.describe_stacks(StackName=ROLE)["Stacks"]
    (policy,) = (each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == "RestorePolicyArn")
    anybody = {"Effect": "Allow", "Principal": {"AWS": MEMBER}, "Action": "sts:AssumeRole"}
    with of_account(hub.server, "iam", MEMBER) as iam, of_account(hub.server, "sts", MEMBER) as sts:
        trust = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
        role = iam.create_role(RoleName="people", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.attach_role_policy(RoleName="people", PolicyArn=policy)
        given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


def test_a_member_from_the_announcement_by_the_schedule_to_the_restore(hub):
    finding = f"{MEMBER}:access_key:{hub.idle}"

    hub.invoke()  # As the schedule does: the member's run is one that this starts.
    eventually(lambda: "told" in hub.entries().get(finding, {}), "it is announced by mail", within=90)
    days_pass(hub, finding, 15)
    answer = hub.invoke(account=MEMBER)
    assert (answer["disabled"], answer["held"], answer["problems"]) == (1, 0, [])
    assert hub.keys() == {hub.idle: "Inactive", hub.used: "Active"}

    told = lastseen(hub.server, {}, "restore", finding)
    assert told.returncode == 2
    assert f"is of account {MEMBER}, and your credentials are of account {ACCOUNT}" in told.stderr
    done = lastseen(hub.server, person(hub), "restore", finding)
    assert (done.returncode, done.stderr) == (0, "")
    assert hub.keys() == {hub.idle: "Active", hub.used: "Active"}
    assert hub.invoke(account=MEMBER)["restored"] == 1


def test_a_member_without_the_role_is_a_dead_letter_that_says_so(hub):
    """Which raises the alarm."""
    hub.invoke()

    (letter,) = eventually(hub.letters.take, "the run of the member is a dead letter", within=90)
    told = json.loads(letter)
    assert told["requestPayload"] == {"account": ROLELESS}
    reason = f"account {ROLELESS}: the role {ROLE} is not there, does not trust quarantine, or is denied"
    assert reason in told["responsePayload"]["errorMessage"]
    assert not [each for each in hub.entries() if each.startswith(ROLELESS)]


def test_an_account_that_nobody_named_is_refused(hub):
    told = hub.invoke(account=STRANGER)["errorMessage"]

    assert f"account {STRANGER} is not in the parameter Accounts" in told


@pytest.mark.parametrize(
    ("account", "role", "external_id"),
    [
        pytest.param(MEMBER, ROLE, "", id="without the external id"),
        pytest.param(MEMBER, ROLE, "another", id="with another external id"),
        pytest.param(MEMBER, "OrganizationAccountAccessRole", "", id="by a role that trusts the whole hub"),
        pytest.param(STRANGER, ROLE, None, id="where the role trusts somebody else"),
        pytest.param(ROLELESS, ROLE, None, id="where there is no role"),
    ],
)
def test_its_role_comes_into_an_account_in_no_other_way(hub, account, role, external_id):
    if role != ROLE:
        anybody = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
        with of_account(hub.server, "iam", account) as iam:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)

    assert isinstance(hub.members(role, external_id).clients(account), Gap)


@pytest.fixture(scope="module")
def others(hub):
    """Whom it must not touch in the member, besides its own role there."""
    tracker, exempt = ({"Key": f"last-activity:{each}", "Value": "x"} for each in ("tracker", "exempt"))
    with of_account(hub.server, "iam", MEMBER) as iam:
        iam.create_user(UserName="bob")
        iam.create_login_profile(UserName="bob", Password="Correct-Horse-1")
        iam.create_user(UserName="frank", Tags=[exempt])
        for name in ("x-last-activity-reporter", "other"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=NOBODY_MAY)
        iam.create_role(RoleName="tracker", AssumeRolePolicyDocument=NOBODY_MAY, Tags=[tracker])
        document = {"Effect": "Deny", "Action": "*", "Resource": "*"}
        policy = iam.create_policy(
            PolicyName="DenyAll", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [document]})
        )
        key = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    return {"bob": key, "policy": policy["Policy"]["Arn"]}


@pytest.fixture
def acting(hub):
    """IAM of the member, as the function asks it."""
    with closing(hub.members().clients(MEMBER)("iam")) as iam:
        yield iam


@pytest.mark.parametrize("act", FORBIDDEN)
def test_in_the_member_it_is_refused_what_it_must_not_do(acting, others, act):
    assert refusal(lambda: act(acting, others["bob"])) in REFUSED


def test_in_the_member_it_may_deny_a_role_but_not_that_by_which_it_acts(acting, others):
    acting.attach_role_policy(RoleName="other", PolicyArn=others["policy"])

    for act in (
        lambda: acting.attach_role_policy(RoleName=ROLE, PolicyArn=others["policy"]),
        lambda: acting.tag_role(RoleName=ROLE, Tags=[{"Key": TAG, "Value": "x"}]),
        lambda: acting.untag_role(RoleName=ROLE, TagKeys=["last-activity:tracker"]),
    ):
        assert refusal(act) in REFUSED
