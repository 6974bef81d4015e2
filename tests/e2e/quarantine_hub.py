"""Quarantine's stack, deployed on the local server, and a member account with somebody whom a report has flagged.

The server knows neither iam:PolicyARN nor dynamodb:LeadingKeys: the roles are deployed with these conditions, and lose
them here.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from botocore.config import Config
from builders import ROOT
from e2e.organization import of_account
from e2e.people import NOBODY_MAY, years_pass
from e2e.server import ACCOUNT, PATIENCE, REGION, machine, running
from e2e.stack import Queue, sam
from e2e.test_quarantine import UNKNOWN
from quarantined import coverage_items

from activity.flags import Flags
from activity.item import Flag, typed
from activity.model import REPORT, Activity, Evidence
from activity.quarantine.ledger import PRINCIPAL
from activity.table import ActivityTable
from lastseen.demo.local_aws import make_table, make_trail
from reporter.organization.members import Members

MEMBER, ROLELESS, STRANGER = "600000000001", "600000000002", "600000000003"
ROLE, HUB = "last-activity-quarantine", "quarantine"
DAY = timedelta(days=1)
# Quarantine waits half a minute until IAM lets it disable a key.
LONG = Config(read_timeout=120, retries={"total_max_attempts": 1})
NOBODY = {"HubRoleArn": f"arn:aws:iam::{STRANGER}:role/x", "ExternalId": "another"}


@dataclass
class Hub:
    """Quarantine's stack, and in the member a user of whom one key is idle, an idle user and an idle role."""

    server: object
    outputs: dict
    user: dict
    idle: str
    used: str
    ines: dict
    batch: dict

    def invoke(self, **event):
        """What the function answers."""
        function = self.outputs["QuarantineFunctionName"]
        client = self.server.client("lambda", config=LONG)
        return json.loads(client.invoke(FunctionName=function, Payload=json.dumps(event))["Payload"].read())

    @property
    def letters(self):
        found = self.server.client("cloudformation").describe_stack_resource(
            StackName=HUB, LogicalResourceId="QuarantineDeadLetterQueue"
        )
        name = found["StackResourceDetail"]["PhysicalResourceId"].rpartition("/")[2]
        return Queue(self.server.client("sqs"), f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")

    @property
    def own(self):
        """The credentials of quarantine's role."""
        return named(self.server.session(self.outputs["QuarantineRoleArn"]))

    def members(self, role=ROLE, external_id=None):
        """As the function has them, with the credentials of its role."""
        make = partial(client_of, self.server, self.own)
        external_id = self.outputs["ExternalId"] if external_id is None else external_id
        return Members(make("sts"), role, external_id, "aws", ACCOUNT, make)

    def keys(self):
        with of_account(self.server, "iam", MEMBER) as iam:
            listed = iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
            return {each["AccessKeyId"]: each["Status"] for each in listed}

    def entries(self):
        pages = (
            self.server.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName="activity",
                KeyConditionExpression="principal = :p",
                ExpressionAttributeValues={":p": typed(PRINCIPAL)},
            )
        )
        return {each["facet"]["S"]: each for page in pages for each in page["Items"]}


def named(session):
    return {name.lower(): value for name, value in session.items()}


def client_of(server, own, service, **more):
    return server.client(service, **(own | more | {"config": PATIENCE}))


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("members")
    with running(folder) as young, of_account(young, "iam", MEMBER) as iam:
        user = iam.create_user(UserName="alice")["User"]
        idle, used = (iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"] for _ in range(2))
        ines = iam.create_user(UserName="ines")["User"]
        batch = iam.create_role(RoleName="batch", AssumeRolePolicyDocument=NOBODY_MAY)["Role"]
        iam.generate_credential_report()
    years_pass(folder / "state" / "iam.json", 5)
    with running(folder) as server:
        make_table(server.client("dynamodb"), "activity")
        made = Hub(server, deployed(server, folder), user, idle, used, ines, batch)
        for account, trusted in ((MEMBER, made.outputs), (STRANGER, NOBODY)):
            give_role(server, account, trusted)
        forget_unknown(server, ACCOUNT, made.outputs["QuarantineRoleArn"].rpartition("/")[2])
        forget_unknown(server, MEMBER, ROLE)
        live(made)
        yield made


def deployed(server, folder):
    built, here = folder / "build", machine() | {"FOR": "host", "AWS_DEFAULT_REGION": REGION}
    template = "quarantine/template.yaml"
    sam(folder, here, "build", "--template", template, "--build-dir", built, "--build-in-source")
    given = {
        "ActivityTableName": "activity",
        "ReportTopicArn": server.client("sns").create_topic(Name="reports")["TopicArn"],
        "TopicKeyArn": server.client("kms").create_key()["KeyMetadata"]["Arn"],
        "Mode": "enforce",
        "Accounts": f"{MEMBER},{ROLELESS}",
    }
    (folder / "samconfig.toml").write_text("version = 0.1\n")
    sam(
        folder,
        server.environment() | {"SAM_CLI_POLL_DELAY": "1"},
        *("deploy", "--template", built / "template.yaml", "--config-file", folder / "samconfig.toml"),
        *("--stack-name", HUB, "--capabilities", "CAPABILITY_IAM", "--resolve-s3", "--no-confirm-changeset"),
        *("--parameter-overrides", *map("=".join, given.items())),
    )
    (stack,) = server.client("cloudformation").describe_stacks(StackName=HUB)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def give_role(server, account, outputs):
    parameters = {
        "HubRoleArn": outputs.get("QuarantineRoleArn") or outputs["HubRoleArn"],
        "ExternalId": outputs["ExternalId"],
    }
    with of_account(server, "cloudformation", account) as cloudformation:
        cloudformation.create_stack(
            StackName=ROLE,
            TemplateBody=(ROOT / "quarantine" / "member.yaml").read_text(),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        cloudformation.get_waiter("stack_create_complete").wait(StackName=ROLE, WaiterConfig={"Delay": 1})


def forget_unknown(server, account, role):
    """Takes the conditions off that never hold on the server, which does not know them."""
    with of_account(server, "iam", account) as iam:
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            for statement in document["Statement"]:
                conditions = statement.pop("Condition", {})
                if not UNKNOWN & {key for keys in conditions.values() for key in keys}:
                    statement |= {"Condition": conditions} if conditions else {}
                if "iam:GetAccessKeyLastUsed" in statement["Action"]:
                    statement["Resource"] = "*"  # The server does not see whose key it is.
            iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


def live(hub):
    """Events come, alice is at work with one of her keys, and a report has flagged the other."""
    now, alice = datetime.now(UTC).replace(microsecond=0), hub.user["Arn"]
    with of_account(hub.server, "cloudtrail", MEMBER) as trails, of_account(hub.server, "s3", MEMBER) as s3:
        make_trail(trails, s3, f"trail-{MEMBER}")
    dynamodb = hub.server.client("dynamodb")
    table = ActivityTable(dynamodb, "activity")
    for each in coverage_items(MEMBER, now, REGION):
        table.replace(each)
    for facet in (f"ID#{hub.user['UserId']}", f"KEY#{hub.used}"):
        table.record(Activity(alice, facet, now - DAY, now - DAY, Evidence("e")))
    flag(hub, alice, f"KEY#{hub.idle}")
    table.record(Activity(REPORT, MEMBER, now - 6 * DAY, now - 6 * DAY, Evidence("e")))


def flag(hub, principal, facet):
    flagged = datetime.now(UTC).replace(microsecond=0) - 30 * DAY
    flags = Flags(hub.server.client("dynamodb"), "activity")
    flags.flag((principal, facet), MEMBER, Flag(flagged, flagged - 300 * DAY), now=flagged)


def days_pass(hub, finding, number):
    """Nothing on the server grows old; what was announced was so many days earlier than it was."""
    dynamodb, key = hub.server.client("dynamodb"), {"principal": typed(PRINCIPAL), "facet": typed(finding)}
    item = dynamodb.get_item(TableName="activity", Key=key)["Item"]
    for name in ("announced", "due", "moved", "told"):
        at = datetime.fromisoformat(item[name]["S"]) - number * DAY
        item[name] = typed(f"{at:%Y-%m-%dT%H:%M:%SZ}")
    dynamodb.put_item(TableName="activity", Item=item)
