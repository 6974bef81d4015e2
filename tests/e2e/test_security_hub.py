"""integrations/security_hub as it is deployed: events on the bus become findings, in their own accounts.

The local AWS has no Security Hub; the function is sent to moto's, which knows nothing of IAM.
"""

import json

import boto3
import pytest
from builders import ROOT
from e2e.organization import of_account
from e2e.server import ACCOUNT, REGION, eventually, machine
from e2e.stack import Queue, sam
from moto.server import ThreadedMotoServer

TEMPLATE = ROOT / "integrations" / "security_hub" / "template.yaml"
NAME, MEMBER, ROLELESS = "last-activity-security-hub", "300000000001", "300000000002"
EXTERNAL_ID = f"last-activity-{ACCOUNT}"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:reports"


@pytest.fixture(scope="module")
def hub():
    """Where the findings go."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": REGION}
    client = boto3.Session(**given).client("securityhub", endpoint_url=f"http://{host}:{port}")
    client.enable_security_hub()
    yield client
    server.stop()


@pytest.fixture(scope="module")
def outputs(server, hub, tmp_path_factory):
    folder = tmp_path_factory.mktemp("security-hub")
    built = folder / "build"
    here = machine() | {"AWS_DEFAULT_REGION": REGION}
    sam(folder, here, "build", "--template", TEMPLATE, "--build-dir", built, "--build-in-source")
    (folder / "samconfig.toml").write_text("version = 0.1\n")
    sam(
        folder,
        server.environment() | {"SAM_CLI_POLL_DELAY": "1"},
        *("deploy", "--template", built / "template.yaml", "--config-file", folder / "samconfig.toml"),
        *("--stack-name", NAME, "--capabilities", "CAPABILITY_IAM", "--resolve-s3", "--no-confirm-changeset"),
        *("--parameter-overrides", f"AlarmTopicArn={TOPIC}", f"ExternalId={EXTERNAL_ID}"),
        "MemberRoleName=last-activity-member-security-hub",
    )
    cloudformation, functions = server.client("cloudformation"), server.client("lambda")
    function = cloudformation.describe_stack_resource(StackName=NAME, LogicalResourceId="SecurityHubFunction")[
        "StackResourceDetail"
    ]["PhysicalResourceId"]
    variables = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    elsewhere = {"AWS_ENDPOINT_URL_SECURITYHUB": hub.meta.endpoint_url}
    functions.update_function_configuration(
        FunctionName=function, Environment={"Variables": variables | elsewhere}
    )
    (stack,) = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def put(server, kind, account=ACCOUNT, **more):
    detail = {
        "finding_id": f"{account}:user:AIDAEXAMPLECAROL00001",
        "account": account,
        "kind": "user",
        "name": "carol",
        "arn": f"arn:aws:iam::{account}:user/carol",
        "first_flagged": "2026-11-20T07:00:00Z",
    }
    entry = {"Source": "last-activity", "DetailType": kind, "Detail": json.dumps(detail | more)}
    assert not server.client("events").put_events(Entries=[entry])["FailedEntryCount"]
    return f"last-activity/{detail['finding_id']}"


def opened(server, account=ACCOUNT):
    return put(server, "Stale Access Opened", account, risk="user", reason="never used")


def arrives(hub, finding, state):
    def found():
        kept = [each for each in hub.get_findings()["Findings"] if each["Id"] == finding]
        return [each for each in kept if each["RecordState"] == state]

    (kept,) = eventually(found, f"{finding} is {state}", within=60)
    return kept


def test_a_finding_comes_in_and_is_archived_when_it_is_resolved(server, hub, outputs):
    finding = opened(server)
    arrives(hub, finding, "ACTIVE")
    put(server, "Stale Access Resolved", how="deleted")

    kept = arrives(hub, finding, "ARCHIVED")
    assert kept["Description"] == "No longer stale: it was deleted."


def test_a_members_finding_comes_in_by_the_role_of_the_member(server, hub, outputs):
    parameters = {
        "HubRoleArn": f"arn:aws:iam::{ACCOUNT}:role/reporter",
        "ExternalId": EXTERNAL_ID,
        "SecurityHubRoleArn": outputs["FunctionRoleArn"],
    }
    with of_account(server, "cloudformation", MEMBER) as cloudformation:
        cloudformation.create_stack(
            StackName="member",
            TemplateBody=(ROOT / "reporter" / "member.yaml").read_text(),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        cloudformation.get_waiter("stack_create_complete").wait(StackName="member", WaiterConfig={"Delay": 1})

    kept = arrives(hub, opened(server, MEMBER), "ACTIVE")
    assert kept["AwsAccountId"] == MEMBER


def test_what_cannot_be_imported_is_kept_and_keeps_no_other_back(server, hub, outputs):
    sqs = server.client("sqs")
    waiting, dead = Queue(sqs, outputs["QueueArn"]), Queue(sqs, outputs["DeadLetterQueueArn"])
    waiting.set(VisibilityTimeout="1")  # Five tries take half an hour otherwise.
    opened(server, ROLELESS)
    arrives(hub, opened(server), "ACTIVE")

    (letter,) = eventually(dead.take, "it is a dead letter", within=120)
    assert json.loads(letter)["detail"]["account"] == ROLELESS
