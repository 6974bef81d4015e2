"""Every API that a report asks, denied, throttled, timed out, unreachable, or answered by nonsense.

Whatever fails, a mail goes out that says so, and nothing is flagged that would not be if all had answered.
"""

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from builders import ACCOUNT, NOON, activity
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.sns.models import sns_backends

from activity.table import ActivityTable
from lastseen.demo.account import Key, Person, Role, make_account
from lastseen.demo.local_aws import local_aws, make_table, make_trail
from reporter.listening.trails import CloudTrail
from reporter.run import Reporter

REGION = "us-east-1"
PEOPLE = (
    Person("alice", "AIDAALICE", 500, 5, (Key("AKIAEXAMPLE000000001", 500, 100),)),
    # Of keys made at once, the credential report does not tell which is which: IAM is asked for their use.
    Person(
        "bob",
        "AIDABOB",
        500,
        100,
        (Key("AKIAEXAMPLE000000002", 500, 100), Key("AKIAEXAMPLE000000003", 500, 300)),
    ),
    Person("frank", "AIDAFRANK", 500, 100, exempt="break-glass"),
    Person("erin", "AIDAERIN", 500),  # She has a certificate.
    Person("gina", "AIDAGINA", 500, 200),  # She was given a Bedrock API key yesterday.
)
ROLES = (
    Role("deploy", "AROADEPLOY", 300, 100),
    Role("seen", "AROASEEN", 300, 100),
    Role("moved", "AROAMOVED", 300, 200, path="/ci/"),
)
BASELINE = {
    ("user", "bob"),
    ("user", "erin"),
    ("password", "bob"),
    ("access_key", "AKIAEXAMPLE000000001"),
    ("access_key", "AKIAEXAMPLE000000002"),
    ("access_key", "AKIAEXAMPLE000000003"),
    ("password", "gina"),
    ("role", "deploy"),
}


def refused(code):
    return lambda operation: ClientError({"Error": {"Code": code, "Message": "not now"}}, operation)


WAYS = {
    "denied": refused("AccessDenied"),
    "throttled": refused("Throttling"),
    "timed out": lambda _: ReadTimeoutError(endpoint_url="https://aws"),
    "unreachable": lambda _: EndpointConnectionError(endpoint_url="https://aws"),
    "not parsed": lambda _: ResponseParserError("Unable to parse response, invalid XML received"),
}
TREND = (
    "- Not checked: the trend of earlier reports"
    f" (s3://reports/{ACCOUNT}/trend.json; delete it to start again): "
)
# What stands in the mail.
APIS = {
    "iam.GenerateCredentialReport": "IAM made no new credential report (",
    "iam.GetCredentialReport": "- Not checked: credential report: ",
    "iam.GetAccountAuthorizationDetails": "- Not checked: roles, and the tags of users (GetAccountAuthorizationDetails): ",
    "iam.ListUsers": "- Not checked: users (ListUsers): ",
    "iam.ListAccountAliases": "- Not checked: account alias: ",
    "iam.ListServiceSpecificCredentials": "- Not checked: service-specific credentials of users: ",
    "iam.ListSSHPublicKeys": f"- Not checked: SSH public keys and signing certificates of arn:aws:iam::{ACCOUNT}:user/erin: ",
    "iam.ListSigningCertificates": f"- Not checked: SSH public keys and signing certificates of arn:aws:iam::{ACCOUNT}:user/erin: ",
    "iam.ListAccessKeys": f"- Not checked: access keys of arn:aws:iam::{ACCOUNT}:user/bob: ",
    "iam.GetAccessKeyLastUsed": "- Not checked: last use of access key AKIAEXAMPLE000000002: ",
    "account.ListRegions": "The enabled regions could not be listed (",
    "cloudtrail.DescribeTrails": "CloudTrail",
    "cloudtrail.GetTrailStatus": "CloudTrail",
    "cloudtrail.GetEventSelectors": "CloudTrail",
    "dynamodb.Query": "- Not checked: what earlier reports flagged: ",
    "dynamodb.BatchGetItem": "- Not checked: the activity table: ",
    "dynamodb.UpdateItem": " flags of this report, which could not be saved: ",
    "s3.ListObjectsV2": TREND,
    "s3.GetObject": TREND,
    "s3.PutObject": "- Not checked: the report's files in the bucket reports: ",
    "sts.GetCallerIdentity": "- Not checked: the reporter's own identity (GetCallerIdentity): ",
}
# Of the answer to PutObject nothing is read, nor of an update's: the next report sets its flags again. What lists
# regions answers in the test's own words.
UNREAD = "s3.PutObject", "dynamodb.UpdateItem", "account.ListRegions"
# XML that is not parsed: a test further down has nonsense for an answer.
NONSENSE = {
    (api, "not parsed") for api in APIS if api not in UNREAD and api.startswith(("iam.", "s3.", "sts."))
}


@dataclass
class Account:
    """The reporter of an account in this process; `topic` is where its mails go, `dynamodb` a client that never fails."""

    reporter: Reporter
    topic: str
    dynamodb: Any

    def clients(self, service):
        sources, publisher = self.reporter.sources, self.reporter.publisher
        found = {
            "iam": [sources.iam.client],
            "account": [self.reporter.canaries.account_management],
            "cloudtrail": [sources.trails.client_in("")],
            "dynamodb": [sources.table._client],
            "s3": [publisher.s3],
            "sns": [publisher.sns],
            "sts": [self.reporter.sts, self.reporter.canaries.sts_in(REGION)],
        }
        return found[service]

    @contextmanager
    def failing(self, api, error):
        def fail(**_):
            raise error(api.partition(".")[2])

        with self.hooked(f"before-call.{api}", fail):
            yield

    @contextmanager
    def hooked(self, event, hook):
        every = [client.meta.events for client in self.clients(event.split(".")[1])]
        for events in every:
            events.register_first(event, hook)
        try:
            yield
        finally:
            for events in every:
                events.unregister(event, hook)

    def forget_a_flag(self):
        """The next report has one to set: nothing but its flag is known of this role."""
        for facet in ("ID#AROADEPLOY", "DENIED#AROADEPLOY"):
            key = {"principal": {"S": f"arn:aws:iam::{ACCOUNT}:role/deploy"}, "facet": {"S": facet}}
            self.dynamodb.delete_item(TableName="activity", Key=key)

    def report(self):
        """What was found, and the mail."""
        mails = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[self.topic].sent_notifications
        before = len(mails)
        run = self.reporter.report(NOON)
        (mail,) = mails[before:]
        return run, json.loads(mail[1])["email"]


@pytest.fixture(scope="module")
def account():
    """One for all tests: what each fails with is taken back, and a report flags the same as the one before."""
    passed: list[float] = []  # Neither the reporter nor boto3 waits before it asks again.
    with local_aws(REGION) as client, pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=passed.append))
        make_table(client("dynamodb"), "activity")
        make_trail(client("cloudtrail"), client("s3"))
        client("s3").create_bucket(Bucket="reports")
        client("s3").put_object(Bucket="reports", Key=f"{ACCOUNT}/trend.json", Body=b"[]")
        topic = client("sns").create_topic(Name="reports")["TopicArn"]
        see(ActivityTable(client("dynamodb"), "activity"))
        with time_machine.travel(NOON, tick=False):
            make_account(client("iam"), PEOPLE, ROLES, now=NOON)
            give_what_moto_lacks()
            reporter = Reporter.from_env(
                {"ACTIVITY_TABLE": "activity", "REPORT_TOPIC_ARN": topic, "REPORT_BUCKET": "reports"}
            )
            iam = replace(reporter.sources.iam, pause=passed.append, clock=lambda: sum(passed))
            # One client each, by which it can be made to fail.
            cloudtrail, sts = reporter.sources.trails.client_in(""), reporter.canaries.sts_in(REGION)
            trails = CloudTrail(lambda _: cloudtrail)
            reporter = replace(
                reporter,
                sources=replace(reporter.sources, iam=iam, trails=trails),
                canaries=replace(reporter.canaries, sts_in=lambda _: sts),
            )
            answer = {"Regions": [{"RegionName": REGION}]}  # moto has no ListRegions.
            reporter.canaries.account_management.meta.events.register(
                "before-call.account.ListRegions", lambda **_: (AWSResponse("", 200, {}, None), answer)
            )
            yield Account(reporter, topic, client("dynamodb"))


def see(table):
    arn = f"arn:aws:iam::{ACCOUNT}:role"
    for each in (
        activity(0, principal="coverage", facet=f"{ACCOUNT}#{REGION}", first=-300 * 86_400),
        activity(-86_400, principal=f"{arn}/seen", facet="ID#AROASEEN"),
        activity(-86_400, principal=f"{arn}/moved", facet="ID#AROAMOVED"),  # Its session leaves out the path.
    ):
        table.record(each)


def give_what_moto_lacks():
    backend: Any = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    told = backend.get_credential_report

    def with_a_certificate():
        lines = told().splitlines()
        head = lines[0].split(",")
        rows = [dict(zip(head, line.split(","), strict=True)) for line in lines[1:]]
        for row in rows:
            if row["user"] == "erin":
                row |= {"cert_1_active": "true", "cert_1_last_rotated": "2025-06-01T10:00:00+00:00"}
        return "\n".join([lines[0], *(",".join(row.values()) for row in rows)]) + "\n"

    key = {
        "UserName": "gina",
        "ServiceName": "bedrock.amazonaws.com",
        "Status": "Active",
        "ServiceSpecificCredentialId": "ACCAEXAMPLEGINA00001",
        "CreateDate": NOON.replace(day=19),
    }
    backend.get_credential_report = with_a_certificate
    backend.service_credentials = [key]


def found(run):
    return {
        (str(each.subject.kind), each.subject.access_key_id or each.subject.name)
        for each in run.report.findings
    }


def test_if_all_answer_these_are_the_findings_and_there_is_no_gap(account):
    run, mail = account.report()

    assert found(run) == BASELINE
    assert run.report.gaps == ()
    assert not run.unsaved.reasons
    assert "Not checked" not in mail


def test_every_api_that_a_report_asks_is_in_the_table(account):
    asked = set()
    services = "account", "iam", "cloudtrail", "dynamodb", "s3", "sns", "sts"

    def note(model, **_):
        asked.add(f"{model.service_model.service_name}.{model.name}")

    for service in services:
        for client in account.clients(service):
            client.meta.events.register(f"provide-client-params.{service}", note, unique_id="note")
    account.report()
    for service in services:
        for client in account.clients(service):
            client.meta.events.unregister(f"provide-client-params.{service}", unique_id="note")

    assert asked == {*APIS, "sns.Publish"}


def to_fix(mail):
    """The lines of what to fix in the tracker; in a mail of warnings alone there are none."""
    section = mail.partition("TO FIX IN THE TRACKER ('make' in its checkout)\n\n")[2].partition("\n\n")[0]
    return section.splitlines()


@pytest.mark.parametrize(("api", "way"), [each for each in product(APIS, WAYS) if each not in NONSENSE])
def test_what_does_not_answer_is_told_in_the_mail_and_flags_nothing(account, api, way):
    account.forget_a_flag()
    with account.failing(api, WAYS[way]):
        run, mail = account.report()

    assert found(run) <= BASELINE
    assert APIS[api] in mail
    assert [line for line in to_fix(mail) if ". Fix: " not in line] == []
    assert bool(run.unsaved.reasons) is (api == "dynamodb.UpdateItem")


# Something in between answers a page of its own, or the answer was cut off.
PAGES = {"a page": b"<html><body>Sign in to the guest network</body></html>", "cut off": b'{"Acc'}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("api", [api for api in APIS if api not in UNREAD])
def test_nonsense_from_something_in_between_is_told_in_the_mail_and_flags_nothing(account, api, page):
    def answer(request, **_):
        response = AWSResponse(request.url, 200, {}, None)
        response._content = PAGES[page]
        return response

    with account.hooked(f"before-send.{api}", answer):
        run, mail = account.report()

    assert found(run) <= BASELINE
    assert APIS[api] in mail or (
        api == "iam.GenerateCredentialReport" and "- Not checked: credential report: " in mail
    )


# Of the form that AWS documents, and of no use.
OTHERS = {
    "no ARN": ("sts.GetCallerIdentity", {"Account": ACCOUNT, "Arn": "", "UserId": "AROA:run"}),
    "null for the ARN": ("sts.GetCallerIdentity", {"Account": ACCOUNT, "Arn": None, "UserId": "AROA:run"}),
    "a cell without an end": ("iam.GetCredentialReport", {"Content": b'user,arn\n"' + b"x" * 200_000}),
    "null for the credential report": ("iam.GetCredentialReport", {"Content": None}),
    "null for a page": ("iam.ListUsers", {"Users": None, "IsTruncated": False}),
    "an empty list in place of one": ("iam.ListAccountAliases", {"AccountAliases": None}),
}


@pytest.mark.parametrize(("api", "answer"), OTHERS.values(), ids=OTHERS)
def test_an_answer_with_nothing_of_use_in_it_is_told_in_the_mail_and_flags_nothing(account, api, answer):
    with account.hooked(f"before-call.{api}", lambda **_: (AWSResponse("", 200, {}, None), answer)):
        run, mail = account.report()

    assert found(run) <= BASELINE
    assert APIS[api] in mail


@pytest.mark.parametrize("way", WAYS)
def test_a_mail_that_cannot_be_sent_fails_the_run(account, way):
    with account.failing("sns.Publish", WAYS[way]), pytest.raises(type(WAYS[way]("Publish"))):
        account.reporter.report(NOON)


@pytest.mark.parametrize("way", WAYS)
def test_without_its_own_identity_a_report_goes_by_the_account_of_the_topic(account, way):
    account.report()  # What the test before could not note is over.
    with account.failing("sts.GetCallerIdentity", WAYS[way]):
        run, _ = account.report()

    (gap,) = run.report.gaps
    assert run.report.account == ACCOUNT
    assert gap.reason.endswith("; account and partition are those of the topic that the report goes to")
    assert found(run) == BASELINE
