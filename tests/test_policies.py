"""Each policy held against IAM's own reference: its actions exist, take the resource given, and are used."""

import re

import pytest
import templates
from arns import HERE, arn, listed
from policy_sentry.querying.actions import get_action_data
from templates import KEYED, KEYLESS, MANY, OWNERS, calls

ROOTS = "arn:aws:organizations::*:root/o-*/r-*"
ACCOUNTS = "arn:aws:organizations::*:account/o-*/*"
UNITS = "arn:aws:organizations::*:ou/o-*/ou-*"
# Every resource that is not one thing of the stack's own, and why.
ACCOUNT = "reads the whole account: AWS has no resource for it"
# AWS documents users as this action's resource, and not which of them it is where all are asked for at once.
OF_ALL_USERS = "iam:ListServiceSpecificCredentials"
WIDE = {
    ("s3:GetObject", "arn:aws:s3:::trail/AWSLogs/*"): "all log files under the prefix of the settings",
    ("iam:GenerateCredentialReport", "*"): ACCOUNT,
    ("iam:GetAccountAuthorizationDetails", "*"): ACCOUNT,
    ("iam:GetCredentialReport", "*"): ACCOUNT,
    ("iam:ListAccountAliases", "*"): ACCOUNT,
    (OF_ALL_USERS, "*"): "of all users at once: AWS does not say by which ARN",
    ("iam:ListUsers", "*"): ACCOUNT,
    ("iam:GetAccessKeyLastUsed", "arn:aws:iam::123456789012:user/*"): "all users are judged",
    ("iam:ListAccessKeys", "arn:aws:iam::123456789012:user/*"): "all users are judged",
    ("iam:ListSSHPublicKeys", "arn:aws:iam::123456789012:user/*"): "all users are judged",
    ("iam:ListSigningCertificates", "arn:aws:iam::123456789012:user/*"): "all users are judged",
    ("cloudtrail:DescribeTrails", "*"): "lists: AWS has no resource for it",
    ("cloudtrail:GetEventSelectors", "arn:aws:cloudtrail:*:*:trail/*"): "an organization's trail is elsewhere",
    ("cloudtrail:GetTrailStatus", "arn:aws:cloudtrail:*:*:trail/*"): "an organization's trail is elsewhere",
    ("cloudtrail:LookupEvents", "*"): "AWS has no resource for it",
    ("organizations:ListAccounts", "*"): ACCOUNT,
    ("organizations:ListRoots", "*"): ACCOUNT,
    ("organizations:ListTagsForResource", ACCOUNTS): "any account's owner may be asked for",
    ("organizations:ListAccountsForParent", ROOTS): "of an organization that has yet to be named",
    ("organizations:ListAccountsForParent", UNITS): "of an organization that has yet to be named",
    ("organizations:ListOrganizationalUnitsForParent", ROOTS): "of an organization that has yet to be named",
    ("organizations:ListOrganizationalUnitsForParent", UNITS): "of an organization that has yet to be named",
    ("sts:AssumeRole", "arn:aws:iam::*:role/last-activity-member"): "in each account",
    ("s3:GetObject", "arn:aws:s3:::ReportBucket/organization/*"): "each account's is an object of its own",
    ("s3:GetObject", "arn:aws:s3:::ReportBucket/*"): "the findings of all accounts go into one file",
    ("sts:GetAccessKeyInfo", "*"): "AWS has no resource for it",
    ("iam:GetUser", "arn:aws:iam::123456789012:user/*"): "any user may be asked for",
    ("iam:GetRole", "arn:aws:iam::123456789012:role/*"): "any role may be asked for",
    ("dynamodb:ListStreams", "*"): "lists: AWS has no resource for it",
    ("s3:PutObject", "arn:aws:s3:::ReportBucket/*"): "each report is an object of its own",
    (
        "cloudformation:DescribeStacks",
        "arn:aws:cloudformation:eu-west-1:123456789012:stack/last-activity/*",
    ): "a stack's ARN ends in an id of its own",
}

# What the code does not call itself, and who does.
REPORTER = (
    "inventory/iam", "inventory/newest_report", "publishing/publisher", "listening/trails", "listening/canaries",
    "publishing/owner_messages",
)  # fmt: skip
ORGANIZATION = (
    "organization/directory",
    "organization/members",
    "organization/store",
    "organization/run",
    "publishing/publisher",
)
TABLE = ("activity/table.py", "activity/flags.py")
BUS = "activity/bus.py"
ASIDE = ("lastseen/asking/iam.py", "lastseen/asking/expected.py", "reporter/listening/canaries.py")
CODE = {
    "IngestRole": (*TABLE, "ingest/recording.py"),
    "LogRole": (*TABLE, "ingest/recording.py", "ingest/objects.py", "ingest/letters.py"),
    "AwakenedRole": (*TABLE, BUS, "awakened/delivery.py", "awakened/letters.py"),
    "ReporterRole": (*TABLE, BUS, *(f"reporter/{each}.py" for each in REPORTER)),
    "OrganizationPolicy": tuple(f"reporter/{each}.py" for each in ORGANIZATION),
    "OrganizationMachineRole": ("reporter/organization/store.py",),  # It reads the list that this writes.
    "SnoozePolicy": (*TABLE, "activity/scan.py", "activity/snoozes.py", "lastseen/connection.py"),
    "InvestigatorPolicy": (*TABLE, "activity/scan.py", "lastseen/connection.py", *ASIDE),
}
QUEUE = "Lambda reads the queue as the function's role"
STREAM = "Lambda reads the stream as the function's role"
LOGS = "Lambda writes what the function prints"
KEY = "DynamoDB, SQS, SNS and S3 ask for it in the caller's name"
BY_OTHERS = {
    "sqs:ReceiveMessage": QUEUE,
    "sqs:DeleteMessage": QUEUE,
    "sqs:GetQueueAttributes": QUEUE,
    "dynamodb:DescribeStream": STREAM,
    "dynamodb:GetRecords": STREAM,
    "dynamodb:GetShardIterator": STREAM,
    "dynamodb:ListStreams": STREAM,
    "logs:CreateLogStream": LOGS,
    "logs:PutLogEvents": LOGS,
    "kms:Decrypt": KEY,
    "kms:GenerateDataKey": KEY,
    "lambda:InvokeFunction": "the scheduler and the state machine invoke",
    "states:StartExecution": "the scheduler starts the state machine, which starts its map",
    "cloudtrail:LookupEvents": "the command that look-ups print",
}


def documents(resource):
    kind, properties = resource["Type"], resource.get("Properties", {})
    if kind == "AWS::IAM::Role":
        return [each["PolicyDocument"] for each in properties["Policies"]]
    is_policy = kind in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")
    return [properties["PolicyDocument"]] if is_policy else []


def permissions():
    """(holder, action, resource's ARN) of all that is allowed, with a customer's key and without."""
    found = set()
    for template in (templates.hub(), templates.forwarder()):
        logs = templates.LOGS | {"HasKey": True}, templates.LOGS_OF_ANOTHER
        for choice in (KEYLESS, KEYED, MANY, OWNERS, *logs):
            resources = templates.resources(template, choice)
            found |= {
                (holder, action, arn(resource, resources))
                for holder, each in resources.items()
                for document in documents(each)
                for statement in document["Statement"]
                for action in listed(statement["Action"])
                for resource in listed(statement["Resource"])
            }
    return sorted(found)


PERMISSIONS = permissions()


def takes(action):
    """The forms of the resources that an action takes, by AWS's service authorization reference."""
    service, _, name = action.partition(":")
    found = get_action_data(service, name)
    assert found, f"IAM has no action {action}"
    return {each["resource_arn_format"] for each in found[service]}


def fits(arn, form):
    if "*" in (arn, form):
        return arn == form
    any_of = {"UserNameWithPath": ".+", "ObjectName": ".+"}
    parts = re.split(r"(\$\{\w+})", form)
    pattern = "".join(
        any_of.get(part[2:-1], "[^:/]*") if part.startswith("${") else re.escape(part) for part in parts
    )
    # The ARN of a log group stands for all of its streams.
    return bool(re.fullmatch(pattern, arn) or re.fullmatch(pattern, arn.removesuffix("*") + "log-stream:x"))


def test_there_are_permissions_of_every_role():
    assert {holder for holder, _, _ in PERMISSIONS} == {
        *CODE,
        "ScheduleRole",
        "Role",
    }


@pytest.mark.parametrize(("holder", "action", "resource"), PERMISSIONS)
def test_an_action_exists_and_takes_the_resource_that_it_is_allowed_for(holder, action, resource):
    forms = takes(action)

    assert any(fits(resource, form) for form in forms) or (action, resource) == (OF_ALL_USERS, "*"), forms


def test_a_policy_names_single_things_but_where_a_reason_stands():
    wide = {(action, arn) for _, action, arn in PERMISSIONS if "*" in arn.replace("Logs:*", "Logs")}

    assert wide == WIDE.keys()


@pytest.mark.parametrize("action", [action for action, arn in WIDE if arn == "*" and action != OF_ALL_USERS])
def test_everything_is_allowed_only_where_aws_has_no_resource(action):
    assert takes(action) == {"*"}


@pytest.mark.parametrize(("holder", "files"), CODE.items())
def test_what_a_policy_allows_is_called_by_the_code_or_by_aws_in_its_name(holder, files):
    allowed = {action for each, action, _ in PERMISSIONS if each == holder}

    assert allowed - set(calls(*files)) <= BY_OTHERS.keys()


def test_every_reason_is_of_something_allowed_that_the_code_does_not_call():
    allowed = {action for _, action, _ in PERMISSIONS}
    made = set(calls(*(file for files in CODE.values() for file in files)))

    assert BY_OTHERS.keys() <= allowed
    assert not BY_OTHERS.keys() & made


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:UpdateItem", f"arn:aws:dynamodb:{HERE}:table/T/index/by_facet"),
        ("dynamodb:GetRecords", f"arn:aws:dynamodb:{HERE}:table/T"),
        ("s3:PutObject", "arn:aws:s3:::bucket"),
        ("sns:Publish", f"arn:aws:sqs:{HERE}:queue"),
        ("iam:ListUsers", "arn:aws:iam::123456789012:user/*"),
        ("sqs:SendMessage", "*"),
    ],
)
def test_a_resource_that_an_action_does_not_take_would_be_found(action, resource):
    assert not any(fits(resource, form) for form in takes(action))


def test_an_action_that_does_not_exist_would_be_found():
    with pytest.raises(AssertionError, match="IAM has no action dynamodb:PutItems"):
        takes("dynamodb:PutItems")


def statements(value):
    if isinstance(value, list):
        for each in value:
            yield from statements(each)
    elif isinstance(value, dict):
        if "Effect" in value:
            yield value
        for each in value.values():
            yield from statements(each)


@pytest.mark.parametrize("template", [templates.hub(), templates.forwarder()], ids=["hub", "forwarder"])
def test_an_action_with_a_star_denies_or_hands_the_key_to_the_accounts_iam(template):
    """Also in the policies of queues, bus, bucket, topic and key."""
    every = list(statements(template))
    stars = [each for each in every if any(action.endswith(":*") for action in listed(each["Action"]))]

    assert every
    assert all(
        each["Effect"] == "Deny" or (each["Action"] == "kms:*" and "AWS" in each["Principal"]) for each in stars
    )
    for each in every:
        for action in listed(each["Action"]):
            if not action.endswith("*"):
                assert takes(action)
