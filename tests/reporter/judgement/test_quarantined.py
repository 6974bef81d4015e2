"""What a report tells of quarantine: what stands, and what has ended since the report before."""

from dataclasses import replace

import pytest
from accounts import days, deploy
from builders import NOON
from quarantined import ROLE, entry_of, report_of

from activity.quarantine.entry import Mode, Step
from reporter.judgement.quarantined import told

ENTRY = entry_of(report_of(deploy(made=500, used=350)), ROLE)
LAST = days(7)


def at(step, ago, **more):
    return replace(ENTRY.stepped(step, days(ago)), told=days(15), **more)


@pytest.mark.parametrize("step", [Step.ANNOUNCED, Step.REHEARSED, Step.ACTING, Step.DISABLED])
def test_what_stands_is_told_however_old_it_is(step):
    assert told([at(step, 100)], LAST) == told([at(step, 100)], None) == (at(step, 100),)


@pytest.mark.parametrize("step", [Step.RESTORED, Step.GONE, Step.WITHDRAWN])
def test_what_has_ended_is_told_once(step):
    lately, before = at(step, 6), at(step, 7)

    assert told([lately, before], LAST) == (lately,)
    assert told([lately], None) == ()


def test_what_was_not_announced_yet_is_not_told():
    assert told([replace(ENTRY, told=None)], LAST) == ()


def test_what_is_disabled_comes_first_then_what_is_due_soon():
    soon, later = replace(ENTRY, due=NOON), replace(ENTRY, due=days(-9))
    every = [at(Step.RESTORED, 1), later, soon, at(Step.ACTING, 0), at(Step.DISABLED, 0)]

    assert told(every, LAST) == (at(Step.DISABLED, 0), at(Step.ACTING, 0), soon, later, at(Step.RESTORED, 1))


@pytest.mark.parametrize(
    ("entry", "became"),
    [
        (ENTRY, "will be disabled on 2026-11-19 or later"),
        (replace(ENTRY, mode=Mode.PLAN), "would be disabled on 2026-11-19 or later, with Mode=enforce"),
        (at(Step.REHEARSED, 1), "would be disabled now, with Mode=enforce"),
        (at(Step.ACTING, 1), "being disabled since 2026-11-19"),
        (at(Step.DISABLED, 1), "disabled on 2026-11-19"),
        (at(Step.DISABLED, 1, tried=NOON), "disabled on 2026-11-19, and tried since, last on 2026-11-20"),
        (at(Step.RESTORED, 1), "restored, seen on 2026-11-19"),
        (at(Step.GONE, 1), "deleted or renamed, seen on 2026-11-19"),
        (at(Step.WITHDRAWN, 1, held="snoozed"), "no longer planned: snoozed"),
    ],
)
def test_each_step_has_its_words(entry, became):
    assert entry.became == became
