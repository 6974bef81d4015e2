"""Clients in a member's name: whose credentials they have, and what an account that gives none is told by."""

import boto3
import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT

from reporter.inventory.account import Gap
from reporter.organization.members import Members

OTHER = "222222222222"


@pytest.fixture
def members(aws):
    boto3.setup_default_session()
    return Members(aws("sts"), "last-activity-member", "stack-123", "aws-us-gov", ACCOUNT)


def refused(members, code):
    def answer(model, **_):
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, model.name)

    members.sts.meta.events.register("before-call.sts.AssumeRole", answer)


def test_a_member_is_acted_in_by_its_role_of_its_partition_with_the_external_id(members):
    asked = []
    members.sts.meta.events.register(
        "provide-client-params.sts.AssumeRole", lambda params, **_: asked.append(params)
    )

    clients = members.clients(OTHER)

    assert clients("sts").get_caller_identity()["Account"] == OTHER
    assert asked == [
        {
            "RoleArn": f"arn:aws-us-gov:iam::{OTHER}:role/last-activity-member",
            "RoleSessionName": "last-activity",
            "ExternalId": "stack-123",
            "DurationSeconds": 3600,
        }
    ]


def test_the_reporters_own_account_needs_no_role(members):
    refused(members, "AccessDenied")

    assert members.clients(ACCOUNT)("sts").get_caller_identity()["Account"] == ACCOUNT


def test_a_role_that_is_not_given_is_a_gap_that_says_what_to_do(members):
    refused(members, "AccessDenied")

    told = members.clients(OTHER)

    assert isinstance(told, Gap)
    assert told.what == f"account {OTHER}"
    assert told.reason.endswith("Fix: deploy reporter/member.yaml to the account")


@pytest.mark.parametrize("code", ["Throttling", "ExpiredToken", "RegionDisabledException", "InternalFailure"])
def test_any_other_refusal_is_to_be_tried_again(members, code):
    refused(members, code)

    with pytest.raises(ClientError, match=code):
        members.clients(OTHER)


def test_credential_reports_are_begun_in_each_account_that_lets_it(members):
    members.begin_credential_reports([OTHER, "333333333333"])

    report = members.clients(OTHER)("iam").generate_credential_report()
    assert report["State"] == "COMPLETE"  # moto's second answer.


def test_what_cannot_be_begun_is_left_for_the_review_to_tell(members):
    refused(members, "Throttling")

    members.begin_credential_reports([OTHER])
