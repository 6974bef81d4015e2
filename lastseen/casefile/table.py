"""The activity table in a case file: written in transactions, and read by key, principal and facet."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from activity.item import Item, UnreadableItem, activity_of, readable, stored
from activity.keeping import Keeping, Key, Outcome, Recorded
from activity.model import Activity
from lastseen.casefile.file import CaseFile, why

_ITEM = "SELECT item FROM items WHERE principal = ? AND facet = ?"
# Nothing expires, and no item is too long: all days are kept.
_ALL = timedelta(days=999_999)
_WRITE = "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?)"
# Greater than any text that begins with what it is appended to.
END = "\U0010ffff"


class CaseTable:
    """Answers as `activity.table.ActivityTable` does. Its items don't expire. Reading raises UnusableCase."""

    def __init__(self, file: CaseFile, keeping: Keeping | None = None) -> None:
        self._file = file
        self._keeping = keeping or Keeping()

    def record(self, activity: Activity) -> Recorded:
        """Raises sqlite3.Error, and UnreadableItem if somebody has edited the item."""
        with self._file.writing() as connection:
            return self._record(connection, activity)

    def record_all(self, activities: Sequence[Activity]) -> Outcome:
        """All in one transaction: what is read is what is written over, whoever else writes."""
        try:
            with self._file.writing() as connection:
                return Outcome.of(activities, [self._attempt(connection, each) for each in activities])
        except sqlite3.Error as error:
            return Outcome.of(activities, [why(self._file.path, error)] * len(activities))

    def get(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items that exist among `keys`."""
        found = ((key, self._file.read(_ITEM, key)) for key in dict.fromkeys(keys))
        return {key: item_of(key, rows[0][0]) for key, rows in found if rows}

    def of(self, principal: str, *, facet_begins: str = "") -> Iterator[Activity]:
        """All activities of one principal, by facet."""
        items = self.items_of(principal, facet_begins=facet_begins)
        return (item.activity for item in items.values() if item.activity)

    def items_of(self, principal: str, *, facet_begins: str = "", is_current: bool = True) -> dict[Key, Item]:  # noqa: ARG002  # every read is
        """All items of one principal, by facet."""
        rows = self._file.read(
            "SELECT facet, item FROM items WHERE principal = ? AND facet BETWEEN ? AND ? ORDER BY facet",
            (principal, facet_begins, facet_begins + END),
        )
        return {(principal, facet): item_of((principal, facet), item) for facet, item in rows}

    def principals_with(self, facet: str) -> list[str]:
        """Every principal seen with `facet`."""
        rows = self._file.read("SELECT principal FROM items WHERE facet = ? ORDER BY principal", (facet,))
        return [principal for (principal,) in rows]

    def _attempt(self, connection: sqlite3.Connection, activity: Activity) -> Recorded | str:
        try:
            return self._record(connection, activity)
        except (UnreadableItem, UnicodeEncodeError) as error:
            return str(error)

    def _record(self, connection: sqlite3.Connection, activity: Activity) -> Recorded:
        row = connection.execute(_ITEM, activity.key).fetchone()
        new: Activity | None = activity
        if row:
            known = activity_of(_plain(activity.key, row[0]))
            new = activity.superseding(known, self._keeping.resolution_of(activity.facet), _ALL)
            if new is None:
                return Recorded(known, is_written=False)
        assert new  # noqa: S101  # one that is not kept at all would still be itself
        connection.execute(_WRITE, _row(new))
        return Recorded(new, is_written=True)


def item_of(key: Key, text: str) -> Item:
    """An item that somebody edited has only its problem."""
    try:
        return readable(_plain(key, text))
    except UnreadableItem as error:
        return Item(None, problem=str(error))


def _plain(key: Key, text: str) -> Mapping[str, Any]:
    try:
        item = json.loads(text)
    except (ValueError, RecursionError, TypeError) as error:
        raise UnreadableItem.named(key, "it is no JSON") from error
    if not isinstance(item, dict) or not all(map(_is_typed, item.values())):
        raise UnreadableItem.named(key, "its attributes are not as DynamoDB has them")
    return {**item, "principal": {"S": key[0]}, "facet": {"S": key[1]}}


def _is_typed(value: object) -> bool:
    """As one attribute of an item of ours."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((kind, plain),) = value.items()
    return isinstance(plain, bool) if kind == "BOOL" else kind in ("S", "N") and isinstance(plain, str)


def _row(activity: Activity) -> tuple[str | None, ...]:
    evidence = activity.evidence
    item = json.dumps(stored(activity), ensure_ascii=False, separators=(",", ":"))
    return *activity.key, item, evidence.session_name or None, evidence.source_ip or None
