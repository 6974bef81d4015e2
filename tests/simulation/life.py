"""One life of an account, and the tracker beside it: what people, AWS and time do to both."""

from datetime import timedelta

from builders import ACCOUNT, NOON
from simulation import events
from simulation.account import Account, Key, Role, Use, User
from simulation.ledger import Mails, Notices, flagged_thing
from simulation.tracker import NONE, Tracker
from simulation.verdicts import check_verdicts, thing_of

NEVER = None
RETENTION = timedelta(days=400)


class Life:
    def __init__(self):
        self.now = self.reported = NOON
        self.account = Account()
        self.tracker = Tracker(self.account, lambda: self.now)
        self.mails = Mails(self.account)
        self.notices = Notices(self.account, self.tracker)

    def wait(self, **time):
        """What is on its way comes within a day."""
        pause = timedelta(**time)
        if pause > timedelta(days=1):
            self.settle()
        for days in range(1, pause.days + 1, 4):
            self._send_of_nobody(self.now + timedelta(days=days))
        self.now += pause

    def _send_of_nobody(self, at):
        name = f"nobody-{self.account.number()}"
        self.account.others[name] = at
        self.tracker.queue[name] = events.of_nobody(name, at)

    def _take_a_second(self):
        """No two uses of the same second can be told apart: which was the last."""
        self.now += timedelta(seconds=1)

    def _take_ten_seconds(self):
        """The credential report has names: whose row it is tells when who has it was made, give or take five."""
        self.now += timedelta(seconds=10)

    # What people do to the account

    def make_user(self, name, path="/", *, has_password=False, keys=0):
        if self._user_named(name):
            return None
        self._take_ten_seconds()
        user = User(f"AIDA{self.account.number()}", name, path, self.now, self.now)
        user.password = self.now if has_password else None
        user.keys += [Key(self.account.key_id(), self.now) for _ in range(keys)]
        self.account.users.append(user)
        return user

    def rename(self, user, name, path="/"):
        """Not to a name whose events told no id: these would be taken for the one's who comes to it."""
        other = self._user_named(name)
        self._take_a_second()
        if name in {use.arn.rpartition("/")[2] for use in self.account.uses if use.is_anonymous}:
            return
        if other in (None, user) and (user.name, user.path) != (name, path):
            user.name, user.path, user.is_renamed = name, path, True

    def delete(self, thing):
        self._take_a_second()
        those = self.account.users if isinstance(thing, User) else self.account.roles
        those.remove(thing)

    def set_password(self, user):
        user.password = user.renewed = self.now

    def delete_password(self, user):
        user.password = None

    def make_key(self, user):
        if len(user.keys) < 2:
            user.keys.append(Key(self.account.key_id(), self.now))
            user.renewed = self.now

    def toggle_key(self, user, number):
        key = user.keys[number % len(user.keys)]
        key.is_active = not key.is_active
        key.toggled = self.now if key.is_active else None

    def delete_key(self, user, number):
        del user.keys[number % len(user.keys)]

    def exempt(self, thing, is_exempt=True):
        thing.is_exempt = is_exempt

    def make_role(self, name, path="/"):
        self._take_a_second()
        if all(role.name != name for role in self.account.roles):
            self.account.roles.append(Role(f"AROA{self.account.number()}", name, path, self.now))
            return self.account.roles[-1]
        return None

    # How it is used. `known`: after how many hours IAM tells of it, if ever; `is_lost`: CloudTrail never does

    def use_key(self, user, number=0, *, is_refused=False, is_anonymous=False, known=NEVER, is_lost=False):
        active = [key for key in user.keys if key.is_active]
        if not active:
            return
        key = active[number % len(active)]
        things = ("access_key", key.id), ("user", user.id)
        use = self._used(user, things, known, is_refused=is_refused, is_anonymous=is_anonymous)
        self._send(use, events.call(use, key.id, error=_error(is_refused)), is_lost)

    def sign_in(self, user, *, known=4, is_lost=False):
        if user.password:
            use = self._used(user, (("password", user.id), ("user", user.id)), known)
            self._send(use, events.sign_in(use), is_lost)

    def call_in_session(self, user, *, is_refused=False):
        use = self._used(user, (("user", user.id),), NEVER, is_refused=is_refused)
        self._send(use, events.call(use, error=_error(is_refused)))

    def use_role(self, role, how, *, known=NEVER, is_lost=False):
        is_by_service = how == "assumed by a service"
        is_refused = how == "refused"
        use = self._used(role, (("role", role.id),), known, is_refused=is_refused, is_anonymous=is_by_service)
        body = {
            "called": events.role_call,
            "refused": lambda use: events.role_call(use, error=_error(True)),
            "switched to": events.switch,
            "assumed by a service": events.assumed_by_service,
        }[how](use)
        self._send(use, body, is_lost)

    def assume(self, user, role):
        active = [key for key in user.keys if key.is_active]
        if active:
            things = ("access_key", active[0].id), ("user", user.id)
            caller = self._used(user, things, NEVER)
            use = self._used(role, (("role", role.id),), NEVER, event=caller.event)
            self._send(use, events.assumed_by_user(use, caller, active[0].id))

    # What the tracker does

    def hear(self, trouble=NONE):
        self._heard(self.tracker.hear(trouble))

    def _heard(self, done):
        for use in self.account.uses:
            use.is_heard |= use.event in done
        self.account.heard |= done & self.account.others.keys()

    def tell(self, number=0, most=None, trouble=NONE):
        begun, put, flagged = len(self.tracker.sns.sent), len(self.tracker.bus.sent), self._flagged()
        self.tracker.tell(number, most, trouble)
        used = {name for _, name in self.tracker.bus.sent[put:]}
        assert used <= flagged, f"{used - flagged} are told as used again, and were not flagged"
        self.notices.sent(self.tracker.sns.sent[begun:])
        if not self.tracker.is_behind:
            self.notices.check_that_all_are_told()

    def report(self, trouble=NONE, *, is_heard_meanwhile=False):
        if trouble.reads in ("by_flag", "Query"):
            self.mails.flags_were_not_listed()
        holders = self.tracker.holders()
        heard = []
        meanwhile = (lambda: heard.append(self.tracker.hear())) if is_heard_meanwhile else (lambda: None)
        put = len(self.tracker.bus.sent)
        report = self.tracker.report(trouble, meanwhile)
        assert self.tracker.bus.sent[put:] == (events_of(report, holders) if report else [])
        if report:
            check_verdicts(self.account, self.tracker, report, self.now)
            self.mails.sent(report, trouble, holders, self.tracker.iam.reported)
        self._heard({name for names in heard for name in names})
        self.reported = self.now
        found = {thing_of(each.subject) for each in report.findings} if report else set()
        flagged = self.notices.flags_changed(trouble, found)
        if report is None or trouble.note:
            self.mails.went_astray(flagged, self.tracker.overwritten(holders))
        self.wait(minutes=1)

    def _flagged(self):
        """The ids of all that the table has as flagged."""
        items = {key for key, item in self.tracker.table.items.items() if "flagged" in item}
        return {
            id_of(flagged_thing(key, holder)) for key, holder in self.tracker.holders().items() if key in items
        }

    def expire(self):
        """What was flagged longer ago than the table keeps anything is forgotten, and nothing else."""
        self.tracker.table.expire(self.now)
        forgotten = self.notices.flags_expired()
        assert not forgotten or self.now - self.reported > RETENTION, f"{forgotten} expired"
        self.mails.forgot(forgotten)

    def settle(self):
        """All that is on its way comes in the end."""
        self.hear()
        for number in range(20):
            self.tell(number)
        assert not self.tracker.is_behind, "what comes again and again is never told"
        assert not self.tracker.sqs.sent, "a change that cannot be read"

    def _user_named(self, name):
        return next((user for user in self.account.users if user.name == name), None)

    def _used(self, who, things, known, *, event="", **more):
        self._take_a_second()
        iam_knows = None if known is NEVER else self.now + timedelta(hours=known)
        event = event or f"event-{self.account.number()}"
        use = Use(event, who.id, who.arn, things, self.now, iam_knows=iam_knows, **more)
        self.account.uses.append(use)
        return use

    def _send(self, use, body, is_lost=False):
        if not is_lost:
            self.tracker.queue[use.event] = body


def _error(is_refused):
    return "AccessDenied" if is_refused else ""


def id_of(thing):
    """Of a finding: by what lasts, whatever its names were."""
    kind, held = thing
    return f"{ACCOUNT}:{kind}:{held}"


def events_of(report, holders):
    """What a mailed report puts on the bus. `holders`: whose each flag was before, by its key."""
    new = [("Stale Access Opened", id_of(thing_of(each.subject))) for each in report.findings if each.is_new]
    over = [flagged_thing(each.key, holders[each.places[0]]) for each in report.resolved]
    return new + [("Stale Access Resolved", id_of(thing)) for thing in over]
