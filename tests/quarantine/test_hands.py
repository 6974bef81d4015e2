"""What IAM is asked of a user or one of its keys, and what is done to it, in moto."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from builders import ACCOUNT, NOON

from activity.finding import Kind
from activity.quarantine.target import Target
from quarantine.hands import Hands


@pytest.fixture
def keys(iam):
    """alice is older than her two keys, of which the first is disabled."""
    made = []
    with time_machine.travel(NOON, tick=False) as clock:
        user = iam.create_user(UserName="alice")["User"]
        for _ in range(2):
            clock.shift(timedelta(days=1))
            key = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
            made.append(
                Target(
                    Kind.ACCESS_KEY, "alice", f"arn:aws:iam::{ACCOUNT}:user/alice", user["UserId"], NOON, key
                )
            )
    iam.update_access_key(UserName="alice", AccessKeyId=made[0].key_id, Status="Inactive")
    return made


def test_of_a_key_its_own_state_and_age_are_found_and_not_those_of_the_other_key(iam, keys):
    found = [Hands(iam).look(each) for each in keys]

    assert [each.is_active for each in found] == [False, True]
    assert [each.created for each in found] == [NOON + timedelta(days=days) for days in (1, 2)]
    assert [each.renewed for each in found] == [NOON + timedelta(days=2)] * 2


def test_of_a_user_all_its_keys_count(iam, keys):
    found = Hands(iam).look(replace(keys[0], kind=Kind.USER, key_id=""))

    assert (found.is_active, found.created, found.renewed) == (True, NOON, NOON + timedelta(days=2))


def test_a_key_is_disabled_in_the_word_that_iam_has_for_it(iam, keys):
    Hands(iam).disable(keys[1])

    assert {each["Status"] for each in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]} == {
        "Inactive"
    }
