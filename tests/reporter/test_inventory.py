"""What IAM lists; botocore's Stubber answers with the pages and rows that moto does not make."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import ANY, Stubber
from builders import ACCOUNT, credential_report

from reporter.account import AccessKey, Gap, Use, User
from reporter.credential_report import read
from reporter.inventory import Iam

MAY = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
COMPLETE = {"State": "COMPLETE"}
USED_IN_JUNE = {
    "access_key_1_active": "true",
    "access_key_1_last_rotated": "2026-05-01T10:00:00+00:00",
    "access_key_1_last_used_date": "2026-06-01T10:00:00+00:00",
    "access_key_1_last_used_region": "eu-west-1",
    "access_key_1_last_used_service": "s3",
}


@pytest.fixture
def stub():
    client = boto3.client("iam")
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def iam(stub, pauses):
    return Iam(stub.client, pauses.append)


def report(*rows):
    return {"Content": credential_report(*rows), "ReportFormat": "text/csv", "GeneratedTime": MAY}


def listed(name, **more):
    return {
        "Path": "/",
        "UserName": name,
        "UserId": f"AIDA{name.upper():>016}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "CreateDate": MAY,
    } | more


def detailed(name, **more):
    return {
        "Path": "/ci/",
        "RoleName": name,
        "RoleId": f"AROA{name.upper():>016}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/ci/{name}",
        "CreateDate": MAY,
    } | more


def expect(stub, *, rows=({},), users=("alice",), roles=(), tags=(), alias=("acme",)):
    """All is well but for what is given."""
    stub.add_response("generate_credential_report", COMPLETE)
    stub.add_response("get_credential_report", report(*rows))
    details = {
        "UserDetailList": [{"UserId": listed(name)["UserId"], "Tags": list(tags)} for name in users],
        "RoleDetailList": list(roles),
    }
    stub.add_response("get_account_authorization_details", details)
    stub.add_response("list_users", {"Users": [listed(name) for name in users]})
    stub.add_response("list_account_aliases", {"AccountAliases": list(alias)})


def key(key_id, created=MAY, status="Active"):
    return {"UserName": "alice", "AccessKeyId": key_id, "Status": status, "CreateDate": created}


def user(credentials=None):
    arn = f"arn:aws:iam::{ACCOUNT}:user/alice"
    rows = credential_report_of(credentials or {})
    return User("alice", arn, "AIDAALICE", MAY, None, rows, {})


def credential_report_of(row):
    return read(credential_report(row))["alice"]


def test_users_and_roles_come_with_ids_ages_and_tags(stub, iam):
    tag = {"Key": "last-activity:exempt", "Value": "audit"}
    role = detailed("deploy", Tags=[tag], RoleLastUsed={"LastUsedDate": JUNE, "Region": "eu-west-1"})
    expect(stub, rows=[{"password_enabled": "true"}], roles=[role], tags=[tag])

    inventory = iam.list(ACCOUNT)

    (alice,) = inventory.users
    (deploy,) = inventory.roles
    assert (inventory.account, inventory.alias, inventory.gaps) == (ACCOUNT, "acme", ())
    assert (alice.name, alice.created, alice.credentials.has_password) == ("alice", MAY, True)
    assert alice.tags == deploy.tags == {"last-activity:exempt": "audit"}
    assert (deploy.path, deploy.last_used) == ("/ci/", Use(JUNE, "eu-west-1"))


@pytest.mark.parametrize("nothing", [{}, {"RoleLastUsed": {}}])
def test_a_role_that_iam_knows_no_use_of(stub, iam, nothing):
    expect(stub, roles=[detailed("deploy", **nothing)])

    assert iam.list(ACCOUNT).roles[0].last_used == Use()


def test_every_page_is_followed(stub, iam):
    stub.add_response("generate_credential_report", COMPLETE)
    stub.add_response("get_credential_report", report({"user": "alice"}, {"user": "bob"}))
    page = {"Filter": ["User", "Role"], "MaxItems": 1000}
    stub.add_response(
        "get_account_authorization_details",
        {"RoleDetailList": [detailed("one")], "UserDetailList": [], "IsTruncated": True, "Marker": "m"},
        page,
    )
    stub.add_response(
        "get_account_authorization_details",
        {"RoleDetailList": [detailed("two")], "UserDetailList": []},
        page | {"Marker": "m"},
    )
    stub.add_response(
        "list_users", {"Users": [listed("alice")], "IsTruncated": True, "Marker": "n"}, {"MaxItems": 1000}
    )
    stub.add_response("list_users", {"Users": [listed("bob")]}, {"MaxItems": 1000, "Marker": "n"})
    stub.add_response("list_account_aliases", {"AccountAliases": []})

    inventory = iam.list(ACCOUNT)

    assert [role.name for role in inventory.roles] == ["one", "two"]
    assert [user.name for user in inventory.users] == ["alice", "bob"]


def test_the_root_user_is_told_apart(stub, iam):
    root = {"user": "<root_account>", "password_enabled": "not_supported", "access_key_1_active": "true"}
    expect(stub, rows=[root, {}])

    inventory = iam.list(ACCOUNT)

    assert [user.name for user in inventory.users] == ["alice"]
    assert inventory.root.slots[0].is_active


def test_a_report_in_the_making_is_waited_for(stub, iam, pauses):
    stub.add_response("generate_credential_report", {"State": "STARTED"})
    stub.add_response("generate_credential_report", {"State": "INPROGRESS"})
    expect(stub)

    assert iam.list(ACCOUNT).gaps == ()
    assert pauses == [2.0, 2.0]


@pytest.mark.parametrize("error", ["ReportNotPresent", "ReportExpired", "ReportInProgress"])
def test_a_report_that_expired_meanwhile_is_made_anew(stub, iam, error):
    stub.add_response("generate_credential_report", COMPLETE)
    stub.add_client_error("get_credential_report", error)
    expect(stub)

    assert iam.list(ACCOUNT).gaps == ()


def test_a_report_that_is_never_ready_is_a_gap(stub, iam, pauses):
    for _ in range(60):
        stub.add_response("generate_credential_report", {"State": "INPROGRESS"})
    stub.add_response("get_account_authorization_details", {"UserDetailList": [], "RoleDetailList": []})
    stub.add_response("list_users", {"Users": [listed("alice")]})
    stub.add_response("list_account_aliases", {"AccountAliases": []})

    inventory = iam.list(ACCOUNT)

    gap = Gap("credential report", "IAM did not finish it within 120 seconds")
    assert inventory.gaps == (gap,)
    assert inventory.users[0].credentials == gap
    assert sum(pauses) == 120


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("generate_credential_report", "credential report"),
        ("get_account_authorization_details", "roles, and the tags of users (GetAccountAuthorizationDetails)"),
        ("list_users", "users (ListUsers)"),
        ("list_account_aliases", "account alias"),
    ],
)
def test_what_may_not_be_listed_is_a_gap_with_its_reason(stub, iam, call, what):
    answers = {
        "generate_credential_report": COMPLETE,
        "get_credential_report": report({}),
        "get_account_authorization_details": {"UserDetailList": [], "RoleDetailList": []},
        "list_users": {"Users": []},
        "list_account_aliases": {"AccountAliases": []},
    }
    for name, answer in answers.items():
        if name == call:
            stub.add_client_error(name, "AccessDenied", "not yours")
        elif (name, call) != ("get_credential_report", "generate_credential_report"):
            stub.add_response(name, answer)

    (gap,) = iam.list(ACCOUNT).gaps

    assert gap.what == what
    assert "AccessDenied" in gap.reason
    assert "not yours" in gap.reason


def test_a_user_newer_than_the_report_has_a_gap_for_credentials(stub, iam):
    expect(stub, users=("alice", "zoe"))

    zoe = iam.list(ACCOUNT).users[1]

    assert zoe.credentials == Gap(
        f"credentials of arn:aws:iam::{ACCOUNT}:user/zoe",
        "not yet in the credential report: IAM makes one every 4 hours",
    )


def test_the_row_of_a_predecessor_of_that_name_is_not_the_users(stub, iam):
    expect(stub, rows=[{"user_creation_time": "2025-01-01T00:00:00+00:00", "password_enabled": "true"}])

    assert isinstance(iam.list(ACCOUNT).users[0].credentials, Gap)


def test_the_row_of_the_same_age_is_the_users(stub, iam):
    expect(stub, rows=[{"user_creation_time": "2026-05-01T10:00:00+00:00", "password_enabled": "true"}])

    assert iam.list(ACCOUNT).users[0].credentials.has_password


def test_a_key_takes_the_slot_that_was_filled_when_it_was_made(stub, iam):
    stub.add_response("list_access_keys", {"AccessKeyMetadata": [key("AKIAEXAMPLE000000001")]})

    (found,) = iam.access_keys(user(USED_IN_JUNE))

    assert found == AccessKey("AKIAEXAMPLE000000001", MAY, True, Use(JUNE, "eu-west-1", "s3"))


@pytest.mark.parametrize("status", ["Inactive", "Expired"])
def test_only_an_active_key_is_active(stub, iam, status):
    stub.add_response("list_access_keys", {"AccessKeyMetadata": [key("AKIAEXAMPLE000000001", status=status)]})

    assert not iam.access_keys(user(USED_IN_JUNE))[0].is_active


def test_a_key_that_was_switched_off_and_on_fits_no_slot_and_is_asked_for(stub, iam):
    stub.add_response("list_access_keys", {"AccessKeyMetadata": [key("AKIAEXAMPLE000000001", created=JUNE)]})
    used = {"LastUsedDate": JUNE, "ServiceName": "sqs", "Region": "N/A"}
    stub.add_response(
        "get_access_key_last_used",
        {"AccessKeyLastUsed": used},
        {"AccessKeyId": "AKIAEXAMPLE000000001"},
    )

    assert iam.access_keys(user(USED_IN_JUNE))[0].last_used == Use(JUNE, "", "sqs")


def test_two_keys_of_the_same_second_are_both_asked_for(stub, iam):
    twice = USED_IN_JUNE | {name.replace("key_1", "key_2"): value for name, value in USED_IN_JUNE.items()}
    keys = [key("AKIAEXAMPLE000000001"), key("AKIAEXAMPLE000000002")]
    stub.add_response("list_access_keys", {"AccessKeyMetadata": keys})
    for _ in keys:
        never = {"ServiceName": "N/A", "Region": "N/A"}
        stub.add_response("get_access_key_last_used", {"AccessKeyLastUsed": never}, {"AccessKeyId": ANY})

    assert [found.last_used for found in iam.access_keys(user(twice))] == [Use(), Use()]


def test_a_third_key_of_the_same_second_does_not_take_the_slot_of_the_first(stub, iam):
    keys = [key("AKIAEXAMPLE000000001"), key("AKIAEXAMPLE000000003")]
    stub.add_response("list_access_keys", {"AccessKeyMetadata": keys})
    for each, used in zip(keys, (MAY, JUNE), strict=True):
        answer = {"LastUsedDate": used, "ServiceName": "N/A", "Region": "N/A"}
        asked = {"AccessKeyId": each["AccessKeyId"]}
        stub.add_response("get_access_key_last_used", {"AccessKeyLastUsed": answer}, asked)

    assert [found.last_used.at for found in iam.access_keys(user(USED_IN_JUNE))] == [MAY, JUNE]


def test_any_number_of_keys_is_listed(stub, iam):
    first = {"AccessKeyMetadata": [key("AKIAEXAMPLE000000001")], "IsTruncated": True, "Marker": "m"}
    stub.add_response("list_access_keys", first, {"UserName": "alice"})
    rest = [key("AKIAEXAMPLE000000002", JUNE), key("AKIAEXAMPLE000000003", JUNE)]
    stub.add_response("list_access_keys", {"AccessKeyMetadata": rest}, {"UserName": "alice", "Marker": "m"})
    for _ in rest:
        never = {"ServiceName": "N/A", "Region": "N/A"}
        stub.add_response("get_access_key_last_used", {"AccessKeyLastUsed": never})

    assert len(iam.access_keys(user(USED_IN_JUNE))) == 3


def test_keys_that_may_not_be_listed_are_a_gap(stub, iam):
    stub.add_client_error("list_access_keys", "AccessDenied")

    gap = iam.access_keys(user(USED_IN_JUNE))

    assert gap.what == f"access keys of arn:aws:iam::{ACCOUNT}:user/alice"


def test_a_key_that_may_not_be_asked_for_has_a_gap_for_its_use(stub, iam):
    stub.add_response("list_access_keys", {"AccessKeyMetadata": [key("AKIAEXAMPLE000000001", JUNE)]})
    stub.add_client_error("get_access_key_last_used", "AccessDenied")

    (found,) = iam.access_keys(user(USED_IN_JUNE))

    assert found.last_used.what == "last use of access key AKIAEXAMPLE000000001"


def test_a_user_deleted_meanwhile_has_no_keys(stub, iam):
    stub.add_client_error("list_access_keys", "NoSuchEntity")

    assert iam.access_keys(user(USED_IN_JUNE)) == ()
