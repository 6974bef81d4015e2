"""What IAM lists today, as far as it was there at a moment."""

from datetime import timedelta

import pytest
from builders import NOON, at

from lastseen.backdating.inventory import inventory_at, keys_at, undated_at
from reporter.inventory.account import (
    AccessKey,
    Credentials,
    Gap,
    Inventory,
    KeySlot,
    Role,
    Undatable,
    Undated,
    Use,
    User,
)

OLD, RECENT, NEW = (NOON - timedelta(days=days) for days in (300, 100, 10))
THEN = NOON - timedelta(days=50)
GAP = Gap("something", "not allowed")


def credentials(**more):
    fields = {
        "user": "alice",
        "created": OLD,
        "has_password": True,
        "password_last_used": NEW,
        "password_changed": NEW,
        "slots": (
            KeySlot(True, OLD, Use(RECENT)),
            KeySlot(True, RECENT, Use(NEW, "eu-west-1")),
            KeySlot(True, NEW, Use()),
        ),
    }
    return Credentials(**fields | more)


def user(name, created, **more):
    fields = {"password_last_used": NEW, "credentials": credentials(), "tags": {}} | more
    return User(name, f"arn:aws:iam::123456789012:user/{name}", f"AIDA{name}", created, **fields)


def role(name, created, used):
    return Role(name, f"arn:aws:iam::123456789012:role/{name}", f"AROA{name}", "/", created, Use(used), {})


INVENTORY = Inventory(
    "123456789012",
    "acme",
    users=(user("alice", OLD), user("new", NEW), user("unread", OLD, credentials=GAP)),
    roles=(role("idle", OLD, RECENT), role("busy", OLD, NEW), role("later", NEW, None)),
    root=credentials(user="<root_account>"),
)


def test_what_was_made_later_was_not_there():
    then = inventory_at(INVENTORY, THEN)

    assert [each.name for each in then.users] == ["alice", "unread"]
    assert [each.name for each in then.roles] == ["idle", "busy"]


def test_a_use_that_was_recorded_later_was_not_known_and_an_earlier_one_was():
    then = inventory_at(INVENTORY, THEN)

    assert [each.last_used.at for each in then.roles] == [RECENT, None]
    of_alice = then.users[0].credentials
    assert (then.users[0].password_last_used, of_alice.password_last_used, of_alice.password_changed) == (
        None,
        None,
        None,
    )
    assert [(each.rotated, each.last_used.at) for each in of_alice.slots] == [(OLD, RECENT), (RECENT, None)]
    assert then.root.password_last_used is None


def test_what_could_not_be_read_stays_so():
    assert inventory_at(INVENTORY, THEN).users[1].credentials == GAP
    assert keys_at(GAP, THEN) == GAP
    assert undated_at(GAP, THEN) == GAP


def test_today_everything_is_as_it_is():
    assert inventory_at(INVENTORY, NOON) == INVENTORY


def test_keys_were_there_since_they_were_made():
    keys = (
        AccessKey("AKIA1", OLD, True, Use(NEW)),
        AccessKey("AKIA2", OLD, True, GAP),
        AccessKey("AKIA3", NEW, True, Use(NEW)),
    )

    assert keys_at(keys, THEN) == (AccessKey("AKIA1", OLD, True, Use()), keys[1])


@pytest.mark.parametrize(("created", "is_there"), [(OLD, True), (NEW, False), (None, True)])
def test_undated_credentials_were_there_since_they_were_made(created, is_there):
    undated = Undated(Undatable.SSH_PUBLIC_KEY, "alice", "arn", "APKA", "Active", created)

    assert undated_at((undated,), THEN) == ((undated,) if is_there else ())
    assert at(0) == NOON
