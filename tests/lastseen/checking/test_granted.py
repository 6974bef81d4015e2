"""What template.yaml grants each role, held to the template, and what a role lacks of it."""

from dataclasses import replace
from fnmatch import fnmatchcase

import pytest
import templates
from arns import PARAMETERS, arn, listed
from checked import BUS, said, stack
from templates import KEYED, KEYLESS, LOGS, LOGS_OF_ANOTHER, MANY, OWNERS

from lastseen.checking.check import Unread
from lastseen.checking.granted import GRANTED, Denial, Grant, grants, role_checks

STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/ActivityTable/stream/2026"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def deployed(choice):
    """The stack of the template; physical ids are the logical ones, or what CloudFormation has in their place."""
    resources = templates.resources(templates.hub(), choice)
    arns = {
        name: arn({"Ref": name}, resources)
        for name, each in resources.items()
        if each["Type"] in ("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine")
    }
    given = PARAMETERS | {"KmsKeyArn": KEY if choice["HasKey"] else ""}
    if not choice.get("HasLogRole"):
        given.pop("LogRoleArn")
    return stack(resources=dict(zip(resources, resources, strict=True)) | arns, parameters=given)


def declared(choice):
    """(role, action, resource) of the template's roles."""
    resources = templates.resources(templates.hub(), choice)
    return {
        (role, action, arn(resource, resources))
        for logical, each in resources.items()
        if each["Type"] in ("AWS::IAM::Role", "AWS::IAM::Policy")
        for role in [each["Properties"]["Roles"][0]["Ref"] if "Roles" in each["Properties"] else logical]
        for policy in each["Properties"].get("Policies") or [each["Properties"]]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


@pytest.mark.parametrize(
    "choice",
    [
        KEYLESS,
        KEYED,
        MANY,
        OWNERS,
        KEYLESS | {"HasOwners": True},
        LOGS,
        LOGS | {"HasKey": True, "HasNoKey": False},
        LOGS_OF_ANOTHER,
    ],
    ids=[
        "AWS's keys",
        "the customer's key",
        "an organization",
        "an organization with owners",
        "owners",
        "log files",
        "log files, the customer's key",
        "another account's log files",
    ],
)
def test_what_is_asked_about_is_what_the_template_grants_and_nothing_else(choice):
    asked = {
        (each.role.rpartition("/")[2], action, each.resource)
        for each in grants(deployed(choice), STREAM, {})
        for action in each.actions
    }
    granted = declared(choice)
    matched = {
        one: {each for each in asked if each[:2] == one[:2] and fnmatchcase(each[2], one[2])} for one in granted
    }

    assert {one for one, those in matched.items() if not those} == set()
    assert asked - {each for those in matched.values() for each in those} == set()


def test_with_an_organization_awakened_is_to_publish_to_the_topic_of_its_accounts():
    topic = "arn:aws:sns:eu-west-1:123456789012:AccountTopic"
    many = deployed(KEYLESS)
    many = replace(many, resources={**many.resources, "AccountTopic": topic})

    assert "AwakenedRole" in {each.label for each in grants(many, STREAM, {}) if each.resource == topic}
    assert not any("AccountTopic" in each.resource for each in grants(deployed(KEYLESS), STREAM, {}))


def test_a_forwarder_is_to_put_events_on_the_hubs_bus():
    *_, last = grants(deployed(KEYLESS), STREAM, {"us-east-1": "arn:aws:iam::123456789012:role/forward"})

    assert last == Grant(
        "the forwarder's role in us-east-1",
        "arn:aws:iam::123456789012:role/forward",
        ("events:PutEvents",),
        BUS,
    )


def test_without_a_list_of_resources_no_role_of_the_hub_is_asked_about():
    assert list(grants(stack(resources=Unread("no")), STREAM, {})) == []


def test_a_stream_that_is_not_known_is_not_asked_about():
    assert not any("/stream/" in each.resource for each in grants(deployed(KEYLESS), "", {}))


INGEST = Grant("IngestRole", "arn:role/i", ("sqs:ReceiveMessage", "sqs:DeleteMessage"), "arn:queue")
REPORT = Grant("ReporterRole", "arn:role/r", ("iam:ListUsers",), "*")
NOT_ASKED = Unread("no", "iam:SimulatePrincipalPolicy")


def test_roles_that_hold_all_are_one_line():
    assert said(role_checks({INGEST: [], REPORT: []})) == [
        ("right", "roles", "3 permissions held, by IAM's simulator: all of 2 roles")
    ]


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("organization", "denied by a service control policy"),
        ("boundary", "denied by its permissions boundary"),
        ("deny", "denied by a policy of its own"),
        ("", "no policy of its own allows it"),
    ],
)
def test_what_a_role_lacks_is_told_with_who_denies_it(by, why):
    right, wrong = role_checks({INGEST: [Denial("sqs:DeleteMessage", "arn:queue", by)], REPORT: []})

    assert right.said == "2 permissions held, by IAM's simulator: all of 1 role"
    assert wrong.said == f"IngestRole lacks sqs:DeleteMessage: {why}"
    assert wrong.remedy


def test_where_the_simulator_may_not_be_asked_one_line_says_so():
    assert said(role_checks({INGEST: NOT_ASKED, REPORT: NOT_ASKED})) == [
        ("not_permitted", "roles", "needs iam:SimulatePrincipalPolicy for IngestRole, ReporterRole")
    ]


def test_a_role_that_could_not_be_asked_about_is_named_once():
    gone, other = Unread("NoSuchEntity"), replace(INGEST, actions=("kms:Decrypt",))

    assert said(role_checks({INGEST: gone, other: gone, REPORT: []})) == [
        ("right", "roles", "1 permission held, by IAM's simulator: all of 1 role"),
        ("wrong", "roles", "could not be checked for IngestRole: NoSuchEntity"),
    ]


def test_all_roles_of_the_template_are_asked_about():
    assert GRANTED.keys() == {role for choice in (MANY, LOGS) for role, _, _ in declared(choice)}
