"""One report of an organization's accounts, by the deployed state machine, each account with an IAM of its own."""

import json
from datetime import UTC, datetime

import pytest
from e2e.organization import (
    BUSY,
    CLEAN,
    DENIED,
    ORGANIZATION,
    ROLE,
    ROLELESS,
    accounts,
    end,
    flagged,
    hub,
    kept,
    of_account,
    run,
    start,
)
from e2e.people import NOBODY_MAY
from e2e.server import ACCOUNT, eventually

from activity.accounts import Account
from activity.model import Activity, Evidence
from activity.names import Names
from activity.table import ActivityTable
from reporter.organization.directory import list_accounts

__all__ = ["accounts", "hub"]  # Fixtures.
SILENT = "EVENTS NOT ARRIVING from 4"  # None has a trail.


@pytest.fixture(scope="module")
def first(hub):
    return run(hub, scheduled_at="2026-11-23T07:00:00Z")


def test_each_account_is_read_or_told_with_the_reason(hub, first):
    answer, (mail,), _ = first

    assert answer == {"read": 4, "not_read": 1, "lost": 0}
    assert mail["Subject"] == f"IAM in {ORGANIZATION}, 5 accounts: 4 new, 1 account not read, {SILENT}"
    told = json.loads(mail["Message"])
    assert told["not_read"] == [ROLELESS]
    document = kept(hub, told["report"])
    (unread,) = document["unread"]
    assert unread["reason"].startswith(
        f"the role {ROLE} is not there, does not trust the reporter, or is denied"
    )
    assert {each["id"]: (each["new"], each["gaps"] > 0) for each in document["accounts"]} == {
        BUSY: (3, False),
        DENIED: (1, True),
        CLEAN: (0, False),
        ACCOUNT: (0, False),
    }


def test_each_account_that_was_read_has_a_message_and_files_of_its_own(hub, first):
    _, _, messages = first

    assert messages.keys() == {BUSY, DENIED, CLEAN, ACCOUNT}
    for account, message in messages.items():
        assert kept(hub, json.loads(message["Message"])["report"])["account"] == account


def test_what_a_role_may_not_read_is_a_gap_of_its_account_alone(hub, first):
    _, _, messages = first
    gaps = {account: json.loads(message["Message"])["gaps"] for account, message in messages.items()}

    assert [account for account in gaps if gaps[account]] == [DENIED], gaps
    assert "not checked" in messages[DENIED]["Subject"]


def test_what_is_flagged_is_in_the_hubs_table_under_its_own_account(hub, first):
    assert flagged(hub) == {
        f"arn:aws:iam::{BUSY}:user/carol",
        f"arn:aws:iam::{BUSY}:role/batch",
        f"arn:aws:iam::{DENIED}:role/batch",
    }


def test_a_daily_look_mails_nobody(hub, first):
    answer, mails, messages = run(hub, publish=False)

    assert (answer, mails, messages) == ({"read": 4, "not_read": 1, "lost": 0}, [], {})


def test_a_second_delivery_of_the_schedule_mails_no_account_again(hub, first):
    _, mails, messages = run(hub, scheduled_at="2026-11-23T07:00:00Z")

    assert messages == {}
    assert len(mails) <= 1


def test_a_run_that_was_stopped_in_the_middle_is_completed_by_the_next(hub, first):
    with hub.mailbox("accounts-of-both", of="AccountTopicArn") as messages:
        execution = start(hub, scheduled_at="2026-11-30T07:00:00Z")
        begun = messages.take
        eventually(begun, "an account's message is out", within=60)
        hub.server.client("stepfunctions").stop_execution(executionArn=execution)
        assert end(hub, execution)["status"] == "ABORTED"
        # The function is not stopped with the execution: it may have been at its mail.
        answer, (*_, mail), _ = run(hub, scheduled_at="2026-11-30T07:00:00Z")

    assert answer == {"read": 4, "not_read": 1, "lost": 0}
    assert "4 open" in mail["Subject"]


def test_an_account_that_is_not_read_any_more_is_named_first_and_resolves_nothing(hub, first):
    with of_account(hub.server, "iam", BUSY) as iam:
        trust = iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
        iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=NOBODY_MAY)
        answer, (mail,), messages = run(hub, scheduled_at="2026-12-07T07:00:00Z")
        iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(trust))

    assert answer == {"read": 3, "not_read": 2, "lost": 1}
    assert BUSY not in messages
    assert "resolved" not in mail["Subject"]
    assert f"arn:aws:iam::{BUSY}:user/carol" in flagged(hub)


def test_the_role_of_the_reporter_may_list_the_accounts_and_which_are_closed(hub, first):
    """The server keeps no list from one start to the next: see `hub`. It takes all calls for those of the whole."""
    owner = hub.server.client("organizations")
    made = owner.create_account(AccountName="old-lab", Email="lab@example.com")["CreateAccountStatus"]
    owner.close_account(AccountId=made["AccountId"])
    session = hub.server.session(f"arn:aws:iam::{ACCOUNT}:role/{hub.resources['ReporterRole']}")
    own = {name.lower(): value for name, value in session.items()}

    listed, gap = list_accounts(hub.server.client("organizations", **own))

    assert [(each.name, each.is_active) for each in listed if each.id == made["AccountId"]] == [
        ("old-lab", False)
    ]
    assert "AccessDenied" in gap.reason


def test_a_notice_goes_to_both_topics_with_the_name_of_its_account(hub, first):
    """The hub is given its accounts, so that no list has their names."""
    dynamodb, table, now = hub.server.client("dynamodb"), hub.outputs["ActivityTableName"], datetime.now(UTC)
    Names(dynamodb, table).keep([Account(BUSY, "acme-busy")], {})
    root = Activity(f"arn:aws:iam::{BUSY}:root", "SIGNIN", now, now, Evidence("root-signed-in", account=BUSY))
    notices = {"FilterPolicy": json.dumps({"event": ["awakened"], "account": [BUSY]})}
    with (
        hub.mailbox("notices-of-all", **notices) as mails,
        hub.mailbox("notices-of-busy", of="AccountTopicArn", **notices) as own,
    ):
        ActivityTable(dynamodb, table).record(root)
        (mail,) = eventually(mails.take, "the notice is mailed", within=60)
        (message,) = eventually(own.take, "the account's topic has it", within=60)

    told = json.loads(mail)
    assert told["Subject"] == f"IAM last activity acme-busy ({BUSY}): the root user signed in"
    assert json.loads(message)["Message"] == told["Message"]
