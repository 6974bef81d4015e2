"""What may happen to an account and to the tracker beside it, in any order."""

import sys

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from simulation.life import Life
from simulation.tracker import NONE, Trouble

NAMES = st.sampled_from(["ann", "bob", "cat"])
PATHS = st.sampled_from(["/", "/ci/:role/"])
NUMBERS = st.integers(0, 3)
HOURS = st.sampled_from([None, 0, 2, 4])
LOTS = st.integers(0, 20)
SELDOM = st.sampled_from([False, False, True])
# A use may be heard of and told at once; in which order is by this number.
AT_ONCE = st.none() | LOTS
USES = st.sampled_from(["role", "role", "key", "password"])
# From one use to the next, so many days more.
OFF = st.sampled_from([0, 0, 1, 2, 20])
CALLS = st.sampled_from(
    [
        "GenerateCredentialReport",
        "GetAccountAuthorizationDetails",
        "ListUsers",
        "ListAccessKeys",
        "GetAccessKeyLastUsed",
    ]
)
READS = st.sampled_from(["by_facet", "by_flag", "BatchGetItem", "Query"])
ONE_TROUBLE = st.one_of(
    st.builds(Trouble, iam=CALLS.map(lambda call: frozenset([call]))),
    st.builds(Trouble, mails=st.just(True)),
    st.builds(Trouble, writes=LOTS),
    st.builds(Trouble, note=st.just(True)),
    st.builds(Trouble, reads=READS),
)
MANY_TROUBLES = st.builds(
    Trouble,
    iam=st.frozensets(CALLS, max_size=2),
    mails=st.booleans(),
    writes=st.none() | LOTS,
    note=st.booleans(),
    reads=st.just("") | READS,
)
MAYBE_TROUBLE = st.one_of(st.just(NONE), st.just(NONE), ONE_TROUBLE, ONE_TROUBLE | MANY_TROUBLES)
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
        self.is_regular = False
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

    def hear_and_tell(self, number):
        if number is not None:
            self.life.hear()
            self.life.tell(number)

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
    @rule(number=NUMBERS, path=PATHS, is_made_anew=st.booleans())
    def delete_user(self, number, path, is_made_anew):
        user = self.user(number)
        self.life.delete(user)
        if is_made_anew:
            self.life.make_user(user.name, path, has_password=True, keys=1)

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
    @rule(path=PATHS, is_made_anew=st.booleans())
    def delete_role(self, path, is_made_anew):
        self.life.delete(self.role(0))
        if is_made_anew:
            self.life.make_role("batch", path)

    @has("users")
    @rule(
        number=NUMBERS,
        key=NUMBERS,
        is_refused=st.booleans(),
        is_anonymous=SELDOM,
        known=HOURS,
        is_lost=SELDOM,
        told=AT_ONCE,
    )
    def use_key(self, number, key, told, **how):
        self.life.use_key(self.user(number), key, **how)
        self.hear_and_tell(told)

    @has("users")
    @rule(number=NUMBERS, known=st.sampled_from([0, 2, 4]), is_lost=SELDOM, told=AT_ONCE)
    def sign_in(self, number, told, **how):
        self.life.sign_in(self.user(number), **how)
        self.hear_and_tell(told)

    @has("users")
    @rule(number=NUMBERS, is_refused=st.booleans(), told=AT_ONCE)
    def call_in_session(self, number, is_refused, told):
        self.life.call_in_session(self.user(number), is_refused=is_refused)
        self.hear_and_tell(told)

    @has("roles")
    @rule(
        how=st.sampled_from(["called", "refused", "switched to", "assumed by a service"]),
        known=HOURS,
        is_lost=SELDOM,
        told=AT_ONCE,
    )
    def use_role(self, how, told, **more):
        self.life.use_role(self.role(0), how, **more)
        self.hear_and_tell(told)

    @has("users", "roles")
    @rule(number=NUMBERS, told=AT_ONCE)
    def assume(self, number, told):
        self.life.assume(self.user(number), self.role(0))
        self.hear_and_tell(told)

    @has("users", "roles")
    @precondition(lambda self: not self.is_regular)
    @rule(number=NUMBERS, what=USES, every=st.sampled_from([35, 50]), times=st.integers(4, 5), off=OFF)
    def use_regularly(self, number, what, every, times, off):
        """It may be dormant from then on. Once in a life: longer lives forget their flags."""
        self.is_regular = True
        for _ in range(times):
            if what == "role":
                self.life.use_role(self.role(0), "called")
            elif what == "key":
                self.life.use_key(self.user(number))
            else:
                self.life.sign_in(self.user(number))
            self.life.wait(days=every + off)
            self.life.hear()
            self.life.report()
        self.life.wait(days=every // 3)
        self.life.hear()
        self.life.report()

    @rule(trouble=MAYBE_TROUBLE)
    def hear(self, trouble):
        self.life.hear(trouble)

    @rule(number=LOTS, most=st.none() | st.integers(1, 5), trouble=MAYBE_TROUBLE)
    def tell(self, number, most, trouble):
        self.life.tell(number, most, trouble)

    @rule(trouble=MAYBE_TROUBLE, is_heard_meanwhile=st.booleans())
    def report(self, trouble, is_heard_meanwhile):
        self.life.report(trouble, is_heard_meanwhile=is_heard_meanwhile)

    @rule(number=LOTS)
    def pass_an_uneventful_day(self, number):
        self.life.hear()
        self.life.tell(number)
        self.life.wait(days=1)
        self.life.report()

    @rule()
    def expire(self):
        self.life.expire()
