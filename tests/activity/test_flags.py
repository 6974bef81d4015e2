"""What reports flagged, and what became of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import ACCOUNT, ALICE, activity, at

from activity.item import Flag

ITSELF = ALICE, "ID#AIDAALICE"
DENIED = ALICE, "DENIED#AIDAALICE"
FLAGGED = Flag(at(0), idle_since=at(-1000), holder="AIDAALICE")
# The index does not know whose it is.
LISTED = replace(FLAGGED, holder="")


def test_a_flag_outlives_later_sightings_and_is_taken_off_again(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    table.record(activity(60))
    before = table.get([ITSELF])[ITSELF]
    flags.unflag(ITSELF)

    assert (before.activity, before.flag) == (activity(60), FLAGGED)
    assert table.get([ITSELF])[ITSELF].flag is None
    assert flags.of(ACCOUNT) == {}


def test_taking_off_a_flag_that_is_not_there_makes_no_item(flags, items):
    flags.unflag(ITSELF)

    assert not flags.awaken(ITSELF, at(0))
    assert items() == {}


def test_a_flag_alone_is_no_activity(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))

    assert table.get([ITSELF])[ITSELF].activity is None
    assert list(table.of(ALICE)) == []
    assert table.items_of(ALICE)[ITSELF].first_flagged == at(0)


def test_each_flag_is_listed_once_under_its_account(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))

    assert flags.of(ACCOUNT) == {ITSELF: LISTED}
    assert flags.of("999999999999") == {}
    assert table.get([DENIED])[DENIED].flag == FLAGGED


def test_what_is_seen_again_loses_its_flag_and_is_still_listed(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))

    assert flags.awaken(ITSELF, at(60))
    assert not flags.awaken(ITSELF, at(90))
    assert table.get([ITSELF])[ITSELF].first_flagged is None
    assert flags.of(ACCOUNT) == {ITSELF: replace(LISTED, first_flagged=None, awakened_at=at(60))}


def test_what_is_flagged_again_is_no_longer_awake(flags):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    flags.awaken(ITSELF, at(60))
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(120))

    assert flags.of(ACCOUNT) == {ITSELF: LISTED}


def test_a_flagged_item_is_kept_as_long_as_others_from_the_flag_on(flags, table):
    table.record(activity(-1000))
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))

    assert table.get([ITSELF])[ITSELF].expires_at == at(0) + timedelta(days=400)


def test_whoever_is_exempt_is_listed_apart_from_the_flagged(flags, items):
    flags.exempt(ITSELF, ACCOUNT, now=at(0))

    assert flags.exempt_of(ACCOUNT) == {ITSELF}
    assert flags.exempt_of("999999999999") == set()
    assert flags.of(ACCOUNT) == {}
    assert int(items()[ITSELF]["expires_at"]) == (at(0) + timedelta(days=400)).timestamp()


def test_whoever_becomes_exempt_is_no_longer_flagged(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    flags.exempt(ITSELF, ACCOUNT, now=at(60))

    assert (flags.of(ACCOUNT), flags.exempt_of(ACCOUNT)) == ({}, {ITSELF})
    assert table.get([ITSELF])[ITSELF].flag is None


def test_that_somebody_is_exempt_is_noted_again_by_one_write_that_starts_the_retention_again(
    flags, dynamodb, items
):
    flags.exempt(ITSELF, ACCOUNT, now=at(0))
    writes = []
    dynamodb.meta.events.register("before-call.dynamodb.UpdateItem", lambda **_: writes.append(1))
    flags.exempt(ITSELF, ACCOUNT, now=at(60))

    assert len(writes) == 1
    assert int(items()[ITSELF]["expires_at"]) == (at(60) + timedelta(days=400)).timestamp()


def test_whoever_was_exempt_in_another_account_is_exempt_in_this_one(flags):
    flags.exempt(ITSELF, "999999999999", now=at(0))
    flags.exempt(ITSELF, ACCOUNT, now=at(60))

    assert (flags.exempt_of(ACCOUNT), flags.exempt_of("999999999999")) == ({ITSELF}, set())


@pytest.mark.parametrize("then", ["marked", "marked and used", "told"])
def test_what_happened_to_the_item_since_somebody_was_exempt_is_forgotten(flags, items, then):
    flags.exempt(ITSELF, ACCOUNT, now=at(0))
    before = items()[ITSELF]
    if then == "told":
        flags.tell(ITSELF, at(30))
    else:  # As a report does that finds the user renamed, and no longer exempt.
        flags.flag((f"{ALICE}-now", "ID#AIDAALICE"), ACCOUNT, FLAGGED, now=at(30), elsewhere=[ITSELF])
    if then == "marked and used":
        flags.awaken(ITSELF, at(40))
    changed = items()[ITSELF]
    flags.exempt(ITSELF, ACCOUNT, now=at(0))

    assert changed != before
    assert items()[ITSELF] == before


def test_whoever_is_exempt_no_more_can_be_flagged(flags):
    flags.exempt(ITSELF, ACCOUNT, now=at(0))
    flags.unflag(ITSELF)
    unflagged = flags.exempt_of(ACCOUNT)
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(60))

    assert (unflagged, flags.exempt_of(ACCOUNT)) == (set(), set())
    assert flags.of(ACCOUNT) == {ITSELF: LISTED}


def test_being_exempt_is_no_activity_and_changes_none(flags, table):
    table.record(activity(60))
    flags.exempt(ITSELF, ACCOUNT, now=at(90))

    assert table.get([ITSELF])[ITSELF].activity == activity(60)


ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy", "ID#AROADEPLOY"
PATHLESS = f"arn:aws:iam::{ACCOUNT}:role/deploy"
PASSWORD = ALICE, "SIGNIN"


@pytest.mark.parametrize(
    ("key", "where"),
    [
        pytest.param(ITSELF, {ITSELF, DENIED, (ALICE, "ID#"), (ALICE, "DENIED#")}, id="user"),
        pytest.param((ALICE, "KEY#AKIA1"), {(ALICE, "KEY#AKIA1"), (ALICE, "DENIED#AKIA1")}, id="access key"),
        pytest.param(PASSWORD, {PASSWORD, (ALICE, "SIGNIN#AIDAALICE")}, id="password"),
        pytest.param(
            ROLE,
            {
                (name, f)
                for name in (ROLE[0], PATHLESS)
                for f in (ROLE[1], "DENIED#AROADEPLOY", "ID#", "DENIED#")
            },
            id="role with a path, which some sessions leave out",
        ),
    ],
)
def test_a_flag_is_on_every_item_by_which_a_use_may_show_and_comes_off_each(flags, items, key, where):
    flags.flag(key, ACCOUNT, Flag(at(0), holder="AIDAALICE"), now=at(0))
    flagged = {each for each, item in items().items() if "first_flagged" in item}
    flags.unflag(key, "AIDAALICE")

    assert flagged == where
    assert not any("first_flagged" in item or "flagged" in item for item in items().values())


def test_what_is_kept_for_a_flag_alone_expires_once_that_is_off(flags, table, items):
    table.record(activity(0))
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    flags.unflag(ITSELF)

    left = {key: int(item["expires_at"]) for key, item in items().items()}
    assert left.pop(ITSELF) > at(0).timestamp()
    assert set(left.values()) == {1}


def test_a_flag_of_somebody_else_under_the_name_stays(flags, table):
    flags.flag(PASSWORD, ACCOUNT, Flag(at(0), holder="AIDANEW"), now=at(0))
    flags.flag((ALICE, "ID#AIDANEW"), ACCOUNT, Flag(at(0)), now=at(0))
    flags.unflag(PASSWORD, "AIDAALICE")
    flags.unflag(PASSWORD)
    flags.unflag(ITSELF)

    kept = table.get([PASSWORD, (ALICE, "ID#")])
    assert [item.first_flagged for item in kept.values()] == [at(0), at(0)]


def test_a_flag_that_is_half_set_or_half_taken_off_is_completed_by_the_next_time(flags, table, dynamodb):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    dynamodb.delete_item(
        TableName="activity", Key={"principal": {"S": ALICE}, "facet": {"S": "DENIED#AIDAALICE"}}
    )
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(60), renews=True)

    assert table.get([DENIED])[DENIED].first_flagged == at(0)


def test_a_flag_that_a_use_took_off_meanwhile_is_not_renewed(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    flags.awaken(ITSELF, at(60))
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(90), renews=True)

    assert flags.of(ACCOUNT)[ITSELF].awakened_at == at(60)


def test_what_a_report_told_is_remembered_until_it_is_flagged_again(flags, table):
    flags.tell(ITSELF, at(30))
    untold = table.get([ITSELF])
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    flags.tell(ITSELF, at(60))
    told = table.get([ITSELF])[ITSELF].flag.told_at
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(90))

    assert (untold, told) == ({}, at(60))
    assert table.get([ITSELF])[ITSELF].flag.told_at is None


def test_what_is_told_of_a_flag_is_not_told_of_the_next_holders(flags, table):
    password = ALICE, "SIGNIN"
    flags.flag(password, ACCOUNT, replace(FLAGGED, holder="AIDANEW"), now=at(0))
    flags.tell(password, at(60), "AIDAALICE")
    untold = table.get([password])[password].flag.told_at
    flags.tell(password, at(60), "AIDANEW")

    assert (untold, table.get([password])[password].flag.told_at) == (None, at(60))


def test_whoever_becomes_exempt_loses_the_flag_wherever_a_use_may_show_and_nobody_else_does(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    flags.flag((ALICE, "ID#AIDANEW"), ACCOUNT, Flag(at(9), holder="AIDANEW"), now=at(0))
    flags.exempt(ITSELF, ACCOUNT, now=at(60))

    left = {key[1]: item.flag.holder for key, item in table.items_of(ALICE).items() if item.flag}
    assert left == dict.fromkeys(("ID#AIDANEW", "DENIED#AIDANEW", "ID#", "DENIED#"), "AIDANEW")
    flags.exempt((ALICE, "ID#AIDANEW"), ACCOUNT, now=at(60))
    assert not any(item.flag for item in table.items_of(ALICE).values())


def test_the_flag_of_a_key_is_nobodys_if_it_is_not_said_whose(flags, table):
    key = ALICE, "KEY#AKIAALICE"
    flags.flag(key, ACCOUNT, LISTED, now=at(0))

    assert table.get([key])[key].flag.holder == ""
