"""What a report leaves in the table for the next; that it does is in test_remembering.py."""

import pytest
from accounts import days
from builders import ACCOUNT, NOON, activity

from activity.item import Flag, Item
from activity.whose import places_of_flag
from reporter.inventory.account import AccessKey, Credentials, Gap, Inventory, KeySlot, Role, Use, User
from reporter.judgement.candidates import subjects
from reporter.judgement.judging import judge_account
from reporter.judgement.known import Known
from reporter.judgement.owners import Remembered
from reporter.judgement.questions import places_of_credentials

ALICE, ALICIA, DEPLOY = (
    f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("user/alice", "user/alicia", "role/deploy")
)
ROLE, USER = (DEPLOY, "ID#AROADEPLOY"), (ALICE, "ID#AIDAALICE")
FLAG = Flag(days(14), idle_since=days(300), holder="AROADEPLOY")
OF_USER = Flag(days(14), idle_since=days(300), holder="AIDAALICE")


def role(**tags):
    return Role("deploy", DEPLOY, "AROADEPLOY", "/", days(300), Use(), tags)


def user(*slots, arn=ALICE, has_password=False):
    password = days(300) if has_password else None
    row = Credentials("alice", days(300), has_password, None, password, slots)
    return User(arn.rpartition("/")[2], arn, "AIDAALICE", days(300), None, row, {}, is_looked_up=True)


def account(*users, roles=()):
    return Inventory(ACCOUNT, "", users, roles)


def to_remember(inventory, **known):
    every = tuple(subjects(inventory, known.get("keys_of", {}), tag="exempt"))
    return judge_account(Known(inventory, NOON, subjects=every, **known)).to_remember


def items(key, flag, *, expires=None, without=0):
    """The items by which a use of what is flagged shows, all but the last so many."""
    places = places_of_flag(key, flag.holder)
    return {
        each: Item(None, flag, expires and days(-expires), is_flags_own=each == key)
        for each in places[: len(places) - without]
    }


@pytest.mark.parametrize(
    ("held", "is_set_again"),
    [
        pytest.param({}, True, id="not there"),
        pytest.param(items(ROLE, FLAG), False, id="there for good"),
        pytest.param(items(ROLE, FLAG, expires=200), False, id="there for half of the retention yet"),
        pytest.param(items(ROLE, FLAG, expires=199), True, id="not for as long as that"),
        pytest.param(items(ROLE, FLAG, without=1), True, id="not at each place where a use may show"),
    ],
)
def test_a_flag_is_set_if_it_does_not_stand_for_long_enough(held, is_set_again):
    before = Remembered({ROLE: FLAG}, owners={ROLE: DEPLOY}, previous=days(7))
    found = to_remember(account(roles=(role(),)), items=held, remembered=before)

    assert [each.key for each in found.flags] == ([ROLE] if is_set_again else [])


def test_a_flag_that_stands_is_set_again_where_its_use_may_show_under_another_name_too():
    old = {(ALICIA, USER[1]): Item(activity(-300 * 86_400, principal=ALICIA))}
    held, before = items(USER, OF_USER), Remembered({USER: OF_USER}, owners={USER: ALICE}, previous=days(7))
    inventory = account(user())

    assert to_remember(inventory, items=held, remembered=before).flags == ()
    again = to_remember(inventory, items=held, elsewhere=old, remembered=before).flags
    assert [(each.key, each.elsewhere) for each in again] == [(USER, tuple(old))]


def test_a_key_without_an_id_has_no_item_to_be_flagged():
    idle = KeySlot(is_active=True, rotated=days(300), last_used=Use())
    inventory = account(user(idle))

    assert [each.key for each in to_remember(inventory).flags] == [USER]


def test_of_a_renamed_user_the_flag_goes_along_and_the_old_one_is_over():
    before = Remembered({USER: OF_USER}, owners={USER: ALICIA}, previous=days(7))
    found = to_remember(account(user(arn=ALICIA)), remembered=before)

    assert [(each.key, each.first_flagged) for each in found.flags] == [((ALICIA, USER[1]), days(14))]
    assert found.over == ((USER, "AIDAALICE"),)


def test_a_flag_that_stands_where_it_belongs_is_not_over():
    before = Remembered({USER: OF_USER}, owners={USER: ALICE}, previous=days(7))

    assert to_remember(account(user()), remembered=before).over == ()


@pytest.mark.parametrize("denied", [None, Gap("the activity table", "AccessDenied")])
def test_who_is_exempt_is_noted_unless_the_table_could_not_be_read(denied):
    found = to_remember(account(roles=(role(exempt="audit"),)), items=denied or {})

    assert found.exempt == (() if denied else (ROLE,))


def test_passwords_and_keys_are_looked_for_where_a_use_of_theirs_may_show():
    slot = KeySlot(is_active=True, rotated=days(300), last_used=Use())
    keys = {"AIDAALICE": (AccessKey("AKIA1", days(300), is_active=True, last_used=Use()),)}
    inventory = account(user(slot, has_password=True), roles=(role(),))

    assert places_of_credentials(subjects(inventory, keys, tag="exempt")) == [
        (ALICE, "SIGNIN"),
        (ALICE, "SIGNIN#AIDAALICE"),
        (ALICE, "KEY#AKIA1"),
        (ALICE, "DENIED#AKIA1"),
    ]
    assert (ALICE, "") not in places_of_credentials(subjects(inventory, {}, tag="exempt"))
