"""What IAM lists; botocore's Stubber answers with the pages and rows that moto does not make."""

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import ANY, Stubber
from builders import ACCOUNT, at, credential_report

from reporter.inventory.account import AccessKey, Gap, KeySlot, Undatable, Undated, Use, User
from reporter.inventory.credential_report import read
from reporter.inventory.iam import Iam
from reporter.inventory.listed import joined

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
    return Iam(stub.client, pauses.append, clock=lambda: sum(pauses))


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
    stub.add_response("list_service_specific_credentials", {"ServiceSpecificCredentials": []})
    stub.add_response("list_users", {"Users": [listed(name) for name in users]})
    stub.add_response("list_account_aliases", {"AccountAliases": list(alias)})


def key(key_id, created=MAY, status="Active"):
    return {"UserName": "alice", "AccessKeyId": key_id, "Status": status, "CreateDate": created}


def credential(user, number, **more):
    return {
        "UserName": user,
        "ServiceName": "bedrock.amazonaws.com",
        "Status": "Active",
        "ServiceSpecificCredentialId": f"ACCAEXAMPLECRED{number:05}",
        "CreateDate": MAY,
    } | more


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
    page = {"Filter": ["User", "Group", "Role", "LocalManagedPolicy"], "MaxItems": 1000}
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
    some = {"ServiceSpecificCredentials": [credential("alice", 1)], "IsTruncated": True, "Marker": "c"}
    asked = {"AllUsers": True, "MaxItems": 1000}
    stub.add_response("list_service_specific_credentials", some, asked)
    rest = {"ServiceSpecificCredentials": [credential("bob", 2)]}
    stub.add_response("list_service_specific_credentials", rest, asked | {"Marker": "c"})
    stub.add_response(
        "list_users", {"Users": [listed("alice")], "IsTruncated": True, "Marker": "n"}, {"MaxItems": 1000}
    )
    stub.add_response("list_users", {"Users": [listed("bob")]}, {"MaxItems": 1000, "Marker": "n"})
    stub.add_response("list_account_aliases", {"AccountAliases": []})

    inventory = iam.list(ACCOUNT)

    assert [role.name for role in inventory.roles] == ["one", "two"]
    assert [(user.name, [each.user for each in user.undated]) for user in inventory.users] == [
        ("alice", ["alice"]),
        ("bob", ["bob"]),
    ]


def test_a_policy_of_the_accounts_own_makes_administrators_wherever_it_comes(stub, iam):
    """IAM lists policies after those who have them, perhaps on another page."""
    own = "arn:aws:iam::123456789012:policy/all"
    held = {"AttachedManagedPolicies": [{"PolicyName": "all", "PolicyArn": own}]}
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    policy = {"Arn": own, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": json.dumps(everything)}]}
    users = {name: listed(name)["UserId"] for name in ("alice", "bob", "carol")}
    stub.add_response("generate_credential_report", COMPLETE)
    stub.add_response("get_credential_report", report(*({"user": name} for name in users)))
    stub.add_response(
        "get_account_authorization_details",
        {
            "RoleDetailList": [detailed("one", **held), detailed("two")],
            "UserDetailList": [
                {"UserId": users["alice"], "GroupList": ["admins"]},
                {"UserId": users["bob"]} | held,
                {"UserId": users["carol"], "GroupList": ["readers"]},
            ],
            "GroupDetailList": [{"GroupName": "admins"} | held, {"GroupName": "readers"}],
            "IsTruncated": True,
            "Marker": "m",
        },
    )
    stub.add_response(
        "get_account_authorization_details", {"RoleDetailList": [], "UserDetailList": [], "Policies": [policy]}
    )
    stub.add_response("list_service_specific_credentials", {"ServiceSpecificCredentials": []})
    stub.add_response("list_users", {"Users": [listed(name) for name in users]})
    stub.add_response("list_account_aliases", {"AccountAliases": []})
    inventory = iam.list(ACCOUNT)

    assert {each.name: each.is_administrator for each in (*inventory.roles, *inventory.users)} == {
        "one": True,
        "two": False,
        "alice": True,
        "bob": True,
        "carol": False,
    }


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
    assert pauses == [5.0, 7.0]


@pytest.mark.parametrize("error", ["ReportNotPresent", "ReportExpired", "ReportInProgress"])
def test_a_report_that_expired_meanwhile_is_made_anew(stub, iam, error):
    stub.add_response("generate_credential_report", COMPLETE)
    stub.add_client_error("get_credential_report", error)
    expect(stub)

    assert iam.list(ACCOUNT).gaps == ()


# 5, 7, 9, 11 and 13 seconds, and 15 each time after: 10 minutes.
TRIES = 42
LIMIT_EXCEEDED = {"service_error_code": "LimitExceeded", "http_status_code": 409}
BUSY = (
    LIMIT_EXCEEDED,
    {"service_error_code": "ServiceFailure", "http_status_code": 500},
    {"service_error_code": "Throttling"},
    {"service_error_code": "InternalFailure", "http_status_code": 503},
)


def the_rest(stub, users=("alice",)):
    """All that is asked after the credential report."""
    stub.add_response("get_account_authorization_details", {"UserDetailList": [], "RoleDetailList": []})
    stub.add_response("list_service_specific_credentials", {"ServiceSpecificCredentials": []})
    stub.add_response("list_users", {"Users": [listed(name) for name in users]})
    stub.add_response("list_account_aliases", {"AccountAliases": []})


@pytest.mark.parametrize("busy", BUSY, ids=lambda busy: busy["service_error_code"])
def test_a_report_that_iam_is_too_busy_to_make_is_asked_for_again_after_longer_and_longer_pauses(
    stub, iam, pauses, busy
):
    for _ in range(7):
        stub.add_client_error("generate_credential_report", **busy)
    expect(stub, rows=[{"password_enabled": "true"}])

    inventory = iam.list(ACCOUNT)
    assert (inventory.gaps, inventory.old_report) == ((), None)
    assert inventory.users[0].credentials.has_password
    assert pauses == [5, 7, 9, 11, 13, 15, 15]


@pytest.mark.parametrize("busy", BUSY, ids=lambda busy: busy["service_error_code"])
def test_after_ten_minutes_the_last_report_that_iam_made_has_to_do_and_its_age_is_known(
    stub, iam, pauses, busy
):
    for _ in range(TRIES):
        stub.add_client_error("generate_credential_report", **busy)
    stub.add_response("get_credential_report", report({"password_enabled": "true"}))
    the_rest(stub)

    inventory = iam.list(ACCOUNT)
    assert inventory.gaps == ()
    assert inventory.users[0].credentials.has_password
    assert inventory.old_report.made == MAY
    assert busy["service_error_code"] in inventory.old_report.why
    assert 600 <= sum(pauses) < 615


def test_who_may_not_have_a_report_made_reads_the_last_one_at_once(stub, iam, pauses):
    stub.add_client_error("generate_credential_report", "AccessDenied", "not yours")
    stub.add_response("get_credential_report", report({}))
    the_rest(stub)

    inventory = iam.list(ACCOUNT)
    assert (inventory.gaps, inventory.old_report.made, pauses) == ((), MAY, [])
    assert "AccessDenied" in inventory.old_report.why


def test_if_there_is_no_earlier_report_the_gap_says_why_there_is_neither(stub, iam):
    stub.add_client_error("generate_credential_report", "AccessDenied", "not yours")
    stub.add_client_error("get_credential_report", "ReportNotPresent", "none was made")
    the_rest(stub)

    (gap,) = iam.list(ACCOUNT).gaps
    assert gap.what == "credential report"
    assert "AccessDenied" in gap.reason
    assert "ReportNotPresent" in gap.reason


def test_a_report_is_not_waited_for_beyond_the_functions_deadline(stub, pauses):
    iam = Iam(stub.client, pauses.append, is_late=lambda: sum(pauses) > 60, clock=lambda: sum(pauses))
    for _ in range(7):
        stub.add_client_error("generate_credential_report", **LIMIT_EXCEEDED)

    assert "not read before the function's deadline" in iam.list(ACCOUNT).gaps[0].reason
    assert sum(pauses) < 90


def test_a_report_that_is_never_ready_is_a_gap(stub, iam, pauses):
    for _ in range(TRIES):
        stub.add_response("generate_credential_report", {"State": "INPROGRESS"})
    stub.add_client_error("get_credential_report", "ReportInProgress")
    the_rest(stub)

    inventory = iam.list(ACCOUNT)

    (gap,) = inventory.gaps
    assert inventory.users[0].credentials == gap
    assert gap.reason.startswith("it was still being made, for 10 minutes; and of an earlier one: ")


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("get_credential_report", "credential report"),
        ("get_account_authorization_details", "roles, and the tags of users (GetAccountAuthorizationDetails)"),
        ("list_service_specific_credentials", "service-specific credentials of users"),
        ("list_users", "users (ListUsers)"),
        ("list_account_aliases", "account alias"),
    ],
)
def test_what_may_not_be_listed_is_a_gap_with_its_reason(stub, iam, call, what):
    answers = {
        "generate_credential_report": COMPLETE,
        "get_credential_report": report({}),
        "get_account_authorization_details": {"UserDetailList": [], "RoleDetailList": []},
        "list_service_specific_credentials": {"ServiceSpecificCredentials": []},
        "list_users": {"Users": []},
        "list_account_aliases": {"AccountAliases": []},
    }
    for name, answer in answers.items():
        if name == call:
            stub.add_client_error(name, "AccessDenied", "not yours")
            if name == "get_credential_report":  # It is tried again, as of an earlier report.
                stub.add_client_error(name, "AccessDenied", "not yours")
        else:
            stub.add_response(name, answer)

    inventory = iam.list(ACCOUNT)

    operation = "".join(each.title() for each in call.split("_"))
    (gap,) = inventory.gaps
    assert gap.what == what
    assert gap.reason.startswith(f"AccessDenied ({operation}): not yours")
    assert (inventory.users, inventory.roles, inventory.alias) == ((), (), "")
    assert inventory.lists_users is (call != "list_users")
    assert inventory.lists_roles is (call != "get_account_authorization_details")


def test_a_user_newer_than_the_report_has_a_gap_for_credentials(stub, iam):
    expect(stub, users=("alice", "zoe"))

    zoe = iam.list(ACCOUNT).users[1]

    assert zoe.credentials == Gap(
        f"credentials of arn:aws:iam::{ACCOUNT}:user/zoe",
        "not yet in the credential report: IAM makes one every 4 hours",
    )


def test_the_row_of_a_predecessor_of_that_name_is_not_the_users(stub, iam):
    expect(stub, rows=[{"user_creation_time": "2025-01-01T00:00:00+00:00", "password_enabled": "true"}])

    gap = iam.list(ACCOUNT).users[0].credentials
    assert gap.reason == (
        "not yet in the credential report (it has a user of that name made at 2025-01-01T00:00:00Z, not at"
        " 2026-05-01T10:00:00Z): IAM makes one every 4 hours"
    )


@pytest.mark.parametrize(
    ("told", "is_the_users"),
    [
        pytest.param("2026-05-01T10:00:00+00:00", True, id="the same second"),
        pytest.param("2026-05-01T10:00:01+00:00", True, id="a second later"),
        pytest.param("2026-05-01T09:59:55+00:00", True, id="five seconds before"),
        pytest.param("2026-05-01T10:00:06+00:00", False, id="six seconds later"),
        pytest.param("2026-05-01T09:59:54+00:00", False, id="six seconds before"),
        pytest.param("N/A", True, id="not told"),
    ],
)
def test_the_row_of_about_the_same_age_is_the_users(stub, iam, told, is_the_users):
    expect(stub, rows=[{"user_creation_time": told, "password_enabled": "true"}])

    assert isinstance(iam.list(ACCOUNT).users[0].credentials, Gap) is not is_the_users


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


def test_a_service_specific_credential_comes_with_its_service_age_and_end(stub, iam):
    stub.add_response("generate_credential_report", COMPLETE)
    stub.add_response("get_credential_report", report({}))
    stub.add_response("get_account_authorization_details", {"UserDetailList": [], "RoleDetailList": []})
    listing = {"ServiceSpecificCredentials": [credential("alice", 1, Status="Inactive", ExpirationDate=JUNE)]}
    stub.add_response("list_service_specific_credentials", listing)
    stub.add_response("list_users", {"Users": [listed("alice")]})
    stub.add_response("list_account_aliases", {"AccountAliases": []})

    (found,) = iam.list(ACCOUNT).users[0].undated

    arn = f"arn:aws:iam::{ACCOUNT}:user/alice"
    kind = Undatable.SERVICE_SPECIFIC_CREDENTIAL
    assert found == Undated(
        kind, "alice", arn, "ACCAEXAMPLECRED00001", "Inactive", MAY, "bedrock.amazonaws.com", JUNE
    )


def test_an_iam_that_does_not_know_service_specific_credentials_has_none(stub, iam):
    stub.add_response("generate_credential_report", COMPLETE)
    stub.add_response("get_credential_report", report({}))
    stub.add_response("get_account_authorization_details", {"UserDetailList": [], "RoleDetailList": []})
    stub.add_client_error("list_service_specific_credentials", "InvalidAction")
    stub.add_response("list_users", {"Users": [listed("alice")]})
    stub.add_response("list_account_aliases", {"AccountAliases": []})

    inventory = iam.list(ACCOUNT)
    assert (inventory.gaps, inventory.users[0].undated, inventory.users[0].undated_gap) == ((), (), None)


def test_ssh_keys_and_certificates_of_a_user_are_listed_page_by_page(stub, iam):
    ssh = {"UserName": "alice", "Status": "Active", "UploadDate": MAY}
    first = {"SSHPublicKeys": [ssh | {"SSHPublicKeyId": f"APKA{1:016}"}], "IsTruncated": True, "Marker": "m"}
    stub.add_response("list_ssh_public_keys", first, {"UserName": "alice"})
    rest = {"SSHPublicKeys": [ssh | {"SSHPublicKeyId": f"APKA{2:016}", "Status": "Inactive"}]}
    stub.add_response("list_ssh_public_keys", rest, {"UserName": "alice", "Marker": "m"})
    certificate = {"UserName": "alice", "CertificateId": f"{3:024}", "Status": "Active", "CertificateBody": "x"}
    stub.add_response("list_signing_certificates", {"Certificates": [certificate]}, {"UserName": "alice"})

    found = iam.undated(user({"cert_1_active": "true", "cert_1_last_rotated": "2026-05-01T10:00:00+00:00"}))

    assert [(each.kind, each.id, each.status, each.created) for each in found] == [
        (Undatable.SSH_PUBLIC_KEY, f"APKA{1:016}", "Active", MAY),
        (Undatable.SSH_PUBLIC_KEY, f"APKA{2:016}", "Inactive", MAY),
        (Undatable.SIGNING_CERTIFICATE, f"{3:024}", "Active", None),
    ]


def test_certificates_are_asked_for_only_where_the_report_has_one(stub, iam):
    stub.add_response("list_ssh_public_keys", {"SSHPublicKeys": []})

    assert iam.undated(user()) == ()


def test_ssh_keys_that_may_not_be_listed_are_a_gap_and_a_user_deleted_meanwhile_has_none(stub, iam):
    stub.add_client_error("list_ssh_public_keys", "AccessDenied")
    stub.add_client_error("list_ssh_public_keys", "NoSuchEntity")

    assert iam.undated(user()).what == f"SSH public keys and signing certificates of {user().arn}"
    assert iam.undated(user()) == ()


@pytest.mark.parametrize(
    ("rotated", "used"),
    [
        pytest.param([0, 60], 0, id="one slot was filled then"),
        pytest.param([60, None], None, id="none was"),
        pytest.param([0, 0], None, id="two were: it may be either"),
    ],
)
def test_a_slots_claim_is_of_the_key_that_alone_was_made_in_its_second(rotated, used):
    slots = [
        KeySlot(is_active=True, rotated=None if each is None else at(each), last_used=Use(at(number)))
        for number, each in enumerate(rotated)
    ]

    assert joined(at(0), slots) == (None if used is None else Use(at(used)))
