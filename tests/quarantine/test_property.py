"""No sequence of events, reports and failures disables what was used, or what a brake protects; nothing is half-way unsaid."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from builders import ACCOUNT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quarantine_iam import HeldKey, refusal
from quarantine_world import DAY, World, heard_until

from activity.quarantine.entry import Mode, Step
from activity.quarantine.target import TAG
from quarantine.told import Untold
from reporter.inventory.account import Gap
from reporter.listening.coverage import Trails

NAMES = "deploy", "seldom", "glass", "alice", "bob"
KEYS = {"alice": ("AKIA1", "AKIA2"), "bob": ("AKIA3", "AKIA4")}
ACTS = "attach_role_policy", "attach_user_policy", "update_access_key"
FAILURES = (
    "refused",
    "lost",
    "killed",
    "killed after",
    "both",
    "iam",
    "cloudtrail",
    "exempt",
    "noted not",
    "untold",
    "owner untold",
)
LIMIT, ONE_RUN = timedelta(days=90), timedelta(hours=20)
NEVER = datetime.min.replace(tzinfo=UTC)


class Killed(BaseException):
    """What ends a function at once."""


class Life:
    """A world in which things happen; each act is held to what protects it at that moment."""

    def __init__(self):
        self.world = World()
        self.acts, self.uses, self.announced = [], {}, {}
        self.given_back = {}  # When, by name and key: whoever did that is told before it is disabled again.
        self.looked, self.noted = {}, {}  # After how many calls it was last asked for, and noted as disabled.
        self.world.role("deploy", used=350)
        self.world.role("seldom", used=350)
        self.world.role("glass", used=350, path="/break-glass/")
        self.world.user("alice", keys=[("AKIA1", 350), ("AKIA2", 350)])
        self.world.user("bob", keys=[("AKIA3", 350), ("AKIA4", 0)])
        self.world.mail_report()
        self.days(1)
        self.run(None)
        self.days(14)
        self.use("bob", 1, "both")

    def days(self, number):
        self.world.pass_days(number)

    def use(self, name, key, by):
        """Both sources know of it at once, or one does."""
        if name not in self.world.iam.things:
            return
        held = KEYS.get(name, ("", ""))[key]
        if held and not (self.world.iam.things[name].keys[held].is_active):
            return
        self.uses[name, held] = self.world.now, len(self.world.iam.calls) + 1
        of = {"both": (True, True), "iam": (True, False), "cloudtrail": (False, True)}[by]
        is_denied = bool(self.world.iam.things[name].policies)
        self.world.use(name, held, by_iam=of[0], by_cloudtrail=of[1], is_refused=is_denied)

    def report(self):
        self.world.mail_report()

    def tag(self, name, key):
        self.world.iam.things[name].tags[key] = "needed"

    def untag(self, name, key):
        self.world.iam.things[name].tags.pop(key, None)

    def gap(self, is_on):
        self.world.gaps = (Gap("users", "denied"),) if is_on else ()

    def deaf(self, is_on):
        trails = Trails(("no trail logs management events",))
        self.world.coverage = replace(heard_until(self.world.now), trails=trails) if is_on else None

    def mode(self, mode):
        self.world.rules = replace(self.world.rules, mode=mode)

    def give_back(self, name):
        thing = self.world.iam.things[name]
        held = [
            *([""] if thing.policies else []),
            *(each for each, key in thing.keys.items() if not key.is_active),
        ]
        self.given_back |= {(name, each): self.world.now for each in held}
        thing.policies.clear()
        thing.keys.update({each: replace(key, is_active=True) for each, key in thing.keys.items()})
        thing.tags.pop(TAG, None)

    def make_again(self, name):
        thing = self.world.iam.things[name]
        keys = {each: HeldKey(self.world.now) for each in thing.keys}
        self.world.iam.things[name] = replace(
            thing, id=f"{thing.id}X", created=self.world.now, used=None, tags={}, policies=set(), keys=keys
        )
        self.uses |= {(name, each): (self.world.now, len(self.world.iam.calls) + 1) for each in ("", *keys)}

    def run(self, failure):
        """`failure`: what happens at which of the calls."""
        world, what, left = self.world, *(failure or ("", 0))
        count = [left]

        def before(call):
            self._hold(call)
            if call in ("get_role", "get_user"):
                self.looked[next(iter(world.iam.asked.values()))] = len(world.iam.calls) + 1
            count[0] -= 1
            if count[0] == 0:
                self._fail(what, call)

        def after(call):
            if count[0] == 0 and what in ("lost", "killed after"):
                count[0] = -1
                raise TimeoutError("no answer") if what == "lost" else Killed

        def noted(entry):
            if entry.step is Step.DISABLED and entry.held == "" and entry.tried is None:
                self.noted.setdefault((entry.id, entry.moved), self.looked[entry.target.name])
            if what == "noted not" and entry.step is Step.DISABLED:
                raise Killed

        def tell(told):
            if what == "untold":
                raise Killed
            if what == "owner untold":
                return Untold(("owner ann was not told: no",), frozenset(each.id for each in told.news))
            for each in told.of(Step.ANNOUNCED):
                self.announced[each.id] = world.now
            return Untold()

        world.iam.before, world.iam.after, world.ledger.before = before, after, noted
        try:
            replace(world.quarantine(), tell=tell).run(world.now)
        except Killed:
            pass
        else:
            self._look()
        world.iam.before = world.iam.after = world.ledger.before = lambda _: None
        world.now += timedelta(minutes=1)

    def _fail(self, what, call):
        if what == "refused":
            raise refusal(call)
        if what == "killed":
            raise Killed
        if what in ("both", "iam", "cloudtrail"):  # Which of them knows of a use at that moment.
            for name in NAMES:
                self.use(name, 0, what)
        if what == "exempt":
            self.tag("deploy", "last-activity:exempt")

    def _hold(self, call):
        """An act, to what protects it while it is done; the second look is what sees a use until then."""
        world = self.world
        if call not in ACTS:
            return
        now = world.now
        acting = [each for each in world.ledger.of(ACCOUNT).values() if each.step is Step.ACTING]
        began = [each for each in acting if each.moved == now]
        if not began:  # It is given back.
            return
        assert world.rules.mode is Mode.ENFORCE
        assert not world.gaps
        assert world.coverage is None
        assert all(now - self.announced[each.id] >= 14 * DAY for each in began)
        assert not any(each.target.name == "glass" for each in began)
        for each in began:
            given_back = self.given_back.get((each.target.name, each.target.key_id), NEVER)
            assert self.announced[each.id] >= given_back
        self.acts.append(now)
        self.looked[began[0].target.name] = len(world.iam.calls) + 1  # To be looked at again.

    def _look(self):
        """At all that is disabled once a run is over."""
        entries = self.world.ledger.of(ACCOUNT).values()
        disabled = {each.target.arn: each for each in entries if each.step is Step.DISABLED}
        half_way = {each.target.arn for each in entries if each.step is Step.ACTING}
        for each in disabled.values():
            keys = [each.target.key_id] if each.target.key_id else ["", *KEYS.get(each.target.name, ())]
            uses = [self.uses[each.target.name, key] for key in keys if (each.target.name, key) in self.uses]
            looked = self.noted[each.id, each.moved]
            assert all(used <= each.moved - LIMIT or after > looked for used, after in uses), each
        for thing in self.world.iam.things.values():
            is_touched = thing.policies or TAG in thing.tags
            assert not is_touched or thing.arn in {*disabled, *half_way}, thing
        touched = [each for each in entries if each.step in (Step.ACTING, Step.DISABLED)]
        assert sum(self.world.now - each.moved < ONE_RUN for each in touched) <= 1  # 5 % of a handful.


names = st.sampled_from(NAMES)
tags = st.sampled_from(["last-activity:exempt", "last-activity:tracker"])
failures = st.none() | st.tuples(st.sampled_from(FAILURES), st.integers(1, 12))
events = st.one_of(
    st.tuples(st.just("run"), failures),
    st.tuples(st.just("run"), failures),
    st.tuples(st.just("days"), st.sampled_from([1, 1, 14, 15, 40, 100])),
    st.tuples(st.just("use"), names, st.sampled_from([0, 1]), st.sampled_from(["both", "iam", "cloudtrail"])),
    st.tuples(st.just("report")),
    st.tuples(st.sampled_from(["tag", "untag"]), names, tags),
    st.tuples(st.sampled_from(["gap", "deaf"]), st.booleans()),
    st.tuples(st.just("mode"), st.sampled_from(Mode)),
    st.tuples(st.sampled_from(["give_back", "make_again"]), names),
)


@settings(max_examples=int(os.environ.get("SIMULATION", "150")), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(events, min_size=1, max_size=14))
def test_nothing_that_is_used_or_protected_is_disabled_whatever_happens(events):
    life = Life()
    for event, *given_ in events:
        getattr(life, event)(*given_)
    life.gap(False)
    life.deaf(False)
    life.days(1)
    life.run(None)


def test_something_is_disabled_where_nothing_speaks_against_it():
    """Else the property would hold of a quarantine that does nothing."""
    life = Life()
    for _ in range(5):
        life.run(None)
        life.days(1)
        life.use("bob", 1, "both")

    assert [life.world.is_disabled(each) for each in ("deploy", "seldom", "alice", "glass", "bob")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert life.world.is_disabled("bob", "AKIA3")
    assert len(life.acts) == 4
