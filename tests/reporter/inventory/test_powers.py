"""Who may do everything, by the policies that IAM lists."""

import pytest
from builders import ACCOUNT

from reporter.inventory.listed import Detail, Details
from reporter.inventory.powers import allows_all, attached_to, is_administrator


def inline(**statement):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"} | statement],
    }


def attached(arn):
    return {"AttachedManagedPolicies": [{"PolicyName": "any", "PolicyArn": arn}]}


@pytest.mark.parametrize(
    ("listed", "is_one"),
    [
        pytest.param({}, False, id="no policies"),
        pytest.param({"AttachedManagedPolicies": None, "UserPolicyList": None}, False, id="none, and told so"),
        pytest.param(attached("arn:aws:iam::aws:policy/AdministratorAccess"), True, id="AWS's administrator"),
        pytest.param(attached("arn:aws-cn:iam::aws:policy/IAMFullAccess"), True, id="AWS's IAM, in China"),
        pytest.param(attached("arn:aws:iam::aws:policy/ReadOnlyAccess"), False, id="AWS's reader"),
        pytest.param(attached("arn:aws:iam::aws:policy/job-function/AdministratorAccess"), True, id="AWS's, with a path"),
        pytest.param(attached(f"arn:aws:iam::{ACCOUNT}:policy/AdministratorAccess"), False, id="somebody's of that name"),
        *(
            pytest.param({name: [{"PolicyDocument": inline()}]}, True, id=f"inline, in {name}")
            for name in ("UserPolicyList", "GroupPolicyList", "RolePolicyList")
        ),
        *(
            pytest.param({"UserPolicyList": [{"PolicyDocument": inline(**change)}]}, is_one, id=f"{change}")
            for change, is_one in (
                ({"Action": ["s3:*", "iam:*"]}, True),
                ({"Action": "IAM:*", "Resource": ["*"]}, True),
                ({"Action": "*:*"}, True),
                ({"Action": "s3:*"}, False),
                ({"Action": None, "NotAction": "iam:*"}, False),
                ({"Effect": "Deny"}, False),
                ({"Resource": "arn:aws:s3:::bucket"}, False),
                ({"Resource": None}, False),
            )
        ),
        pytest.param(
            {"UserPolicyList": [{"PolicyDocument": {"Statement": inline()["Statement"][0]}}]}, True, id="one statement, no list"
        ),
        pytest.param({"UserPolicyList": [{"PolicyDocument": "no document"}]}, False, id="not a document"),
        pytest.param({"UserPolicyList": [{"PolicyDocument": {}}]}, False, id="an empty document"),
        pytest.param(
            {"UserPolicyList": [{"PolicyDocument": inline(Action="s3:*")}, {"PolicyDocument": inline()}]}, True, id="the second of two"
        ),
    ],
)  # fmt: skip
def test_who_may_do_everything_is_an_administrator(listed, is_one):
    assert is_administrator(listed) is is_one


@pytest.mark.parametrize(
    ("groups", "is_own", "is_one"),
    [((), False, False), (("admins",), False, True), (("readers",), False, False), ((), True, True)],
)
def test_so_is_who_is_in_a_group_that_may(groups, is_own, is_one):
    details = Details({"AIDA1": Detail({}, frozenset(groups), is_own)}, (), frozenset(["admins"]))

    assert details.may_do_all("AIDA1") is is_one
    assert not details.may_do_all("AIDA2")


def version(document, *, is_default=True):
    return {"IsDefaultVersion": is_default, "Document": document}


@pytest.mark.parametrize(
    ("versions", "is_one"),
    [
        pytest.param([version(inline())], True, id="everything"),
        pytest.param([version(inline(Action="s3:*"))], False, id="something"),
        pytest.param(
            [version(inline(), is_default=False), version(inline(Action="s3:*"))], False, id="everything once"
        ),
        pytest.param([version(None)], False, id="without a document"),
        pytest.param(None, False, id="without versions"),
    ],
)
def test_of_a_policy_the_default_version_tells(versions, is_one):
    assert allows_all({"Arn": "arn", "PolicyVersionList": versions}) is is_one


def test_what_is_attached_is_known_by_its_arn():
    assert attached_to(attached("arn:a")) == {"arn:a"}
    assert attached_to({}) == frozenset()
