"""Records of the table's stream: an item before a change and after it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activity.item import Item, item_of
from activity.keeping import Key

# A message may be 1 MiB. A record may have two images of 400 KB each, and JSON has six bytes for one letter ü.
_LONGEST_LETTER = 1_000_000
_LONGEST_REASON = 1_000
# What reading an item raises if its attributes aren't those of the table.
_UNREADABLE = (AttributeError, KeyError, StopIteration, TypeError, ValueError)


class UnreadableChange(Exception):
    """A record that does not tell how an item changed; the message names the item."""


@dataclass(frozen=True, slots=True)
class Change:
    key: Key
    before: Item | None
    after: Item


def sequence_of(record: Mapping[str, Any]) -> str:
    """The number that tells Lambda where to start again."""
    try:
        return str(record["dynamodb"]["SequenceNumber"])
    except (KeyError, TypeError) as error:
        raise UnreadableChange("not a record of a DynamoDB stream: it has no SequenceNumber") from error


def read(record: Mapping[str, Any]) -> Change | None:
    """None for a deleted item: a deletion is no use."""
    change, name = record["dynamodb"], record.get("eventName")
    if name == "REMOVE":
        return None
    try:
        key = change["Keys"]["principal"]["S"], change["Keys"]["facet"]["S"]
    except (KeyError, TypeError) as error:
        raise UnreadableChange(f"record {sequence_of(record)}: no key of the activity table") from error
    after, before = _item(key, change, "NewImage"), _item(key, change, "OldImage")
    if after is None or (before is None and name != "INSERT"):
        raise UnreadableChange(f"{_named(key)}: the stream must have NEW_AND_OLD_IMAGES")
    return Change(key, before, after)


def letter(record: Mapping[str, Any], why: str) -> str:
    """What to keep of an unreadable record: all of it, or all but its images if that is too long."""
    told = {"reason": why[:_LONGEST_REASON], "record": dict(record)}
    whole = json.dumps(told, default=str)
    if len(whole) <= _LONGEST_LETTER:
        return whole
    change = {name: part for name, part in record["dynamodb"].items() if not name.endswith("Image")}
    return json.dumps(told | {"record": {**record, "dynamodb": change}}, default=str)


def _item(key: Key, change: Mapping[str, Any], image: str) -> Item | None:
    if image not in change:
        return None
    try:
        return item_of(change[image])
    except _UNREADABLE as error:
        raise UnreadableChange(f"{_named(key)}: {image} is no item of the table: {error!r}") from error


def _named(key: Key) -> str:
    return f"item {key[0]} {key[1]}"
