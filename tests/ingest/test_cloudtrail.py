"""The sighting rules one by one; the whole records that AWS sends are in test_events.py."""

import json
from datetime import timedelta

import pytest
from builders import ACCOUNT, ALICE, NOON, alice, record

from ingest import wire
from ingest.cloudtrail import read
from ingest.principals import Ignored
from ingest.wire import UnreadableRecord


def reading(fields):
    return read(wire.record(json.dumps(fields)), arrived=NOON)


def facets(fields):
    return {facet for sighting in reading(fields).sightings for facet in sighting.facets}


def principals(fields):
    return [sighting.principal for sighting in reading(fields).sightings]


def role_session(arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build-1", issuer=None, **more):
    context = {"sessionContext": {"sessionIssuer": issuer}} if issuer else {}
    return {"type": "AssumedRole", "principalId": "AROADEPLOY:build-1", "arn": arn} | context | more


def sign_in(name, answer, **more):
    return record(
        eventSource="signin.amazonaws.com",
        eventName=name,
        eventType="AwsConsoleSignIn",
        responseElements={name: answer},
        **more,
    )


def assume_role(identity=None, **more):
    return record(
        identity,
        **{
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole",
            "requestParameters": {
                "roleArn": f"arn:aws:iam::{ACCOUNT}:role/ci/deploy",
                "roleSessionName": "build-1",
            },
            "responseElements": {"assumedRoleUser": {"assumedRoleId": "AROADEPLOY:build-1"}},
        }
        | more,
    )


NO_ARNS = [None, "", "REDACTED", "arn:aws:iam", "arn:aws::iam:123456789012:user/alice", "arn:aws:s3:::bucket"]


def test_the_time_is_that_of_the_event_to_the_second_in_utc():
    (sighting,) = reading(record(eventTime="2026-11-20T13:59:30.987+02:00")).sightings

    assert sighting.at == NOON - timedelta(seconds=30)


def test_evidence_tells_the_event_its_place_and_its_address():
    (sighting,) = reading(record()).sightings

    assert sighting.evidence.event_id == "event-1"
    assert sighting.evidence.event_source == "s3.amazonaws.com"
    assert sighting.evidence.event_name == "ListBuckets"
    assert sighting.evidence.principal_id == "AIDAALICE"
    assert sighting.evidence.type == "IAMUser"
    assert sighting.evidence.account == ACCOUNT
    assert sighting.evidence.region == "eu-west-1"
    assert sighting.evidence.source_ip == "198.51.100.7"
    assert sighting.evidence.user_agent == "aws-cli/2"
    assert sighting.evidence.mfa is None


@pytest.mark.parametrize(
    ("said", "mfa"),
    [("true", True), ("false", False), ("False", False), (True, True), ("perhaps", None), (None, None)],
)
def test_mfa_is_what_the_session_says(said, mfa):
    identity = alice(sessionContext={"attributes": {"mfaAuthenticated": said}})

    assert reading(record(identity)).sightings[0].evidence.mfa is mfa


@pytest.mark.parametrize(("said", "mfa"), [("Yes", True), ("YES", True), ("No", False)])
def test_mfa_of_a_sign_in_is_what_the_sign_in_says(said, mfa):
    login = sign_in("ConsoleLogin", "Success", additionalEventData={"MFAUsed": said})

    assert reading(login).sightings[0].evidence.mfa is mfa


def test_a_long_user_agent_is_cut():
    assert len(reading(record(userAgent="x" * 1000)).sightings[0].evidence.user_agent) == 256


# Who acted


def test_a_temporary_key_is_not_kept():
    assert "KEY#ASIAALICE" not in facets(record(alice(accessKeyId="ASIAALICE")))


def test_an_iam_user_without_an_arn_is_nobody():
    assert reading(record({"type": "IAMUser", "userName": "alice"})).ignored is Ignored.NO_ARN


def test_a_role_keeps_the_path_that_only_its_issuer_tells():
    issuer = {"type": "Role", "principalId": "AROADEPLOY", "arn": f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"}

    assert principals(record(role_session(issuer=issuer))) == [f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"]


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
@pytest.mark.parametrize("kind", ["AssumedRole", "Role", "Unknown"])
def test_without_an_issuer_the_role_is_made_from_the_session(kind, partition):
    session = role_session(f"arn:{partition}:sts::{ACCOUNT}:assumed-role/deploy/build-1", type=kind)

    assert principals(record(session)) == [f"arn:{partition}:iam::{ACCOUNT}:role/deploy"]
    assert "ID#AROADEPLOY" in facets(record(session))


@pytest.mark.parametrize("arn", NO_ARNS)
@pytest.mark.parametrize("kind", ["Root", "IAMUser", "AssumedRole", "Role", "Unknown"])
def test_without_an_arn_there_is_no_principal(kind, arn):
    """As in logs that were redacted: what is stored under such a name is found by nobody again."""
    nobody = Ignored.UNKNOWN_IDENTITY if kind == "Unknown" else Ignored.NO_ARN

    assert reading(record(alice(type=kind, arn=arn, accountId=None))).ignored is nobody


@pytest.mark.parametrize("arn", NO_ARNS)
def test_a_role_that_is_given_under_no_arn_is_not_sighted(arn):
    fields = assume_role(requestParameters={"roleArn": arn}, responseElements={"assumedRoleUser": {"arn": "x"}})

    assert principals(fields) == [ALICE]


def test_an_empty_issuer_is_none():
    identity = role_session() | {"sessionContext": {"sessionIssuer": {}}}

    assert principals(record(identity)) == [f"arn:aws:iam::{ACCOUNT}:role/deploy"]


@pytest.mark.parametrize(
    ("issuer", "principal", "facet"),
    [
        ({"arn": ALICE, "principalId": "AIDAALICE"}, ALICE, "ID#AIDAALICE"),
        (
            {"arn": f"arn:aws:iam::{ACCOUNT}:root", "principalId": "x"},
            f"arn:aws:iam::{ACCOUNT}:root",
            f"ID#{ACCOUNT}",
        ),
    ],
)
def test_for_a_federated_user_its_issuer_answers(issuer, principal, facet):
    session = {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/report"}
    fields = record(session | {"sessionContext": {"sessionIssuer": issuer}})

    assert principals(fields) == [principal]
    assert facet in facets(fields)
    assert reading(fields).sightings[0].evidence.session_name == "report"


@pytest.mark.parametrize("issuer", [None, {}, {"principalId": "AIDAALICE"}, {"arn": "REDACTED"}])
def test_a_federated_user_without_an_issuer_is_nobody(issuer):
    identity = {"type": "FederatedUser", "sessionContext": {"sessionIssuer": issuer}}

    assert reading(record(identity)).ignored is Ignored.NO_ISSUER


@pytest.mark.parametrize(
    "region", [("cn-north-1", "aws-cn"), ("us-gov-east-1", "aws-us-gov"), ("eu-west-1", "aws")]
)
def test_root_without_an_arn_is_of_the_regions_partition(region):
    fields = record({"type": "Root", "accountId": ACCOUNT}, awsRegion=region[0])

    assert principals(fields) == [f"arn:{region[1]}:iam::{ACCOUNT}:root"]


def test_root_is_known_by_its_account_whatever_the_principal_id():
    identity = {"type": "Root", "principalId": "AKIAX", "arn": f"arn:aws:iam::{ACCOUNT}:root"}

    assert f"ID#{ACCOUNT}" in facets(record(identity))


def test_the_account_of_root_is_that_of_its_arn():
    identity = {"type": "Root", "accountId": "210987654321", "arn": f"arn:aws:iam::{ACCOUNT}:root"}

    assert facets(record(identity)) == {f"ID#{ACCOUNT}", "SERVICE#s3.amazonaws.com", "IP#198.51.100.7"}
    assert principals(record(identity)) == [f"arn:aws:iam::{ACCOUNT}:root"]


def test_a_principals_account_is_that_of_its_arn():
    (sighting,) = reading(record(alice(accountId="210987654321"))).sightings

    assert sighting.evidence.account == ACCOUNT


@pytest.mark.parametrize("by", ["support.amazonaws.com", "autoscaling.amazonaws.com.cn", "AWS Internal"])
def test_what_aws_does_as_root_is_not_the_root_users_doing(by):
    identity = {"type": "Root", "accountId": ACCOUNT, "invokedBy": by}

    assert reading(record(identity)).ignored is Ignored.BY_AWS_AS_ROOT
    assert reading(record(identity | {"type": "Unknown", "arn": f"arn:aws:iam::{ACCOUNT}:root"})).ignored is (
        Ignored.BY_AWS_AS_ROOT
    )


@pytest.mark.parametrize("by", ["signin.amazonaws.com", "", None])
def test_what_root_does_at_the_console_is(by):
    """Old records say that the console invoked it."""
    assert reading(record({"type": "Root", "accountId": ACCOUNT, "invokedBy": by})).sightings


@pytest.mark.parametrize("said", ["true", True])
def test_a_central_root_session_is_not_the_root_user(said):
    identity = {"type": "Root", "accountId": ACCOUNT, "sessionContext": {"assumedRoot": said}}

    assert reading(record(identity)).ignored is Ignored.CENTRAL_ROOT_SESSION


@pytest.mark.parametrize("kind", ["Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Unknown"])
@pytest.mark.parametrize(
    ("arn", "principal", "seen_with", "session"),
    [
        pytest.param(
            ALICE,
            ALICE,
            {"ID#AIDAALICE", "KEY#AKIAALICE", "SERVICE#s3.amazonaws.com", "IP#198.51.100.7"},
            "",
            id="user",
        ),
        pytest.param(
            f"arn:aws:iam::{ACCOUNT}:root",
            f"arn:aws:iam::{ACCOUNT}:root",
            {f"ID#{ACCOUNT}", "KEY#AKIAALICE", "SERVICE#s3.amazonaws.com", "IP#198.51.100.7"},
            "",
            id="root",
        ),
        pytest.param(
            f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build-1",
            f"arn:aws:iam::{ACCOUNT}:role/deploy",
            {"ID#AIDAALICE", "SERVICE#s3.amazonaws.com"},
            "build-1",
            id="session",
        ),
        pytest.param(
            f"arn:aws:iam::{ACCOUNT}:role/ci/deploy",
            f"arn:aws:iam::{ACCOUNT}:role/ci/deploy",
            {"ID#AIDAALICE", "SERVICE#s3.amazonaws.com"},
            "",
            id="role",
        ),
        pytest.param(
            f"arn:aws:iam::{ACCOUNT}:user/odd:role/:assumed-role/deploy",
            f"arn:aws:iam::{ACCOUNT}:user/odd:role/:assumed-role/deploy",
            {"ID#AIDAALICE", "KEY#AKIAALICE", "SERVICE#s3.amazonaws.com", "IP#198.51.100.7"},
            "",
            id="a user in an odd path",
        ),
    ],
)
def test_the_form_of_the_arn_decides_whatever_the_type_says(kind, arn, principal, seen_with, session):
    fields = record(alice(type=kind, arn=arn))

    assert principals(fields) == [principal]
    assert facets(fields) == seen_with
    assert reading(fields).sightings[0].evidence.session_name == session


def test_a_sign_in_is_by_the_password_of_whom_the_arn_names():
    assert "SIGNIN" in facets(sign_in("ConsoleLogin", "Success", identity=alice(type="Unknown")))
    assert "SIGNIN" not in facets(sign_in("ConsoleLogin", "Success", identity=role_session(type="IAMUser")))


def test_the_evidence_has_the_type_that_decided():
    assert reading(record(alice(type="Unknown"))).sightings[0].evidence.type == "IAMUser"
    assert reading(record(role_session(type="Role"))).sightings[0].evidence.type == "Role"


EC2 = f"{ACCOUNT}:aws:ec2-instance"


@pytest.mark.parametrize(
    "told",
    [
        {
            "sessionContext": {
                "sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/aws:ec2-instance", "principalId": EC2}
            }
        },
        {"sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/aws:ec2-instance"}}},
        {},
    ],
)
@pytest.mark.parametrize(("error", "facet"), [(None, f"ID#{EC2}"), ("AccessDenied", f"DENIED#{EC2}")])
def test_the_id_of_an_instances_own_role_is_not_the_accounts(told, error, facet):
    session = role_session(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/aws:ec2-instance/i-1", principalId=f"{EC2}:i-1", **told
    )

    assert principals(record(session)) == [f"arn:aws:iam::{ACCOUNT}:role/aws:ec2-instance"]
    assert facets(record(session, errorCode=error)) - {"SERVICE#s3.amazonaws.com"} == {facet}


def test_the_id_of_a_role_that_is_given_ends_before_the_session():
    user = {"assumedRoleId": f"{EC2}:i-1"}

    assert reading(assume_role(responseElements={"assumedRoleUser": user})).sightings[1].facets == (
        f"ID#{EC2}",
    )


def test_an_identity_center_user_is_sighted_beside_the_role():
    behind = {"userId": "u-1", "identityStoreArn": "arn:aws-us-gov:identitystore::1:identitystore/d-1"}
    fields = record(role_session(onBehalfOf=behind))

    assert principals(fields) == [
        f"arn:aws:iam::{ACCOUNT}:role/deploy",
        "arn:aws-us-gov:identitystore:::user/u-1",
    ]


def test_an_identity_center_user_without_an_id_is_nobody():
    assert reading(record({"type": "IdentityCenterUser"})).ignored is Ignored.NO_USER_ID


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("AWSService", Ignored.AWS_SERVICE),
        ("AWSAccount", Ignored.FOREIGN_ACCOUNT),
        ("SAMLUser", Ignored.FEDERATED_IDENTITY),
        ("WebIdentityUser", Ignored.FEDERATED_IDENTITY),
        ("Directory", Ignored.DIRECTORY),
        ("Unknown", Ignored.UNKNOWN_IDENTITY),
        (None, Ignored.NO_IDENTITY),
    ],
)
def test_these_are_nobody_of_ours(kind, reason):
    assert reading(record({"type": kind})).ignored is reason


def test_an_own_principal_that_is_named_as_an_account_is_not_foreign():
    own = {"type": "AWSAccount", "principalId": "AIDAALICE", "accountId": ACCOUNT}

    assert reading(record(own)).ignored is Ignored.NO_ARN
    assert reading(record(own | {"accountId": "210987654321"})).ignored is Ignored.FOREIGN_ACCOUNT
    assert principals(record(own | {"arn": ALICE})) == [ALICE]
    assert reading(record(own | {"arn": ALICE, "accountId": "210987654321"})).ignored is Ignored.FOREIGN_ACCOUNT


def test_a_record_without_an_identity_sights_nobody():
    assert reading(record() | {"userIdentity": None}).ignored is Ignored.NO_IDENTITY


def test_a_type_that_aws_has_added_since_is_unreadable_rather_than_lost():
    with pytest.raises(UnreadableRecord, match="event-1: identity type 'Robot' is not a known one"):
        reading(record({"type": "Robot"}))


# With what


@pytest.mark.parametrize(
    ("address", "facet"),
    [
        ("198.51.100.7", "IP#198.51.100.7"),
        ("2001:DB8:0:0::1", "IP#2001:db8::1"),
        ("::ffff:198.51.100.7", "IP#198.51.100.7"),
        ("::FFFF:c633:6407", "IP#198.51.100.7"),
    ],
)
def test_an_address_is_kept_in_its_shortest_form(address, facet):
    fields = record(sourceIPAddress=address)

    assert facet in facets(fields)
    assert f"IP#{reading(fields).sightings[0].evidence.source_ip}" == facet


@pytest.mark.parametrize("address", ["lambda.amazonaws.com", "AWS Internal", "", None, "300.1.1.1"])
def test_what_is_no_address_is_not_kept_as_one(address):
    assert not any(facet.startswith("IP#") for facet in facets(record(sourceIPAddress=address)))


def test_a_machine_has_no_addresses():
    assert not any(facet.startswith(("IP#", "SESSION#")) for facet in facets(record(role_session())))


def test_behind_an_identity_center_role_are_people_with_names_and_addresses():
    session = role_session(f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_1/judy@example.com")

    assert {"IP#198.51.100.7", "SESSION#judy@example.com"} <= facets(record(session))


@pytest.mark.parametrize("session", ["arn:aws:iam::123456789012:role/AWSReservedSSO_Admin_1", None, "REDACTED"])
def test_the_person_behind_a_shared_role_may_stand_in_the_id_alone(session):
    issuer = {"arn": f"arn:aws:iam::{ACCOUNT}:role/AWSReservedSSO_Admin_1"}
    identity = role_session(session, issuer=issuer, principalId="AROASSO:judy@example.com")

    assert facets(record(identity)) == {
        "ID#AROASSO",
        "SERVICE#s3.amazonaws.com",
        "IP#198.51.100.7",
        "SESSION#judy@example.com",
    }


@pytest.mark.parametrize("kind", ["AwsApiCall", "awsapicall", None, "AwsVpceEvents", "AwsVpceEvent"])
def test_an_api_call_shows_a_service(kind):
    assert "SERVICE#s3.amazonaws.com" in facets(record(eventType=kind))


@pytest.mark.parametrize("kind", ["AwsApiCall", "AwsVpceEvent", "AwsVpceEvents"])
def test_a_call_of_the_sign_in_service_is_one_whichever_way_it_came(kind):
    fields = record(eventSource="signin.amazonaws.com", eventName="CreateOAuth2Token", eventType=kind)

    assert "SERVICE#signin.amazonaws.com" in facets(fields)


@pytest.mark.parametrize("kind", ["AwsServiceEvent", "AwsConsoleAction"])
def test_what_is_no_api_call_shows_none(kind):
    assert not any(facet.startswith("SERVICE#") for facet in facets(record(eventType=kind)))


def test_a_principal_whose_id_is_not_told_is_kept_with_an_empty_one():
    assert "ID#" in facets(record(alice(principalId=None)))


# Roles that were assumed


def test_assuming_a_role_sights_the_caller_and_the_role():
    fields = assume_role()

    assert principals(fields) == [ALICE, f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"]
    assert reading(fields).sightings[1].facets == ("ID#AROADEPLOY",)
    assert reading(fields).sightings[1].evidence.session_name == "build-1"


@pytest.mark.parametrize("name", ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"])
@pytest.mark.parametrize("kind", ["AWSService", "AWSAccount", "SAMLUser", "WebIdentityUser"])
def test_a_role_is_sighted_whoever_assumes_it(name, kind):
    assert principals(assume_role({"type": kind}, eventName=name)) == [f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"]


@pytest.mark.parametrize("error", ["AccessDenied", "ValidationError", "RegionDisabledException"])
def test_a_role_that_was_not_given_is_not_sighted(error):
    assert principals(assume_role(errorCode=error, responseElements=None)) == [ALICE]


def test_the_role_is_taken_from_the_session_where_the_request_was_left_out():
    user = {"assumedRoleId": "AROAX:s", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/s"}
    fields = assume_role(requestParameters=None, responseElements={"assumedRoleUser": user})

    assert principals(fields) == [ALICE, f"arn:aws:iam::{ACCOUNT}:role/deploy"]


def test_an_assumption_that_names_no_role_is_unreadable():
    with pytest.raises(UnreadableRecord, match="event-1: an AssumeRole that names no role"):
        reading(assume_role(requestParameters=None, responseElements=None))


def test_a_role_that_somebody_merely_looks_at_is_not_sighted():
    looked_at = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/deploy", "roleName": "deploy"}
    fields = record(eventSource="iam.amazonaws.com", eventName="GetRole", requestParameters=looked_at)

    assert principals(fields) == [ALICE]


def test_an_identity_center_role_that_was_assumed_shows_the_person():
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1"
    request = {"roleArn": role, "roleSessionName": "judy@example.com"}

    assert "SESSION#judy@example.com" in facets(assume_role({"type": "SAMLUser"}, requestParameters=request))


# Sign-in events


@pytest.mark.parametrize("name", ["ConsoleLogin", "SwitchRole", "GetSigninToken", "ExitRole", "RenewRole"])
def test_a_sign_in_counts_only_if_it_succeeded(name):
    assert principals(sign_in(name, "Success")) == [ALICE]
    assert reading(sign_in(name, "Failure")).ignored is Ignored.SIGN_IN_FAILED
    assert reading(sign_in(name, "Success") | {"responseElements": None}).ignored is Ignored.SIGN_IN_FAILED


@pytest.mark.parametrize("kind", ["AwsConsoleSignIn", "AwsConsoleSignin", None])
def test_a_sign_in_is_one_however_its_type_is_spelled(kind):
    fields = sign_in("ConsoleLogin", "Success") | {"eventType": kind}

    assert facets(fields) == {"ID#AIDAALICE", "KEY#AKIAALICE", "SIGNIN", "IP#198.51.100.7"}


def test_the_sign_in_of_a_role_is_no_use_of_a_password():
    assert "SIGNIN" not in facets(sign_in("ConsoleLogin", "Success", identity=role_session()))


@pytest.mark.parametrize(
    "step",
    [
        "CheckMfa",
        "CredentialChallenge",
        "CredentialVerification",
        "PasswordRecoveryRequested",
    ],
)
def test_a_step_on_the_way_to_a_sign_in_is_none(step):
    assert reading(sign_in(step, "Success")).ignored is Ignored.SIGN_IN_STEP


@pytest.mark.parametrize("name", ["PasswordUpdated", "EmailUpdated", "PasswordRecoveryCompleted"])
def test_what_root_changes_of_its_sign_in_is_its_activity_if_it_succeeded(name):
    root = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accessKeyId": ""}

    assert facets(sign_in(name, "Success", identity=root)) == {
        f"ID#{ACCOUNT}",
        f"CHANGE#{name}#2026-11-20T12:00:00Z",
        "IP#198.51.100.7",
    }
    assert reading(sign_in(name, "Failure", identity=root)).ignored is Ignored.SIGN_IN_FAILED
    assert reading(sign_in(name, None, identity=root)).ignored is Ignored.SIGN_IN_FAILED


@pytest.mark.parametrize(
    "name", ["CreateAccessKey", "DeleteAccessKey", "EnableMFADevice", "DeactivateMFADevice"]
)
def test_what_root_changes_of_its_credentials_is_kept_by_itself_and_what_others_change_is_not(name):
    root = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root"}
    fields = {"eventSource": "iam.amazonaws.com", "eventName": name}
    change = f"CHANGE#{name}#2026-11-20T12:00:00Z"

    assert change in facets(record(root, **fields))
    assert change in facets(record(root, requestParameters={"userName": "AWS ROOT USER"}, **fields))
    assert change not in facets(record(root, requestParameters={"userName": "alice"}, **fields))
    assert change not in facets(record(root, errorCode="NoSuchEntityException", **fields))
    assert change not in facets(record(alice(), **fields))


@pytest.mark.parametrize(
    ("details", "counts"),
    [
        (None, True),
        ({}, True),
        ({"UserAuthentication": "Success"}, True),
        ({"UserAuthentication": "Failure"}, False),
    ],
)
def test_identity_centers_sign_in_counts_unless_it_says_otherwise(details, counts):
    fields = record(
        eventSource="signin.amazonaws.com",
        eventName="UserAuthentication",
        eventType="AwsServiceEvent",
        serviceEventDetails=details,
    )

    assert bool(reading(fields).sightings) is counts


@pytest.mark.parametrize("name", ["AuthorizeOAuth2Access", "CreateOAuth2Token"])
@pytest.mark.parametrize(
    ("data", "counts"),
    [(None, True), ({"success": "true"}, True), ({"success": "false"}, False), ({"success": False}, False)],
)
def test_a_token_of_aws_login_counts_unless_it_was_refused(name, data, counts):
    fields = record(eventSource="signin.amazonaws.com", eventName=name, additionalEventData=data)

    assert bool(reading(fields).sightings) is counts


# Denied calls


@pytest.mark.parametrize(
    "error",
    [
        "AccessDenied",
        "AccessDeniedException",
        "Client.UnauthorizedOperation",
        "UnauthorizedException",
        "NotAuthorized",
        "ForbiddenException",
        "ACCESSDENIED",
        "VpceAccessDenied",
        "AuthorizationError",
        "AuthorizationErrorException",
        "AuthFailure",
        "Client.AuthFailure",
    ],
)
def test_a_refused_call_is_an_attempt_and_no_use(error):
    fields = record(errorCode=error)

    assert facets(fields) == {"DENIED#AIDAALICE", "DENIED#AKIAALICE", "IP#198.51.100.7"}
    assert reading(fields).sightings[0].evidence.error_code == error


@pytest.mark.parametrize("prefix", ["", "Client."])
@pytest.mark.parametrize(
    "error",
    [
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "InvalidToken",
        "TokenRefreshRequired",
    ],
)
def test_a_bad_credential_proves_nothing(prefix, error):
    assert reading(record(errorCode=prefix + error)).ignored is Ignored.BAD_CREDENTIAL


@pytest.mark.parametrize(
    ("source", "error", "facet"),
    [
        pytest.param("states", "InvalidToken", "ID#AIDAALICE", id="a task's token: a use"),
        pytest.param("states", "ExpiredTokenException", None, id="the credential, there too"),
        pytest.param("s3", "InvalidToken", None, id="the credential"),
        pytest.param("kinesisvideo", "InvalidClientException", "ID#AIDAALICE", id="a viewer's id: a use"),
        pytest.param(
            "metering-marketplace", "ExpiredTokenException", "DENIED#AIDAALICE", id="or a buyer's token"
        ),
        pytest.param("eks-auth", "ExpiredTokenException", "DENIED#AIDAALICE", id="or a pod's token"),
        pytest.param("monitoring", "ExpiredTokenException", None, id="the credential, as in most services"),
    ],
)
def test_what_some_errors_mean_depends_on_the_service(source, error, facet):
    found = facets(record(eventSource=f"{source}.amazonaws.com", errorCode=error))

    assert (facet in found) if facet else not found


@pytest.mark.parametrize("error", ["AuthFailure", "Client.AuthFailure"])
@pytest.mark.parametrize(
    "nobody", [alice(principalId=None), alice(principalId=""), role_session(principalId=None)]
)
def test_an_error_that_may_mean_either_is_of_the_credential_where_nobody_was_told_by_id(error, nobody):
    assert reading(record(nobody, errorCode=error)).ignored is Ignored.BAD_CREDENTIAL


def test_such_an_error_is_of_the_credential_where_one_of_two_callers_is_told_without_an_id():
    behind = {"onBehalfOf": {"userId": "u-1"}}
    told = role_session(**behind)

    assert reading(record(told | {"principalId": None}, errorCode="AuthFailure")).ignored is (
        Ignored.BAD_CREDENTIAL
    )
    assert facets(record(told, errorCode="AuthFailure")) == {
        "DENIED#AROADEPLOY",
        "DENIED#u-1",
        "IP#198.51.100.7",
    }


@pytest.mark.parametrize(
    "error",
    [
        "ThrottlingException",
        "NoSuchBucket",
        "Client.InvalidParameterValue",
        "Server.InternalError",
        "OptInRequired",
        "NotUnauthorizedAtAll",  # Words in a code decide nothing.
    ],
)
def test_any_other_error_is_the_activity_of_an_allowed_caller(error):
    assert facets(record(errorCode=error)) == facets(record())


# Records that cannot be read

DEEP = json.dumps(record()).replace("{", '{"requestParameters":' + "[" * 1500 + "]" * 1500 + ",", 1)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(record(eventTime=None), id="no time"),
        pytest.param(record(eventTime=""), id="empty time"),
        pytest.param(record(eventTime="yesterday"), id="no time at all"),
        pytest.param(record(eventTime="2026-11-20T12:00:00"), id="a time of no zone"),
        pytest.param(record(eventTime="2026-02-30T12:00:00Z"), id="a day that is none"),
        pytest.param(record(eventTime="2003-02-03T12:00:00Z"), id="before CloudTrail began"),
        pytest.param(record("alice"), id="an identity that is no object"),
        pytest.param(record(alice(arn=7)), id="an ARN that is no text"),
        pytest.param(assume_role(requestParameters="hidden"), id="a request that is no object"),
        pytest.param([], id="no object"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_not_nobody(fields):
    with pytest.raises(UnreadableRecord):
        reading(fields)


@pytest.mark.parametrize("text", ["", "{", "nonsense", b"\xff\xfe", "[" * 100_000, DEEP])
def test_what_is_no_json_is_an_error(text):
    with pytest.raises(UnreadableRecord, match="not a record that can be read"):
        wire.record(text)


def test_an_event_of_the_far_future_is_unreadable():
    reading(record(eventTime="2026-11-20T12:14:59Z"))

    with pytest.raises(UnreadableRecord, match="event-1 is dated 2026-11-20T12:15:00"):
        reading(record(eventTime="2026-11-20T12:15:00Z"))


# Coverage


def test_a_record_without_account_or_region_tells_no_coverage():
    assert reading(record(recipientAccountId=None)).coverage == ()
    assert reading(record(awsRegion=None)).coverage == ()


def test_coverage_tells_of_no_person():
    (coverage,) = reading(record()).coverage
    evidence = coverage.evidence

    assert (evidence.source_ip, evidence.user_agent, evidence.principal_id) == ("", "", "")


CANARY_CALL = {
    "eventSource": "sts.amazonaws.com",
    "eventName": "GetCallerIdentity",
    "userAgent": "[Boto3/1.43.102 md/Botocore#1.43.106 last-activity-canary]",
}


def test_the_reporters_test_call_shows_that_its_regions_events_arrive():
    coverage, canary = reading(record(**CANARY_CALL)).coverage

    assert canary == coverage._replace(principal="canary")
    assert canary.facets == ("123456789012#eu-west-1",)


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({"userAgent": "Boto3/1.43.102"}, id="made by somebody else"),
        pytest.param({"userAgent": None}, id="without an agent"),
        pytest.param({"eventName": "GetSessionToken"}, id="another call"),
        pytest.param({"eventSource": "iam.amazonaws.com"}, id="another service"),
        pytest.param({"errorCode": "AccessDenied"}, id="refused"),
        pytest.param({"awsRegion": None}, id="from nowhere"),
    ],
)
def test_what_is_not_quite_a_test_call_is_none(differs):
    found = reading(record(**CANARY_CALL | differs)).coverage

    assert [each.principal for each in found if each.principal != "coverage"] == []


def test_by_which_road_a_record_came_and_how_late_is_a_sighting_of_its_region():
    fields = wire.record(json.dumps(record(alice(), eventTime="2026-11-20T11:59:00Z")))
    of_roads = [
        [each for each in read(fields, arrived=arrived, road="logs").coverage if each.principal == "road"]
        for arrived in (NOON, NOON - timedelta(seconds=90))
    ]

    assert [[(each.facets, each.evidence.delay) for each in those] for those in of_roads] == [
        [((f"ROAD#{ACCOUNT}#eu-west-1#logs",), delay)] for delay in (60, 0)
    ]
