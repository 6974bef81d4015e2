"""Quarantine of a member account as it is deployed: announced, disabled and restored there, and nothing else done.

The server knows neither iam:PolicyARN nor dynamodb:LeadingKeys: the roles are deployed with these conditions, and lose
them here. tests/quarantine/test_member.py holds the member's statements to those of the hub.
"""

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from builders import ROOT
from e2e.organization import of_account
from e2e.people import NOBODY_MAY, years_pass
from e2e.server import ACCOUNT, PATIENCE, REGION, eventually, machine, running
from e2e.stack import Queue, sam
from e2e.test_quarantine import FORBIDDEN, REFUSED, UNKNOWN, refusal
from quarantined import coverage_items

from activity.flags import Flags
from activity.item import Flag, typed
from activity.model import REPORT, Activity, Evidence
from activity.quarantine.ledger import PRINCIPAL
from activity.quarantine.target import TAG
from activity.table import ActivityTable
from lastseen.demo.local_aws import make_table, make_trail
from reporter.inventory.account import Gap
from reporter.organization.members import Members

LASTSEEN = Path(sys.executable).with_name("lastseen")
MEMBER, ROLELESS, STRANGER = "600000000001", "600000000002", "600000000003"
ROLE, HUB = "last-activity-quarantine", "quarantine"
DAY = timedelta(days=1)
NOBODY = {"HubRoleArn": f"arn:aws:iam::{STRANGER}:role/x", "ExternalId": "another"}


@dataclass
class Hub:
    """Quarantine's stack, and the member's user of whom one key is idle."""

    server: object
    outputs: dict
    user: dict
    idle: str
    used: str

    def invoke(self, **event):
        """What the function answers."""
        function = self.outputs["QuarantineFunctionName"]
        client = self.server.client("lambda")
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
        iam.generate_credential_report()
    years_pass(folder / "state" / "iam.json", 3)
    with running(folder) as server:
        make_table(server.client("dynamodb"), "activity")
        made = Hub(server, deployed(server, folder), user, idle, used)
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
    flagged = now - 30 * DAY
    Flags(dynamodb, "activity").flag(
        (alice, f"KEY#{hub.idle}"), MEMBER, Flag(flagged, flagged - 300 * DAY), now=flagged
    )
    table.record(Activity(REPORT, MEMBER, now - 6 * DAY, now - 6 * DAY, Evidence("e")))


def days_pass(hub, finding, number):
    """Nothing on the server grows old; what was announced was so many days earlier than it was."""
    dynamodb, key = hub.server.client("dynamodb"), {"principal": typed(PRINCIPAL), "facet": typed(finding)}
    item = dynamodb.get_item(TableName="activity", Key=key)["Item"]
    for name in ("announced", "due", "moved", "told"):
        at = datetime.fromisoformat(item[name]["S"]) - number * DAY
        item[name] = typed(f"{at:%Y-%m-%dT%H:%M:%SZ}")
    dynamodb.put_item(TableName="activity", Item=item)


def lastseen(server, credentials, *words):
    return subprocess.run(
        [LASTSEEN, *words],
        env=server.environment() | credentials,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def person(hub):
    """The credentials of somebody in the member who may restore, and nothing else."""
    with of_account(hub.server, "cloudformation", MEMBER) as cloudformation:
        (stack,) = cloudformation.describe_stacks(StackName=ROLE)["Stacks"]
    (policy,) = (each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == "RestorePolicyArn")
    anybody = {"Effect": "Allow", "Principal": {"AWS": MEMBER}, "Action": "sts:AssumeRole"}
    with of_account(hub.server, "iam", MEMBER) as iam, of_account(hub.server, "sts", MEMBER) as sts:
        trust = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
        role = iam.create_role(RoleName="people", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.attach_role_policy(RoleName="people", PolicyArn=policy)
        given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


def test_a_member_from_the_announcement_by_the_schedule_to_the_restore(hub):
    finding = f"{MEMBER}:access_key:{hub.idle}"

    hub.invoke()  # As the schedule does: the member's run is one that this starts.
    eventually(lambda: "told" in hub.entries().get(finding, {}), "it is announced by mail", within=90)
    days_pass(hub, finding, 15)
    answer = hub.invoke(account=MEMBER)
    assert (answer["disabled"], answer["held"], answer["problems"]) == (1, 0, [])
    assert hub.keys() == {hub.idle: "Inactive", hub.used: "Active"}

    told = lastseen(hub.server, {}, "restore", finding)
    assert told.returncode == 2
    assert f"the finding is of account {MEMBER}, and your credentials are of account {ACCOUNT}" in told.stderr
    done = lastseen(hub.server, person(hub), "restore", finding)
    assert (done.returncode, done.stderr) == (0, "")
    assert hub.keys() == {hub.idle: "Active", hub.used: "Active"}
    assert hub.invoke(account=MEMBER)["restored"] == 1


def test_a_member_without_the_role_is_a_dead_letter_that_says_so(hub):
    """Which raises the alarm."""
    hub.invoke()

    (letter,) = eventually(hub.letters.take, "the run of the member is a dead letter", within=90)
    told = json.loads(letter)
    assert told["requestPayload"] == {"account": ROLELESS}
    reason = f"account {ROLELESS}: the role {ROLE} is not there, does not trust quarantine, or is denied"
    assert reason in told["responsePayload"]["errorMessage"]
    assert not [each for each in hub.entries() if each.startswith(ROLELESS)]


def test_an_account_that_nobody_named_is_refused(hub):
    told = hub.invoke(account=STRANGER)["errorMessage"]

    assert f"account {STRANGER} is not in the parameter Accounts" in told


@pytest.mark.parametrize(
    ("account", "role", "external_id"),
    [
        pytest.param(MEMBER, ROLE, "", id="without the external id"),
        pytest.param(MEMBER, ROLE, "another", id="with another external id"),
        pytest.param(MEMBER, "OrganizationAccountAccessRole", "", id="by a role that trusts the whole hub"),
        pytest.param(STRANGER, ROLE, None, id="where the role trusts somebody else"),
        pytest.param(ROLELESS, ROLE, None, id="where there is no role"),
    ],
)
def test_its_role_comes_into_an_account_in_no_other_way(hub, account, role, external_id):
    if role != ROLE:
        anybody = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
        with of_account(hub.server, "iam", account) as iam:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)

    assert isinstance(hub.members(role, external_id).clients(account), Gap)


@pytest.fixture(scope="module")
def others(hub):
    """Whom it must not touch in the member, besides its own role there."""
    tracker, exempt = ({"Key": f"last-activity:{each}", "Value": "x"} for each in ("tracker", "exempt"))
    with of_account(hub.server, "iam", MEMBER) as iam:
        iam.create_user(UserName="bob")
        iam.create_login_profile(UserName="bob", Password="Correct-Horse-1")
        iam.create_user(UserName="frank", Tags=[exempt])
        for name in ("x-last-activity-reporter", "batch"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=NOBODY_MAY)
        iam.create_role(RoleName="tracker", AssumeRolePolicyDocument=NOBODY_MAY, Tags=[tracker])
        document = {"Effect": "Deny", "Action": "*", "Resource": "*"}
        policy = iam.create_policy(
            PolicyName="DenyAll", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [document]})
        )
        key = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    return {"bob": key, "policy": policy["Policy"]["Arn"]}


@pytest.fixture
def acting(hub):
    """IAM of the member, as the function asks it."""
    with closing(hub.members().clients(MEMBER)("iam")) as iam:
        yield iam


@pytest.mark.parametrize("act", FORBIDDEN)
def test_in_the_member_it_is_refused_what_it_must_not_do(acting, others, act):
    assert refusal(lambda: act(acting, others["bob"])) in REFUSED


def test_in_the_member_it_may_deny_a_role_but_not_that_by_which_it_acts(acting, others):
    acting.attach_role_policy(RoleName="batch", PolicyArn=others["policy"])

    for act in (
        lambda: acting.attach_role_policy(RoleName=ROLE, PolicyArn=others["policy"]),
        lambda: acting.tag_role(RoleName=ROLE, Tags=[{"Key": TAG, "Value": "x"}]),
        lambda: acting.untag_role(RoleName=ROLE, TagKeys=["last-activity:tracker"]),
    ):
        assert refusal(act) in REFUSED
