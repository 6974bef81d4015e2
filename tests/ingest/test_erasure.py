"""Items that are deleted under a warm sandbox, as docs/personal-data.md has it, or by their expiry."""

import json
from datetime import timedelta

import pytest
import time_machine
from builders import ALICE, NOON, envelope, message, record

from ingest import app, recording

DAY = 24 * 60
ALL = ["ID#AIDAALICE", "IP#198.51.100.7", "KEY#AKIAALICE", "SERVICE#s3.amazonaws.com"]


@pytest.fixture
def ingest(dynamodb, monkeypatch):
    """One sandbox; alice is seen so many minutes after noon, and that arrives at once, or when it is said to."""
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    recording.table.cache_clear()
    recording.memory.cache_clear()

    def seen(minute, arrived=None):
        when = (NOON + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = json.dumps(envelope(record(eventTime=when, eventID=f"e{minute}")))
        with time_machine.travel(NOON + timedelta(minutes=minute if arrived is None else arrived), tick=False):
            assert app.lambda_handler({"Records": [message("m", body)]}, None) == {"batchItemFailures": []}

    return seen


@pytest.fixture
def erase(dynamodb, items):
    def delete():
        for principal, facet in items():
            if principal == ALICE:
                key = {"principal": {"S": principal}, "facet": {"S": facet}}
                dynamodb.delete_item(TableName="activity", Key=key)

    return delete


@pytest.fixture
def facets(items):
    return lambda: sorted(facet for principal, facet in items() if principal == ALICE)


@pytest.mark.parametrize(
    ("minute", "recorded"),
    [
        pytest.param(5, [], id="within the resolution: not before the next"),
        pytest.param(6, ["ID#AIDAALICE", "KEY#AKIAALICE"], id="after six minutes, who it was and by what"),
        pytest.param(60, ["ID#AIDAALICE", "KEY#AKIAALICE"], id="within the hour: services and addresses not"),
        pytest.param(61, ALL, id="after an hour and a minute, everything"),
    ],
)
def test_a_sandbox_takes_what_was_erased_for_stored_no_longer_than_documented(
    ingest, erase, facets, minute, recorded
):
    ingest(0)
    erase()
    ingest(minute)

    assert facets() == recorded


def test_what_happened_just_after_the_erased_is_recorded_if_it_comes_late(ingest, erase, facets):
    ingest(0)
    erase()
    ingest(4, arrived=61)

    assert facets() == ALL


def test_the_same_holds_once_the_sandbox_knows_such_events_by_heart(ingest, erase, facets):
    """From the third on, those of a kind that is known to be stored are passed over one by one."""
    for minute in (0, 1, 2):
        ingest(minute)
    erase()
    ingest(3, arrived=5)
    passed_over = facets()
    ingest(3, arrived=62)

    assert passed_over == []
    assert facets() == ALL


def test_dead_letters_of_last_week_are_recorded_at_once(ingest, erase, facets):
    """Though the sandbox knew of sightings before and after them."""
    ingest(-30 * DAY)
    ingest(0)
    erase()
    ingest(-7 * DAY, arrived=0)

    assert facets() == ALL


def test_a_new_sandbox_records_at_once(ingest, erase, facets):
    """Which is what a change of the function's configuration starts: the recipe's last step."""
    ingest(0)
    erase()
    recording.memory.cache_clear()
    ingest(1)

    assert facets() == ALL
