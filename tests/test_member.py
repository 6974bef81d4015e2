"""reporter/member.yaml: what the role in each account lets the hub do is what a review does there, and no more."""

import re

import pytest
import templates
from arns import arn, listed
from builders import ROOT
from policy_sentry.querying.actions import get_action_data
from samtranslator.yaml_helper import yaml_parse
from templates import KEYLESS, calls

from deployment import files
from deployment.settings import Unusable, check

TEMPLATE = yaml_parse((ROOT / "reporter" / "member.yaml").read_text())
ROLE = TEMPLATE["Resources"]["Role"]["Properties"]
# What a review asks in the account that it is of. The table, the bus, the bucket, the topics, their key and the logs are the hub's.
OF_THE_ACCOUNT = ("account", "cloudtrail", "iam")
THE_HUBS = ("dynamodb", "events", "kms", "logs", "s3", "sns")


def permissions(role, resources):
    (policy,) = role["Policies"]
    return {
        (action, arn(resource, resources))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


ALLOWED = permissions(ROLE, {})


def of_the_reporter():
    resources = templates.resources(templates.hub(), KEYLESS)
    return permissions(resources["ReporterRole"]["Properties"], resources)


def service(permission):
    return permission[0].partition(":")[0]


def test_it_may_do_what_the_reporter_may_do_in_its_own_account():
    reporters = of_the_reporter()

    assert {service(each) for each in reporters} == {*OF_THE_ACCOUNT, *THE_HUBS}
    assert {each for each in reporters if service(each) in OF_THE_ACCOUNT} == ALLOWED


def test_it_may_do_exactly_what_the_code_of_a_review_calls():
    code = [str(path.relative_to(ROOT)) for path in (ROOT / "reporter").rglob("*.py")]

    called = {each for each in calls(*code) if each.partition(":")[0] in OF_THE_ACCOUNT}
    assert called == {action for action, _ in ALLOWED}


def test_it_reads_and_changes_nothing():
    levels = {}
    for action, _ in ALLOWED:
        prefix, _, name = action.partition(":")
        (level,) = {each["access_level"] for each in get_action_data(prefix, name)[prefix]}
        levels.setdefault(level, set()).add(name)

    # AWS makes a report of what is there: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
    assert levels.keys() <= {"Read", "List"} or levels["Write"] == {"GenerateCredentialReport"}


def test_it_has_nothing_but_this_one_policy():
    assert ROLE.keys() == {"RoleName", "Description", "Tags", "AssumeRolePolicyDocument", "Policies"}
    assert [name for name, each in TEMPLATE["Resources"].items() if "Condition" not in each] == ["Role"]
    (policy,) = ROLE["Policies"]
    assert all(each["Effect"] == "Allow" for each in policy["PolicyDocument"]["Statement"])


def test_it_trusts_the_hubs_role_alone_and_only_with_the_external_id():
    assert ROLE["AssumeRolePolicyDocument"]["Statement"] == trusting("HubRoleArn")


def trusting(parameter):
    return [
        {
            "Effect": "Allow",
            "Principal": {"AWS": {"Ref": parameter}},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}},
        }
    ]


@pytest.mark.parametrize("parameter", ["HubRoleArn", "SecurityHubRoleArn"])
@pytest.mark.parametrize("whole", ["arn:aws:iam::123456789012:root", "*", "123456789012"])
def test_it_trusts_no_whole_account(whole, parameter):
    assert not re.fullmatch(TEMPLATE["Parameters"][parameter]["AllowedPattern"], whole)


def test_only_who_asks_for_it_gets_a_role_that_imports_findings_and_it_does_nothing_else():
    assert TEMPLATE["Parameters"]["SecurityHubRoleArn"]["Default"] == ""
    assert TEMPLATE["Resources"].keys() == {"Role", "SecurityHubRole"}
    resource = TEMPLATE["Resources"]["SecurityHubRole"]
    role = resource["Properties"]

    assert resource["Condition"] == "HasSecurityHub"
    assert role["AssumeRolePolicyDocument"]["Statement"] == trusting("SecurityHubRoleArn")
    default = "arn:aws:securityhub:*:123456789012:product/123456789012/default"
    assert permissions(role, {}) == {("securityhub:BatchImportFindings", default)}


PARAMETERS = [files.parameters()["MemberRoleName"], TEMPLATE["Parameters"]["RoleName"]]


@pytest.mark.parametrize("parameter", PARAMETERS, ids=["hub", "member"])
@pytest.mark.parametrize(
    "name", ["OrganizationAccountAccessRole", "organizationaccountaccessrole", "AWSControlTowerExecution"]
)
def test_a_role_that_may_do_everything_is_refused(parameter, name):
    with pytest.raises(Unusable, match="never OrganizationAccountAccessRole"):
        check("MemberRoleName", name, parameter)


@pytest.mark.parametrize("parameter", PARAMETERS, ids=["hub", "member"])
@pytest.mark.parametrize("name", ["last-activity-member", "OrganizationAccountAccessRole2", "a=b,c.d@e+f"])
def test_any_other_name_is_taken(parameter, name):
    check("MemberRoleName", name, parameter)


def test_the_role_of_the_hub_that_may_ask_for_it_is_the_one_that_it_trusts():
    hub = templates.hub()
    outputs = {name: each["Value"] for name, each in hub["Outputs"].items()}
    holder = outputs["ReporterRoleArn"]["Fn::GetAtt"][0]
    policy = hub["Resources"]["OrganizationPolicy"]["Properties"]
    asking = [each for each in policy["PolicyDocument"]["Statement"] if each.get("Action") == "sts:AssumeRole"]
    environment = hub["Resources"]["ReporterFunction"]["Properties"]["Environment"]["Variables"]

    assert policy["Roles"] == [{"Ref": holder}]
    assert [each["Resource"] for each in asking] == [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/${MemberRoleName}"}
    ]
    assert environment["EXTERNAL_ID"] == outputs["ExternalId"]
    assert hub["Resources"]["ReporterFunction"]["Properties"]["Role"] == outputs["ReporterRoleArn"]


def test_it_is_of_the_version_of_the_hub():
    assert TEMPLATE["Outputs"]["Version"] == {
        "Description": TEMPLATE["Outputs"]["Version"]["Description"],
        "Value": templates.hub()["Outputs"]["Version"]["Value"],
    }
