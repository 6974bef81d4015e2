"""The three steps on an organization in moto: what is read, told, kept, and what becomes of what fails."""

import json
import re
from datetime import timedelta

import boto3
import pytest
import time_machine
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON
from moto.sns.models import sns_backends

from activity.settings import BadSetting
from reporter.app import lambda_handler
from reporter.organization.accounts import BadAccounts


def test_every_open_account_is_read_and_has_its_own_message(hub):
    assert hub.steps() == {"read": 3, "not_read": 0, "lost": 0}
    assert sorted(hub.of_accounts()) == sorted([ACCOUNT, hub.ids["prod"], hub.ids["lab"]])


def test_one_mail_tells_of_all(hub):
    hub.steps()

    ((subject, text),) = hub.mails()
    ((_, forms, _, attributes, _),) = sns_backends[ACCOUNT]["us-east-1"].topics[hub.topic].sent_notifications
    (files,) = {f"s3://reports/{key.removesuffix('index.html')}" for key in hub.objects() if "index" in key}
    sms, machines = (json.loads(forms)[each] for each in ("sms", "default"))
    assert (sms, json.loads(machines)["report"]) == (subject, f"{files}organization.json")
    assert attributes == {"event": {"Type": "String", "Value": "organization"}}
    assert f"Files: {files}\n" in text
    assert re.search(
        r"All accounts: https://us-east-1\.console\S+reports\?region=us-east-1\S+index.html\n", text
    )
    assert subject.startswith("IAM in o-exampleorgid, 3 accounts: 2 new")
    assert f"{hub.ids['prod']}  prod     Workloads/Prod  2\n" in text
    assert f"Left out, closed or suspended: gone ({hub.ids['gone']})." in text


def test_an_account_has_its_name_and_its_units(hub):
    hub.steps()

    (document,) = hub.documents()
    units = {each["name"]: each["path"] for each in document["accounts"]}
    assert (units["prod"], units["lab"]) == ("Workloads/Prod", "")
    assert document["accounts"][0]["name"] == "prod"  # Where there is most to do.


def test_the_files_of_the_organization_have_the_findings_of_all(hub):
    hub.steps()

    (csv,) = [hub.read(key).decode() for key in hub.objects() if key.endswith("/findings.csv")]
    head, *rows = csv.splitlines()
    assert head.startswith("account,")
    assert len(rows) == 2
    assert all(row.startswith(hub.ids["prod"]) for row in rows)
    types = {
        key.rpartition("/")[2]: boto3.client("s3").head_object(Bucket="reports", Key=key)["ContentType"]
        for key in hub.objects()
    }
    assert {name: types[name] for name in ("findings.csv", "index.html", "organization.json")} == {
        "findings.csv": "text/csv; charset=utf-8",
        "index.html": "text/html; charset=utf-8",
        "organization.json": "application/json; charset=utf-8",
    }


def test_a_look_between_reports_mails_and_remembers_nothing(hub, items):
    hub.steps(publish=False)

    assert (hub.mails(), hub.of_accounts(), hub.documents()) == ([], [], [])
    assert not any("flagged" in item for item in items().values())
    assert "organization/2026-11-20T120000Z-watch/accounts.json" in hub.objects()


def test_what_is_flagged_is_listed_under_its_own_account(hub, items):
    hub.steps()

    flagged = {item["flagged"] for item in items().values() if "flagged" in item}
    assert flagged == {hub.ids["prod"]}


def test_a_second_delivery_of_the_schedule_tells_no_account_again(hub):
    for _ in range(2):
        hub.steps(scheduled_at="2026-11-20T12:00:00Z")

    assert len(hub.of_accounts()) == 3


def test_a_repeated_review_keeps_what_was_new_in_the_first(hub):
    """As when the function's answer was lost, and the state machine asks again."""
    listed = hub.step("list", asked={"scheduled_at": "2026-11-20T12:00:00Z"}, started="2026-11-20T12:00:00Z")
    for account in json.loads(hub.read(listed["key"])) * 2:
        hub.step("review", account=account, of=listed["of"])
    hub.step("sum_up", of=listed["of"])

    ((subject, _),) = hub.mails()
    assert ": 2 new" in subject


# What fails


def test_an_account_that_gives_no_role_is_named_and_the_others_are_read(hub, caplog):
    hub.refuse("sts.AssumeRole", RoleArn=hub.ids["prod"])

    assert hub.steps() == {"read": 2, "not_read": 1, "lost": 0}
    gap, unread = [each for each in caplog.records if each.account == hub.ids["prod"]]
    assert (gap.message, gap.what) == ("gap", f"account {hub.ids['prod']}")
    assert unread.message == "account not read"
    assert gap.reason == unread.reason
    assert gap.reason.startswith("the role last-activity-member is not there, ")
    ((subject, text),) = hub.mails()
    assert "1 account not read" in subject
    assert f"reporter/member.yaml to the account:\n  prod ({hub.ids['prod']})\n" in text


def test_an_account_that_was_read_before_is_told_first_and_keeps_its_flags(hub, items):
    hub.steps(scheduled_at="2026-11-20T12:00:00Z")
    before = items()
    hub.refuse("sts.AssumeRole", RoleArn=hub.ids["prod"])

    assert hub.steps(scheduled_at="2026-11-27T12:00:00Z")["lost"] == 1
    subject, text = hub.mails()[1]
    assert text.splitlines()[2] == f"NOT READ, BUT READ LAST TIME: prod ({hub.ids['prod']})."
    assert "resolved" not in subject
    after = items()
    assert {key: item for key, item in after.items() if "flagged" in item} == {
        key: item for key, item in before.items() if "flagged" in item
    }


def test_it_is_told_until_it_is_read_again(hub):
    hub.steps(scheduled_at="2026-11-20T12:00:00Z")
    hub.refuse("sts.AssumeRole", RoleArn=hub.ids["prod"])
    lost = [hub.steps(scheduled_at=f"2026-{day}T12:00:00Z")["lost"] for day in ("11-27", "12-04")]
    hub.relent("sts.AssumeRole")

    assert [*lost, hub.steps(scheduled_at="2026-12-11T12:00:00Z")["lost"]] == [1, 1, 0]


def test_what_the_alarm_and_the_dashboard_show_is_measured(hub, capsys):
    hub.steps(scheduled_at="2026-11-20T12:00:00Z")
    hub.refuse("sts.AssumeRole", RoleArn=hub.ids["prod"])
    hub.steps(scheduled_at="2026-11-27T12:00:00Z")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"AccountsLost"' in line]
    assert [
        tuple(line[name] for name in ("AccountsRead", "AccountsNotRead", "AccountsLost")) for line in lines
    ] == [([3.0], [0.0], [0.0]), ([2.0], [1.0], [1.0])]
    assert {line["service"] for line in lines} == {"reporter"}


def test_a_throttled_account_is_tried_again_by_the_state_machine(hub):
    listed = hub.step("list", asked={}, started="2026-11-20T12:00:00Z")
    hub.refuse("sts.AssumeRole", "Throttling", RoleArn=hub.ids["prod"])

    with pytest.raises(ClientError, match="Throttling"):
        hub.step("review", account={"id": hub.ids["prod"]}, of=listed["of"])


class AlmostOver:
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self):
        return 1000


def test_a_review_stops_before_its_functions_deadline(hub, caplog):
    """It asks IAM no more, and remembers nothing."""
    listed = hub.step("list", asked={}, started="2026-11-20T12:00:00Z")
    event = {"step": "review", "account": {"id": hub.ids["prod"]}, "of": listed["of"]}
    lambda_handler(event, AlmostOver())
    told = {(each.message, each.reason) for each in caplog.records}

    assert ("gap", "not read before the function's deadline") in told


def test_a_review_that_left_no_result_is_told(hub):
    """Its function crashed, or ran out of time, as often as it was tried."""
    listed = hub.step("list", asked={}, started="2026-11-20T12:00:00Z")

    assert hub.step("sum_up", of=listed["of"]) == {"read": 0, "not_read": 3, "lost": 0}
    ((_, text),) = hub.mails()
    assert "NOT READ (3): what was flagged in these accounts stays flagged\n- its review left no result" in text
    assert all(f"({hub.ids[name]})" in text for name in ("prod", "lab"))
    assert "Nothing is stale among what was read." in text


def test_an_account_of_which_nothing_could_be_listed_is_not_read(hub):
    for operation in ("ListUsers", "GetAccountAuthorizationDetails"):
        hub.refuse(f"iam.{operation}")

    assert hub.steps() == {"read": 0, "not_read": 3, "lost": 0}
    assert hub.documents()[0]["unread"][0]["reason"].startswith("neither its users nor its roles could be read")


def test_an_account_that_left_is_told_and_resolves_nothing(hub, items):
    hub.steps(scheduled_at="2026-11-20T12:00:00Z")
    boto3.client("organizations").remove_account_from_organization(AccountId=hub.ids["prod"])
    hub.steps(scheduled_at="2026-11-27T12:00:00Z")

    subject, text = hub.mails()[1]
    assert f"Left the organization: prod ({hub.ids['prod']}). Their findings don't count as resolved." in text
    assert "resolved" not in subject
    assert [item["flagged"] for item in items().values() if "flagged" in item] == [hub.ids["prod"]] * 2


def test_an_account_that_joined_is_told(hub):
    hub.steps(scheduled_at="2026-11-20T12:00:00Z")
    organizations = boto3.client("organizations")
    made = organizations.create_account(AccountName="new", Email="new@example.com")["CreateAccountStatus"]
    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        hub.steps(scheduled_at="2026-11-27T12:00:00Z")

    assert f"Joined the organization: new ({made['AccountId']})." in hub.mails()[1][1]
    assert "Joined" not in hub.mails()[0][1]
    assert [len(each["trend"]) for each in hub.documents()] == [1, 2]


def test_the_units_of_accounts_that_cannot_be_listed_are_a_line_and_no_more(hub):
    hub.refuse("organizations.ListRoots")

    assert hub.steps()["read"] == 3
    assert (
        "Not checked: the organizational units of accounts: AccessDenied (ListRoots): no" in hub.mails()[0][1]
    )


def test_without_a_list_of_accounts_there_is_no_report(hub):
    hub.refuse("organizations.ListAccounts")

    with pytest.raises(ClientError, match="ListAccounts"):
        hub.step("list", asked={}, started="2026-11-20T12:00:00Z")


def test_a_credential_report_that_cannot_be_begun_is_for_the_review_to_tell(hub):
    begun = []
    boto3.DEFAULT_SESSION.events.register(
        "before-call.iam.GenerateCredentialReport", lambda **_: begun.append(1)
    )
    hub.refuse("iam.GenerateCredentialReport")
    due, run = "2026-11-20T08:00:00Z", "2026-11-20T080000Z"

    assert hub.step("list", asked={"scheduled_at": due}, started="2026-11-20T12:00:00Z") == {
        "bucket": "reports",
        "key": f"organization/{run}/to-review.json",
        "run": run,
        "of": {"run": run, "publish": True, "scheduled_at": due},
    }
    assert len(begun) == 3


def test_what_the_last_report_left_is_kept_where_it_cannot_be_read(hub):
    hub.steps(scheduled_at="2026-11-20T12:00:00Z")
    boto3.client("s3").put_object(Bucket="reports", Key="organization/before.json", Body=b'{"read"')
    hub.steps(scheduled_at="2026-11-27T12:00:00Z")

    assert "Not checked: what the last report of the organization left: " in hub.mails()[1][1]
    assert hub.read("organization/before.json") == b'{"read"'


def test_a_mail_that_is_refused_is_an_error(hub):
    listed = hub.step("list", asked={}, started="2026-11-20T12:00:00Z")
    hub.refuse("sns.Publish")

    with pytest.raises(ClientError, match="Publish"):
        hub.step("sum_up", of=listed["of"])


# Accounts that are given


def test_only_the_accounts_that_are_given_are_reviewed(hub, monkeypatch):
    monkeypatch.setenv("ACCOUNTS", f"{hub.ids['lab']}, {hub.ids['lab']} {ACCOUNT}")
    hub.refuse("organizations.ListAccounts")

    assert hub.steps()["read"] == 2


def test_what_is_no_account_is_named(hub, monkeypatch):
    monkeypatch.setenv("ACCOUNTS", "123456789012,12345")

    with pytest.raises(BadAccounts, match="Accounts has '12345', which is no account id of 12 digits"):
        hub.steps()


@pytest.mark.parametrize("name", ["MEMBER_ROLE_NAME", "EXTERNAL_ID", "REPORT_BUCKET", "ACCOUNT_TOPIC_ARN"])
def test_a_missing_setting_is_named(hub, monkeypatch, name):
    monkeypatch.delenv(name)

    with pytest.raises(BadSetting, match=name):
        hub.steps()
