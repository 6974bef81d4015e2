"""What is to be judged, by what IAM lists; what comes of it is in test_scenarios.py and test_undated.py."""

from dataclasses import replace

import pytest
from accounts import days
from builders import ACCOUNT, NOON

from activity.finding import Kind
from reporter.inventory.account import Credentials, Gap, Inventory, KeySlot, Role, Use, User
from reporter.judgement.candidates import subjects
from reporter.judgement.questions import needs_key_ids, seems_to_have_nothing
from reporter.judgement.subjects import Claim, Limits

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
NOT_READ = Gap("credentials of alice", "denied")
NOTHING = "it has no password and no active key"


def slot(used=None, *, rotated=400, is_active=True):
    last = Use(None if used is None else days(used), "eu-west-1", "s3")
    return KeySlot(is_active, None if rotated is None else days(rotated), last)


def user(*slots, credentials=None, made=500, signed_in=None, **more):
    row = credentials or Credentials("alice", days(made), False, None, None, slots)
    return User("alice", ALICE, "AIDAALICE", days(made), signed_in and days(signed_in), row, {}, **more)


def of(*users, roles=(), keys_of=None):
    return list(subjects(Inventory(ACCOUNT, "", users, roles), keys_of or {}, tag="exempt"))


def test_a_role_is_judged_by_what_iam_lists_of_it():
    listed = Role("deploy", DEPLOY, "AROADEPLOY", "/ci/", days(300), Use(days(9)), {}, is_administrator=True)
    (role,) = of(roles=(listed,))

    assert (role.kind, role.name, role.arn, role.id) == (Kind.ROLE, "deploy", DEPLOY, "AROADEPLOY")
    assert (role.created, role.exists_since, role.claim) == (days(300), days(300), Claim(Use(days(9))))
    assert (role.is_administrator, role.is_own, role.exemption) == (True, False, None)
    assert not of(roles=(replace(listed, is_administrator=False),))[0].is_administrator


@pytest.mark.parametrize(
    ("rotated", "created"),
    [
        pytest.param(400, days(400), id="as old as its slot says"),
        pytest.param(None, days(500), id="as old as its user, where that does not say"),
    ],
)
def test_a_key_in_use_is_judged_without_its_id(rotated, created):
    itself, key, *others = of(user(slot(3, rotated=rotated), slot(1, is_active=False)))

    assert (key.kind, key.created, key.claim.use.at, others) == (Kind.ACCESS_KEY, created, days(3), [])
    assert (key.facets, key.commands, key.access_key_id) == ((), (), "")
    assert (itself.commands, itself.remark) != ((), NOTHING)


@pytest.mark.parametrize(
    ("more", "remark"),
    [
        pytest.param({"is_looked_up": True}, NOTHING, id="all of it was asked for"),
        pytest.param({}, f"{NOTHING}; IAM was not asked for its SSH public keys", id="not asked for"),
        pytest.param({"credentials": NOT_READ}, "", id="its credentials could not be read"),
        pytest.param({"undated_gap": NOT_READ}, "", id="nor could its SSH keys"),
    ],
)
def test_who_has_nothing_is_told_so_only_if_all_of_it_is_known(more, remark):
    assert [each.remark for each in of(user(**more))] == [remark]


@pytest.mark.parametrize(
    ("thing", "needs"),
    [
        pytest.param(user(), False, id="no key"),
        pytest.param(user(slot(89)), False, id="in use"),
        pytest.param(user(slot(90)), True, id="idle for as long as the limit"),
        pytest.param(user(slot()), True, id="never used"),
        pytest.param(user(slot(1), slot(rotated=None)), True, id="the second of two was never used"),
        pytest.param(user(slot(1, is_active=False)), True, id="disabled"),
        pytest.param(user(slot(rotated=None, is_active=False)), False, id="a slot without a key"),
        pytest.param(user(credentials=NOT_READ), False, id="the report could not be read"),
    ],
)
def test_key_ids_are_needed_of_what_may_be_told(thing, needs):
    assert needs_key_ids(thing, Limits(), NOON) is needs


@pytest.mark.parametrize(
    ("thing", "seems_so"),
    [
        pytest.param(user(made=90), True, id="made as long ago as the limit"),
        pytest.param(user(made=89), False, id="too young"),
        pytest.param(user(signed_in=90), True, id="signed in that long ago"),
        pytest.param(user(signed_in=89), False, id="signed in of late"),
        pytest.param(user(slot(100, is_active=False)), True, id="with a disabled key"),
        pytest.param(user(slot(100)), False, id="with an active key"),
        pytest.param(user(credentials=NOT_READ), False, id="its credentials could not be read"),
    ],
)
def test_who_is_idle_and_has_neither_password_nor_key_seems_to_have_nothing(thing, seems_so):
    assert seems_to_have_nothing(thing, Limits(), NOON) is seems_so
