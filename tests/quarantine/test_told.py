"""The mail, as a person reads it, and its limits."""

import json
from dataclasses import replace

import pytest
from accounts import Key, alice, days, deploy, seen
from builders import ACCOUNT, NOON
from quarantined import KEY, ROLE, entry_of, report_of

from activity.quarantine.entry import Mode, Step
from quarantine.message import message
from quarantine.plan import Left
from quarantine.told import Told, body, subject_line

OF_ROLE = report_of(deploy(made=500, used=350))
OF_KEY = report_of(
    alice(Key(used=350), Key("AKIA2", made=400, used=1)), seen(1, "ID#AIDAALICE"), seen(1, "KEY#AKIA2")
)
ENTRY = entry_of(OF_ROLE, ROLE, is_unsaid=True)
OF_THE_KEY = entry_of(OF_KEY, KEY, is_unsaid=True)


def told(*news, mode=Mode.ENFORCE, **more):
    return Told(ACCOUNT, NOON, mode, news, **more)


def test_what_was_disabled_is_told_with_the_evidence_and_the_undo():
    entry = ENTRY.stepped(Step.DISABLED, NOON)

    assert subject_line(told(entry)) == f"Quarantine in {ACCOUNT}: 1 disabled"
    assert (
        body(told(entry))
        == f"""\
Quarantine of stale access in account {ACCOUNT}, 2026-11-20

Disabled:
  role deploy  [{ROLE}]
    on 2026-11-20T12:00:00Z; last used on 2025-12-05, says IAM
    undo: lastseen restore {ROLE}
      or: aws iam detach-role-policy --role-name deploy --policy-arn arn:aws:iam::aws:policy/AWSDenyAll
      or: aws iam untag-role --role-name deploy --tag-keys last-activity:quarantine
"""
    )


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (Mode.ENFORCE, "Announced: will be disabled unless somebody uses, exempts or snoozes it first:\n"),
        (Mode.PLAN, "Announced: would be disabled (Mode=plan: nothing is) unless somebody uses,\nexempts or snoozes it first:\n"),
    ],
)  # fmt: skip
def test_an_announcement_says_the_day_and_whether_it_is_meant(mode, says):
    text = body(told(replace(ENTRY, told=None, mode=mode), mode=mode))

    assert (
        f"{says}  role deploy  [{ROLE}]\n    on 2026-11-19 or later; last used on 2025-12-05, says IAM\n"
        in text
    )


def test_a_key_is_told_by_its_id_and_its_user():
    text = body(told(OF_THE_KEY.stepped(Step.DISABLED, NOON)))

    assert "  access key AKIA1 of user alice  [" in text
    assert (
        "      or: aws iam update-access-key --user-name alice --access-key-id AKIA1 --status Active\n" in text
    )
    assert "untag-user" in text


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        pytest.param(ENTRY.held_by("it was refused: LimitExceeded"), "NOT DONE, though due:\n  role deploy  [{}]\n    why: it was refused: LimitExceeded", id="not done"),
        pytest.param(replace(ENTRY, step=Step.ACTING).held_by("stuck"), "NOT DONE, though due:\n  role deploy  [{0}]\n    why: stuck\n    undo: lastseen restore {0}", id="half-way"),
        pytest.param(ENTRY.stepped(Step.RESTORED, NOON), "Restored by somebody; left alone until it has been used and is stale again:\n  role deploy  [{}]\n    if the tag is still there: aws iam untag-role", id="given back"),
        pytest.param(ENTRY.stepped(Step.GONE, NOON), "Deleted or renamed since:\n  role deploy  [{}]\n    if it was renamed: lastseen restore", id="deleted"),
        pytest.param(ENTRY.stepped(Step.WITHDRAWN, NOON, "exempt"), "No longer planned:\n  role deploy  [{}]\n    why: exempt", id="withdrawn"),
        pytest.param(ENTRY.stepped(Step.REHEARSED, NOON), "Due, and would be disabled with Mode=enforce:\n  role deploy  [{}]\n    last used", id="rehearsed"),
        pytest.param(replace(ENTRY.stepped(Step.DISABLED, days(2)), tried=NOON), "Disabled:\n  role deploy  [{}]\n    tried since, last on 2026-11-20T12:00:00Z: somebody may need it", id="tried"),
    ],
)  # fmt: skip
def test_each_step_has_its_words(entry, text):
    assert text.format(ROLE) in body(told(entry))


def test_the_mail_fits_a_terminal_but_for_commands_which_stay_whole():
    why = "last seen by CloudTrail on 2025-12-05 (signin.amazonaws.com ConsoleLogin, eu-west-1, 203.0.113.41)"
    entry = replace(ENTRY, told=None, why=why, target=replace(ENTRY.target, name="n" * 64))
    lines = body(told(entry, entry.stepped(Step.DISABLED, NOON))).splitlines()
    long = [each for each in lines if len(each) > 80]

    assert f"  role {'n' * 64}" in lines
    assert "    (signin.amazonaws.com ConsoleLogin, eu-west-1, 203.0.113.41)" in lines
    assert [each.split()[:3] for each in long] == [["or:", "aws", "iam"]] * 2


def test_why_findings_are_left_is_counted_and_so_is_the_whole_account():
    left = (Left(ENTRY.target, "it is exempt"),) * 2 + (Left(ENTRY.target, "it is young"),)

    assert body(told(ENTRY, left=left)).endswith(
        "Not planned, 2 findings: it is exempt.\nNot planned, 1 finding: it is young.\n"
    )
    assert body(told(ENTRY, left=left, brake="no tracker is listening")).endswith(
        "Nothing is announced or disabled today: no tracker is listening.\n"
    )
    assert "Could not be looked at: role x: AccessDenied\n" in body(told(problems=("role x: AccessDenied",)))
    assert subject_line(told(problems=("x",))) == f"Quarantine in {ACCOUNT}: something to look at"


def test_what_was_assumed_of_trails_is_said():
    assert "\nThe settings of trail x could not be read.\n" in body(
        told(ENTRY, notes=("The settings of trail x could not be read.",))
    )


def test_machines_get_the_same_and_filters_know_it():
    sent = message(told(ENTRY.stepped(Step.DISABLED, NOON)))
    forms = json.loads(sent.text)
    (entry,) = json.loads(forms["default"])["entries"]

    assert forms.keys() == {"default", "email", "sms"}
    assert (entry["finding_id"], entry["step"], entry["arn"]) == (ROLE, "disabled", ENTRY.target.arn)
    assert sent.attributes["event"]["StringValue"] == "quarantine"


def test_the_mail_of_very_many_fits_into_sns():
    every = [
        replace(ENTRY, told=None, target=replace(ENTRY.target, name="n" * 64, id=f"AROA{each:017}"))
        for each in range(5000)
    ]
    sent = message(told(*every))

    assert len(sent.text.encode()) < 262_144
    assert len(sent.subject) < 100
    assert "and 4900 more" in sent.text
