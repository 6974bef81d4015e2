"""What can be read of the table's stream, and how what cannot is named and kept."""

import json
import re

import pytest
from awakened_changes import CAROL, KEY, flagged, record, seen

from awakened.stream import Change, UnreadableChange, letter, read, sequence_of

USED = flagged(seen(KEY, 60))
BEFORE = flagged(seen(KEY, -60))


def broken(**parts):
    """A change of the key's item; None leaves a part out."""
    whole = record(USED, before=BEFORE)
    whole["dynamodb"] = {name: v for name, v in (whole["dynamodb"] | parts).items() if v is not None}
    return whole


def test_a_change_has_the_item_before_and_after():
    assert read(record(USED, before=BEFORE)) == Change((CAROL, KEY), BEFORE, USED)


def test_a_new_item_has_nothing_before():
    assert read(record(USED)) == Change((CAROL, KEY), None, USED)


def test_an_item_that_was_only_flagged_before_had_no_activity():
    only_flagged = flagged(None)

    assert read(record(USED, before=only_flagged)).before == only_flagged


def test_a_deletion_tells_nothing():
    assert read(broken(NewImage=None) | {"eventName": "REMOVE"}) is None


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        pytest.param({"NewImage": None}, "must have NEW_AND_OLD_IMAGES", id="no image after"),
        pytest.param({"OldImage": None}, "must have NEW_AND_OLD_IMAGES", id="no image before"),
        pytest.param({"NewImage": {"last_seen": {"S": "yesterday"}}}, "NewImage is no item", id="no time"),
        pytest.param({"NewImage": {"last_seen": "text"}}, "NewImage is no item", id="untyped"),
        pytest.param({"OldImage": {"last_seen": {}}}, "OldImage is no item", id="empty"),
        pytest.param({"OldImage": {"first_flagged": {"N": "5"}}}, "OldImage is no item", id="a number"),
        pytest.param({"NewImage": {"expires_at": {"N": "soon"}}}, "NewImage is no item", id="no number"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_by_its_item(parts, reason):
    with pytest.raises(UnreadableChange, match=f"^item {re.escape(CAROL)} {KEY}: .*{reason}"):
        read(broken(**parts))


@pytest.mark.parametrize("keys", [None, {}, {"principal": {"S": CAROL}}, {"principal": "x", "facet": "y"}])
def test_a_record_of_another_table_is_named_by_its_number(keys):
    with pytest.raises(UnreadableChange, match="record 100: no key of the activity table"):
        read(broken(Keys=keys))


@pytest.mark.parametrize("record", [{}, {"dynamodb": {}}, {"body": "of a queue"}, "text"])
def test_what_is_no_record_of_a_stream_is_refused(record):
    with pytest.raises(UnreadableChange, match="not a record of a DynamoDB stream"):
        sequence_of(record)


def test_what_cannot_be_read_is_kept_whole_with_the_reason():
    record = broken(NewImage={"last_seen": {"S": "yesterday"}})

    assert json.loads(letter(record, "no time")) == {"reason": "no time", "record": record}


def test_what_just_fits_into_a_message_is_kept_whole():
    empty = len(letter(broken(NewImage={"last_seen": {"S": ""}}), ""))
    record = broken(NewImage={"last_seen": {"S": "x" * (1_000_000 - empty)}})

    assert json.loads(letter(record, ""))["record"] == record
    record["dynamodb"]["NewImage"]["last_seen"]["S"] += "x"
    assert "NewImage" not in json.loads(letter(record, ""))["record"]["dynamodb"]


def test_what_no_message_has_room_for_is_kept_without_its_images():
    record = broken(NewImage={"last_seen": {"S": "\u00fc" * 400_000}})

    kept = json.loads(letter(record, "x" * 5_000))
    assert kept["record"]["dynamodb"]["Keys"] == record["dynamodb"]["Keys"]
    assert kept["record"]["dynamodb"].keys() == {"Keys", "SequenceNumber", "StreamViewType"}
    assert len(kept["reason"]) == 1_000
