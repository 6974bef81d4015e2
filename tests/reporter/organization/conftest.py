"""An organization of four accounts in moto: the hub's own, two members, and one that was closed."""

import json
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
import time_machine
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON
from moto.sns.models import sns_backends

from lastseen.demo.account import Key, Person, Role, make_account
from reporter.app import lambda_handler
from reporter.organization import steps

ROLE = "last-activity-member"
BUCKET = "reports"


@dataclass
class Hub:
    """`ids`: of the accounts, by name."""

    topic: str
    ids: dict[str, str]

    def steps(self, **asked):
        """All three, as the state machine has them, on the accounts that the first lists."""
        listed = self.step("list", asked=asked, started="2026-11-20T12:00:00Z")
        for account in json.loads(self.read(listed["key"])):
            self.step("review", account=account, of=listed["of"])
        return self.step("sum_up", of=listed["of"])

    def step(self, name, **event):
        return lambda_handler({"step": name, **event}, None)

    def read(self, key):
        return boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def objects(self):
        return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def mails(self):
        """(subject, text) of the organization's."""
        return [(subject, json.loads(text)["email"]) for _, text, subject, *_ in notifications(self.topic)]

    def documents(self):
        """Each organization.json, the oldest first."""
        return [json.loads(self.read(key)) for key in self.objects() if key.endswith("/organization.json")]

    def of_accounts(self):
        """The accounts that messages of their own went to the other topic for."""
        sent = notifications(f"{self.topic}-by-account")
        return [attributes["account"]["Value"] for *_, attributes, _ in sent]

    def refuse(self, operation, code="AccessDenied", **asked):
        """From now on AWS answers this operation so, if its parameters contain what is given."""

        def answer(params, model, **_):
            body = params["body"] if isinstance(params["body"], dict) else json.loads(params["body"])
            if all(value in body.get(name, "") for name, value in asked.items()):
                raise ClientError({"Error": {"Code": code, "Message": "no"}}, model.name)

        steps.organization.cache_clear()
        boto3.DEFAULT_SESSION.events.register(f"before-call.{operation}", answer, unique_id=operation)

    def relent(self, operation):
        steps.organization.cache_clear()
        boto3.DEFAULT_SESSION.events.unregister(f"before-call.{operation}", unique_id=operation)

    def as_member(self, account) -> Any:
        given = boto3.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{ROLE}", RoleSessionName="test"
        )["Credentials"]
        return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def notifications(topic):
    return sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications


@pytest.fixture
def hub(aws, table, trail, monkeypatch):
    """It is noon. prod has an old key and an old role, lab has nothing, gone was closed."""
    sns = aws("sns")
    topic = sns.create_topic(Name="reports")["TopicArn"]
    sns.create_topic(Name="reports-by-account")
    aws("s3").create_bucket(Bucket=BUCKET)
    for name, value in {
        "ACTIVITY_TABLE": "activity",
        "REPORT_TOPIC_ARN": topic,
        "ACCOUNT_TOPIC_ARN": f"{topic}-by-account",
        "REPORT_BUCKET": BUCKET,
        "MEMBER_ROLE_NAME": ROLE,
        "EXTERNAL_ID": "last-activity-123456789012",
        "ORGANIZATION_ID": "o-exampleorgid",
    }.items():
        monkeypatch.setenv(name, value)
    organizations = aws("organizations")
    organizations.create_organization(FeatureSet="ALL")
    ids = {name: account(organizations, name) for name in ("prod", "lab", "gone")}
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Workloads")["OrganizationalUnit"]
    inner = organizations.create_organizational_unit(ParentId=unit["Id"], Name="Prod")["OrganizationalUnit"]
    organizations.move_account(
        AccountId=ids["prod"], SourceParentId=root["Id"], DestinationParentId=inner["Id"]
    )
    organizations.close_account(AccountId=ids["gone"])
    made = Hub(topic, ids)
    with time_machine.travel(NOON, tick=False):
        make_account(aws("iam"), [], [], now=NOON)
        for name in ("prod", "lab"):
            session = made.as_member(ids[name])
            people = [Person("alice", "AIDAALICE", 500, 5, (Key("AKIA1", 500, 100),))] if name == "prod" else []
            roles = [Role("deploy", "AROADEPLOY", 300, 100)] if name == "prod" else []
            make_account(session.client("iam"), people, roles, now=NOON, account=ids[name])
            session.client("s3").create_bucket(Bucket=f"trail-{name}")
            cloudtrail = session.client("cloudtrail")
            cloudtrail.create_trail(Name="all", S3BucketName=f"trail-{name}", IsMultiRegionTrail=True)
            cloudtrail.start_logging(Name="all")
        yield made


def account(organizations, name):
    status = organizations.create_account(AccountName=name, Email=f"{name}@example.com")
    return status["CreateAccountStatus"]["AccountId"]
