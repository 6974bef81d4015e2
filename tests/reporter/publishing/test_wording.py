"""The sentences of the mail, at the ends of what they have to say."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import Key, alice, deploy, review_of
from builders import ACCOUNT, NOON
from quarantined import ROLE, entry_of, report_of

from activity.finding import Kind
from activity.item import Flag
from activity.quarantine.entry import Step
from reporter.inventory.account import Gap, OldReport, Use
from reporter.judgement.candidates import LeftOut
from reporter.judgement.known import Root
from reporter.judgement.missed import Missed
from reporter.judgement.resolution import How, Resolved
from reporter.judgement.staleness import Status
from reporter.judgement.subjects import Limits
from reporter.listening.coverage import Coverage
from reporter.listening.region import Region
from reporter.publishing.mail import body, subject_line
from reporter.publishing.wording import (
    counts,
    exempt,
    missed_use,
    outcome,
    quarantined,
    resolutions,
    root_user,
    some_of,
)

QUIET = review_of()
KEY = f"arn:aws:iam::{ACCOUNT}:role/batch", "ID#AROABATCH"


def days(number):
    return NOON - timedelta(days=number)


def resolved(how, **more):
    return Resolved(KEY, Kind.ROLE, how, Flag(days(14), days(114)), **more)


def test_the_subject_counts_what_is_resolved():
    assert subject_line(replace(QUIET, resolved=(None,) * 2)) == "IAM in acme: nothing stale, 2 resolved"


def test_the_subject_of_nothing_new_has_what_is_open():
    report = review_of(deploy(used=100))
    known = tuple(replace(each, is_new=False) for each in report.findings)

    assert subject_line(replace(report, findings=known)) == "IAM in acme: 1 open"


@pytest.mark.parametrize(("length", "is_told"), [(77, True), (78, False)])
def test_an_alias_is_told_as_long_as_the_subject_has_99_characters(length, is_told):
    line = subject_line(replace(QUIET, alias="a" * length))

    assert len(line) == (99 if is_told else len(f"IAM in {ACCOUNT}: nothing stale"))
    assert (ACCOUNT in line) is not is_told


def test_one_threshold_for_all_is_told_once():
    assert "\nStale: no use known to CloudTrail or IAM for 90 days.\n" in body(QUIET)


@pytest.mark.parametrize("limits", [Limits(90, 90, 120), Limits(90, 60, 60), Limits(90, 60, 90)])
def test_thresholds_of_which_one_differs_are_all_told(limits):
    named = f"for {limits.user} days (users, passwords), {limits.access_key} (access keys), {limits.role} (roles).\n"

    assert named in body(review_of(limits))


def test_five_regions_are_all_named():
    regions = tuple(Region(ACCOUNT, f"region-{each}", days(30), days(0)) for each in range(5))

    assert "region-3, region-4, since " in body(replace(QUIET, coverage=Coverage(regions)))


def test_what_changed_is_told_where_the_time_of_the_last_report_is_not_known():
    text = body(replace(QUIET, previous=None, resolved=(resolved(How.DELETED),)))

    assert (
        "WHAT CHANGED since the last report: 0 new, 0 still open, 1 resolved\n- deleted: role batch\n" in text
    )


def test_twenty_gaps_are_all_told():
    text = body(replace(QUIET, gaps=tuple(Gap(f"thing {each}", "denied") for each in range(20))))

    assert text.count("- Not checked: thing ") == 20
    assert "more" not in text


def test_what_was_used_is_told_before_all_else():
    told = resolutions([resolved(How.DELETED), resolved(How.USED, used=days(3)), resolved(How.DISABLED)])

    assert told == ["- used again on 2026-11-17: role batch", "- deleted: role batch", "- disabled: role batch"]


@pytest.mark.parametrize(
    ("how", "more", "said"),
    [
        pytest.param(How.USED, {}, "used again", id="at a time that is not known"),
        pytest.param(How.USED, {"used": days(3)}, "used again on 2026-11-17", id="used"),
        pytest.param(How.USED, {"used": days(3), "then": How.EXEMPT}, "used again on 2026-11-17, and exempt by tag since", id="and exempt"),
        pytest.param(How.USED, {"refused": days(2)}, "attempted again, and refused, on 2026-11-18", id="refused"),
        pytest.param(How.USED, {"used": days(3), "refused": days(2)}, "attempted again, and refused, on 2026-11-18 after being used again on 2026-11-17", id="used, then refused"),
        pytest.param(How.RENEWED, {}, "set anew, or has a newer credential that is not used yet", id="renewed"),
        pytest.param(How.EXEMPT, {}, "exempt by tag", id="exempt"),
        pytest.param(How.DORMANT, {}, "dormant, used rarely and regularly", id="dormant"),
        pytest.param(How.DISABLED, {}, "disabled", id="disabled"),
        pytest.param(How.DELETED, {}, "deleted", id="deleted"),
        pytest.param(How.WITHIN_LIMIT, {}, "within the threshold as it is now", id="within the limit"),
        pytest.param(How.NOT_TOLD, {}, "unclear whose it was: several users had that name", id="not told"),
    ],
)  # fmt: skip
def test_what_became_of_a_finding_is_said_in_words(how, more, said):
    assert outcome(resolved(how, **more)) == said


@pytest.mark.parametrize(
    ("use", "seen", "told"),
    [
        pytest.param(Use(days(9), "eu-west-1", "s3"), days(30), "2026-11-11 (s3 in eu-west-1) (the last event came on 2026-10-21)", id="where, and an event before"),
        pytest.param(Use(days(9), "eu-west-1"), None, "2026-11-11 (in eu-west-1)", id="a region alone"),
        pytest.param(Use(days(9), "", "s3"), None, "2026-11-11 (s3)", id="a service alone"),
        pytest.param(Use(days(9)), None, "2026-11-11", id="neither"),
    ],
)  # fmt: skip
def test_a_use_that_only_iam_saw_is_told_with_whose_it_was_and_where(use, seen, told):
    (key,) = [each.subject for each in review_of(alice(Key(used=100))).findings if each.subject.access_key_id]
    missed = Missed(replace(key, claim=replace(key.claim, use=use)), days(9), seen, "lost", "look")

    assert (
        missed_use(missed) == f"- Only IAM saw access key AKIA1 of user alice used on {told}: lost. Fix: look"
    )


def test_an_exempt_key_is_named_by_its_id():
    made = review_of(alice(Key(used=100), exempt="audit until=2027-01-31"))

    assert [exempt(each) for each in made.exempt] == [
        f"{whose} (until 2027-01-31)" for whose in ("user alice", "access key AKIA1 of user alice")
    ]


@pytest.mark.parametrize(("number", "ends"), [(20, "name-19"), (21, "name-19 and 1 more")])
def test_of_more_than_twenty_names_the_rest_is_counted(number, ends):
    assert some_of([f"name-{each:02}" for each in range(number)]).endswith(f", {ends}")


@pytest.mark.parametrize(
    ("root", "said"),
    [
        pytest.param(Root(None, None, 0, refused=days(3)), "no use on record, last refused on 2026-11-17", id="refused alone"),
        pytest.param(Root(days(3), None, 0, refused=days(3)), "last seen on 2026-11-17", id="refused no later than used"),
        pytest.param(Root(days(3), days(3), 0), "last seen on 2026-11-17", id="seen, and IAM knows of it"),
    ],
)  # fmt: skip
def test_of_the_root_user_the_last_use_and_a_later_refusal_are_told(root, said):
    assert root_user(root) == f"Root user: {said}; no access keys."


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (None, "by its last."),
        (NOON - timedelta(minutes=119), "by its last, made at 2026-11-20 10:01 UTC, 1 hour ago."),
    ],
)
def test_the_age_of_an_old_credential_report_is_told_where_it_is_known(made, told):
    of_iam = replace(QUIET.of_iam, old_report=OldReport(made, "LimitExceeded"))

    assert f"(LimitExceeded). Users are judged {told} Fix: aws iam" in body(replace(QUIET, of_iam=of_iam))


def test_every_kind_that_could_not_be_judged_is_counted_and_not_among_the_judged():
    kinds = {kind: dict.fromkeys(Status, 0) | {Status.UNKNOWN: 2, Status.STALE: 1} for kind in Kind}
    left_out = dict.fromkeys(LeftOut, 0) | {LeftOut.UNDATED_CREDENTIAL: 9, LeftOut.DISABLED_KEY: 1_000}
    line, *_ = counts(replace(QUIET, counts=QUIET.counts | kinds | {"left_out": left_out}))

    assert line == (
        "Judged: 1 user, 1 password, 1 access key, 1 role;"
        " not judged: 2 users, 2 passwords, 2 access keys, 2 roles; left out: 1,000."
    )


def test_what_nothing_dates_alone_is_not_left_out():
    left_out = dict.fromkeys(LeftOut, 0) | {LeftOut.UNDATED_CREDENTIAL: 9}
    line, *_ = counts(replace(QUIET, counts=QUIET.counts | {"left_out": left_out}))

    assert line.endswith(", 0 roles.")


def test_an_empty_account_is_called_by_its_id_where_it_has_no_alias():
    text = body(replace(QUIET, alias=""))

    assert re.match(
        rf"IAM last activity in account {ACCOUNT}, 2026-11-20 12:00 UTC\n\nNothing is stale\.\n", text
    )


def test_the_mail_counts_what_quarantine_has_disabled():
    report = report_of(deploy(made=500, used=350))
    announced = entry_of(report, ROLE)
    held = tuple(announced.stepped(Step.DISABLED, NOON) for _ in range(2))

    assert "\nQUARANTINE: 2 disabled now\n- " in body(replace(report, quarantine=(announced, *held)))


def test_what_quarantine_holds_is_told_with_the_undo_only_if_it_is_disabled():
    entry = entry_of(report_of(deploy(made=500, used=350)), ROLE)

    assert quarantined(entry) == f"- {entry.became}: role deploy"
    assert quarantined(entry.stepped(Step.DISABLED, NOON)).endswith(
        f": role deploy; undo: lastseen restore {ROLE}"
    )
