"""What readers ask of the activity table, wherever it is kept: in DynamoDB, or in a case file."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from activity.accounts import Account
from activity.item import Flag, Item
from activity.keeping import Key
from activity.model import Activity
from activity.quarantine.entry import Entry
from activity.snooze import Listed


class Sightings(Protocol):
    """As `activity.table.ActivityTable` answers."""

    def get(self, keys: Iterable[Key]) -> dict[Key, Item]: ...

    def of(self, principal: str, *, facet_begins: str = "") -> Iterator[Activity]: ...

    def items_of(
        self, principal: str, *, facet_begins: str = "", is_current: bool = False
    ) -> dict[Key, Item]: ...

    def principals_with(self, facet: str) -> list[str]: ...


class Searches(Protocol):
    """As `activity.scan.Scan` answers."""

    def keys(self, *, facet_begins: str) -> list[Key]: ...

    def names(self) -> list[Key]: ...

    def recencies(self) -> dict[Key, Item]: ...

    def last_seen_as(self, session_name: str) -> dict[Key, Item]: ...

    def last_seen_from(self, address: str) -> dict[Key, Item]: ...

    def flagged(self) -> list[Key]: ...


class Flagged(Protocol):
    """As `activity.flags.Flags` answers."""

    def of(self, account: str) -> dict[Key, Flag]: ...

    def exempt_of(self, account: str) -> set[Key]: ...


class Snoozed(Protocol):
    """As `activity.snoozes.Snoozes` answers."""

    def of(self, account: str) -> Listed: ...


class Quarantined(Protocol):
    """As `activity.quarantine.ledger.Ledger` answers."""

    def of(self, account: str) -> Mapping[str, Entry]: ...


class Named(Protocol):
    """As `activity.names.Names` answers."""

    def all(self) -> Mapping[str, Account]: ...

    def of(self, account: str) -> str: ...
