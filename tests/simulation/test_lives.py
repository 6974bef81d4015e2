"""Made-up lives of an account, each against the truth.

The lives are the same for the same code, and others for another. SIMULATION=1000 in the environment makes a
thousand in each part, at random.
"""

import os
import secrets
import sys
import zlib

import pytest
from builders import ROOT
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from simulation.life import Life
from simulation.tracker import NONE, Trouble

NAMES = st.sampled_from(["ann", "bob", "cat"])
PATHS = st.sampled_from(["/", "/ci/:role/"])
NUMBERS = st.integers(0, 3)
HOURS = st.sampled_from([None, 0, 2, 4])
LOTS = st.integers(0, 20)
TROUBLES = st.builds(
    Trouble,
    iam=st.sets(
        st.sampled_from(
            [
                "GenerateCredentialReport",
                "GetAccountAuthorizationDetails",
                "ListUsers",
                "ListAccessKeys",
                "GetAccessKeyLastUsed",
            ]
        ),
        max_size=2,
    ).map(frozenset),
    mails=st.booleans(),
    writes=st.none() | LOTS,
    note=st.booleans(),
    reads=st.sampled_from(["", "", "by_facet", "by_flag", "BatchGetItem", "Query"]),
)
MAYBE_TROUBLE = st.just(NONE) | TROUBLES
PAUSES = [{"minutes": 1}, {"minutes": 30}, {"hours": 3}, {"days": 1}, {"days": 12}, {"days": 35}, {"days": 70}]


def has(*lists):
    return precondition(lambda self: all(getattr(self.life.account, each) for each in lists))


class Lives(RuleBasedStateMachine):
    @initialize(
        path=PATHS,
        has_password=st.booleans(),
        keys=st.integers(0, 2),
        others=st.integers(0, 2),
        is_told=st.booleans(),
    )
    def begin(self, path, has_password, keys, others, is_told):
        self.life.make_user("ann", path, has_password=has_password, keys=keys)
        for name in ("bob", "cat")[:others]:
            self.life.make_user(name, has_password=True, keys=1)
        self.life.make_role("batch", path)
        self.life.wait(days=70)
        if is_told:
            self.life.report()

    def __init__(self):
        super().__init__()
        self.life = Life()
        self.running = self.life.tracker.running()
        self.running.__enter__()

    def teardown(self):
        try:
            if sys.exc_info()[0]:  # It failed before.
                return
            self.life.settle()
            self.life.wait(hours=5)
            self.life.report()
            self.life.settle()
        finally:
            self.running.__exit__(None, None, None)

    def user(self, number):
        return self.life.account.users[number % len(self.life.account.users)]

    def role(self, number):
        return self.life.account.roles[number % len(self.life.account.roles)]

    @rule(pause=st.sampled_from(PAUSES))
    def wait(self, pause):
        self.life.wait(**pause)

    @rule(name=NAMES, path=PATHS, has_password=st.booleans(), keys=st.integers(0, 2))
    def make_user(self, name, path, has_password, keys):
        self.life.make_user(name, path, has_password=has_password, keys=keys)

    @has("users")
    @rule(number=NUMBERS, name=NAMES, path=PATHS)
    def rename(self, number, name, path):
        self.life.rename(self.user(number), name, path)

    @has("users")
    @rule(number=NUMBERS)
    def delete_user(self, number):
        self.life.delete(self.user(number))

    @has("users")
    @rule(number=NUMBERS, what=st.sampled_from(["set_password", "delete_password", "make_key"]))
    def change(self, number, what):
        getattr(self.life, what)(self.user(number))

    @has("users")
    @rule(number=NUMBERS, key=NUMBERS, what=st.sampled_from(["toggle_key", "delete_key"]))
    def change_key(self, number, key, what):
        user = self.user(number)
        if user.keys:
            getattr(self.life, what)(user, key)

    @has("users")
    @rule(number=NUMBERS, is_exempt=st.booleans())
    def exempt_user(self, number, is_exempt):
        self.life.exempt(self.user(number), is_exempt)

    @has("roles")
    @rule(is_exempt=st.booleans())
    def exempt_role(self, is_exempt):
        self.life.exempt(self.role(0), is_exempt)

    @rule(path=PATHS)
    def make_role(self, path):
        self.life.make_role("batch", path)

    @has("roles")
    @rule()
    def delete_role(self):
        self.life.delete(self.role(0))

    @has("users")
    @rule(
        number=NUMBERS,
        key=NUMBERS,
        is_refused=st.booleans(),
        is_anonymous=st.sampled_from([False, False, True]),
        known=HOURS,
        is_lost=st.sampled_from([False, False, True]),
    )
    def use_key(self, number, **how):
        self.life.use_key(self.user(number), how.pop("key"), **how)

    @has("users")
    @rule(number=NUMBERS, known=st.sampled_from([0, 2, 4]), is_lost=st.sampled_from([False, False, True]))
    def sign_in(self, number, **how):
        self.life.sign_in(self.user(number), **how)

    @has("users")
    @rule(number=NUMBERS, is_refused=st.booleans())
    def call_in_session(self, number, is_refused):
        self.life.call_in_session(self.user(number), is_refused=is_refused)

    @has("roles")
    @rule(
        how=st.sampled_from(["called", "refused", "switched to", "assumed by a service"]),
        known=HOURS,
        is_lost=st.sampled_from([False, False, True]),
    )
    def use_role(self, how, **more):
        self.life.use_role(self.role(0), how, **more)

    @has("users", "roles")
    @rule(number=NUMBERS)
    def assume(self, number):
        self.life.assume(self.user(number), self.role(0))

    @rule(trouble=MAYBE_TROUBLE)
    def hear(self, trouble):
        self.life.hear(trouble)

    @rule(number=LOTS, most=st.none() | st.integers(1, 5), trouble=MAYBE_TROUBLE)
    def tell(self, number, most, trouble):
        self.life.tell(number, most, trouble)

    @rule(trouble=MAYBE_TROUBLE)
    def report(self, trouble):
        self.life.report(trouble)

    @rule(number=LOTS)
    def pass_an_uneventful_day(self, number):
        self.life.hear()
        self.life.tell(number)
        self.life.wait(days=1)
        self.life.report()

    @rule()
    def expire(self):
        self.life.expire()


ROUNDS = int(os.environ.get("SIMULATION", "0"))
PARTS = 4  # To be run side by side.


def drawn_by_the_code():
    """A number that any change of what is simulated changes."""
    files = [
        path for name in ("activity", "awakened", "ingest", "reporter") for path in (ROOT / name).glob("*.py")
    ]
    return zlib.crc32(b"".join(path.read_bytes() for path in sorted(files)))


@pytest.fixture(autouse=True)
def in_order(monkeypatch):
    """Nothing is slept, and threads take turns only when one waits: a life is the same each time."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_life_of_an_account_is_told_wrongly(part):
    number = secrets.randbits(32) if ROUNDS else drawn_by_the_code() + part
    lives = seed(number)(type("Lives", (Lives,), {}))

    run_state_machine_as_test(
        lives,
        settings=settings(
            max_examples=ROUNDS or 40,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
