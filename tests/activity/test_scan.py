"""Reads of all of the table, or of an index."""

import pytest
from builders import ACCOUNT, activity, at

from activity.flags import Flags
from activity.item import Flag
from activity.scan import Scan

BOB, DEPLOY = f"arn:aws:iam::{ACCOUNT}:user/bob", f"arn:aws:iam::{ACCOUNT}:role/deploy"
FLAG = Flag(at(0), idle_since=at(-1000), holder="AIDABOB")
SIGHTINGS = (
    activity(0, facet="ID#AIDAALICE", source_ip="198.51.100.7"),
    activity(1, facet="DENIED#AIDAALICE", error_code="AccessDenied"),
    activity(2, facet="KEY#AKIA1", source_ip="198.51.100.7"),
    activity(3, facet="DENIED#AKIA1"),
    activity(4, facet="SERVICE#s3.amazonaws.com"),
    activity(5, principal=DEPLOY, facet="ID#AROADEPLOY", session_name="judy", type="AssumedRole"),
    activity(6, principal=DEPLOY, facet="SESSION#judy", session_name="judy"),
    activity(7, principal=DEPLOY, facet="SESSION#bob", session_name="bob", source_ip="203.0.113.1"),
)


@pytest.fixture
def scan(dynamodb, table):
    """Of a table in which bob's password is flagged and was never used, and one of his keys was used since."""
    table.record_all(SIGHTINGS)
    flags = Flags(dynamodb, "activity")
    for facet in ("SIGNIN", "KEY#AKIABOB"):
        flags.flag((BOB, facet), ACCOUNT, FLAG, now=at(0))
    flags.awaken((BOB, "KEY#AKIABOB"), at(9))
    return Scan(dynamodb, "activity")


def sighted(*numbers):
    return {SIGHTINGS[each].key: SIGHTINGS[each] for each in numbers}


def activities(items):
    return {key: item.activity for key, item in items.items() if item.activity}


@pytest.mark.parametrize(
    ("begins", "numbers"),
    [("SESSION#", [6, 7]), ("KEY#AKIA1", [2]), ("KEY#AKIA9", [])],
)
def test_keys_are_found_by_what_a_facet_begins_with(scan, begins, numbers):
    assert sorted(scan.keys(facet_begins=begins)) == sorted(sighted(*numbers))


def test_names_are_of_everybody_but_not_by_service_or_address(scan):
    everybody = {each.key for each in SIGHTINGS if not each.facet.startswith(("SERVICE#", "IP#"))}

    assert everybody <= set(scan.names())
    assert not [key for key in scan.names() if key[1].startswith(("SERVICE#", "IP#"))]


def test_recencies_are_of_principals_themselves_and_of_what_is_flagged_or_was_used_since(scan):
    found = scan.recencies()

    assert activities(found) == sighted(0, 1, 3, 5)
    flagged = {key: item.flag for key, item in found.items() if item.flag}
    awake = Flag(None, FLAG.idle_since, awakened_at=at(9), holder="AIDABOB")
    assert flagged[BOB, "SIGNIN"] == FLAG
    assert flagged[BOB, "KEY#AKIABOB"] == awake
    assert {key for key in found if found[key].own_flag} == {(BOB, "SIGNIN"), (BOB, "KEY#AKIABOB")}


def test_who_was_last_seen_by_a_name_of_a_session_or_from_an_address(scan):
    assert activities(scan.last_seen_as("judy")) == sighted(5, 6)
    assert activities(scan.last_seen_from("198.51.100.7")) == sighted(0, 2)
    assert scan.last_seen_as("JUDY") == scan.last_seen_from("192.0.2.1") == {}


def test_what_is_flagged_is_listed_without_the_marks_elsewhere(scan):
    assert sorted(scan.flagged()) == [(BOB, "KEY#AKIABOB"), (BOB, "SIGNIN")]


def test_each_item_of_a_table_of_many_pages_is_read_once(dynamodb, table):
    """DynamoDB's pages are of a megabyte."""
    agents = "x" * 100_000
    many = [activity(number, facet=f"SESSION#{number:02}", user_agent=agents) for number in range(30)]
    table.record_all(many)

    assert sorted(Scan(dynamodb, "activity").keys(facet_begins="SESSION#")) == [each.key for each in many]
