"""What quarantine keeps, in DynamoDB and in the tests' memory alike."""

from dataclasses import replace

import boto3
import pytest
from accounts import deploy
from builders import ACCOUNT, NOON, at
from quarantine_iam import MemoryLedger
from quarantined import ROLE, entry_of, report_of

from activity.item import UnreadableItem
from activity.model import to_text
from activity.quarantine.entry import Step
from activity.quarantine.ledger import Ledger

ENTRY = replace(entry_of(report_of(deploy(made=500, used=350)), ROLE, is_told=False), version=0)


@pytest.fixture(params=["dynamo", "in memory"])
def ledger(request):
    if request.param == "in memory":
        return MemoryLedger()
    return Ledger(request.getfixturevalue("dynamodb"), "activity")


def test_what_is_saved_is_read_again(ledger):
    entry = replace(ENTRY, told=NOON, tried=at(9), held="x", is_unsaid=False, step=Step.DISABLED)
    saved = ledger.save(entry)

    assert saved == replace(entry, version=1)
    assert ledger.of(ACCOUNT) == {ROLE: saved}


def test_a_time_that_is_no_more_is_taken_off(ledger):
    saved = ledger.save(replace(ENTRY, told=NOON, tried=NOON))
    ledger.save(replace(saved, told=None, tried=None))

    assert ledger.of(ACCOUNT)[ROLE].told is None


def test_of_two_who_read_the_same_only_one_writes(ledger):
    first = ledger.save(ENTRY)

    assert ledger.save(ENTRY) is None
    assert ledger.save(first.stepped(Step.ACTING, NOON)).version == 2
    assert ledger.save(first.stepped(Step.WITHDRAWN, NOON)) is None
    assert ledger.of(ACCOUNT)[ROLE].step is Step.ACTING


def test_another_accounts_entries_are_not_read(ledger):
    ledger.save(ENTRY)

    assert ledger.of("12345678901") == {}


def test_an_item_says_who_what_when_why_and_how_it_is_undone_and_expires(dynamodb, items):
    Ledger(dynamodb, "activity").save(ENTRY)
    item = items()["quarantine", ROLE]

    assert (item["name"], item["step"], item["due"]) == ("deploy", "announced", to_text(ENTRY.due))
    assert item["undo"].startswith(
        "aws iam detach-role-policy --role-name deploy --policy-arn arn:aws:iam::aws:policy/AWSDenyAll && "
    )
    assert int(item["expires_at"]) == int(ENTRY.moved.timestamp()) + 400 * 86_400
    assert not {"first_flagged", "last_seen", "flagged"} & item.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [("step", {"S": "done"}), ("due", {"S": "soon"}), ("due", {"S": "2026-11-20"}), ("id", {"S": "AROAOTHER"}), ("version", {"S": "x"}), ("arn", {"N": "1"})],
)  # fmt: skip
def test_an_item_that_somebody_edited_stops_everything(dynamodb, name, value):
    ledger = Ledger(dynamodb, "activity")
    ledger.save(ENTRY)
    boto3.client("dynamodb").update_item(
        TableName="activity",
        Key={"principal": {"S": "quarantine"}, "facet": {"S": ROLE}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )

    with pytest.raises(UnreadableItem, match="of principal quarantine and facet 123456789012:role:AROADEPLOY"):
        ledger.of(ACCOUNT)
