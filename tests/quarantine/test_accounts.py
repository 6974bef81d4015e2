"""Quarantine in the accounts of an organization, on an AWS in this process: each by a run and a role of its own."""

import json
import os
from datetime import timedelta

import boto3
import pytest
import time_machine
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON, activity
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.sns.models import sns_backends
from quarantined import coverage_items

from activity import settings
from activity.flags import Flags
from activity.item import Flag
from lastseen.demo.account import Role, make_account
from lastseen.demo.local_aws import make_trail
from quarantine.accounts import Accounts, NotCovered, NotStarted, RoleRefused
from quarantine.app import lambda_handler, quarantine_from_env
from reporter.organization.accounts import BadAccounts

PROD, LAB, STRANGER = "222222222222", "333333333333", "444444444444"
ROLE = "last-activity-quarantine"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
TRACKER = [{"Key": "last-activity:tracker", "Value": "x"}]
# What EventBridge Scheduler sends if a schedule has no input of its own.
SCHEDULED = {"detail-type": "Scheduled Event", "source": "aws.scheduler", "account": ACCOUNT}


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def started(monkeypatch):
    """The events that the function was asked to run for once more, and the parameters besides."""
    asked = []

    def answer(params, **_):
        asked.append(
            (
                params["url_path"].split("/")[-2],
                params["headers"]["X-Amz-Invocation-Type"],
                json.loads(params["body"]),
            )
        )
        return AWSResponse("https://lambda", 202, HTTPHeaders(), None), {"StatusCode": 202}

    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("before-call.lambda.Invoke", answer)
    return asked


@pytest.fixture
def hub(aws, table, trail, clock, started, monkeypatch):
    """Its own account has nobody; prod and lab have each two stale roles, and those of the tracker are as old."""
    topic = aws("sns").create_topic(Name="reports")["TopicArn"]
    for name, value in {
        "ACTIVITY_TABLE": "activity",
        "REPORT_TOPIC_ARN": topic,
        "MODE": "enforce",
        "MAX_PER_RUN": "1",
        "ACCOUNTS": f"{PROD},{ACCOUNT},{LAB}",
        "MEMBER_ROLE_NAME": ROLE,
        "EXTERNAL_ID": "last-activity-quarantine-123456789012",
        "AWS_LAMBDA_FUNCTION_NAME": "quarantine-function",
    }.items():
        monkeypatch.setenv(name, value)
    make_account(aws("iam"), [], [], now=NOON)
    listen(table, NOON, ACCOUNT)
    for account in (PROD, LAB):
        make_member(account)
        listen(table, NOON, account)
        for name in ("batch", "deploy", ROLE, "audit"):
            flag(account, name, NOON - timedelta(days=7))
        table.record(activity(-6 * 86_400, principal="report", facet=account))
    return topic


def make_member(account):
    """moto loads no policy of AWS's by itself."""
    made = {"Path": "/", "CreateDate": "2016-12-07T00:00:00+00:00", "UpdateDate": "2016-12-07T00:00:00+00:00"}
    policy = AWSManagedPolicy.from_data("AWSDenyAll", account, "us-east-1", made | {"DefaultVersionId": "v1"})
    iam_backends[account]["aws"].managed_policies[policy.arn] = policy
    session = as_root(account)
    iam = session.client("iam")
    roles = [Role(name, f"AROA{name.upper()}", 500, 400) for name in ("batch", "deploy", ROLE, "audit")]
    make_account(iam, [], roles, now=NOON, account=account)
    for name in (ROLE, "audit"):
        iam.tag_role(RoleName=name, Tags=TRACKER)
    make_trail(session.client("cloudtrail"), session.client("s3"), f"trail-{account}")


def as_root(account):
    role = f"arn:aws:iam::{account}:role/x"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def listen(table, now, *accounts):
    for each in (each for account in accounts for each in coverage_items(account, now)):
        table.replace(each)


def flag(account, name, at):
    key = f"arn:aws:iam::{account}:role/{name}", f"ID#AROA{name.upper()}"
    Flags(boto3.client("dynamodb"), "activity").flag(key, account, Flag(at, at - timedelta(days=300)), now=at)


def run(account):
    return lambda_handler({"account": account}, None)


def denied(account):
    iam = as_root(account).client("iam")
    names = [each["RoleName"] for each in iam.list_roles()["Roles"]]
    return {name for name in names if iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]}


def subjects(topic):
    return [each[2] for each in sns_backends[ACCOUNT]["us-east-1"].topics[topic].sent_notifications]


def refuse(operation, code="AccessDenied"):
    def answer(model, **_):
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, model.name)

    boto3.DEFAULT_SESSION.events.register_first(f"before-call.{operation}", answer)


@pytest.mark.parametrize("event", [{}, None, SCHEDULED])
def test_the_schedule_covers_the_own_account_and_starts_a_run_for_each_member(hub, started, event):
    answer = lambda_handler(event, None)

    assert (answer["announced"], answer["brake"]) == (0, "")
    assert started == [("quarantine-function", "Event", {"account": each}) for each in (PROD, LAB)]


def test_a_members_run_starts_no_other(hub, started):
    run(PROD)

    assert started == []


def test_in_a_member_from_the_announcement_to_the_act_at_most_as_many_as_a_run_may(hub, table, clock):
    assert [run(each)["announced"] for each in (PROD, LAB)] == [2, 2]
    assert subjects(hub) == [f"Quarantine in {each}: 2 announced" for each in (PROD, LAB)]
    assert denied(PROD) == denied(LAB) == set()

    clock.move_to(NOON + timedelta(days=14, minutes=1))
    listen(table, NOON + timedelta(days=14), PROD, LAB)
    assert [run(each)["disabled"] for each in (PROD, LAB, PROD)] == [1, 1, 0]

    assert denied(PROD) == denied(LAB) == {"batch"}


def test_the_tables_items_and_the_undo_are_of_the_member(hub, items):
    run(PROD)

    assert {facet for principal, facet in items() if principal == "quarantine"} == {
        f"{PROD}:role:AROABATCH", f"{PROD}:role:AROADEPLOY",
    }  # fmt: skip


def test_neither_the_role_that_it_acts_by_nor_that_of_the_report_is_touched(hub, started, clock):
    """By their tags; its own by its id, too, should the tag be gone and IAM not know yet that it was just used."""
    root = as_root(PROD)
    root.client("iam").untag_role(RoleName=ROLE, TagKeys=["last-activity:tracker"])
    caller, _ = Accounts.from_env(os.environ).acting_in(PROD)
    iam_backends[PROD]["aws"].get_role(ROLE).last_used = None
    quarantine = quarantine_from_env(os.environ, caller, root.client)
    told = quarantine.run(NOON)

    assert quarantine.own_id == f"AROA{ROLE.upper()}"
    assert {(each.target.name, each.why) for each in told.left} == {
        (ROLE, "quarantine doesn't touch its own role"),
        ("audit", "quarantine doesn't touch the tracker's own roles"),
    }


def test_it_acts_by_the_role_of_the_member_with_the_external_id(hub):
    asked = []
    boto3.DEFAULT_SESSION.events.register(
        "provide-client-params.sts.AssumeRole", lambda params, **_: asked.append(params)
    )
    run(PROD)

    assert [(each["RoleArn"], each["ExternalId"]) for each in asked] == [
        (f"arn:aws:iam::{PROD}:role/{ROLE}", "last-activity-quarantine-123456789012")
    ]


def test_without_other_accounts_it_covers_its_own_as_whom_it_runs(aws):
    asked = []
    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("before-call.sts.*", lambda model, **_: asked.append(model.name))
    accounts = Accounts.from_env({})

    assert accounts.others == ()
    assert accounts.acting_in(ACCOUNT)[0] is accounts.own
    assert asked == ["GetCallerIdentity"]


def test_an_account_that_was_not_named_is_refused_by_its_name(hub):
    with pytest.raises(NotCovered, match=f"account {STRANGER} is not in the parameter Accounts"):
        run(STRANGER)


def test_a_member_that_does_not_give_its_role_fails_with_what_to_do_and_nothing_is_written(hub, items):
    before = items()
    refuse("sts.AssumeRole")

    with pytest.raises(RoleRefused) as told:
        run(PROD)
    assert str(told.value) == (
        f"account {PROD}: the role {ROLE} is not there, does not trust quarantine, or is denied by a policy of the"
        " organization. Fix: deploy quarantine/member.yaml to the account, or take it out of Accounts"
    )
    assert (items(), subjects(hub)) == (before, [])


def test_a_member_that_cannot_be_asked_now_is_tried_again(hub):
    refuse("sts.AssumeRole", "Throttling")

    with pytest.raises(ClientError, match="Throttling"):
        run(PROD)


def test_a_run_that_cannot_be_started_is_told_once_the_own_account_is_done(hub, items, table):
    flag(ACCOUNT, "deploy", NOON - timedelta(days=7))
    make_account(boto3.client("iam"), [], [Role("deploy", "AROADEPLOY", 500, 400)], now=NOON)
    table.record(activity(-6 * 86_400, principal="report", facet=ACCOUNT))
    refuse("lambda.Invoke", "AccessDeniedException")

    with pytest.raises(NotStarted) as told:
        lambda_handler({}, None)
    assert str(told.value) == "; ".join(
        f"account {each}: AccessDeniedException (Invoke): no" for each in (PROD, LAB)
    )
    assert ("quarantine", f"{ACCOUNT}:role:AROADEPLOY") in items()


def test_without_members_it_needs_no_settings_of_theirs(hub, started, monkeypatch):
    for name in ("ACCOUNTS", "MEMBER_ROLE_NAME", "EXTERNAL_ID", "AWS_LAMBDA_FUNCTION_NAME"):
        monkeypatch.setenv(name, "")

    assert lambda_handler({}, None)["brake"] == ""
    assert started == []


@pytest.mark.parametrize("name", ["MEMBER_ROLE_NAME", "EXTERNAL_ID", "AWS_LAMBDA_FUNCTION_NAME"])
def test_with_members_it_does(hub, monkeypatch, name):
    monkeypatch.delenv(name)

    with pytest.raises(settings.BadSetting, match=name):
        lambda_handler({}, None)


def test_what_is_no_account_stops_the_function(hub, monkeypatch):
    monkeypatch.setenv("ACCOUNTS", "prod")

    with pytest.raises(BadAccounts, match="'prod', which is no account id"):
        lambda_handler({}, None)
