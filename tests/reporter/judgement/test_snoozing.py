"""What is snoozed is no finding, stays flagged, and is a finding again when that ends."""

from datetime import date

import pytest
from accounts import ARN, Key, Password, Refused, alice, days, deploy, review_of, seen
from builders import ACCOUNT, ALICE

from activity.finding import FindingId
from activity.item import Flag
from activity.snooze import Snooze
from reporter.judgement.resolution import How

ROLE_PLACE = f"{ARN}:role/deploy", "ID#AROADEPLOY"


def snoozed(kind="role", held="AROADEPLOY", until=date(2026, 12, 31), asked=5):
    return Snooze(FindingId(ACCOUNT, kind, held), until, "moves in January", ALICE, days(asked))


def told(report):
    """(what is found, what is snoozed), each as kinds."""
    return [each.subject.kind for each in report.findings], [subject.kind for subject, _ in report.snoozed]


def test_what_is_snoozed_is_no_finding_and_not_new():
    report = review_of(deploy(used=100), snoozed())
    ((subject, verdict),) = report.snoozed

    assert (subject.name, verdict.would_be, verdict.snooze.reason) == ("deploy", "stale", "moves in January")
    assert report.findings == ()
    assert report.counts["role"] == dict.fromkeys(report.counts["role"], 0) | {"snoozed": 1}


def test_it_keeps_its_flag_and_is_not_resolved():
    flagged = {ROLE_PLACE: Flag(days(7), days(100), holder="AROADEPLOY")}
    report = review_of(deploy(used=100), snoozed(), flagged)

    assert (report.resolved, report.to_remember.over) == ((), ())


def test_what_no_report_has_flagged_yet_is_flagged_all_the_same():
    report = review_of(deploy(used=100), snoozed())

    assert [each.key for each in report.to_remember.flags] == [ROLE_PLACE]


def test_a_use_of_what_is_snoozed_is_told():
    flagged = {ROLE_PLACE: Flag(days(7), days(100), awakened_at=days(1), holder="AROADEPLOY")}
    report = review_of(deploy(used=100), seen(1, "ID#AROADEPLOY", "role/deploy"), snoozed(), flagged)

    assert [(each.name, each.how) for each in report.resolved] == [("deploy", How.USED)]
    assert told(report) == ([], [])


@pytest.mark.parametrize(("until", "is_found"), [(date(2026, 11, 20), False), (date(2026, 11, 19), True)])
def test_its_last_day_counts_and_then_it_is_a_finding_that_says_so(until, is_found):
    flagged = {ROLE_PLACE: Flag(days(8), days(100), holder="AROADEPLOY")}
    report = review_of(deploy(used=100), snoozed(until=until), flagged)

    assert bool(report.findings) == is_found
    for each in report.findings:
        assert "its snooze (moves in January) ended on 2026-11-19" in each.verdict.notes
        assert not each.is_new


@pytest.mark.parametrize(
    ("flagged", "is_new"), [(9, True), (40, False)], ids=["while it was snoozed", "before"]
)
def test_what_no_report_has_told_of_is_new_once_its_snooze_is_over(flagged, is_new):
    place = {ROLE_PLACE: Flag(days(flagged), days(100), holder="AROADEPLOY")}
    report = review_of(deploy(used=100), snoozed(until=date(2026, 11, 15), asked=30), place)

    assert [each.is_new for each in report.findings] == [is_new]


def test_it_is_new_once_alone():
    place = {ROLE_PLACE: Flag(days(20), days(100), holder="AROADEPLOY")}
    report = review_of(deploy(used=100), snoozed(until=date(2026, 11, 10), asked=30), place)

    assert [each.is_new for each in report.findings] == [False]


def test_an_end_long_ago_is_not_told():
    report = review_of(deploy(used=100), snoozed(until=date(2026, 10, 1), asked=60))

    assert report.findings[0].verdict.snooze is None


@pytest.mark.parametrize(
    "other",
    [
        snoozed(held="AROAOTHER"),
        snoozed(kind="user"),
        Snooze(FindingId("210987654321", "role", "AROADEPLOY"), date(2026, 12, 31), "x", ALICE, days(1)),
    ],
    ids=["another role", "another kind", "another account"],
)
def test_the_snooze_of_something_else_holds_for_nothing(other):
    assert told(review_of(deploy(used=100), other)) == (["role"], [])


def test_that_of_a_user_holds_for_its_password_and_keys():
    report = review_of(alice(Password(used=100), Key(used=100)), snoozed("user", "AIDAALICE"))

    assert told(report) == ([], ["user", "password", "access_key"])


def test_a_user_with_a_snoozed_key_is_snoozed_too_and_its_password_is_not():
    report = review_of(alice(Password(used=100), Key(used=100)), snoozed("access_key", "AKIA1"))

    assert told(report) == (["password"], ["user", "access_key"])


def test_a_user_is_a_finding_again_once_the_first_of_its_credentials_is():
    both = snoozed("access_key", "AKIA1"), snoozed("password", "AIDAALICE", until=date(2026, 12, 1))
    report = review_of(alice(Password(used=100), Key(used=100)), *both)
    ends = {subject.kind: verdict.snooze.until for subject, verdict in report.snoozed}

    assert ends["user"] == date(2026, 12, 1)


def test_a_snooze_of_its_own_outlives_that_of_its_user_that_is_over():
    over, own = snoozed("user", "AIDAALICE", until=date(2026, 11, 1), asked=30), snoozed("access_key", "AKIA1")
    report = review_of(alice(Key(used=100)), over, own)

    assert told(report) == ([], ["user", "access_key"])


def test_what_is_active_or_exempt_is_not_snoozed():
    active, exempt = review_of(deploy(used=1), snoozed()), review_of(deploy(used=100, exempt="CISO"), snoozed())

    assert (active.snoozed, exempt.snoozed, len(exempt.exempt)) == ((), (), 1)


def test_if_the_snoozes_cannot_be_read_nothing_is_snoozed_and_that_is_told():
    report = review_of(deploy(used=100), snoozed(), Refused("snoozes"))

    assert told(report) == (["role"], [])
    assert [each.what for each in report.gaps] == ["what is snoozed"]
