"""Whose it is now that was flagged; what is told of it is in test_resolution.py."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from accounts import days
from builders import ACCOUNT, activity

from activity.item import Flag, Item
from reporter.inventory.account import AccessKey, Gap, Inventory, Use, User
from reporter.judgement.owners import Lost, Remembered, asked_of, owners

ALICE, ALICIA, BOB, DEPLOY = (
    f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("user/alice", "user/alicia", "user/bob", "role/deploy")
)
PASSWORD = ALICE, "SIGNIN"
FLAG = Flag(days(14), idle_since=days(114))


def user(arn, unique_id, made=500):
    return User(arn.rpartition("/")[2], arn, unique_id, days(made), None, Gap("", ""), {})


def account(*users):
    return Inventory(ACCOUNT, "", users)


def key(key_id):
    return AccessKey(key_id, days(500), is_active=True, last_used=Use())


@pytest.mark.parametrize(
    ("users", "ids", "owner"),
    [
        pytest.param([user(ALICE, "AIDAALICE")], {}, ALICE, id="who had the name when it was flagged has it still"),
        pytest.param([user(ALICE, "AIDAALICE", made=14)], {}, ALICE, id="made in the very second of the flag"),
        pytest.param([user(ALICE, "AIDANEW", made=13)], {}, Lost.DELETED, id="the name was given again, and nobody was seen under it"),
        pytest.param([user(ALICE, "AIDANEW", made=13)], {ALICE: {"AIDANEW"}}, Lost.DELETED, id="only the heir of the name was seen under it"),
        pytest.param([user(ALICE, "AIDANEW", made=13), user(ALICIA, "AIDAALICE")], {ALICE: {"AIDANEW", "AIDAALICE"}}, ALICIA, id="the heir, and who had the name before"),
        pytest.param([user(BOB, "AIDABOB"), user(ALICIA, "AIDAALICE")], {ALICE: {"AIDABOB", "AIDAALICE"}}, Lost.SEVERAL, id="two who have other names now"),
        pytest.param([user(ALICIA, "AIDAALICE")], Gap("ids", "denied"), Lost.UNTOLD, id="it could not be read who was seen under the name"),
    ],
)  # fmt: skip
def test_a_password_is_of_who_had_its_users_name_when_it_was_flagged(users, ids, owner):
    assert owners({PASSWORD: FLAG}, (), account(*users), ids) == {PASSWORD: owner}


def test_a_password_goes_with_the_id_that_is_flagged_under_the_same_name():
    there = account(user(ALICIA, "AIDAALICE"), user(ALICE, "AIDANEW", made=13))
    flagged = PASSWORD, (ALICE, "ID#AIDAALICE")

    assert owners(dict.fromkeys(flagged, FLAG), (), there, {}) == dict.fromkeys(flagged, ALICIA)


def test_a_role_is_found_by_its_id_wherever_it_is():
    moved = SimpleNamespace(id="AROADEPLOY", arn=f"{DEPLOY}-2")
    flagged = {(DEPLOY, "ID#AROADEPLOY"): FLAG, (DEPLOY, "ID#AROAGONE"): FLAG}

    assert list(owners(flagged, (), Inventory(ACCOUNT, "", roles=(moved,)), {}).values()) == [
        moved.arn,
        Lost.DELETED,
    ]


@pytest.mark.parametrize(
    ("flags", "users", "names"),
    [
        pytest.param({PASSWORD: FLAG}, [], {ALICE}, id="a password of somebody who has not this name now"),
        pytest.param({PASSWORD: FLAG}, [user(ALICE, "AIDAALICE")], set(), id="a password of somebody who has it still"),
        pytest.param({PASSWORD: replace(FLAG, holder="AIDAALICE")}, [], set(), id="its flag tells"),
        pytest.param({(DEPLOY, "ID#AROADEPLOY"): FLAG}, [], set(), id="a role, by its id"),
    ],
)  # fmt: skip
def test_who_was_seen_under_a_name_is_asked_where_nothing_else_tells(flags, users, names):
    assert asked_of(flags, (), account(*users)) == names


def test_what_several_lost_is_told_of_each_of_them():
    passwords = PASSWORD, (BOB, "SIGNIN")
    lost = Remembered(dict.fromkeys(passwords, FLAG), owners=dict.fromkeys(passwords, Lost.DELETED))

    assert list(lost.lost_things()) == [((each,), Lost.DELETED) for each in passwords]


def test_of_all_flags_of_a_thing_that_where_it_belongs_comes_first():
    old, now, other = (ALICE, "KEY#AKIA1"), (BOB, "KEY#AKIA1"), (ALICIA, "KEY#AKIA1")
    remembered = Remembered(
        dict.fromkeys((old, other, now), FLAG), owners=dict.fromkeys((old, other, now), BOB)
    )

    assert remembered.by_place() == {now: (now, old, other)}


def test_what_nobody_was_asked_for_belongs_where_it_is():
    assert Remembered({PASSWORD: FLAG}).place_of(PASSWORD) == PASSWORD
    assert Remembered({PASSWORD: FLAG}, owners={PASSWORD: Lost.DELETED}).place_of(PASSWORD) == PASSWORD


def test_a_listed_access_key_tells_whose_it_is():
    flagged = [(ALICE, "KEY#AKIA1"), (ALICE, "KEY#AKIA2"), (ALICE, "KEY#AKIA3"), PASSWORD]
    lost = Remembered(dict.fromkeys(flagged, FLAG), owners=dict.fromkeys(flagged, Lost.DELETED))
    users = account(user(ALICIA, "AIDAALICE"), user(BOB, "AIDABOB"), user(ALICE, "AIDANEW", made=13))
    of_two = lost.with_keys(users, {"AIDAALICE": (key("AKIA1"),), "AIDABOB": (key("AKIA2"),)})
    of_one = lost.with_keys(users, {"AIDAALICE": (key("AKIA1"),), "AIDABOB": Gap("keys", "denied")})

    assert [of_two.owners[each] for each in flagged] == [ALICIA, BOB, Lost.DELETED, Lost.DELETED]
    assert [of_one.owners[each] for each in flagged] == [ALICIA, Lost.DELETED, Lost.DELETED, ALICIA]


def test_where_flags_cannot_be_listed_the_items_of_what_exists_have_them():
    subjects = [SimpleNamespace(key=(arn, "SIGNIN"), id="AIDAALICE") for arn in (ALICE, ALICIA, BOB, DEPLOY)]
    items = {
        (ALICE, "SIGNIN"): Item(None, replace(FLAG, holder="AIDAALICE"), is_flags_own=True),
        (ALICIA, "SIGNIN"): Item(None, FLAG, is_flags_own=True),
        (BOB, "SIGNIN"): Item(None, replace(FLAG, holder="AIDABOB"), is_flags_own=True),
        (DEPLOY, "SIGNIN"): Item(activity()),
    }
    listed = Remembered(owners={(BOB, "ID#AIDABOB"): BOB})
    unlisted = replace(listed, lists_flags=False).with_items(subjects, items)

    assert listed.with_items(subjects, items) is listed
    assert unlisted.flags == {key: items[key].flag for key in ((ALICE, "SIGNIN"), (ALICIA, "SIGNIN"))}
    assert unlisted.owners == {(BOB, "ID#AIDABOB"): BOB, (ALICE, "SIGNIN"): ALICE, (ALICIA, "SIGNIN"): ALICIA}
