"""An account that lives: things that are used, reports that flag them, and quarantine, which runs on all of that."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from builders import ACCOUNT, NOON
from quarantine_iam import FakeIam, HeldKey, MemoryLedger, Thing
from quarantined import ENFORCED, heard

from activity.days import NONE
from activity.item import Item
from activity.model import Activity, Evidence, denied_facet, id_facet, key_facet
from quarantine.acting import Actor
from quarantine.hands import Hands
from quarantine.run import Quarantine
from quarantine.told import Untold
from reporter.inventory.account import AccessKey, Credentials, Inventory, KeySlot, Role, Use, User
from reporter.judgement.candidates import subjects
from reporter.judgement.judging import judge_account
from reporter.judgement.known import Known, Terms
from reporter.judgement.owners import Remembered
from reporter.listening.coverage import Coverage

DAY = timedelta(days=1)
ARN = f"arn:aws:iam::{ACCOUNT}"


@dataclass
class World:
    """`now` moves on by itself. `told`: what was mailed. `untold`: what could not be. `coverage`: makes one that is heard every day, if it is not set."""

    now: object = NOON
    iam: FakeIam = field(default_factory=FakeIam)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    items: dict = field(default_factory=dict)
    flags: dict = field(default_factory=dict)
    mailed: object = None
    told: list = field(default_factory=list)
    untold: Untold = field(default_factory=Untold)
    rules: object = ENFORCED
    terms: Terms = field(default_factory=Terms)
    coverage: Coverage | None = None
    gaps: tuple = ()
    paused: list = field(default_factory=list)

    def role(self, name="deploy", *, made=500, used=None, path="/", **tags):
        self.iam.things[name] = Thing(
            f"{ARN}:role{path}{name}", f"AROA{name.upper()}", self.now - made * DAY,
            None if used is None else self.now - used * DAY, dict(tags.get("tags", {})),
        )  # fmt: skip
        return self.iam.things[name]

    def user(self, name="alice", *, made=500, keys=(), path="/", tags=None):
        """`keys`: pairs of id and days since the last use."""
        held = {
            each: HeldKey(self.now - made * DAY, None if used is None else self.now - used * DAY)
            for each, used in keys
        }
        self.iam.things[name] = Thing(
            f"{ARN}:user{path}{name}",
            f"AIDA{name.upper()}",
            self.now - made * DAY,
            None,
            dict(tags or {}),
            set(),
            held,
        )
        for each, key in held.items():
            if key.used and key.used > self.now - 290 * DAY:
                self._see(self.iam.things[name], key_facet(each), key.used)
                self._see(self.iam.things[name], id_facet(self.iam.things[name].id), key.used)
        return self.iam.things[name]

    def use(self, name, key="", *, by_iam=True, by_cloudtrail=True, is_refused=False):
        """Of a role or by a user's key; known to both sources at once, if nothing else is said."""
        thing = self.iam.things[name]
        if by_iam and key:
            thing.keys[key] = replace(thing.keys[key], used=self.now)
        elif by_iam:
            thing.used = self.now
        if by_cloudtrail:
            facet = denied_facet if is_refused else id_facet
            self._see(thing, facet(thing.id), self.now)
            if key:
                self._see(thing, denied_facet(key) if is_refused else key_facet(key), self.now)
            used = {(thing.arn, each) for each in (id_facet(thing.id), key_facet(key))}
            self.flags = {each: flag for each, flag in self.flags.items() if each not in used}

    def _see(self, thing, facet, at):
        self.items[thing.arn, facet] = Item(Activity(thing.arn, facet, at, at, Evidence("e"), NONE))

    def items_of(self, principal, *, is_current=False):
        assert is_current
        return {key: item for key, item in self.items.items() if key[0] == principal}

    def known(self, now):
        roles = [each for each in self.iam.things.values() if ":role/" in each.arn]
        users = [each for each in self.iam.things.values() if ":user/" in each.arn]
        inventory = Inventory(ACCOUNT, "", tuple(map(_user, users)), tuple(map(_role, roles)), gaps=self.gaps)
        keys_of = {each.id: tuple(_key(*key) for key in each.keys.items()) for each in users}
        of = tuple(subjects(inventory, keys_of, tag=self.terms.tag))
        there = {each.key for each in of}
        flags = {key: flag for key, flag in self.flags.items() if key in there}
        owners = {key: key[0] for key in flags}
        return Known(
            inventory, now, self.terms, Remembered(flags=flags, previous=self.mailed, owners=owners),
            self.coverage or heard_until(now), keys_of, of, self.items,
        )  # fmt: skip

    def review(self, now):
        return judge_account(self.known(now))

    def mail_report(self):
        """Flags what it finds."""
        report = self.review(self.now)
        self.flags = {each.key: each.flag for each in report.findings if each.subject.facets}
        self.mailed = self.now

    def quarantine(self):
        hands = Hands(self.iam, self.paused.append)
        actor = Actor(hands, self, self.ledger, self.terms, lambda: self.now)
        return Quarantine(self.review, self.tell, self.ledger, actor, self.rules)

    def tell(self, told):
        self.told.append(told)
        return self.untold

    def run(self):
        return self.quarantine().run(self.now)

    def pass_days(self, number):
        self.now += number * DAY

    def announced(self):
        """Flagged, announced, and now due."""
        self.mail_report()
        self.pass_days(1)
        self.run()
        self.pass_days(14)
        return self

    def entry(self, id_):
        return self.ledger.of(ACCOUNT)[id_]

    def is_disabled(self, name, key=""):
        thing = self.iam.things[name]
        return not thing.keys[key].is_active if key else bool(thing.policies)


def heard_until(now):
    made = heard()
    (region,) = made.regions
    later = now - NOON
    days = type(region.days).of(*((now - each * DAY).date() for each in range(431)))
    sent = replace(region.sent, waiting_since=now, last=now)
    return Coverage(
        (replace(region, since=region.since, until=region.until + later, sent=sent, back=now, days=days),)
    )


def _role(role):
    path = role.arn.partition(":role")[2].rpartition("/")[0] + "/"
    return Role(role.name, role.arn, role.id, path, role.created, Use(role.used), dict(role.tags))


def _user(user):
    slots = tuple(KeySlot(key.is_active, key.made, Use(key.used)) for key in user.keys.values())
    credentials = Credentials(user.name, user.created, user.used is not None, user.used, None, slots)
    return User(
        user.name, user.arn, user.id, user.created, user.used, credentials, dict(user.tags), is_looked_up=True
    )


def _key(key_id, key):
    return AccessKey(key_id, key.made, key.is_active, Use(key.used))
