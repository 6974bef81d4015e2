"""The mail, as a person reads it, and its limits."""

import json
from dataclasses import replace

import pytest
from accounts import Key, alice, days, deploy, seen
from builders import ACCOUNT, NOON
from quarantined import KEY, ROLE, entry_of, report_of

from activity.finding import Kind
from activity.quarantine.entry import Mode, Step
from quarantine.mail import body
from quarantine.message import chat, message
from quarantine.plan import Left
from quarantine.told import Told, subject_line

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


def test_the_subject_counts_each_step_what_was_done_first():
    steps = (Step.ANNOUNCED, Step.RESTORED, Step.DISABLED, Step.GONE, Step.WITHDRAWN)
    every = told(*(replace(ENTRY, step=step) for step in steps), replace(ENTRY, told=NOON, held="it was used"))

    assert subject_line(every) == (f"Quarantine in {ACCOUNT}: 1 disabled, 1 restored, 1 NOT DONE, 1 announced")
    planned = told(*(replace(ENTRY, step=step) for step in (Step.ANNOUNCED, Step.REHEARSED)), mode=Mode.PLAN)
    assert subject_line(planned) == f"Quarantine in {ACCOUNT}: 1 would be disabled now, 1 announced"
    assert subject_line(told(problems=("x",))) == f"Quarantine in {ACCOUNT}: something to look at"


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (Mode.ENFORCE, "Announced: will be disabled unless somebody uses, exempts or snoozes it first:\n  to keep one: lastseen snooze ID --until DATE --reason \"WHY\"\n"),
        (Mode.PLAN, "Announced. Mode=plan, so nothing is disabled. With Mode=enforce it would be,\nunless somebody uses, exempts or snoozes it first; after a switch to enforce, it\nis announced anew with another day:\n"),
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


def test_an_announcement_names_the_owner_but_not_to_the_owner():
    of_ann = told(replace(ENTRY, told=None, owner="ann"))

    assert f"  role deploy  [{ROLE}]\n    owner: ann\n    on 2026-11-19 or later" in body(of_ann)
    assert "owner:" not in body(of_ann.of_owner("ann"), "ann")
    assert "owner:" not in body(told(replace(ENTRY, told=None)))


def left(number, why, **changes):
    return Left(replace(OF_THE_KEY.target, key_id=f"AKIA{number}", **changes), why)


def test_what_is_left_is_named_with_the_reason_the_most_frequent_first():
    password = Left(
        replace(OF_THE_KEY.target, kind=Kind.PASSWORD, key_id=""), "quarantine doesn't touch passwords"
    )
    mail = body(told(ENTRY, left=(password, *(left(each, "the user is idle as a whole") for each in range(2)))))

    assert mail.endswith(
        "\nNot planned: access key AKIA0 of user alice, access key AKIA1 of user alice: the\n"
        "user is idle as a whole.\n"
        "Not planned: password of user alice: quarantine doesn't touch passwords.\n"
    )


@pytest.mark.parametrize(("number", "more"), [(5, ""), (6, " and 1 more"), (1007, " and 1,002 more")])
def test_of_many_that_are_left_the_first_are_named(number, more):
    mail = body(told(ENTRY, left=tuple(left(each, "younger than 180 days") for each in range(number))))

    assert " ".join(mail.splitlines()).endswith(f"access key AKIA4 of user alice{more}: younger than 180 days.")


def test_the_brake_of_the_account_takes_the_place_of_the_reasons_of_findings():
    assert body(told(ENTRY, left=(left(1, "x"),), brake="no tracker is listening")).endswith(
        "\nNothing is announced or disabled today: no tracker is listening.\n"
    )


def test_what_could_not_be_looked_at_is_told():
    assert "Could not be looked at:\n  role x: AccessDenied\n" in body(told(problems=("role x: AccessDenied",)))
    assert subject_line(told(problems=("x",))) == f"Quarantine in {ACCOUNT}: something to look at"


def test_in_a_channel_a_long_reason_is_cut():
    whole, long = "x" * 150, "x" * 151
    lines = json.loads(chat(told(problems=(whole, long))))["content"]["description"].splitlines()

    assert lines == [f"Could not be looked at: {whole}", f"Could not be looked at: {'x' * 147}..."]


def test_of_many_notes_the_rest_is_in_the_log():
    mail = body(told(ENTRY, notes=tuple(f"note {each}" for each in range(2_000))))

    assert "more: see the log of the quarantine function\n" in mail


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


def test_in_a_channel_only_what_was_done_or_failed_is_a_warning():
    titles = [
        json.loads(chat(told(each)))["content"]["title"] for each in (ENTRY, ENTRY.stepped(Step.DISABLED, NOON))
    ]

    assert [each.partition(" ")[0] for each in titles] == [":hourglass:", ":warning:"]
