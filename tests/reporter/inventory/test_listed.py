"""IAM's answers as plain data, to the last field; how they are asked for is in test_iam.py."""

import pytest
from builders import ACCOUNT, at, credential_report

from reporter.inventory.account import Gap, Role, Undatable, Undated, Use, User
from reporter.inventory.credential_report import read
from reporter.inventory.listed import Detail, Details, detail, role, signing_certificate, use, user

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ALL = [{"PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}}]
TAGS = [{"Key": "team", "Value": "web"}]
LISTED = {"UserName": "alice", "Arn": ALICE, "UserId": "AIDAALICE", "CreateDate": at(0)}
NOT_READ = Gap("something", "AccessDenied")


def row(**more):
    return read(credential_report({"user_creation_time": at(0).isoformat()} | more))


def details(*groups, is_own=False):
    found = Detail({"team": "web"}, frozenset(groups), is_own)
    return Details({"AIDAALICE": found}, (), frozenset(["admins"]))


def test_a_user_has_what_each_list_tells_of_it():
    rows = row(cert_2_active="true", cert_2_last_rotated=at(-60).isoformat())
    key = {
        "UserName": "alice",
        "ServiceSpecificCredentialId": "ACCA1",
        "Status": "Active",
        "CreateDate": at(-9),
    }
    of_bob = key | {"UserName": "bob"}
    found = user(
        LISTED | {"PasswordLastUsed": at(-3)}, rows, details("admins"), {"alice": [key], "bob": [of_bob]}
    )

    assert found == User(
        name="alice",
        arn=ALICE,
        id="AIDAALICE",
        created=at(0),
        password_last_used=at(-3),
        credentials=rows["alice"],
        tags={"team": "web"},
        undated=(
            Undated(Undatable.SERVICE_SPECIFIC_CREDENTIAL, "alice", ALICE, "ACCA1", "Active", at(-9)),
            Undated(Undatable.SIGNING_CERTIFICATE, "alice", ALICE, "", "Active", at(-60)),
        ),
        is_administrator=True,
    )


def test_what_could_not_be_listed_of_a_user_is_a_gap():
    found = user(LISTED, NOT_READ, NOT_READ, NOT_READ)

    assert (found.credentials, found.tags, found.undated_gap) == (NOT_READ, NOT_READ, NOT_READ)
    assert (found.undated, found.is_administrator) == ((), False)


@pytest.mark.parametrize(
    ("groups", "is_own", "is_one"),
    [
        pytest.param((), False, False, id="neither"),
        pytest.param(("readers", "admins"), False, True, id="by a group"),
        pytest.param((), True, True, id="by a policy of its own"),
    ],
)
def test_a_user_is_an_administrator_by_a_group_or_a_policy(groups, is_own, is_one):
    assert user(LISTED, row(), details(*groups, is_own=is_own), {}).is_administrator is is_one
    assert not user(LISTED | {"UserId": "AIDANEW"}, row(), details(*groups, is_own=is_own), {}).is_administrator


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param({}, Detail({}, frozenset(), False), id="nothing"),
        pytest.param({"Tags": TAGS, "GroupList": ["a", "b"]}, Detail({"team": "web"}, frozenset("ab"), False), id="tags and groups"),
        pytest.param({"Tags": None, "GroupList": None, "UserPolicyList": ALL}, Detail({}, frozenset(), True), id="a policy that allows all"),
    ],
)  # fmt: skip
def test_the_details_of_a_user(more, expected):
    assert detail(more) == expected


def test_a_role_has_what_iam_lists_of_it():
    listed = {
        "RoleName": "deploy",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/ci/deploy",
        "RoleId": "AROADEPLOY",
        "Path": "/ci/",
        "CreateDate": at(0),
    }
    more = {"RoleLastUsed": {"LastUsedDate": at(9), "Region": "eu-west-1"}, "Tags": TAGS, "RolePolicyList": ALL}
    plain = Role("deploy", listed["Arn"], "AROADEPLOY", "/ci/", at(0), Use(), {})

    assert role(listed) == plain
    assert role(listed | more) == Role(
        "deploy", listed["Arn"], "AROADEPLOY", "/ci/", at(0), Use(at(9), "eu-west-1"), {"team": "web"}, True
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param((at(0), "eu-west-1", "s3"), Use(at(0), "eu-west-1", "s3"), id="all"),
        pytest.param((at(0), "N/A", "N/A"), Use(at(0)), id="a time alone"),
        pytest.param((at(0), "", ""), Use(at(0)), id="the same, without a word"),
        pytest.param((None, None, None), Use(), id="nothing"),
    ],
)
def test_a_use_is_as_much_as_iam_knows(told, expected):
    assert use(*told) == expected


@pytest.mark.parametrize("uploaded", [{"UploadDate": at(-60)}, {}])
def test_a_certificate_is_as_old_as_its_upload_if_that_is_told(uploaded):
    owner = user(LISTED, row(), details(), {})
    found = signing_certificate({"CertificateId": "CERT1", "Status": "Inactive"} | uploaded, owner)

    uploaded_at = uploaded.get("UploadDate")
    assert found == Undated(Undatable.SIGNING_CERTIFICATE, "alice", ALICE, "CERT1", "Inactive", uploaded_at)
