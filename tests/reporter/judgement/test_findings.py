"""What the verdicts come to, beside what became of earlier findings: see test_resolution.py for these."""

import pytest
from accounts import Key, Password, alice, days, deploy, review_of, seen
from builders import ACCOUNT, NOON

from activity.item import Flag
from reporter.judgement.subjects import Limits
from reporter.judgement.to_remember import ToRemember

ALICE, ALICIA = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("alice", "alicia"))
USER, PASSWORD, KEY = (ALICE, "ID#AIDAALICE"), (ALICE, "SIGNIN"), (ALICE, "KEY#AKIA1")
FLAG = Flag(days(14), idle_since=days(114))


def test_a_finding_tells_the_threshold_of_its_kind():
    limits = Limits(user=30, access_key=40, role=50)
    report = review_of(alice(Password(used=200), Key(used=200)), deploy(used=200), limits)

    assert {each.account for each in report.findings} == {ACCOUNT}
    assert {each.subject.kind: each.threshold_days for each in report.findings} == {
        "user": 30,
        "password": 30,
        "access_key": 40,
        "role": 50,
    }


def test_a_finding_has_the_items_of_other_names_by_which_its_use_may_show():
    alicia = alice(Password(used=200), name="alicia")
    report = review_of(alicia, seen(200, USER[1]), seen(150, USER[1], "user/alicia"))

    assert {each.key: each.elsewhere for each in report.findings} == {
        (ALICIA, "ID#AIDAALICE"): (USER,),
        (ALICIA, "SIGNIN"): (),
    }


@pytest.mark.parametrize(
    ("flagged", "is_renewed"),
    [
        pytest.param({USER: FLAG}, True, id="where it is"),
        pytest.param({(ALICIA, USER[1]): FLAG}, False, id="under another name"),
        pytest.param({}, False, id="nowhere"),
    ],
)
def test_a_flag_is_renewed_only_where_it_is(flagged, is_renewed):
    (user,) = review_of(flagged, alice(), Limits(user=90)).findings

    assert user.is_renewed is is_renewed


def test_a_flag_of_the_very_second_of_the_last_use_is_of_the_same_idleness():
    flag = {(deploy().arn, f"ID#{deploy().id}"): Flag(days(14), days(14))}
    (role,) = review_of(flag, deploy(used=14), Limits(role=10)).findings

    assert (role.is_new, role.first_flagged) == (False, days(14))


def test_a_flag_of_before_the_last_use_is_of_another_idleness():
    flag = {(deploy().arn, f"ID#{deploy().id}"): Flag(days(30), days(130))}
    (role,) = review_of(flag, deploy(used=20), Limits(role=10)).findings

    assert (role.is_new, role.first_flagged, role.idle_since) == (True, NOON, days(20))


def test_an_exemption_that_is_over_is_forgotten_whosever_it_was():
    report = review_of(frozenset([USER]), alice(Password(used=1)))

    assert report.to_remember == ToRemember(over=((USER, ""),))


def test_what_could_not_be_saved_as_told_stays_as_it_was():
    of = {each: (each, "AIDAALICE") for each in (USER, PASSWORD, KEY)}
    known = ToRemember(told=tuple(of.values()), over=tuple(of.values()), exempt=tuple(of))

    assert known.without({USER, KEY}) == ToRemember((), (of[PASSWORD],), (of[PASSWORD],), (PASSWORD,))
