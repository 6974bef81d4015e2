"""The messages of a run with more to tell than SNS takes: what was done comes first, and the rest is counted."""

import json
from dataclasses import replace

import pytest
from accounts import deploy
from builders import ACCOUNT, NOON
from quarantined import ROLE, entry_of, report_of

from activity.chat import LONGEST_DESCRIPTION
from activity.quarantine.entry import Mode, Step
from quarantine.message import chat, message
from quarantine.plan import Left
from quarantine.told import Told

ENTRY = entry_of(report_of(deploy(made=500, used=350)), ROLE, is_unsaid=True)
# SNS takes 262,144 bytes: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MOST = 262_144
LONG_OWNER = "\N{PILE OF POO}" * 256
# In the order in which they are told.
STEPS = {
    "disabled": ENTRY.stepped(Step.DISABLED, NOON),
    "half-way": replace(ENTRY, step=Step.ACTING, held="stuck"),
    "held": replace(ENTRY, told=NOON, held="refused"),
    "announced": replace(ENTRY, told=None),
    "rehearsed": ENTRY.stepped(Step.REHEARSED, NOON),
    "restored": ENTRY.stepped(Step.RESTORED, NOON),
    "gone": ENTRY.stepped(Step.GONE, NOON),
    "withdrawn": ENTRY.stepped(Step.WITHDRAWN, NOON, "snoozed"),
}


def told(*news, mode=Mode.ENFORCE, **more):
    return Told(ACCOUNT, NOON, mode, news, **more)


def many(entry, count, **changes):
    target = replace(entry.target, name="n" * 64)
    return [
        replace(entry, **changes, target=replace(target, id=f"AROA{number:017}")) for number in range(count)
    ]


def size(sent):
    """Of what SNS counts."""
    attributes = sum(len(f"{name}{each}".encode()) for name, each in sent.attributes.items())
    return len(sent.text.encode()) + attributes + len(sent.subject)


def forms_of(sent):
    forms = json.loads(sent.text)
    return forms["email"], json.loads(forms["default"]), json.loads(forms.get("https", "null"))


PROBLEM = f"role {'n' * 64} [{ROLE}]: " + '\N{PILE OF POO}"' * 250
TOO_MUCH = {
    "what could not be looked at": {"problems": (PROBLEM,) * 450},
    "owners of many bytes": {"news": many(STEPS["announced"], 5000, owner=LONG_OWNER)},
    "quotation marks": {"news": many(STEPS["held"], 500, held='"\\' * 250, owner='"' * 256)},
    "all sections": {"news": [each for step in STEPS.values() for each in many(step, 500, why="w" * 500)]},
    "notes": {"news": [ENTRY], "notes": ("The settings of trail x could not be read." * 10,) * 1000},
    "reasons": {"news": [ENTRY], "left": [Left(ENTRY.target, f"{number}{'x' * 500}") for number in range(900)]},
}
TOO_MUCH["all of it"] = {
    "news": [each for step in STEPS.values() for each in many(step, 500, owner=LONG_OWNER, held='"' * 500)],
    "problems": (PROBLEM,) * 450,
    **{name: TOO_MUCH[of][name] for of, name in (("notes", "notes"), ("reasons", "left"))},
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_whatever_there_is_to_tell_fits_into_sns(name):
    much = {"news": (), **TOO_MUCH[name]}
    now = told(*much.pop("news"), **much)

    assert size(message(now, has_chat=True)) <= MOST
    assert size(message(now.of_owner(LONG_OWNER), owner=LONG_OWNER, has_chat=True)) <= MOST


def test_how_many_more_there_are_is_said_in_each_form():
    problems = tuple(f"role x{number}: AccessDenied" for number in range(450))
    mail, machines, channel = forms_of(
        message(told(*many(STEPS["announced"], 5000), problems=problems), has_chat=True)
    )
    shown, looked_at = len(machines["entries"]), len(machines["problems"])
    rows = channel["content"]["description"].splitlines()

    assert "and 4,900 more: see the items of principal quarantine in the table\n" in mail
    assert "and 350 more: see the log of the quarantine function\n" in mail
    assert (machines["entries_total"], machines["problems_total"]) == (5000, 450)
    assert (shown > 50, looked_at > 50) == (True, True)
    assert f"and {5000 - sum(each.startswith('•') for each in rows):,} more: see the mail" in rows
    unseen = 450 - sum(each.startswith("Could not") for each in rows)
    assert rows[-1] == f"and {unseen} more that could not be: see the mail"
    assert len(channel["content"]["description"]) <= LONGEST_DESCRIPTION


def test_each_section_of_a_mail_that_is_full_has_something():
    mail, _, _ = forms_of(
        message(told(*(each for step in STEPS.values() for each in many(step, 500, why="w" * 500))))
    )
    titles = "Disabled:", "NOT DONE", "Announced:", "Due, and", "Restored by", "Deleted or", "No longer"

    assert [mail.count(f"\n{each}") for each in titles] == [1] * len(titles)
    assert all("  role n" in part for part in mail.split("\n\n")[1:])
    assert mail.count(" more: see") == len(titles)


def test_what_was_done_is_told_first_in_each_form():
    now = told(*reversed(STEPS.values()))
    _, machines, _ = forms_of(message(now))

    assert now.news == tuple(STEPS.values())
    assert [each["step"] for each in machines["entries"]] == [str(each.step) for each in STEPS.values()]


def test_what_was_done_is_not_cut_from_machines_and_channels_by_what_was_announced():
    done = STEPS["disabled"], STEPS["half-way"], STEPS["held"]
    _, machines, channel = forms_of(message(told(*many(STEPS["announced"], 5000), *done), has_chat=True))

    assert [each["step"] for each in machines["entries"]][:4] == [
        "disabled",
        "acting",
        "announced",
        "announced",
    ]
    assert [each["held"] for each in machines["entries"]][:4] == ["", "stuck", "refused", ""]
    assert [": disabled" in each for each in channel["content"]["description"].splitlines()][:2] == [
        True,
        False,
    ]


def test_of_what_is_disabled_what_was_tried_since_is_first():
    tried = replace(STEPS["disabled"], tried=NOON)

    assert told(STEPS["disabled"], tried).news == (tried, STEPS["disabled"])


@pytest.mark.parametrize("count", [1, 10])
def test_a_channel_has_the_rows_of_few_whole(count):
    rows = json.loads(chat(told(*many(STEPS["disabled"], count))))["content"]["description"].splitlines()

    assert len(rows) == count
    assert all(each.endswith(": disabled on 2026-11-20") for each in rows)


def test_a_long_reason_is_cut_in_a_channel():
    (row,) = json.loads(chat(told(replace(STEPS["held"], held="x" * 500))))["content"][
        "description"
    ].splitlines()

    assert row.endswith(f"{'x' * 100}...")
    assert len(row) < 200
