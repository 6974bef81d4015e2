"""All that is known of one account, as one value. It decides what to ask next, and the report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activity.item import Item
from activity.keeping import Key
from activity.model import Activity
from activity.quarantine.entry import Entry
from activity.snooze import Snooze
from reporter.inventory.account import Gap, Inventory
from reporter.judgement.owners import Remembered
from reporter.judgement.seen import Seen
from reporter.judgement.subjects import KeysOf, Limits, Subject
from reporter.listening.coverage import Coverage


@dataclass(frozen=True, slots=True)
class Terms:
    """The settings to judge an account by. `retention`: how long the table keeps sightings.

    `owner_tags`: which tags name an owner, the first one first; none if owners are not told of.
    `account_owner`: whose the account is, "" if nobody is known.
    """

    limits: Limits = field(default_factory=Limits)
    tag: str = "last-activity:exempt"
    retention: timedelta = timedelta(days=400)
    owner_tags: tuple[str, ...] = ()
    account_owner: str | Gap = ""


@dataclass(frozen=True, slots=True)
class Root:
    """The root user: `seen` by CloudTrail, `used` according to IAM. `active_keys`: None if not known.

    `unread`: why the table's items could not be read.
    """

    seen: datetime | None
    used: datetime | None
    active_keys: int | None
    refused: datetime | None = None
    unread: Gap | None = None

    @property
    def is_known(self) -> bool:
        """Whether its last use could be read from both sources."""
        return self.unread is None and self.active_keys is not None


@dataclass(frozen=True, slots=True)
class Known:
    """`keys_of`: by user id, for users whose key ids are needed. `subjects`: what to judge.

    `items`: the table's items of them. `elsewhere`: its items under other names of those who seem idle.
    `gaps`: what could not be read, besides the inventory's and the coverage's gaps. `snoozes`: by finding.
    `quarantine`: all that it keeps of the account.
    """

    inventory: Inventory
    now: datetime
    terms: Terms = field(default_factory=Terms)
    remembered: Remembered = field(default_factory=Remembered)
    coverage: Coverage = field(default_factory=Coverage)
    keys_of: KeysOf = field(default_factory=dict)
    subjects: tuple[Subject, ...] = ()
    items: Mapping[Key, Item] | Gap = field(default_factory=dict)
    elsewhere: Mapping[Key, Item] | Gap = field(default_factory=dict)
    root: Root | None = None
    gaps: tuple[Gap, ...] = ()
    snoozes: Mapping[str, Snooze] = field(default_factory=dict)
    quarantine: tuple[Entry, ...] = ()

    def seen(self) -> Seen:
        return Seen((*_activities(self.elsewhere), *_activities(self.items)))

    def unread_of(self, subject: Subject) -> Gap | None:
        """Why there may be sightings of it that could not be read."""
        if isinstance(self.items, Gap):
            return self.items
        own = (self.items.get(place) for place in subject.places)
        edited = next((item.problem for item in own if item and item.problem), None)
        if edited:
            return Gap("the activity table", edited)
        return self.elsewhere if isinstance(self.elsewhere, Gap) else None


def _activities(items: Mapping[Key, Item] | Gap) -> Iterator[Activity]:
    if not isinstance(items, Gap):
        yield from (item.activity for item in items.values() if item.activity)
