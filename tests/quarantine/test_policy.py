"""What quarantine's role may do: change IAM only in ways that grant nothing, leave a trace, and can be undone."""

import re

import pytest
import templates
from arns import HERE, NAMES, listed
from builders import ROOT
from policy_sentry.querying.actions import get_action_data
from samtranslator.yaml_helper import yaml_parse
from templates import calls

from activity.quarantine.target import TAG
from quarantine.brakes import BREAK_GLASS, WAYS_IN
from quarantine.recheck import OWN
from reporter.judgement.known import Terms

TEMPLATE = yaml_parse((ROOT / "quarantine" / "template.yaml").read_text())
RESOURCES = TEMPLATE["Resources"]
REVIEW, ACT = (
    each["PolicyDocument"]["Statement"] for each in RESOURCES["QuarantineRole"]["Properties"]["Policies"]
)
RESTORE = RESOURCES["RestorePolicy"]["Properties"]["PolicyDocument"]["Statement"]
ALLOWED = [each for each in ACT if each["Effect"] == "Allow"]
DENIED = {each["Sid"]: each for each in ACT if each["Effect"] == "Deny"}
DENY_ALL = {"ArnEquals": {"iam:PolicyARN": {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AWSDenyAll"}}}
OWN_TAG = {"ForAllValues:StringEquals": {"aws:TagKeys": [TAG]}, "Null": {"aws:TagKeys": "false"}}
MARKED = {"StringLike": {f"aws:ResourceTag/{TAG}": "*"}}
CHANGES = {
    "iam:AttachUserPolicy": DENY_ALL,
    "iam:DetachUserPolicy": DENY_ALL,
    "iam:AttachRolePolicy": DENY_ALL,
    "iam:DetachRolePolicy": DENY_ALL,
    "iam:TagUser": OWN_TAG,
    "iam:UntagUser": OWN_TAG,
    "iam:TagRole": OWN_TAG,
    "iam:UntagRole": OWN_TAG,
    "iam:UpdateAccessKey": MARKED,
}
TELLS = "activity/bus.py", "quarantine/telling.py", "reporter/publishing/owner_messages.py"
CODE = (
    "activity/of_findings.py",
    "activity/quarantine/ledger.py",
    "quarantine/hands.py",
    "quarantine/app.py",
    *TELLS,
)
MEMBERS = "quarantine/accounts.py", "reporter/organization/members.py"
REVIEWS = tuple(
    f"reporter/{each}.py" for each in ("inventory/iam", "inventory/newest_report", "listening/trails")
)
BY_OTHERS = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "sqs:SendMessage",
}


def actions(statements):
    return {action for each in statements for action in listed(each["Action"])}


def data(action):
    service, _, name = action.partition(":")
    return get_action_data(service, name)[service]


def arn(value):
    """What a resource of a statement comes to; a glob."""
    if isinstance(value, str):
        return value
    names = NAMES | {"ActivityTableName": "T"}
    return re.sub(r"\$\{([^}]+)}", lambda mark: names[mark[1]], value["Fn::Sub"])


def matches(statement, thing):
    globs = (re.escape(arn(each)).replace(r"\*", ".*") for each in listed(statement["Resource"]))
    return any(re.fullmatch(each, thing) for each in globs)


def test_it_changes_iam_by_these_calls_alone_each_under_its_condition():
    found = {action: each["Condition"] for each in ALLOWED for action in listed(each["Action"])}

    assert found == CHANGES
    levels = {data(action)[0]["access_level"] for action in actions(REVIEW) if action.startswith("iam:")}
    assert levels <= {"Read", "List"}


CONDITIONS = [
    *CHANGES.items(),
    *(
        (action, DENIED[name]["Condition"])
        for name in ("NotTheExempt", "NotWhatIsTagged")
        for action in DENIED[name]["Action"]
    ),
]


@pytest.mark.parametrize(("action", "condition"), [*CONDITIONS, ("iam:TagUser", OWN_TAG | MARKED)])
def test_iam_knows_the_condition_for_that_call(action, condition):
    """Else it would never hold, or, were it a denial, never deny."""
    known = {key for each in data(action) for key in each["condition_keys"]} | {
        key for each in data(action) for key in each.get("resource_condition_keys", ())
    }
    keys = {key for operator in condition.values() for key in operator}
    general = {re.sub(r"/.*", "/${TagKey}", key) for key in keys}

    assert {each.lower() for each in general} <= {each.lower() for each in known}


@pytest.mark.parametrize("statement", ALLOWED, ids=lambda each: each["Sid"])
def test_it_changes_only_users_and_roles_of_its_own_account(statement):
    (resource,) = map(arn, listed(statement["Resource"]))
    kind = {"User": "user", "Role": "role", "Acce": "user"}

    assert resource in ("arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:role/*")
    for action in listed(statement["Action"]):
        (name,) = re.findall("User|Role|Acce", action)
        assert resource.endswith(f"{kind[name]}/*")


THINGS = [
    pytest.param("user/break-glass/alice", id="for emergencies"),
    pytest.param("user/a/break-glass/b/alice", id="deeper"),
    pytest.param("role/break-glass/admin", id="a role for emergencies"),
    pytest.param("role/a/break-glass/admin", id="a role deeper"),
    pytest.param("role/last-activity-ReporterRole-1", id="the tracker's"),
    pytest.param("role/x/quarantine-last-activity", id="its own"),
    pytest.param("role/aws-service-role/x.amazonaws.com/x", id="a service's"),
    pytest.param("role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x", id="Identity Center's"),
    *(pytest.param(f"role/{each.replace('*', '0a1b')}", id=f"the organization's {each}") for each in WAYS_IN),
]


@pytest.mark.parametrize("thing", THINGS)
def test_what_is_never_touched_is_denied_every_change(thing):
    statement = DENIED["NotForEmergenciesNorTheTrackersOwn"]

    assert matches(statement, f"arn:aws:iam::123456789012:{thing}")
    assert {*listed(statement["Action"])} == CHANGES.keys()
    assert "Condition" not in statement
    assert not matches(statement, "arn:aws:iam::123456789012:role/deploy")
    assert BREAK_GLASS == "/break-glass/"


def test_what_is_exempt_can_neither_be_denied_nor_marked_and_can_be_given_back():
    """A key is disabled only for a user that is marked."""
    statement = DENIED["NotTheExempt"]

    assert statement["Condition"] == {"StringLike": {f"aws:ResourceTag/{Terms().tag}": "*"}}
    assert actions([statement]) == {
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:TagRole",
        "iam:TagUser",
    }
    environment = RESOURCES["QuarantineFunction"]["Properties"]["Environment"]["Variables"]
    assert environment["EXEMPT_TAG"] == Terms().tag


def test_what_has_the_trackers_tag_is_denied_and_its_own_roles_have_it():
    assert DENIED["NotWhatIsTagged"]["Condition"] == {"StringLike": {f"aws:ResourceTag/{OWN}": "*"}}
    for each in RESOURCES.values():
        if each["Type"] == "AWS::IAM::Role":
            assert [tag["Key"] for tag in each["Properties"]["Tags"]] == [OWN]


def test_it_may_do_what_its_code_calls_and_no_more():
    called = {*calls(*CODE, *REVIEWS, "activity/table.py", "activity/flags.py")}
    allowed = actions(each for each in [*REVIEW, *ALLOWED] if "Action" in each)

    assert allowed - called <= BY_OTHERS
    assert {each for each in calls(*CODE) if not each.startswith("sqs:")} <= allowed


def test_of_members_it_may_do_what_its_code_calls_and_no_more():
    """In their accounts, by their roles: tests/quarantine/test_member.py."""
    statements = RESOURCES["MembersPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    called = {*calls(*MEMBERS, services=["iam", "lambda", "sts"])} - actions(REVIEW)

    assert called == actions(statements)


def test_it_writes_no_item_but_its_own():
    (statement,) = (each for each in REVIEW if each.get("Action") == "dynamodb:UpdateItem")

    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["quarantine"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    assert arn(statement["Resource"]) == f"arn:aws:dynamodb:{HERE}:table/T"


def test_who_restores_marks_nobody_who_is_not_marked():
    """A role's mark names one act, and is taken off with it."""
    found = {action: each.get("Condition") for each in RESTORE for action in listed(each["Action"])}
    kept = {each: CHANGES[each] for each in CHANGES if "Attach" not in each and each != "iam:TagRole"}

    assert found == kept | {"iam:GetAccountAuthorizationDetails": None, "iam:TagUser": OWN_TAG | MARKED}
    assert {*calls("quarantine/restore.py")} == {"iam:GetAccountAuthorizationDetails"}


def test_the_trackers_own_stack_still_cannot_change_iam():
    resources = templates.hub()["Resources"].values()
    documents = [
        statement
        for each in resources
        for policy in (each.get("Properties", {}).get("Policies") or [])
        if each["Type"] == "AWS::IAM::Role"
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    allowed = {action for each in documents for action in listed(each.get("Action", []))}
    levels = {data(action)[0]["access_level"] for action in allowed if action.startswith("iam:")}

    assert levels <= {"Read", "List"}
    assert not allowed & CHANGES.keys()


def test_off_until_somebody_says_enforce():
    parameters = TEMPLATE["Parameters"]

    assert (
        parameters["Mode"]["Default"],
        parameters["GraceDays"]["Default"],
        parameters["MaxPerRun"]["Default"],
    ) == ("plan", 14, 5)
    assert TEMPLATE["Outputs"]["Version"]["Value"] == templates.hub()["Outputs"]["Version"]["Value"]
    hub = yaml_parse((ROOT / "template.yaml").read_text())
    shared = "StaleUserDays", "StaleKeyDays", "StaleRoleDays", "RetentionDays"
    assert [parameters[each]["Default"] for each in shared] == [
        hub["Parameters"][each]["Default"] for each in shared
    ]
    assert {"ActivityTableName", "ReportTopicArn", "TopicKeyArn"} <= hub["Outputs"].keys()
