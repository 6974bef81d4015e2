"""An event about a finding as EventBridge takes it, and how many go at once."""

import json

import pytest
from builders import ACCOUNT, ALICE, NOON

from activity.finding_events import KEPT, MOST_BYTES, DetailType, FindingEvent, batches

FINDING = {
    "finding_id": f"{ACCOUNT}:user:AIDAALICE",
    "account": ACCOUNT,
    "kind": "user",
    "name": "alice",
    "arn": ALICE,
    "first_flagged": "2026-11-20T12:00:00Z",
    "reason": "last used on 2026-04-27, says IAM",
}


def event(**more):
    return FindingEvent(DetailType.OPENED, NOON, ALICE, FINDING | more)


def size(entry):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html"""
    words = entry["Source"], entry["DetailType"], entry["Detail"], *entry["Resources"]
    return 14 + sum(len(each.encode()) for each in words)


def test_an_entry_has_the_finding_its_time_and_whose_it_is():
    entry = event().entry()

    assert json.loads(entry.pop("Detail")) == FINDING
    assert entry == {
        "Time": NOON,
        "Source": "last-activity",
        "DetailType": "Stale Access Opened",
        "Resources": [ALICE],
    }


def test_of_what_is_too_large_the_largest_goes_first_and_is_named():
    whole = event(steps=["s" * 200_000], commands=["c" * 190_000], console="https://")
    detail = json.loads(whole.entry()["Detail"])

    assert detail["truncated"] == ["steps"]
    assert detail.keys() == {*FINDING, "commands", "console", "truncated"}


def test_what_identifies_a_finding_is_never_cut():
    many = {f"part {number}": "x" * 300_000 for number in range(3)}
    detail = json.loads(event(**many, evidence={"user_agent": "😀" * 60_000}).entry()["Detail"])

    assert set(KEPT) <= detail.keys()
    assert sorted(detail["truncated"]) == ["evidence", *sorted(many)]


@pytest.mark.parametrize("letters", range(-3, 4))
def test_an_entry_is_cut_only_where_it_would_not_fit(letters):
    spare = MOST_BYTES - size(event(more="").entry())
    entry = event(more="x" * (spare + letters)).entry()

    assert size(entry) <= MOST_BYTES
    assert ("truncated" in json.loads(entry["Detail"])) is (letters > 0)


def test_entries_go_by_tens_and_in_order():
    entries = [event(number=number).entry() for number in range(21)]
    made = list(batches(entries))

    assert [len(each) for each in made] == [10, 10, 1]
    assert [entry for batch in made for entry in batch] == entries
    assert list(batches([])) == []


@pytest.mark.parametrize(("each", "sizes"), [(120_000, [2, 2, 1]), (140_000, [1] * 5), (50_000, [5])])
def test_a_batch_is_no_larger_than_a_call_takes(each, sizes):
    made = list(batches(event(more="x" * each).entry() for _ in range(5)))

    assert [len(batch) for batch in made] == sizes
    assert all(sum(map(size, batch)) <= MOST_BYTES for batch in made)


def test_a_batch_may_be_just_as_large_as_a_call_takes():
    half = event(more="x" * (MOST_BYTES // 2 - size(event(more="").entry()))).entry()

    assert [len(batch) for batch in batches([half] * 3)] == [2, 1]
