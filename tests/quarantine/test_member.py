"""quarantine/member.yaml: what quarantine may do in its own account, it may do in a member, and nothing else."""

import math
import re

import pytest
from arns import listed
from builders import ROOT
from samtranslator.yaml_helper import yaml_parse

from deployment.settings import Unusable, check
from quarantine.recheck import OWN

MEMBER = yaml_parse((ROOT / "quarantine" / "member.yaml").read_text())
HUB = yaml_parse((ROOT / "quarantine" / "template.yaml").read_text())
ROLE = MEMBER["Resources"]["Role"]["Properties"]
# What a review asks in the account that it is of. The table, the topics, their key, the bus, the queue and the log are the hub's.
OF_THE_ACCOUNT = {"iam", "cloudtrail"}
THE_HUBS = {"dynamodb", "sns", "kms", "sqs", "logs", "events"}


def policies(role):
    return {each["PolicyName"]: each["PolicyDocument"]["Statement"] for each in role["Policies"]}


OF_MEMBER, OF_HUB = policies(ROLE), policies(HUB["Resources"]["QuarantineRole"]["Properties"])


def services(statement):
    return {action.partition(":")[0] for action in listed(statement["Action"])}


def test_it_may_change_exactly_what_quarantine_may_in_its_own_account():
    """Conditions and denials included."""
    assert OF_MEMBER["quarantine"] == OF_HUB["quarantine"]


def test_it_may_read_exactly_what_quarantine_reads_in_its_own_account():
    assert set().union(*map(services, OF_HUB["review"])) == OF_THE_ACCOUNT | THE_HUBS
    assert OF_MEMBER["review"] == [each for each in OF_HUB["review"] if services(each) <= OF_THE_ACCOUNT]


def test_people_may_restore_there_as_in_the_hub():
    assert MEMBER["Resources"]["RestorePolicy"] == HUB["Resources"]["RestorePolicy"]


def test_it_has_nothing_else():
    assert MEMBER["Resources"].keys() == {"Role", "RestorePolicy"}
    assert ROLE.keys() == {"RoleName", "Description", "Tags", "AssumeRolePolicyDocument", "Policies"}
    assert OF_MEMBER.keys() == OF_HUB.keys() == {"review", "quarantine"}
    assert "Transform" not in MEMBER  # StackSets with service-managed permissions take none.


def test_it_is_a_role_of_the_trackers_own():
    assert ROLE["Tags"] == [{"Key": OWN, "Value": {"Ref": "AWS::StackName"}}]
    assert "last-activity" in MEMBER["Parameters"]["RoleName"]["Default"]  # As a denial of its own has it.


def test_it_trusts_quarantines_role_alone_and_only_with_the_external_id():
    assert ROLE["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": {"Ref": "HubRoleArn"}},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}},
        }
    ]


@pytest.mark.parametrize("whole", ["arn:aws:iam::123456789012:root", "*", "123456789012"])
def test_it_trusts_no_whole_account(whole):
    assert not re.fullmatch(MEMBER["Parameters"]["HubRoleArn"]["AllowedPattern"], whole)


PARAMETERS = [HUB["Parameters"]["MemberRoleName"], MEMBER["Parameters"]["RoleName"]]


@pytest.mark.parametrize("parameter", PARAMETERS, ids=["hub", "member"])
@pytest.mark.parametrize("name", ["OrganizationAccountAccessRole", "awscontroltowerexecution"])
def test_a_role_that_may_do_everything_is_refused(parameter, name):
    assert parameter["Default"] == "last-activity-quarantine"
    with pytest.raises(Unusable, match="never OrganizationAccountAccessRole"):
        check("MemberRoleName", name, parameter)


def test_the_role_that_may_ask_for_it_is_the_one_that_it_trusts_and_asks_with_the_same_id():
    outputs = {name: each["Value"] for name, each in HUB["Outputs"].items()}
    function = HUB["Resources"]["QuarantineFunction"]["Properties"]
    policy = HUB["Resources"]["MembersPolicy"]["Properties"]

    assert function["Role"] == outputs["QuarantineRoleArn"]
    assert policy["Roles"] == [{"Ref": outputs["QuarantineRoleArn"]["Fn::GetAtt"][0]}]
    assert function["Environment"]["Variables"]["EXTERNAL_ID"] == outputs["ExternalId"]
    assert function["Environment"]["Variables"]["ACCOUNTS"] == {"Ref": "Accounts"}


def test_only_who_names_accounts_lets_quarantine_act_in_any():
    policy = HUB["Resources"]["MembersPolicy"]

    assert (policy["Condition"], HUB["Parameters"]["Accounts"]["Default"]) == ("HasMembers", "")
    assert HUB["Conditions"]["HasMembers"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Accounts"}, ""]}]}
    assert policy["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/${MemberRoleName}"},
        },
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": {"Fn::GetAtt": ["QuarantineFunction", "Arn"]},
        },
    ]


@pytest.mark.parametrize(("many", "fits"), [(0, True), (1, True), (230, True), (231, False)])
def test_it_takes_as_many_accounts_as_fit_into_the_functions_environment(many, fits):
    """All its variables have 4 KB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
    parameter = HUB["Parameters"]["Accounts"]
    given = ",".join(["222222222222"] * many)

    assert re.fullmatch(parameter["AllowedPattern"], given)
    assert (len(given) <= parameter["MaxLength"]) == fits


@pytest.mark.parametrize("tags", [0, 400, 800, 1289])
def test_so_many_accounts_fit_beside_the_tags_of_owners_as_the_template_says(tags):
    parameters = HUB["Parameters"]
    most, characters, free = (
        int(each)
        for each in re.search(
            r"(\d+) at most; one less for each (\d+) characters that OwnerTags has over (\d+)",
            parameters["Accounts"]["Description"],
        ).groups()
    )
    accounts = most - math.ceil(max(0, tags - free) / characters)
    topic = "arn:aws-us-gov:sns:us-gov-west-1:123456789012:last-activity-ReportTopic-0123456789AB"
    given = {
        "ACTIVITY_TABLE": "last-activity-ActivityTable-0123456789ABC",
        "REPORT_TOPIC_ARN": topic,
        "OWNER_TOPIC_ARN": topic,
        "OWNER_TAGS": "x" * tags,
        "ACCOUNTS": ",".join(["222222222222"] * accounts),
        "MEMBER_ROLE_NAME": parameters["MemberRoleName"]["Default"],
        "EXEMPT_TAG": "last-activity:exempt",
        "EXTERNAL_ID": "last-activity-quarantine-123456789012",
    }
    function = HUB["Resources"]["QuarantineFunction"]["Properties"]
    names = function["Environment"]["Variables"]

    assert given.keys() <= names.keys()
    assert tags <= 1289 == 10 * 128 + 9
    assert sum(len(name) + len(given.get(name, "enforce")) for name in names) <= 4096


def test_the_member_role_of_the_report_still_only_reads():
    """tests/test_member.py holds it to what a review calls."""
    report = yaml_parse((ROOT / "reporter" / "member.yaml").read_text())
    allowed = {
        action
        for each in report["Resources"]["Role"]["Properties"]["Policies"]
        for statement in each["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
    }
    changing = {action for each in OF_MEMBER["quarantine"] for action in listed(each["Action"])}

    assert not allowed & changing


def test_it_is_of_the_version_of_the_hub():
    assert MEMBER["Outputs"]["Version"]["Value"] == HUB["Outputs"]["Version"]["Value"]
