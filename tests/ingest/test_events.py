"""What each of events/ gives; every sample is listed here, and every type and reason has a sample."""

import json
import re

import pytest
from builders import ROOT, sample

from ingest.cloudtrail import read
from ingest.principals import Ignored
from ingest.wire import envelope

A = "arn:aws:iam::123456789012"
ALICE, BOB, GRACE, HEIDI = f"{A}:user/people/alice", f"{A}:user/bob", f"{A}:user/grace", f"{A}:user/heidi"
ROOT_USER = f"{A}:root"
JUDY = "arn:aws:identitystore:::user/b4c8d418-20a1-70ee-9f3d-1234567890ab"
JUDY_ID = JUDY.rpartition("/")[2]
SSO = f"{A}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"
SSO_FACETS = ["ID#AROAEXAMPLESSOADMIN01", "IP#198.51.100.31", "SESSION#judy@example.com"]
ROOT_CHANGES = ["ID#123456789012", "IP#198.51.100.7"]
ALICE_FACETS = ["ID#AIDAEXAMPLEALICE00001", "IP#198.51.100.7"]

SIGHTED = {
    "assume-role": {
        GRACE: [
            "ID#AIDAEXAMPLEGRACE00001",
            "KEY#AKIAEXAMPLEGRACE0001",
            "SERVICE#sts.amazonaws.com",
            "IP#203.0.113.24",
        ],
        f"{A}:role/migration": ["ID#AROAEXAMPLEMIGRATE001"],
    },
    # Calls by services do not say the role's id.
    "assume-role-by-service": {f"{A}:role/service-role/thumbnails-lambda": ["ID#"]},
    "assume-role-denied": {
        BOB: ["DENIED#AIDAEXAMPLEBOB0000001", "DENIED#AKIAEXAMPLEBOB000001", "IP#203.0.113.150"]
    },
    "assume-role-from-another-account": {f"{A}:role/auditor": ["ID#AROAEXAMPLEAUDITOR001"]},
    "assume-role-with-saml": {f"{A}:role/federated-admins": ["ID#AROAEXAMPLEFEDADMIN01"]},
    "assume-role-with-web-identity": {f"{A}:role/ci/deploy": ["ID#AROAEXAMPLEDEPLOY0001"]},
    "authorization-error": {
        BOB: ["DENIED#AIDAEXAMPLEBOB0000001", "DENIED#AKIAEXAMPLEBOB000001", "IP#203.0.113.150"]
    },
    "aws-login-token": {ALICE: [*ALICE_FACETS, "SERVICE#signin.amazonaws.com"]},
    "china-iam-user": {
        "arn:aws-cn:iam::444455556666:user/mei": [
            "ID#AIDAEXAMPLEMEI0000001",
            "KEY#AKIAEXAMPLEMEI000001",
            "SERVICE#s3.amazonaws.com",
            "IP#203.0.113.77",
        ]
    },
    "console-login": {HEIDI: ["ID#AIDAEXAMPLEHEIDI00001", "SIGNIN", "IP#203.0.113.88"]},
    "denied-call": {BOB: ["DENIED#AIDAEXAMPLEBOB0000001", "DENIED#AKIAEXAMPLEBOB000001", "IP#203.0.113.150"]},
    # AWS could have refused the credential by this error, too: but then it would not know whose it is.
    "ec2-auth-failure": {
        BOB: ["DENIED#AIDAEXAMPLEBOB0000001", "DENIED#AKIAEXAMPLEBOB000001", "IP#203.0.113.150"]
    },
    "ec2-instance-identity": {
        f"{A}:role/aws:ec2-instance": ["ID#123456789012:aws:ec2-instance", "SERVICE#ssm.amazonaws.com"]
    },
    "federated-user": {ALICE: [*ALICE_FACETS, "SERVICE#sqs.amazonaws.com"]},
    "govcloud-role-session": {
        "arn:aws-us-gov:iam::111122223333:role/team/ops": [
            "ID#AROAEXAMPLEGOVOPS0001",
            "SERVICE#ec2.amazonaws.com",
        ]
    },
    "iam-user-access-key": {ALICE: [*ALICE_FACETS, "KEY#AKIAEXAMPLEALICE0001", "SERVICE#s3.amazonaws.com"]},
    "iam-user-console-session": {ALICE: [*ALICE_FACETS, "SERVICE#ec2.amazonaws.com"]},
    "iam-user-get-session-token": {
        GRACE: ["ID#AIDAEXAMPLEGRACE00001", "SERVICE#cloudformation.amazonaws.com", "IP#203.0.113.24"]
    },
    "iam-user-with-session-arn": {
        f"{A}:role/nightly-export": ["ID#AROAEXAMPLENIGHTLY001", "SERVICE#codeartifact.amazonaws.com"]
    },
    "identity-center-sign-in": {JUDY: [f"ID#{JUDY_ID}", "IP#198.51.100.31"]},
    "identity-center-user": {JUDY: [f"ID#{JUDY_ID}", "IP#198.51.100.31", "SERVICE#sso.amazonaws.com"]},
    "identity-center-user-without-type": {JUDY: [f"ID#{JUDY_ID}", "IP#198.51.100.31"]},
    "role-identity": {f"{A}:role/partner-access": ["ID#AROAEXAMPLEPARTNER001", "SERVICE#s3.amazonaws.com"]},
    "role-session-with-path": {
        f"{A}:role/ci/deploy": ["ID#AROAEXAMPLEDEPLOY0001", "SERVICE#cloudformation.amazonaws.com"]
    },
    "role-session-without-session-context": {f"{A}:role/federated-admins": ["ID#AROAEXAMPLEFEDADMIN01"]},
    "root-access-key": {
        ROOT_USER: [
            "ID#123456789012",
            "KEY#AKIAEXAMPLEROOT00001",
            "SERVICE#iam.amazonaws.com",
            "IP#198.51.100.7",
        ]
    },
    "root-email-updated": {ROOT_USER: [*ROOT_CHANGES, "CHANGE#EmailUpdated#2026-11-16T12:01:40Z"]},
    "root-password-recovered": {
        ROOT_USER: [*ROOT_CHANGES, "CHANGE#PasswordRecoveryCompleted#2026-11-16T12:03:12Z"]
    },
    "root-password-updated": {ROOT_USER: [*ROOT_CHANGES, "CHANGE#PasswordUpdated#2026-11-16T12:00:05Z"]},
    "root-sign-in": {ROOT_USER: ["ID#123456789012", "SIGNIN", "IP#198.51.100.7"]},
    "sso-role-by-its-own-arn": {SSO: [*SSO_FACETS, "SERVICE#athena.amazonaws.com"]},
    "sso-role-on-behalf-of": {
        SSO: [*SSO_FACETS, "SERVICE#athena.amazonaws.com"],
        JUDY: [f"ID#{JUDY_ID}", "IP#198.51.100.31", "SERVICE#athena.amazonaws.com"],
    },
    "switch-role-source": {ALICE: ALICE_FACETS},
    "switch-role-target": {f"{A}:role/auditor": ["ID#AROAEXAMPLEAUDITOR001"]},
    "unknown-identity-role-session": {
        f"{A}:role/AWSReservedSSO_Admin_0123456789abcdef": [
            *SSO_FACETS,
            "SERVICE#aws-marketplace.amazonaws.com",
        ]
    },
    "unknown-identity-user": {
        f"{A}:user/ivan": [
            "ID#AIDAEXAMPLEIVAN000001",
            "KEY#AKIAEXAMPLEIVAN00001",
            "SERVICE#aws-marketplace.amazonaws.com",
            "IP#203.0.113.90",
        ]
    },
    "vpc-endpoint-call": {
        ALICE: [
            "ID#AIDAEXAMPLEALICE00001",
            "KEY#AKIAEXAMPLEALICE0001",
            "SERVICE#kms.amazonaws.com",
            "IP#10.0.3.17",
        ]
    },
}
IGNORED = {
    "aws-service-call": Ignored.AWS_SERVICE,
    "aws-service-event": Ignored.NO_IDENTITY,
    "bad-credential-call": Ignored.BAD_CREDENTIAL,
    "check-mfa": Ignored.SIGN_IN_STEP,
    "console-login-failure": Ignored.SIGN_IN_FAILED,
    "console-login-hidden-user-name": Ignored.SIGN_IN_FAILED,
    "credential-verification": Ignored.SIGN_IN_STEP,
    "directory-identity": Ignored.DIRECTORY,
    "federated-user-without-issuer": Ignored.NO_ISSUER,
    "foreign-account-call": Ignored.FOREIGN_ACCOUNT,
    "insight": Ignored.INSIGHT,
    "redacted-identity": Ignored.NO_ARN,
    "root-assume-root-session": Ignored.CENTRAL_ROOT_SESSION,
    "root-by-aws-service": Ignored.BY_AWS_AS_ROOT,
    "root-password-recovery-requested": Ignored.SIGN_IN_STEP,
    "unknown-identity": Ignored.UNKNOWN_IDENTITY,
    "vpc-endpoint-denied": Ignored.NO_ARN,  # Its principal is told by its id alone.
}


def reading(name):
    event = envelope(sample(name))
    return read(event.detail, arrived=event.detail.event_time)


@pytest.mark.parametrize("name", SIGHTED)
def test_a_sample_sights_these_principals_with_these_facets(name):
    found = {sighting.principal: sorted(sighting.facets) for sighting in reading(name).sightings}

    assert found == {principal: sorted(facets) for principal, facets in SIGHTED[name].items()}


@pytest.mark.parametrize("name", IGNORED)
def test_a_sample_that_sights_nobody_says_why(name):
    assert (reading(name).sightings, reading(name).ignored) == ((), IGNORED[name])


@pytest.mark.parametrize("name", [*SIGHTED, *IGNORED])
def test_every_sample_tells_where_it_came_from(name):
    event = json.loads(sample(name))
    (coverage,) = reading(name).coverage

    assert coverage.facets == (f"{event['account']}#{event['region']}",)


def test_every_sample_is_listed():
    assert {path.stem for path in (ROOT / "events").iterdir()} == {*SIGHTED, *IGNORED}


def test_every_identity_type_that_the_code_knows_has_a_sample():
    code = "".join((ROOT / "ingest" / f"{name}.py").read_text() for name in ("identity", "principals"))
    known = set(re.findall(r'"([A-Z]\w+)"', code)) - {"AKIA", "AWSReservedSSO_"}
    identities = (json.loads(sample(name))["detail"].get("userIdentity", {}) for name in [*SIGHTED, *IGNORED])

    assert known == {identity["type"] for identity in identities if "type" in identity}


@pytest.mark.parametrize("name", [*SIGHTED, *IGNORED])
def test_a_sample_is_an_envelope_as_eventbridge_makes_it(name):
    event = json.loads(sample(name))
    detail = event["detail"]

    assert event["source"].startswith("aws.")
    assert (event["time"], event["region"]) == (detail["eventTime"], detail["awsRegion"])
    assert event["account"] == detail["recipientAccountId"]
    assert event["resources"] == []
