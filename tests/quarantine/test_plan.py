"""From a report and what was announced before: what to announce, disable, withdraw and leave."""

from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import Key, alice, days, deploy, seen
from builders import ACCOUNT, NOON
from quarantined import ENFORCED, GRACE, KEY, ROLE, USER, entry_of, report_of

from activity.quarantine.entry import Mode, Step
from quarantine.plan import Rules, plan
from reporter.inventory.account import Gap

IDLE = deploy(made=500, used=350)
IN_USE = Key("AKIA2", made=400, used=1), seen(1, "ID#AIDAALICE"), seen(1, "KEY#AKIA2")
REPORT = report_of(IDLE)


USED_LATELY = replace(
    REPORT, findings=(replace(REPORT.findings[0], verdict=replace(REPORT.findings[0].verdict, at=days(29))),)
)


def ids(entries):
    return [each.id for each in entries]


def decided(report=REPORT, rules=ENFORCED, **of_entry):
    """With the role announced so many days `ago`, and with what else is said of its entry."""
    return plan(report, {ROLE: entry_of(REPORT, ROLE, **of_entry)}, rules)


def test_what_nothing_speaks_against_is_announced_with_the_day():
    (entry,) = plan(REPORT, {}, ENFORCED).announce

    assert (entry.id, entry.step, entry.mode) == (ROLE, Step.ANNOUNCED, Mode.ENFORCE)
    assert (entry.announced, entry.due, entry.told) == (NOON, NOON + GRACE, None)
    assert entry.why == "last used on 2025-12-05, says IAM"


def test_a_user_of_whom_all_is_idle_is_announced_and_its_keys_are_not():
    report = report_of(alice(Key(used=350), Key("AKIA2", used=350), made=500))

    assert ids(plan(report, {}, ENFORCED).announce) == [USER]


def test_of_a_user_in_use_the_idle_key_alone_is_announced():
    key, *sightings = IN_USE
    report = report_of(alice(Key(used=350), key, made=500), *sightings)

    assert ids(plan(report, {}, ENFORCED).announce) == [KEY]


@pytest.mark.parametrize(
    ("ago", "is_disabled"),
    [
        pytest.param(0, False, id="just announced"),
        pytest.param(13, False, id="a day too early"),
        pytest.param(14, True, id="on the day"),
        pytest.param(20, True, id="long ago"),
    ],
)
def test_it_is_disabled_once_the_grace_is_over(ago, is_disabled):
    made = decided(ago=ago)

    assert ids(made.disable) == ([ROLE] if is_disabled else [])
    assert made.announce == ()
    assert made.held == ()


def test_grace_is_never_shorter_than_what_was_announced():
    """Fewer days in the settings change no day that somebody was told."""
    assert decided(ago=10, rules=replace(ENFORCED, grace=timedelta(days=1))).disable == ()


ANEW = [
    pytest.param({"is_told": False}, id="no mail has said so"),
    pytest.param({"mode": Mode.PLAN}, id="announced in the mode plan"),
    pytest.param({"step": Step.WITHDRAWN}, id="withdrawn since"),
    pytest.param({"announced": days(22)}, id="announced before the flag that it has now"),
]  # fmt: skip


@pytest.mark.parametrize("of_entry", ANEW)
def test_an_announcement_that_does_not_count_is_made_anew(of_entry):
    made = decided(ago=15, **of_entry)

    assert made.disable == ()
    assert [(each.id, each.due, each.version) for each in made.announce] == [(ROLE, NOON + GRACE, 1)]


def test_an_announcement_of_the_very_second_of_the_flag_counts():
    assert ids(decided(announced=REPORT.findings[0].first_flagged).disable) == [ROLE]


@pytest.mark.parametrize("change", [{"created": days(400)}, {"arn": f"arn:aws:iam::{ACCOUNT}:role/new/deploy"}])
def test_another_thing_of_that_id_is_announced_anew(change):
    entry = entry_of(REPORT, ROLE)
    made = plan(REPORT, {ROLE: replace(entry, target=replace(entry.target, **change))}, ENFORCED)

    assert (ids(made.disable), ids(made.announce)) == ([], [ROLE])


def test_what_was_used_since_the_announcement_is_announced_anew():
    """A threshold shorter than the grace."""
    used = replace(REPORT.findings[0], verdict=replace(REPORT.findings[0].verdict, at=days(10)))
    made = decided(replace(REPORT, findings=(used,)))

    assert (ids(made.disable), ids(made.announce)) == ([], [ROLE])


@pytest.mark.parametrize("step", [Step.ACTING, Step.DISABLED])
def test_what_is_disabled_or_half_way_is_not_planned_again(step):
    made = decided(step=step)

    assert (made.disable, made.announce, made.withdrawn, made.held) == ((), (), (), ())


@pytest.mark.parametrize("step", [Step.RESTORED, Step.GONE])
@pytest.mark.parametrize(
    ("moved", "is_announced"),
    [
        pytest.param(days(5), False, id="given back: the flag is as old as ever"),
        pytest.param(days(30), True, id="used since, and flagged anew"),
    ],
)
def test_what_somebody_gave_back_is_left_alone_until_it_is_flagged_anew(step, moved, is_announced):
    made = decided(USED_LATELY if moved == days(30) else REPORT, step=step, moved=moved)

    assert ids(made.announce) == ([ROLE] if is_announced else [])
    assert made.disable == ()


def test_what_was_given_back_and_not_used_since_is_left_alone_even_if_it_is_flagged_anew():
    """As a key is, which was no finding while it was disabled."""
    assert decided(step=Step.RESTORED, moved=days(30)).announce == ()
    assert ids(decided(step=Step.GONE, moved=days(30)).announce) == [ROLE]


def test_what_was_flagged_in_that_very_moment_is_as_old_as_the_flag():
    assert decided(USED_LATELY, step=Step.RESTORED, moved=USED_LATELY.findings[0].first_flagged).announce == ()


def test_a_new_owner_is_told_before_it_is_disabled():
    """Nobody was known by the announcement."""
    finding = REPORT.findings[0]
    owned = replace(finding, subject=replace(finding.subject, owner="ann"))
    made = decided(replace(REPORT, findings=(owned,)))

    assert (ids(made.disable), [each.owner for each in made.announce]) == ([], ["ann"])


def test_what_was_never_used_was_not_used_since():
    finding = REPORT.findings[0]
    never = replace(finding, verdict=replace(finding.verdict, at=None))

    assert ids(decided(replace(REPORT, findings=(never,))).disable) == [ROLE]


def test_under_the_mode_plan_what_is_due_is_rehearsed_and_counts_as_no_announcement_in_earnest():
    (entry,) = decided(rules=Rules()).rehearsed

    assert (entry.step, entry.mode, entry.moved) == (Step.REHEARSED, Mode.PLAN, REPORT.at)


def test_what_is_no_finding_any_more_is_withdrawn():
    used = report_of(deploy(made=500, used=1), seen(1, "ID#AROADEPLOY", "role/deploy"))
    exempt = report_of(deploy(made=500, used=350, exempt="needed"))

    role = REPORT.findings[0]
    snoozed = replace(REPORT, findings=(), snoozed=((role.subject, role.verdict),))

    for report, why in ((used, "used, disabled or deleted since"), (exempt, "exempt"), (snoozed, "snoozed")):
        (entry,) = decided(report).withdrawn
        assert (entry.id, entry.step, entry.held) == (ROLE, Step.WITHDRAWN, why)


def test_in_the_mode_plan_what_is_due_is_told_once_and_nothing_is_disabled():
    made = decided(rules=Rules(), mode=Mode.PLAN)
    again = decided(rules=Rules(), mode=Mode.PLAN, step=Step.REHEARSED)

    assert (ids(made.rehearsed), made.disable, made.held) == ([ROLE], (), ())
    assert (again.rehearsed, again.disable, again.announce) == ((), (), ())


def test_what_keeps_it_is_said_once_for_each_reason():
    braked = replace(REPORT, gaps=(Gap("users", "denied"),))
    (first,) = decided(braked).held
    (again,) = decided(braked, held=first.held).held

    assert first.held == "the report could not check everything: users"
    assert (first.is_unsaid, again.is_unsaid) == (True, False)


ROLES = [deploy(name=f"r{each:02}", id=f"AROA{each:02}", made=500, used=350) for each in range(40)]
MANY = report_of(*ROLES)


def announced_all(**more):
    every = [f"{ACCOUNT}:role:AROA{each:02}" for each in range(40)]
    return {each: entry_of(MANY, each, **more) for each in every}


@pytest.mark.parametrize(
    ("accounts_things", "most", "disabled"),
    [
        pytest.param(40, 5, 2, id="5 % of 40"),
        pytest.param(40, 1, 1, id="MaxPerRun is less"),
        pytest.param(10, 5, 1, id="at least one of few"),
        pytest.param(1000, 5, 5, id="MaxPerRun of many"),
        pytest.param(1000, 0, 0, id="none"),
    ],
)  # fmt: skip
def test_no_more_than_a_few_are_disabled_at_once_the_earliest_first(accounts_things, most, disabled):
    report = replace(MANY, counts={"role": {"stale": accounts_things}, "password": {"stale": 1000}})
    entries = announced_all()
    early = f"{ACCOUNT}:role:AROA39"
    entries[early] = replace(entries[early], due=days(2))
    made = plan(report, entries, replace(ENFORCED, most=most))

    assert len(made.disable) == disabled
    assert not disabled or made.disable[0].id == early
    assert len(made.held) == 40 - disabled
    assert {each.held for each in made.held} == {"as many as a run may disable come first"}


def test_what_could_not_be_disabled_holds_up_nothing_else():
    entries = announced_all()
    stuck = f"{ACCOUNT}:role:AROA00"
    entries[stuck] = replace(entries[stuck], due=days(5), held="it was refused: LimitExceeded")

    assert stuck not in ids(plan(MANY, entries, ENFORCED).disable)
    assert ids(plan(MANY, {stuck: entries[stuck]}, ENFORCED).disable) == [stuck]


@pytest.mark.parametrize("step", [Step.ACTING, Step.DISABLED, Step.RESTORED])
@pytest.mark.parametrize(("hours", "disabled"), [(1, 0), (20, 2), (23, 2)])
def test_a_run_that_comes_twice_disables_no_more_than_one(step, hours, disabled):
    entries = announced_all()
    done = list(entries)[:2]
    entries |= {each: replace(entries[each], step=step, moved=NOON - timedelta(hours=hours)) for each in done}

    assert len(plan(MANY, entries, ENFORCED).disable) == disabled


def test_of_two_keys_of_a_user_the_second_waits_for_the_next_day():
    """The look at the tag might not show the first one yet: to write it anew would take the first one's mark away."""
    third = Key("AKIA3", made=400, used=1)
    keys = Key("AKIA1", used=350, made=500), Key("AKIA2", used=350, made=500)
    report = report_of(alice(*keys, third, made=500), seen(1, "ID#AIDAALICE"), seen(1, "KEY#AKIA3"))
    report = replace(report, counts={"access_key": {"stale": 100}})
    of = [f"{ACCOUNT}:access_key:{each}" for each in ("AKIA1", "AKIA2")]
    entries = {each: entry_of(report, each) for each in of}
    made = plan(report, entries, ENFORCED)
    done = {of[0]: replace(entries[of[0]], step=Step.DISABLED, moved=NOON - timedelta(hours=1))}

    assert (ids(made.disable), ids(made.held)) == ([of[0]], [of[1]])
    assert ids(plan(report, entries | done, ENFORCED).disable) == []


def test_while_nobody_could_be_told_nothing_more_is_disabled():
    made = plan(MANY, announced_all(), ENFORCED, is_silent=True)

    assert made.disable == ()
    assert {each.held for each in made.held} == {"what an earlier run has disabled could not be told yet"}


def test_no_more_are_announced_than_a_mail_can_name_and_the_rest_the_next_days(monkeypatch):
    monkeypatch.setattr("quarantine.plan.MOST_ANNOUNCED", 30)
    first = plan(MANY, {}, ENFORCED)
    told = {each.id: replace(each, told=NOON, version=1) for each in first.announce}

    assert (len(first.announce), len(first.left)) == (30, 10)
    assert len(plan(MANY, told, ENFORCED).announce) == 10


def test_each_finding_that_is_left_says_why():
    report = report_of(deploy(made=500, used=350, path="/break-glass/"), alice(Key(used=350)))

    assert {each.target.kind: each.why for each in plan(report, {}, ENFORCED).left} == {
        "role": "quarantine doesn't touch what has /break-glass/ in its path",
        "access_key": "the user is idle as a whole, and is judged instead",
    }
