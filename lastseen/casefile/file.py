"""The file of a case: made, opened and checked; and one clear line for each way in which it is not one.

It is one SQLite file that can be copied and handed on. Its journal is SQLite's usual one: a write-ahead log
would be two more files beside it, and could not be read where nothing may be written.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

# "Last": marks our files, as SQLite suggests: https://sqlite.org/pragma.html#pragma_application_id
APPLICATION = int.from_bytes(b"Last", "big")
VERSION = 1
_SCHEMA = (
    """CREATE TABLE items (
        principal TEXT NOT NULL, facet TEXT NOT NULL, item TEXT NOT NULL, session_name TEXT, source_ip TEXT,
        PRIMARY KEY (principal, facet)
    ) WITHOUT ROWID""",
    "CREATE INDEX by_facet ON items (facet, principal)",
    "CREATE INDEX by_session_name ON items (session_name)",
    "CREATE INDEX by_source_ip ON items (source_ip)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)
_TABLES = "SELECT count(*) FROM sqlite_master"
_REPLAY = "replay the logs into a new file"
# Seconds to wait while another process writes: a replay's longest write takes a few.
_PATIENCE = 60.0


class UnusableCase(Exception):
    """A file that is no case file, or can't be read or written; the message names it and says what to do."""


class CaseFile:
    """Several threads may ask at once; they take turns."""

    def __init__(self, path: Path, *, makes: bool = False, patience: float = _PATIENCE) -> None:
        """`makes`: a file that isn't there, or is empty, becomes a case file. Raises UnusableCase."""
        self.path = path
        self._lock = RLock()
        with self._usable():
            if not makes and not path.exists():
                raise UnusableCase(f"there is no case file {path}: {_anew(path)}")
            self._connection = _connection(path, makes=makes, patience=patience)
        try:
            with self._usable():
                self._look(makes=makes)
        except UnusableCase:
            self.close()
            raise

    def read(self, sql: str, values: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
        """Raises UnusableCase."""
        with self._lock, self._usable():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; nobody else writes meanwhile. Raises sqlite3.Error."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()
                raise

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            raise UnusableCase(why(self.path, error)) from error

    def _look(self, *, makes: bool) -> None:
        self._check_length()
        application, version = (self._number(f"PRAGMA {name}") for name in ("application_id", "user_version"))
        if not (application or version or self._number(_TABLES)):
            self._make(is_wanted=makes)
        elif application != APPLICATION:
            raise UnusableCase(
                f"{self.path} is a database of another program: name another file, {_or(self.path)}"
            )
        elif version == VERSION and not self._is_whole():
            raise UnusableCase(
                f"{self.path} has other tables than a case file: name another file, {_or(self.path)}"
            )
        elif version != VERSION:
            raise UnusableCase(
                f"{self.path} is of another version of lastseen (format {version}; this one has {VERSION}):"
                f" use that version, or {_REPLAY}"
            )

    def _check_length(self) -> None:
        """SQLite takes a page that is there in part for a whole one, until it reads it."""
        self._connection.execute("BEGIN")
        try:
            self._number(_TABLES)  # From now on, nobody else writes.
            if _missing(self.path) > 0:
                raise UnusableCase(_cut_off(self.path))
        finally:
            self._connection.rollback()

    def _make(self, *, is_wanted: bool) -> None:
        if not is_wanted:
            raise UnusableCase(f"{self.path} is empty: {_anew(self.path)}")
        with self.writing() as connection:
            # Another process may have made it meanwhile.
            for statement in () if self._number(_TABLES) else _SCHEMA:
                connection.execute(statement)

    def _is_whole(self) -> bool:
        """Beside its items, it keeps which files are done. A view could answer anything, and without end."""
        made = self._connection.execute("SELECT type, sql FROM sqlite_master").fetchall()
        wanted = {each for each in _SCHEMA if each.startswith("CREATE")}
        return {kind for kind, _ in made} <= {"table", "index"} and wanted <= {sql for _, sql in made}

    def _number(self, sql: str) -> int:
        (number,) = self._connection.execute(sql).fetchone()
        return int(number)


def why(path: Path, error: Exception) -> str:
    """What is wrong, in one line, and what to do."""
    said = str(error)
    if "not a database" in said:
        return f"{path} is not a case file: name another, {_or(path)}"
    if "malformed" in said and _missing(path) > 0:
        return _cut_off(path)
    if "malformed" in said:
        return f"{path} is damaged ({said}): use a copy of it, or {_REPLAY}"
    if "locked" in said:
        return f"{path} is being written by another process: try again once that is done"
    return f"the case file {path} cannot be used: {said}"


def _cut_off(path: Path) -> str:
    return f"{path} is cut off: its last {_missing(path):,} bytes are missing. Copy it again, or {_REPLAY}"


def _missing(path: Path) -> int:
    """Bytes that the file should have by its header: https://sqlite.org/fileformat.html#the_database_header"""
    with path.open("rb") as file:
        header = file.read(32)
    size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    return pages * (1 << 16 if size == 1 else size) - path.stat().st_size


def _connection(path: Path, *, makes: bool, patience: float) -> sqlite3.Connection:
    """In transactions that are begun by hand: Python's own begin too late to read in them."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'rwc' if makes else 'rw'}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    if not makes:
        connection.execute("PRAGMA query_only = 1")
    return connection


def _anew(path: Path) -> str:
    return f"make it with lastseen replay LOGS --db {path}"


def _or(path: Path) -> str:
    return f"or make a new one with lastseen replay LOGS --db {path.with_name('case.sqlite').name}"
