"""All that a record gives, to the last word: sightings, evidence, coverage."""

import json

import pytest
from builders import ACCOUNT, ALICE, ALICE_ID, NOON, alice, at, record

from activity.model import Evidence, Sighting
from ingest import wire
from ingest.cloudtrail import read
from ingest.identity import long_term_key, partition_of, session_name, session_of, type_of
from ingest.likeness import likeness
from ingest.principals import Ignored
from ingest.wire import UnreadableRecord

ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
PLACE = f"{ACCOUNT}#eu-west-1"
CALL = Evidence("event-1", "s3.amazonaws.com", "ListBuckets", account=ACCOUNT, region="eu-west-1")
OF_ALICE = CALL._replace(
    principal_id=ALICE_ID, type="IAMUser", source_ip="198.51.100.7", user_agent="aws-cli/2"
)
ASSUMED = {
    "eventSource": "sts.amazonaws.com",
    "eventName": "AssumeRole",
    "requestParameters": {"roleArn": ROLE, "roleSessionName": "build-1"},
    "responseElements": {"assumedRoleUser": {"assumedRoleId": "AROADEPLOY:build-1"}},
}


def parsed(fields):
    return wire.record(json.dumps(fields))


def reading(fields):
    return read(parsed(fields), arrived=NOON)


def covered(evidence=CALL, when=NOON):
    return (Sighting("coverage", (PLACE,), when, evidence),)


def session(name, **more):
    return {
        "type": "AssumedRole",
        "principalId": f"AROADEPLOY:{name}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/{name}",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": {"arn": ROLE, "principalId": "AROADEPLOY"}},
    } | more


def test_a_users_call():
    facets = f"ID#{ALICE_ID}", "KEY#AKIAALICE", "SERVICE#s3.amazonaws.com", "IP#198.51.100.7"

    assert reading(record()) == ((Sighting(ALICE, facets, NOON, OF_ALICE),), None, covered())


def test_a_service_that_assumes_a_role():
    identity = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    found = reading(record(identity, sourceIPAddress="ec2.amazonaws.com", **ASSUMED))

    evidence = CALL._replace(event_source="sts.amazonaws.com", event_name="AssumeRole")
    of_role = evidence._replace(
        principal_id="AROADEPLOY",
        type="AWSService",
        source_ip="ec2.amazonaws.com",
        user_agent="aws-cli/2",
        session_name="build-1",
    )
    assert found == ((Sighting(ROLE, ("ID#AROADEPLOY",), NOON, of_role),), None, covered(evidence))


@pytest.mark.parametrize("identity", [None, {}], ids=["no identity", "an empty one"])
def test_nobody_who_assumes_a_role_is_of_no_type(identity):
    fields = record(**ASSUMED) | {"userIdentity": identity}
    (sighting,) = reading(fields).sightings

    assert (sighting.principal, sighting.evidence.type) == (ROLE, "")


def test_a_session_that_is_told_by_the_answer_alone():
    fields = record({"type": "AWSService"}, **ASSUMED | {"requestParameters": {"roleArn": ROLE}})

    assert reading(fields).sightings[0].evidence.session_name == "build-1"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param({"eventType": "AwsCloudTrailInsight"}, Ignored.INSIGHT, id="proves nothing"),
        pytest.param({"errorCode": "InvalidClientTokenId"}, Ignored.BAD_CREDENTIAL, id="a bad credential"),
        pytest.param(
            {"userIdentity": alice(principalId=None), "errorCode": "AuthFailure"},
            Ignored.BAD_CREDENTIAL,
            id="a failure of somebody without an id",
        ),
        pytest.param({"userIdentity": {"type": "AWSService"}}, Ignored.AWS_SERVICE, id="a service"),
        pytest.param(
            {"userIdentity": alice(principalId=None), "errorCode": "UnauthorizedOperation"}, None, id="refused"
        ),
    ],
)
def test_what_sights_nobody_still_tells_where_it_came_from(more, reason):
    found = reading(record() | more)

    assert (found.ignored, found.coverage) == (reason, covered())
    assert (found.sightings == ()) is (reason is not None)


def test_a_record_that_tells_hardly_anything():
    fields = record(
        {"type": "IAMUser", "arn": ALICE},
        **dict.fromkeys(
            ("eventSource", "eventName", "eventType", "eventID", "sourceIPAddress", "userAgent", "awsRegion")
        ),
    )

    assert reading(fields) == (
        (Sighting(ALICE, ("ID#",), NOON, Evidence(type="IAMUser", account=ACCOUNT)),),
        None,
        (),
    )


def test_a_place_that_is_told_by_a_record_of_nothing_else():
    fields = record({"type": "AWSService"}, eventSource=None, eventName=None, eventID=None)

    assert reading(fields).coverage == covered(Evidence(account=ACCOUNT, region="eu-west-1"))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-20T12:00:00Z", 0),
        ("2026-11-20T14:00:01.9+02:00", 1),
        ("2026-11-20T14:00:01+02:00", 1),
        ("2026-11-20T11:59:59.5Z", -1),
    ],
)
def test_times_are_of_utc_and_to_the_second(in_tokyo, text, seconds):
    (sighting,) = reading(record(eventTime=text)).sightings

    assert sighting.at == at(seconds)
    assert sighting.at.utcoffset().total_seconds() == 0


@pytest.mark.parametrize("text", ["2013-11-01T00:00:00Z", "2026-11-20T12:15:00Z"])
def test_a_time_that_cannot_be_is_told_with_when_it_arrived(text):
    with pytest.raises(UnreadableRecord, match=r"event event-1 is dated .* arrived at 2026-11-20T12:00:00Z$"):
        reading(record(eventTime=text))


@pytest.mark.parametrize(
    ("identity", "account", "kind"),
    [
        ({"type": "AWSAccount", "accountId": ACCOUNT, "arn": ALICE}, ACCOUNT, "IAMUser"),
        ({"type": "AWSAccount", "accountId": "210987654321", "arn": ALICE}, ACCOUNT, "AWSAccount"),
        ({"type": "AWSService", "accountId": ACCOUNT, "arn": ALICE}, ACCOUNT, "AWSService"),
        ({"type": "Role", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/x"}, ACCOUNT, "Role"),
        ({"type": "Role", "arn": ALICE}, ACCOUNT, "IAMUser"),
        ({"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:role/deploy"}, ACCOUNT, "AssumedRole"),
        ({"type": "IAMUser"}, ACCOUNT, "IAMUser"),
    ],
)
def test_the_form_of_the_arn_tells_the_type_where_principals_have_such(identity, account, kind):
    fields = parsed(record(identity, recipientAccountId=account))

    assert type_of(fields.user_identity, fields) == kind


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (session("a/b"), "a/b"),
        (session("x", arn=None), "x"),
        (session("x", type="Role", arn=None), "x"),
        (session("x", type="Unknown", arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy"), "x"),
        (session("x", type="Unknown", arn=None), ""),
        ({"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/judy"}, "judy"),
        (alice(principalId="AIDA:x"), ""),
        ({"type": "AssumedRole"}, ""),
    ],
)
def test_the_name_of_a_session(identity, name):
    assert session_name(parsed(record(identity)).user_identity) == name


def test_a_principal_id_has_the_session_after_its_last_colon():
    assert [session_of(each) for each in (f"{ACCOUNT}:aws:ec2-instance:i-1", "AROA:x", "AROA", None)] == [
        "i-1",
        "x",
        "",
        "",
    ]


def test_no_key_is_no_long_term_key():
    keys = ("AKIA1", "ASIA1", None)

    assert [long_term_key(parsed(record(alice(accessKeyId=each))).user_identity) for each in keys] == [
        "AKIA1",
        "",
        "",
    ]
    assert [partition_of(each) for each in ("cn-north-1", "eu-west-1", None)] == ["aws-cn", "aws", "aws"]


MACHINES = {
    "a role's sessions": [record(session(name)) for name in ("one", "two")],
    "a role, by its own type": [record(session(name, type="Role")) for name in ("one", "two")],
    "a role in IAM": [record(session(name), eventSource="iam.amazonaws.com") for name in ("one", "two")],
    "a role in STS": [
        record(session(name), eventSource="sts.amazonaws.com", eventName="GetSessionToken") for name in ("one", "two")
    ],
    "services": [record({"type": "AWSService", "invokedBy": name}) for name in ("ec2", "ecs")],
    "another account": [
        record({"type": "AWSAccount", "accountId": "210987654321", "principalId": name}) for name in ("A", "B")
    ],
    "services that assume": [
        record({"type": "AWSService"}, **ASSUMED | {"requestParameters": {"roleArn": ROLE, "roleSessionName": name}})
        for name in ("one", "two")
    ],
    "roles that assume": [
        record(session(name), **ASSUMED | {"requestParameters": {"roleArn": ROLE, "roleSessionName": name}})
        for name in ("one", "two")
    ],
}  # fmt: skip


@pytest.mark.parametrize("records", MACHINES.values(), ids=MACHINES)
def test_machines_are_alike_whatever_their_session_and_address(records):
    """Else nearly each record would be asked for by itself, and written."""
    first, second = records

    assert likeness(parsed(first)) == likeness(parsed(second | {"sourceIPAddress": "203.0.113.1"}))


@pytest.mark.parametrize(
    "change",
    [
        {"sessionContext": {"sessionIssuer": {"arn": ROLE, "principalId": "AROAOTHER"}}},
        {"sessionContext": {"sessionIssuer": {"arn": f"{ROLE}er", "principalId": "AROADEPLOY"}}},
        {"onBehalfOf": {"userId": "u-1"}},
        {"arn": ALICE},
    ],
)
def test_other_roles_and_people_behind_roles_are_not(change):
    assert likeness(parsed(record(session("one")))) != likeness(parsed(record(session("one", **change))))


ADMIN = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1"
PEOPLE = {
    "a user's temporary keys": alice(),
    "a person behind a permission set": session(
        "judy",
        arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_1/judy",
        sessionContext={"sessionIssuer": {"arn": ADMIN, "principalId": "AROAADMIN"}},
    ),
    "the same, without the session's ARN": session(
        "judy", arn=None, sessionContext={"sessionIssuer": {"arn": ADMIN, "principalId": "AROAADMIN"}}
    ),
}


@pytest.mark.parametrize("identity", PEOPLE.values(), ids=PEOPLE)
def test_people_are_alike_whatever_their_temporary_keys_but_not_from_another_address(identity):
    first, second = (record(identity | {"accessKeyId": key}) for key in ("ASIA1", "ASIA2"))

    assert likeness(parsed(first)) == likeness(parsed(second))
    assert likeness(parsed(first)) != likeness(parsed(second | {"sourceIPAddress": "203.0.113.1"}))


@pytest.mark.parametrize("arn", [ALICE, None])
def test_another_accounts_are_alike_only_if_no_arn_tells_them_apart(arn):
    identity = {"type": "AWSAccount", "accountId": "210987654321", "arn": arn}
    first, second = (record(identity | {"principalId": each}) for each in ("AIDA1", "AIDA2"))

    assert (likeness(parsed(first)) == likeness(parsed(second))) is (arn is None)


USERS_SESSION = {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/one", "accessKeyId": "ASIA1"}
UNLIKE = {
    "a role, and a user by the ARN": [session("one", type="Role", arn=each) for each in (None, ALICE)],
    "users by the type, and roles by the ARN": [
        alice(**USERS_SESSION, sessionContext={"sessionIssuer": {"arn": each, "principalId": "AROADEPLOY"}})
        for each in (ROLE, f"{ROLE}er")
    ],
    "roles by the type, and users with two keys by the ARN": [
        session("one", arn=ALICE, accessKeyId=each) for each in ("AKIA1", "AKIA2")
    ],
    "a user, and nobody": [alice(), {}],
}


@pytest.mark.parametrize("identities", UNLIKE.values(), ids=UNLIKE)
def test_who_is_another_by_the_form_of_the_arn_is_not_alike(identities):
    first, second = (likeness(parsed(record(each))) for each in identities)

    assert first != second


def test_records_without_an_identity_are_alike_if_they_are_of_one_address():
    nobody = parsed(record() | {"userIdentity": None})
    elsewhere = parsed(record(sourceIPAddress="203.0.113.1") | {"userIdentity": None})

    assert likeness(nobody) == likeness(nobody)
    assert likeness(nobody) != likeness(elsewhere)
