"""Which files have been read into which table, so that a second run need not read them again."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from json import dumps, loads
from pathlib import Path

from lastseen.past.files import File
from lastseen.past.wanted import Wanted

_TABLE = """
CREATE TABLE IF NOT EXISTS done (
    target TEXT, name TEXT, mark TEXT NOT NULL, wanted TEXT NOT NULL, PRIMARY KEY (target, name)
) WITHOUT ROWID
"""


class UnusableState(Exception):
    """The file that keeps the state cannot be used; the message names it."""


def default_path(environ: Mapping[str, str]) -> Path:
    """https://specifications.freedesktop.org/basedir-spec/latest/"""
    home = environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(home).expanduser() / "lastseen" / "replayed.sqlite"


class Done:
    """`target` names the table. To lose the file costs time, nothing else: a second write changes nothing.

    `others`: files that another version marked in a way that is not understood; they count as not done.
    Raises UnusableState.
    """

    def __init__(self, path: Path, target: str, *, is_forgetful: bool = False, patience: float = 30) -> None:
        """`patience`: for how many seconds to wait while another replay writes to the file."""
        self._path = path
        self._target = target
        self._is_forgetful = is_forgetful
        self.others = 0
        with self._usable():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=patience)
            self._connection.execute(_TABLE)

    def has(self, file: File, wanted: Wanted) -> bool:
        """Whether all that is wanted of the file, as it is now, was written."""
        if self._is_forgetful:
            return False
        with self._usable():
            row = self._connection.execute(
                "SELECT mark, wanted FROM done WHERE target = ? AND name = ?", (self._target, file.name)
            ).fetchone()
        if row is None or row[0] != file.mark:
            return False
        try:
            return wanted.within(_wanted(row[1]))
        except (AttributeError, KeyError, TypeError, ValueError):
            self.others += 1
            return False

    def add(self, files: Iterable[tuple[File, Wanted]]) -> None:
        rows = [(self._target, file.name, file.mark, dumps(wanted.as_dict())) for file, wanted in files]
        with self._usable(), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?)", rows)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            why = f"what is done cannot be kept in {self._path}: {error}; name another file by --state"
            raise UnusableState(why) from error


@lru_cache(maxsize=256)
def _wanted(text: str) -> Wanted:
    return Wanted.from_dict(loads(text))
