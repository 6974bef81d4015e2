"""Whom an identity names, to the last word; what comes of it is in test_cloudtrail.py."""

import json

import pytest
from builders import ACCOUNT, ALICE, ALICE_ID, alice, record

from ingest import wire
from ingest.principals import Ignored, Principal, who_acted

ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
STORE = "arn:aws-us-gov:identitystore::210987654321:identitystore/d-1"
PERSON = Principal("arn:aws:identitystore:::user/u-1", "u-1", "IdentityCenterUser", ACCOUNT)


def acted(identity, **more):
    return who_acted(wire.record(json.dumps(record(identity, **more))))


def issued_by(arn, principal_id):
    return {"sessionContext": {"sessionIssuer": {"arn": arn, "principalId": principal_id}}}


def session(kind):
    return {
        "type": kind,
        "principalId": "AROADEPLOY:build-1",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build-1",
    } | issued_by(ROLE, "AROADEPLOY")


def judy(*issuer):
    return {
        "type": "FederatedUser",
        "principalId": f"{ACCOUNT}:judy",
        "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/judy",
    } | issued_by(*issuer)


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        pytest.param(alice(), Principal(ALICE, ALICE_ID, "IAMUser", ACCOUNT, "AKIAALICE"), id="a user"),
        pytest.param({"type": "Root", "arn": ROOT, "accessKeyId": "AKIAROOT"}, Principal(ROOT, ACCOUNT, "Root", ACCOUNT, "AKIAROOT"), id="the root user"),
        pytest.param({"type": "Root", "accountId": ACCOUNT}, Principal(ROOT, ACCOUNT, "Root", ACCOUNT), id="the root user, without an ARN"),
        pytest.param(session("AssumedRole"), Principal(ROLE, "AROADEPLOY", "AssumedRole", ACCOUNT, session_name="build-1"), id="a role's session"),
        pytest.param(session("Role"), Principal(ROLE, "AROADEPLOY", "Role", ACCOUNT, session_name="build-1"), id="a role itself"),
        pytest.param(judy(ALICE, ALICE_ID), Principal(ALICE, ALICE_ID, "FederatedUser", ACCOUNT, session_name="judy"), id="what a user federated"),
        pytest.param(judy(ROOT, ACCOUNT), Principal(ROOT, ACCOUNT, "FederatedUser", ACCOUNT, session_name="judy"), id="what the root user federated"),
    ],
)  # fmt: skip
def test_an_identity_names_a_principal(identity, principal):
    assert acted(identity) == ([principal], None)


BEHIND = {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}


@pytest.mark.parametrize(
    ("identity", "record", "person"),
    [
        pytest.param({"accountId": "210987654321"}, {}, PERSON._replace(account="210987654321"), id="of the account that the identity has"),
        pytest.param({}, {}, PERSON, id="else of the record's"),
        pytest.param({}, {"recipientAccountId": None}, PERSON._replace(account=""), id="else of none"),
        pytest.param({}, {"awsRegion": "cn-north-1"}, PERSON._replace(arn="arn:aws-cn:identitystore:::user/u-1"), id="in the region's partition"),
        pytest.param({"onBehalfOf": {"userId": "u-1", "identityStoreArn": STORE}}, {}, PERSON._replace(arn="arn:aws-us-gov:identitystore:::user/u-1"), id="in that of its store"),
        pytest.param({"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/judy", "type": "Unknown"}, {}, PERSON._replace(session_name="judy"), id="with the name of its session"),
    ],
)  # fmt: skip
def test_a_person_of_identity_center_is_who_is_behind(identity, record, person):
    people, _ = acted(BEHIND | identity, **record)

    assert people[-1] == person


def test_who_is_behind_is_sighted_where_nobody_else_is():
    assert acted(BEHIND) == ([PERSON], None)
    assert acted(session("AssumedRole") | {"onBehalfOf": {"userId": "u-1"}})[0][1:] == [
        PERSON._replace(session_name="build-1")
    ]


@pytest.mark.parametrize("kind", ["", None])
def test_an_identity_without_a_type_or_an_arn_is_none(kind):
    assert acted({"type": kind}) == ([], Ignored.NO_IDENTITY)
