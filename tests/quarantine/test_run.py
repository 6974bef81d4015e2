"""A whole run: announced, disabled, told; and what happens if anything goes wrong on the way."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from builders import ACCOUNT
from quarantine_iam import POLICY, refusal
from quarantine_world import DAY, World, heard_until

from activity.finding import parse
from activity.quarantine.entry import Mode, Step
from activity.quarantine.target import TAG
from activity.snooze import Listed, Snooze
from quarantine.plan import Rules
from quarantine.told import Untold
from reporter.inventory.account import Gap
from reporter.listening.coverage import Trails

ROLE, USER = f"{ACCOUNT}:role:AROADEPLOY", f"{ACCOUNT}:user:AIDAALICE"
KEY, OTHER_KEY = f"{ACCOUNT}:access_key:AKIA1", f"{ACCOUNT}:access_key:AKIA2"


class Killed(BaseException):
    """What ends a function at once."""


@pytest.fixture
def world():
    return World()


@pytest.fixture
def due(world):
    """A role that is due."""
    world.role(used=350)
    return world.announced()


def with_key(world):
    """A user in use, with one idle key that is due."""
    world.user(keys=[("AKIA1", 350), ("AKIA2", 0)])
    world.mail_report()
    world.pass_days(1)
    world.run()
    world.pass_days(14)
    world.use("alice", "AKIA2")
    return world


def at(call, *, raises):
    def hook(name):
        if name == call:
            raise raises

    return hook


def test_a_stale_role_is_announced_then_disabled_then_told(world):
    world.role(used=350)
    world.run()
    assert world.ledger.items == {}  # No mail has named it yet.

    world.mail_report()
    world.run()
    assert [each.step for each in world.told[-1].news] == [Step.ANNOUNCED]
    assert world.entry(ROLE).told == world.now

    world.pass_days(13)
    world.run()
    assert len(world.told) == 1
    assert not world.is_disabled("deploy")

    world.pass_days(1)
    world.run()
    assert world.iam.things["deploy"].policies == {POLICY}
    assert world.iam.things["deploy"].tags[TAG] == "AWSDenyAll 2026-12-04T12:00:00Z"
    assert [(each.id, each.step) for each in world.told[-1].news] == [(ROLE, Step.DISABLED)]
    assert world.iam.writes == ["tag_role", "attach_role_policy"]

    world.pass_days(1)
    world.run()
    assert len(world.told) == 2


def test_a_user_of_whom_all_is_idle_is_denied_everything_and_its_keys_stay(world):
    world.user(keys=[("AKIA1", 350), ("AKIA2", None)])
    world.announced().run()

    assert world.is_disabled("alice")
    assert all(key.is_active for key in world.iam.things["alice"].keys.values())
    assert world.iam.writes == ["tag_user", "attach_user_policy"]


def test_of_a_user_in_use_one_idle_key_is_disabled_and_nothing_else(world):
    with_key(world).run()

    assert world.is_disabled("alice", "AKIA1")
    assert not world.is_disabled("alice", "AKIA2")
    assert not world.is_disabled("alice")
    assert world.iam.things["alice"].tags[TAG].startswith("AKIA1 ")
    assert world.iam.writes == ["tag_user", "update_access_key"]


def test_in_the_mode_plan_nothing_is_ever_changed_in_iam(world):
    world.rules = Rules()
    world.role(used=350)
    world.announced().run()
    world.pass_days(100)
    world.run()

    assert world.iam.writes == []
    assert [each.step for told in world.told for each in told.news] == [Step.ANNOUNCED, Step.REHEARSED]


def test_what_was_announced_in_the_mode_plan_is_announced_again_before_it_is_disabled(world):
    world.rules = Rules()
    world.role(used=350)
    world.announced().run()
    world.rules = replace(world.rules, mode=Mode.ENFORCE)
    world.run()

    assert world.iam.writes == []
    assert world.entry(ROLE).due == world.now + 14 * DAY


def test_what_was_announced_in_earnest_is_announced_again_after_a_time_of_planning(due):
    due.rules = Rules()
    due.run()
    due.pass_days(100)
    due.rules = replace(due.rules, mode=Mode.ENFORCE)
    due.run()

    assert due.iam.writes == []
    assert due.entry(ROLE).due == due.now + 14 * DAY


def test_while_the_mail_fails_no_more_is_disabled(world):
    for each in ("one", "two", "three"):
        world.role(each, used=350)
    world.announced()

    def fail(told):
        raise ConnectionError("no mail")

    for _ in range(3):
        with pytest.raises(ConnectionError):
            replace(world.quarantine(), tell=fail).run(world.now)
        world.pass_days(1)
    assert sum(map(world.is_disabled, ("one", "two", "three"))) == 1

    world.run()
    world.pass_days(1)
    world.run()
    assert sum(map(world.is_disabled, ("one", "two", "three"))) == 2


def test_what_is_restored_after_months_is_noticed_within_a_week(due):
    due.run()
    due.pass_days(100)
    give_back(due)
    for _ in range(7):
        due.pass_days(1)
        due.run()

    assert due.entry(ROLE).step is Step.RESTORED


@pytest.mark.parametrize("held", ["access_key:AKIA1", "password:AIDAALICE"])
def test_a_snooze_of_a_credential_spares_its_user_until_the_last_second(world, held):
    world.user(keys=[("AKIA1", 350)])
    world.announced()
    one = Snooze(parse(f"{ACCOUNT}:{held}"), world.now.date() + 9 * DAY, "x", "arn", world.now)
    quarantine = world.quarantine()
    snoozes = SimpleNamespace(of=lambda account: Listed((one,) if account == ACCOUNT else ()))
    replace(quarantine, actor=replace(quarantine.actor, snoozes=snoozes)).run(world.now)

    assert not world.is_disabled("alice")
    assert world.entry(USER).held == "it was snoozed by now"


def test_a_snooze_that_cannot_be_read_spares_everything(due):
    quarantine = due.quarantine()
    snoozes = SimpleNamespace(of=lambda account: Listed((), ("item x: no date",)))
    replace(quarantine, actor=replace(quarantine.actor, snoozes=snoozes)).run(due.now)

    assert due.entry(ROLE).held == "a snooze could not be read: item x: no date"
    assert due.iam.writes == []


def test_a_run_that_comes_twice_tells_and_disables_once(due):
    due.run()
    due.run()

    assert len(due.told) == 2
    assert due.iam.writes == ["tag_role", "attach_role_policy"]


def test_two_runs_at_once_disable_once(due):
    """The second comes while the first is at it."""
    second = []

    def hook(name):
        if name == "tag_role" and not second:
            second.append(True)
            due.run()

    due.iam.before = hook
    due.run()

    assert due.iam.writes == ["tag_role", "attach_role_policy"]
    assert due.entry(ROLE).step is Step.DISABLED


@pytest.mark.parametrize("by", ["by_iam", "by_cloudtrail"])
def test_a_use_between_the_verdict_and_the_act_stops_it(due, by):
    due.iam.before = lambda name: (
        name == "get_role" and due.use("deploy", **{"by_iam": False, "by_cloudtrail": False} | {by: True})
    )
    due.run()

    assert due.iam.writes == []
    assert due.entry(ROLE).held == f"it was used, or given a key, on {due.now:%Y-%m-%d}"


@pytest.mark.parametrize("by", ["by_iam", "by_cloudtrail"])
def test_a_use_that_shows_only_after_the_act_has_it_given_back_at_once(due, by):
    due.iam.after = lambda name: (
        name == "attach_role_policy"
        and due.use("deploy", **{"by_iam": False, "by_cloudtrail": False} | {by: True})
    )
    due.run()

    assert not due.is_disabled("deploy")
    assert TAG not in due.iam.things["deploy"].tags
    assert due.entry(ROLE).held.endswith("and was restored at once")
    assert [each.step for each in due.told[-1].held] == [Step.ANNOUNCED]


def test_a_use_of_the_key_between_the_verdict_and_the_act_stops_it_and_one_of_another_key_does_not(world):
    with_key(world)
    world.iam.before = lambda name: name == "get_user" and world.use("alice", "AKIA2")
    world.run()
    assert world.is_disabled("alice", "AKIA1")

    world = with_key(World())
    world.iam.before = lambda name: name == "get_user" and world.use("alice", "AKIA1")
    world.run()
    assert not world.is_disabled("alice", "AKIA1")


CHANGES = [
    pytest.param(lambda role: role.tags.update({"Last-Activity:Exempt": "needed"}), "it has the exemption's tag by now", id="exempt by now"),
    pytest.param(lambda role: role.tags.update({"last-activity:tracker": "x"}), "it is one of the tracker's own roles", id="the tracker's own by now"),
    pytest.param(lambda role: setattr(role, "id", "AROAOTHER"), "it is another than was announced", id="deleted and made again"),
    pytest.param(lambda role: setattr(role, "created", role.created + DAY), "it is another than was announced", id="made at another time"),
    pytest.param(lambda role: role.policies.add(POLICY), "it is disabled already, by somebody else", id="disabled by somebody else"),
    pytest.param(lambda role: role.tags.update({TAG: "by hand"}), "it could not be looked at again: the tag last-activity:quarantine is 'by hand', which quarantine has not written", id="a mark by hand"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "why"), CHANGES)
def test_a_change_between_the_verdict_and_the_act_stops_it(due, change, why):
    due.iam.before = lambda name: name == "get_role" and change(due.iam.things["deploy"])
    due.run()

    assert due.iam.writes == []
    assert due.entry(ROLE).held == why


@pytest.mark.parametrize(("until", "is_disabled"), [("2026-12-31", False), ("2026-12-04", True)])
def test_a_snooze_that_came_since_the_review_stops_it_unless_it_is_over(due, until, is_disabled):
    of = Snooze(parse(ROLE), date.fromisoformat(until), "wait", "arn:aws:iam::1:user/x", due.now)
    quarantine = due.quarantine()
    actor = replace(quarantine.actor, snoozes=SimpleNamespace(of=lambda account: Listed((of,))))
    replace(quarantine, actor=actor).run(due.now)

    assert due.is_disabled("deploy") is is_disabled
    assert is_disabled or due.entry(ROLE).held == "it was snoozed by now"


def test_a_key_whose_user_was_snoozed_since_the_review_is_left(world):
    of = Snooze(parse(USER), date(2026, 12, 31), "wait", "arn:aws:iam::1:user/x", world.now)
    quarantine = with_key(world).quarantine()
    actor = replace(quarantine.actor, snoozes=SimpleNamespace(of=lambda account: Listed((of,))))
    replace(quarantine, actor=actor).run(world.now)

    assert not world.is_disabled("alice", "AKIA1")


def test_what_is_gone_by_the_second_before_is_no_failure(due):
    due.iam.before = lambda name: due.iam.things.clear() if name == "get_role" else None
    due.run()

    assert (due.iam.writes, due.entry(ROLE).held) == ([], "it no longer exists")


REFUSED = [
    pytest.param("get_role", [], "it could not be looked at again: AccessDenied", id="cannot be looked at"),
    pytest.param("tag_role", ["tag_role", "untag_role"], "the tag was refused: AccessDenied", id="the tag"),
    pytest.param("attach_role_policy", ["tag_role", "attach_role_policy", "detach_role_policy", "untag_role"], "it was refused: AccessDenied", id="the act"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "writes", "why"), REFUSED)
def test_what_iam_refuses_is_undone_told_and_tried_again(due, call, writes, why):
    due.iam.before = at(call, raises=refusal(call))
    due.run()

    assert due.iam.writes == writes
    assert not due.is_disabled("deploy")
    assert TAG not in due.iam.things["deploy"].tags
    assert [each.held.startswith(why) for each in due.told[-1].held] == [True]
    told = len(due.told)

    due.pass_days(1)
    due.run()
    assert len(due.told) == told  # The same again is no news.

    due.iam.before = lambda _: None
    due.pass_days(1)
    due.run()
    assert due.entry(ROLE).step is Step.DISABLED


def test_ten_attached_policies_are_not_done_and_told(due):
    due.iam.before = at("attach_role_policy", raises=refusal("AttachRolePolicy", "LimitExceeded"))
    due.run()

    (held,) = due.told[-1].held
    assert held.held == "it was refused: LimitExceeded (AttachRolePolicy): not yours"
    assert TAG not in due.iam.things["deploy"].tags


def test_an_act_whose_answer_is_lost_is_undone(due):
    due.iam.after = at("attach_role_policy", raises=TimeoutError("no answer"))
    due.run()

    assert not due.is_disabled("deploy")
    assert due.entry(ROLE).step is Step.ANNOUNCED


def test_what_cannot_be_given_back_at_once_is_told_and_given_back_by_the_next_run(due):
    due.iam.after = at("attach_role_policy", raises=TimeoutError("no answer"))
    due.iam.before = at("detach_role_policy", raises=refusal("DetachRolePolicy"))
    due.run()
    assert due.entry(ROLE).step is Step.ACTING
    assert "restoring it failed, and is tried again" in due.told[-1].held[0].held
    assert TAG in due.iam.things["deploy"].tags

    due.iam.before = due.iam.after = lambda _: None
    due.pass_days(1)
    due.use("deploy")
    due.run()
    assert TAG not in due.iam.things["deploy"].tags
    assert not due.is_disabled("deploy")


def test_where_the_same_refuses_act_and_undo_nothing_is_left_behind(due):
    """As a policy of the organization may."""

    def hook(name):
        if name in ("attach_role_policy", "detach_role_policy"):
            raise refusal(name)

    due.iam.before = hook
    due.run()

    assert due.entry(ROLE).step is Step.ANNOUNCED
    assert TAG not in due.iam.things["deploy"].tags


@pytest.mark.parametrize(("refusals", "paused"), [(1, [2]), (4, [2, 4, 8, 16])])
def test_a_key_waits_until_iam_sees_the_tag_of_its_user(world, refusals, paused):
    left = [refusals]

    def hook(name):
        if name == "update_access_key" and left[0]:
            left[0] -= 1
            raise refusal(name)

    with_key(world).iam.before = hook
    world.run()

    assert world.paused == paused
    assert world.is_disabled("alice", "AKIA1")


def test_a_key_that_iam_goes_on_refusing_is_not_done(world):
    with_key(world).iam.before = at("update_access_key", raises=refusal("UpdateAccessKey"))
    world.run()

    assert not world.is_disabled("alice", "AKIA1")
    assert TAG not in world.iam.things["alice"].tags
    assert world.entry(KEY).held.startswith("it was refused: AccessDenied")


STOPS = ["before the tag", "between tag and act", "between act and look", "between act and note"]


def killed(due, stop):
    calls = {
        STOPS[0]: ("before", "tag_role"),
        STOPS[1]: ("before", "attach_role_policy"),
        STOPS[2]: ("after", "attach_role_policy"),
    }
    if stop in calls:
        where, call = calls[stop]
        setattr(due.iam, where, at(call, raises=Killed()))
    else:
        due.ledger.before = lambda entry: at(Step.DISABLED, raises=Killed())(entry.step)
    with pytest.raises(Killed):
        due.run()
    due.iam.before = due.iam.after = due.ledger.before = lambda _: None
    return due


@pytest.mark.parametrize(
    ("stop", "step"),
    [
        (STOPS[0], Step.ANNOUNCED),
        (STOPS[1], Step.ANNOUNCED),
        (STOPS[2], Step.DISABLED),
        (STOPS[3], Step.DISABLED),
    ],
)
def test_a_run_killed_in_the_middle_is_finished_by_the_next_or_announced_anew(due, stop, step):
    killed(due, stop)
    assert due.entry(ROLE).step is Step.ACTING

    due.now += timedelta(minutes=1)  # The first might still be at it.
    due.run()
    assert due.entry(ROLE).step is Step.ACTING

    due.pass_days(1)
    due.run()
    assert (due.entry(ROLE).step, due.is_disabled("deploy")) == (step, step is Step.DISABLED)
    assert (TAG in due.iam.things["deploy"].tags) == (step is Step.DISABLED)
    assert [each.id for each in due.told[-1].of(step)] == [ROLE]


@pytest.mark.parametrize("stop", STOPS)
def test_what_somebody_restored_after_a_run_was_killed_is_announced_before_it_is_disabled_again(due, stop):
    """Nobody had been told of the act."""
    give_back(killed(due, stop))
    due.pass_days(1)
    due.run()
    assert not due.is_disabled("deploy")
    assert due.entry(ROLE).due == due.now + 14 * DAY

    due.pass_days(13)
    due.run()
    assert not due.is_disabled("deploy")


@pytest.mark.parametrize("why", ["a brake", "the mode"])
@pytest.mark.parametrize("stop", STOPS[2:])
def test_what_is_half_way_is_not_finished_while_nothing_may_be_disabled(due, stop, why):
    killed(due, stop)
    due.pass_days(1)
    if why == "a brake":
        due.gaps = (Gap("users", "denied"),)
    else:
        due.rules = Rules()
    due.run()

    assert not due.is_disabled("deploy")
    assert TAG not in due.iam.things["deploy"].tags


def test_what_is_half_way_and_has_lost_its_tag_is_left_as_it_is_and_announced_anew(due):
    """The policy may be somebody else's by now."""
    killed(due, STOPS[2])
    due.iam.things["deploy"].tags.clear()
    due.pass_days(1)
    due.run()

    assert due.is_disabled("deploy")
    assert (due.entry(ROLE).step, due.entry(ROLE).due) == (Step.ANNOUNCED, due.now + 14 * DAY)


def give_back(world):
    role = world.iam.things["deploy"]
    role.policies.clear()
    role.tags.pop(TAG, None)


@pytest.mark.parametrize("stop", STOPS)
def test_what_was_used_after_a_run_was_killed_does_not_stay_disabled(due, stop):
    killed(due, stop)
    due.pass_days(1)
    due.use("deploy", is_refused=True)
    due.run()

    assert not due.is_disabled("deploy")
    assert TAG not in due.iam.things["deploy"].tags
    assert due.entry(ROLE).step is not Step.DISABLED


def test_what_was_done_and_not_told_is_told_by_the_next_run(due):
    world = due

    def fail(told):
        raise ConnectionError("no mail")

    quarantine = replace(world.quarantine(), tell=fail)
    with pytest.raises(ConnectionError):
        quarantine.run(world.now)
    assert world.entry(ROLE).step is Step.DISABLED

    world.run()
    assert [each.id for each in world.told[-1].of(Step.DISABLED)] == [ROLE]


def test_an_announcement_that_was_never_mailed_counts_for_nothing(world):
    world.role(used=350)
    world.mail_report()

    def fail(told):
        raise ConnectionError("no mail")

    with pytest.raises(ConnectionError):
        replace(world.quarantine(), tell=fail).run(world.now)
    world.pass_days(20)
    world.run()

    assert world.iam.writes == []
    assert world.entry(ROLE).due == world.now + 14 * DAY


def test_what_the_owner_was_not_told_counts_for_nothing_and_is_announced_anew(world):
    """The mail went out. The owner has the whole period of grace, from when they were told."""
    world.role(used=350)
    world.mail_report()
    world.untold = Untold(("owner ann was not told: no",), frozenset({ROLE}))
    assert world.run().untold == ("owner ann was not told: no",)
    assert world.entry(ROLE).told is None
    world.pass_days(20)
    world.untold = Untold()
    world.run()

    assert world.iam.writes == []
    assert (world.entry(ROLE).told, world.entry(ROLE).due) == (world.now, world.now + 14 * DAY)


def test_what_another_run_announces_at_the_same_time_is_told_by_that_one(world, monkeypatch):
    world.role(used=350)
    world.mail_report()
    world.untold = Untold(("no mail",), frozenset({ROLE}))
    world.run()
    told = len(world.told)
    monkeypatch.setattr(world.ledger, "save", lambda entry: None)
    world.run()

    assert len(world.told) == told


@pytest.mark.parametrize(
    ("trails", "notes"),
    [
        (Gap("trails", "AccessDenied"), ()),
        (
            Trails((), ("The settings of trail all could not be read.",)),
            ("The settings of trail all could not be read.",),
        ),
    ],
    ids=["not listed", "listed"],
)
def test_what_is_assumed_of_trails_is_told_with_the_account(due, trails, notes):
    due.coverage = replace(heard_until(due.now), trails=trails)
    due.run()

    assert [(each.account, each.notes) for each in due.told[-1:]] == [(ACCOUNT, notes)]


def test_what_somebody_gives_back_is_told_and_left_alone(due):
    due.run()
    role = due.iam.things["deploy"]
    role.policies.clear()
    role.tags.clear()
    due.pass_days(1)
    due.run()
    assert [each.id for each in due.told[-1].of(Step.RESTORED)] == [ROLE]

    due.pass_days(100)
    due.mail_report()
    due.run()
    assert not due.is_disabled("deploy")
    assert len(due.told) == 3


def test_who_tries_what_is_disabled_is_told_of_with_the_undo(due):
    due.run()
    due.pass_days(1)
    due.use("deploy", is_refused=True)
    due.run()

    (entry,) = due.told[-1].of(Step.DISABLED)
    assert entry.tried == due.now

    due.pass_days(1)
    due.run()
    assert len(due.told) == 3


def test_what_is_deleted_while_it_is_disabled_is_told(due):
    due.run()
    due.iam.things.clear()
    due.pass_days(1)
    due.run()

    assert [each.id for each in due.told[-1].of(Step.GONE)] == [ROLE]


def test_what_cannot_be_looked_at_is_told(due):
    due.run()
    due.pass_days(1)
    due.iam.before = at("get_role", raises=refusal("GetRole"))
    told = due.run()

    assert told.problems == (f"role deploy [{ROLE}]: AccessDenied (GetRole): not yours",)


def test_a_second_key_of_the_user_is_marked_beside_the_first(world):
    world.user(keys=[("AKIA1", 350), ("AKIA2", 350)])
    world.use("alice", by_cloudtrail=True)  # By its password.
    world.rules = replace(world.rules, most=5)
    world.mail_report()
    world.pass_days(1)
    world.run()
    for _ in range(3):
        world.pass_days(14)
        world.use("alice")
        world.mail_report()
        world.run()

    tag = world.iam.things["alice"].tags[TAG]
    assert [part.split()[0] for part in tag.split(" + ")] == ["AKIA1", "AKIA2"]
    assert world.is_disabled("alice", "AKIA1")
    assert world.is_disabled("alice", "AKIA2")
