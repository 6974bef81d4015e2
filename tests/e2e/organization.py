"""A hub with the accounts of an organization, each with an IAM of its own, and runs of its state machine."""

import json
from contextlib import closing, contextmanager

import boto3
import pytest
from builders import ROOT
from e2e.people import NOBODY_MAY, years_pass
from e2e.server import ACCOUNT, PATIENCE, REGION, eventually, running
from e2e.stack import deploy

ROLE = "last-activity-member"
ORGANIZATION = "o-exampleorgid"
# With what its IAM has; the server keeps no list of an organization's accounts from one start to the next.
BUSY, DENIED, ROLELESS, CLEAN = "200000000001", "200000000002", "200000000003", "200000000004"


@contextmanager
def of_account(server, service, account):
    """A client of an account's root user. The server cannot end while its connection is open."""
    session = boto3.Session(account, "testing", region_name=REGION)
    client = session.client(
        service, endpoint_url=server.endpoint, verify=str(server.certificate), config=PATIENCE
    )
    with closing(client):
        yield client


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    """With people and roles who have been there for long."""
    folder = tmp_path_factory.mktemp("organization")
    with running(folder) as young:
        for account in (BUSY, DENIED, ROLELESS):
            with of_account(young, "iam", account) as iam:
                iam.create_role(RoleName="batch", AssumeRolePolicyDocument=NOBODY_MAY)
                if account == BUSY:
                    iam.create_user(UserName="carol")
                    iam.create_access_key(UserName="carol")
    years_pass(folder / "state" / "iam.json", 5)
    with running(folder) as old:
        yield old


@pytest.fixture(scope="module")
def hub(accounts, artifacts, tmp_path_factory):
    given = {
        "MemberRoleName": ROLE,
        "Accounts": ",".join((BUSY, DENIED, ROLELESS, CLEAN, ACCOUNT)),
        "OrganizationId": ORGANIZATION,
    }
    stack = deploy(accounts, artifacts, tmp_path_factory.mktemp("hub"), logs=(), **given)
    for account in (BUSY, DENIED, CLEAN):
        give_role(accounts, account, stack.outputs)
    with of_account(accounts, "iam", DENIED) as iam:
        (policy,) = iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
        document = iam.get_role_policy(RoleName=ROLE, PolicyName=policy)["PolicyDocument"]
        document["Statement"][0]["Action"].remove("iam:GetCredentialReport")
        iam.put_role_policy(RoleName=ROLE, PolicyName=policy, PolicyDocument=json.dumps(document))
    return stack


def give_role(server, account, outputs):
    parameters = {"HubRoleArn": outputs["ReporterRoleArn"], "ExternalId": outputs["ExternalId"]}
    with of_account(server, "cloudformation", account) as cloudformation:
        cloudformation.create_stack(
            StackName=ROLE,
            TemplateBody=(ROOT / "reporter" / "member.yaml").read_text(),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        waiter = cloudformation.get_waiter("stack_create_complete")
        waiter.wait(StackName=ROLE, WaiterConfig={"Delay": 1})


def start(stack, **asked):
    client = stack.server.client("stepfunctions")
    started = client.start_execution(
        stateMachineArn=stack.outputs["OrganizationMachineArn"], input=json.dumps(asked)
    )
    return started["executionArn"]


def end(stack, execution):
    client = stack.server.client("stepfunctions")

    def over():
        told = client.describe_execution(executionArn=execution)
        return told if told["status"] != "RUNNING" else None

    return eventually(over, "the execution is over", within=400)


def run(stack, **asked):
    """What the state machine answers, the mails of the organization, and the messages of accounts, by account."""
    with stack.mailbox("organization") as mail, stack.mailbox("accounts", of="AccountTopicArn") as messages:
        told = end(stack, start(stack, **asked))
        assert told["status"] == "SUCCEEDED", told
        mails = [json.loads(each) for each in mail.take()]
        of_accounts = [json.loads(each) for each in messages.take()]
    by_account = {each["MessageAttributes"]["account"]["Value"]: each for each in of_accounts}
    return json.loads(told["output"]), mails, by_account


def kept(stack, place):
    """An object of the bucket, by its s3:// address."""
    key = place.removeprefix(f"s3://{stack.outputs['ReportBucketName']}/")
    answer = stack.server.client("s3").get_object(Bucket=stack.outputs["ReportBucketName"], Key=key)
    return json.loads(answer["Body"].read())


def flagged(stack):
    return {principal for (principal, _), item in stack.items().items() if "flagged" in item}
