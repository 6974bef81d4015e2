"""`lastseen report --organization`: the mail of all accounts, by one's own credentials."""

import json
import re
import threading

import boto3
import botocore.handlers
import pytest
from asking import ask
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON, activity

from activity.accounts import Account
from activity.names import Names
from lastseen.demo.account import Key, Person, Role, make_account
from lastseen.demo.local_aws import make_trail

PROD, LAB, LOCKED, CLOSED = "111111111111", "222222222222", "333333333333", "444444444444"
LISTED = [
    {"Id": PROD, "Name": "acme-prod", "State": "ACTIVE"},
    {"Id": LAB, "Name": "acme-lab", "State": "ACTIVE"},
    {"Id": CLOSED, "Name": "acme-old", "State": "SUSPENDED"},
]
REPORT = "report", "--organization", "--member-role", "audit"


@pytest.fixture
def organization(aws, table, trail, lists):
    """prod has an old key and an old role, lab nothing, old was closed."""
    make_account(
        as_member(PROD, "iam"),
        (Person("carol", "AIDACAROL", 500, 5, (Key("AKIACAROL", 500, 214),)),),
        (Role("batch", "AROABATCH", 300, 130),),
        now=NOON,
        account=PROD,
    )
    make_account(as_member(LAB, "iam"), (), (Role("fresh", "AROAFRESH", 3, 1),), now=NOON, account=LAB)
    for account in (PROD, LAB):
        make_trail(as_member(account, "cloudtrail"), as_member(account, "s3"), bucket=f"trail-{account}")
        table.record(activity(0, principal="coverage", facet=f"{account}#us-east-1", first=-300 * 86_400))
    lists(accounts=LISTED)


def as_member(account, service):
    role = f"arn:aws:iam::{account}:role/audit"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return session.client(service)


@pytest.fixture
def answer(monkeypatch):
    """Has a function called with the parameters before each call of an operation; it may raise an error's code."""

    def register(operation, decide):
        def before(params, model, **_):
            code = decide(params)
            if code:
                raise ClientError({"Error": {"Code": code, "Message": "no"}}, model.name)

        hooked = [*botocore.handlers.BUILTIN_HANDLERS, (f"before-call.{operation}", before)]
        monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", hooked)

    return register


def refuse_role(answer, account, code="AccessDenied"):
    answer("sts.AssumeRole", lambda params: account in params["body"]["RoleArn"] and code)


def told(*words):
    """organization.json, and the exit status."""
    done = ask(*REPORT, *words, "--json")
    (line,) = done.stdout.splitlines()
    return json.loads(line), done.exit_code


def ids(those):
    return [each["id"] for each in those]


def test_it_prints_the_organizations_mail(organization):
    done = ask(*REPORT)

    assert done.exit_code == 0
    assert done.stdout.startswith("IAM last activity in the organization, 2026-11-20 12:00 UTC\n2 new")
    assert re.search(r"(?m)^acme-prod +carol +access key +214", done.stdout)
    assert f"acme-old ({CLOSED})" in done.stdout


def test_each_account_is_a_line_of_progress(organization):
    lines = ask(*REPORT, "--at-once", "1").stderr.splitlines()

    assert len(lines) == 2
    assert re.fullmatch(rf"lastseen: 1 of 2: acme-prod \({PROD}\): 2 new.*", lines[0])
    assert lines[1].startswith(f"lastseen: 2 of 2: acme-lab ({LAB}): ")


def test_nothing_is_sent_or_remembered(organization, items, aws, answer):
    before, calls = items(), []
    for service in ("sns", "s3"):
        answer(service, lambda params: calls.append(params))
    first = ask(*REPORT)
    second = ask(*REPORT)

    assert (items(), calls) == (before, [])
    assert first.stdout == second.stdout


def test_an_account_without_the_role_ends_nothing_and_is_not_read(organization, answer):
    refuse_role(answer, LAB)
    done = ask(*REPORT)

    why = "the role audit is not there, does not trust you, or is denied by a policy of the organization"
    assert (done.exit_code, "carol" in done.stdout, why in done.stdout) == (1, True, True)
    assert f": acme-lab ({LAB}): not read: {why}" in done.stderr


@pytest.mark.parametrize("code", ["Throttling", "RegionDisabledException", "InternalFailure"])
def test_whatever_an_account_answers_ends_nothing(organization, answer, code):
    refuse_role(answer, LAB, code)
    document, status = told()

    assert (status, ids(document["accounts"])) == (1, [PROD])
    assert [(each["id"], code in each["reason"]) for each in document["unread"]] == [(LAB, True)]


def test_the_role_is_assumed_with_the_external_id_and_not_in_ones_own_account(organization, answer):
    asked = []
    answer("sts.AssumeRole", lambda params: asked.append(params["body"]))
    document, _ = told("--external-id", "ours", "--accounts", f"{PROD},{ACCOUNT}")

    assert (sorted(ids(document["accounts"])), document["unread"]) == ([PROD, ACCOUNT], [])
    assert {(each["RoleArn"], each["ExternalId"]) for each in asked} == {
        (f"arn:aws:iam::{PROD}:role/audit", "ours")
    }


def test_without_an_external_id_none_is_sent(organization, answer):
    asked = []
    answer("sts.AssumeRole", lambda params: asked.append(params["body"]))
    ask(*REPORT)

    assert asked
    assert not any("ExternalId" in each for each in asked)


def test_accounts_that_are_named_have_the_names_of_the_last_report(organization, dynamodb, answer):
    listed = []
    answer("organizations", lambda params: listed.append(params))
    Names(dynamodb, "activity").keep([Account(PROD, "acme-prod", "Workloads")], {})
    done = ask(*REPORT, "--accounts", f"{PROD},{LAB}")

    assert listed == []
    assert f": acme-prod ({PROD}): 2 new" in done.stderr
    assert f": {LAB}: " in done.stderr


def test_accounts_that_may_not_be_listed_are_one_line(organization, lists):
    lists(accounts="AccessDeniedException")
    done = ask(*REPORT)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "lastseen: the organization's accounts could not be listed (AccessDeniedException): name them with"
        " --accounts\n"
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--accounts", "prod"], "Accounts has 'prod', which is no account id of 12 digits"),
        ([], "which role to assume is not known: give --member-role, or --stack of an organization"),
    ],
)
def test_what_is_given_wrongly_is_one_line(organization, words, says):
    role = ["--member-role", "audit"] if words else []
    done = ask("report", "--organization", *role, *words)

    assert (done.exit_code, done.stderr) == (2, f"lastseen: {says}\n")


@pytest.mark.parametrize(
    "words", [("--accounts", PROD), ("--member-role", "audit"), ("--external-id", "x"), ("--at-once", "2")]
)
def test_its_options_say_that_they_go_with_it(table, words):
    done = ask("report", *words)

    assert (done.exit_code, done.stderr) == (2, f"lastseen: {words[0]} goes with --organization\n")


def test_as_json_it_is_organization_json_on_one_line(organization):
    document, status = told()

    assert [(each["id"], each["name"], each["new"]) for each in document["accounts"]] == [
        (PROD, "acme-prod", 2),
        (LAB, "acme-lab", 0),
    ]
    assert (status, ids(document["left_out"])) == (0, [CLOSED])
    assert {"first", "unread", "notes", "at", "organization"} <= document.keys()


def test_the_index_leads_to_a_page_of_each_account_beside_it(organization, tmp_path):
    index = tmp_path / "all of it.html"
    done = ask(*REPORT, "--html", str(index))
    report = json.loads(
        re.search(r'<script type="application/json" id="report">(.*?)</script>', index.read_text())[1]
    )

    assert done.stdout == f"IAM in the organization, 2 accounts: 2 new: see {index}\n"
    assert [each["page"] for each in report["accounts"]] == [
        f"all%20of%20it-accounts/{PROD}.html",
        f"all%20of%20it-accounts/{LAB}.html",
    ]
    assert "AKIACAROL" in (tmp_path / "all of it-accounts" / f"{PROD}.html").read_text()


def test_several_accounts_are_reviewed_at_the_same_time(organization, answer):
    """Each waits for the other at IAM's list of users, so one after the other would break the barrier."""
    both = threading.Barrier(2, timeout=30)
    seen = []

    def wait(params):
        seen.append(both.wait())

    answer("iam.ListUsers", wait)
    document, _ = told("--at-once", "2")

    assert sorted(seen) == [0, 1]
    assert document["unread"] == []


@pytest.fixture
def stack(monkeypatch):
    """The hub's, as far as it is asked for."""
    parameters = {
        "MemberRoleName": "audit",
        "Accounts": PROD,
        "OrganizationId": "o-acme",
        "StaleKeyDays": "300",
        "StaleRoleDays": "300",
    }
    outputs = {"ActivityTableName": "activity", "ExternalId": "last-activity-1"}
    described = {
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
    }

    def before(params, **_):
        assert params["body"]["StackName"] == "last-activity"
        return AWSResponse("", 200, {}, None), {"Stacks": [described]}

    hooked = [*botocore.handlers.BUILTIN_HANDLERS, ("before-call.cloudformation.DescribeStacks", before)]
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", hooked)


def test_all_that_is_not_given_is_as_in_the_usual_stack(organization, stack, answer):
    asked = []
    answer("sts.AssumeRole", lambda params: asked.append(params["body"]))
    done = ask("report", "--organization", ACTIVITY_TABLE="")

    assert {(each["RoleArn"], each["ExternalId"]) for each in asked} == {
        (f"arn:aws:iam::{PROD}:role/audit", "last-activity-1")
    }
    assert done.stdout.startswith("IAM last activity in o-acme, ")
    assert "1 of 1 account was read." in done.stdout
    assert "Nothing is stale" in done.stdout
