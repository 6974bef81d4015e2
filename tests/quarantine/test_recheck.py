"""What speaks against an act in the second before it: pure, and of one thing alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import days
from builders import ACCOUNT, NOON, activity

from activity.finding import Kind
from activity.item import Item
from activity.quarantine.target import Target
from quarantine.mark import Mark
from quarantine.recheck import Found, why_not

ARN = f"arn:aws:iam::{ACCOUNT}"
ROLE = Target(Kind.ROLE, "deploy", f"{ARN}:role/deploy", "AROADEPLOY", days(500))
USER = Target(Kind.USER, "alice", f"{ARN}:user/alice", "AIDAALICE", days(500))
KEY = Target(Kind.ACCESS_KEY, "alice", f"{ARN}:user/alice", "AIDAALICE", days(400), "AKIA1")
EMERGENCY = replace(ROLE, arn=f"{ARN}:role/break-glass/deploy")
ANNOUNCED = days(14)


def found(target, **changes):
    """As it was when it was announced, and idle."""
    same = Found(
        target.arn,
        target.id,
        target.created,
        {},
        Mark({}),
        (days(200),),
        days(400),
        is_active=True,
        is_denied=False,
    )
    return replace(same, **changes)


def used(days_ago):
    return {(ROLE.arn, "ID#AROADEPLOY"): Item(activity(-days_ago * 86_400, principal=ROLE.arn))}


def why(target, now, items=None):
    return why_not(
        target, now, items or {}, tag="keep", limit=timedelta(days=90), announced=ANNOUNCED, now=NOON
    )


@pytest.mark.parametrize("target", [ROLE, USER, KEY])
def test_of_what_is_as_it_was_announced_nothing_speaks_against_it(target):
    assert why(target, found(target)) == ""


@pytest.mark.parametrize(
    ("target", "now", "said"),
    [
        pytest.param(ROLE, None, "it no longer exists", id="gone"),
        pytest.param(ROLE, found(ROLE, arn=f"{ARN}:role/x/deploy"), "it is another than was announced", id="moved"),
        pytest.param(ROLE, found(ROLE, id="AROAOTHER"), "it is another than was announced", id="made anew"),
        pytest.param(KEY, found(KEY, created=days(1)), "it is another than was announced", id="made later"),
        pytest.param(ROLE, found(ROLE, tags={"keep": "why"}), "it has the exemption's tag by now", id="exempt"),
        pytest.param(
            ROLE, found(ROLE, tags={"Last-Activity:Tracker": "x"}), "it is one of the tracker's own roles", id="own"
        ),
        pytest.param(EMERGENCY, found(EMERGENCY), "it is for emergencies", id="emergency"),
        pytest.param(
            ROLE, found(ROLE, uses=(days(200), days(89))),
            "it was used, or given a key, on 2026-08-23", id="within the limit",
        ),
        pytest.param(
            USER, found(USER, renewed=days(1)), "it was used, or given a key, on 2026-11-19", id="given a key"
        ),
    ],
)  # fmt: skip
def test_what_speaks_against_it_is_said(target, now, said):
    assert why(target, now) == said


def test_that_its_user_was_given_another_key_is_no_use_of_a_key():
    assert why(KEY, found(KEY, renewed=days(1))) == ""


def test_a_use_that_cloudtrail_alone_told_of_speaks_against_it():
    assert why(ROLE, found(ROLE), used(1)) == "it was used, or given a key, on 2026-11-19"
    assert why(ROLE, found(ROLE), used(91)) == ""


def test_an_item_that_cannot_be_read_speaks_against_it():
    items = {(ROLE.arn, "ID#AROADEPLOY"): Item(None, problem="last_seen is missing")}

    assert why(ROLE, found(ROLE), items) == "the table could not be read: last_seen is missing"


@pytest.mark.parametrize(
    ("target", "now", "is_disabled"),
    [
        (ROLE, found(ROLE), False),
        (ROLE, found(ROLE, is_denied=True), True),
        (KEY, found(KEY), False),
        (KEY, found(KEY, is_active=False), True),
        (KEY, found(KEY, is_denied=True), False),
        (USER, found(USER, is_active=False), False),
    ],
)
def test_a_key_is_disabled_if_it_is_inactive_and_all_else_if_it_is_denied_everything(target, now, is_disabled):
    assert now.is_disabled(target) is is_disabled
