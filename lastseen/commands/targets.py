"""The tables that `lastseen replay` fills: on AWS, in a case file, or in memory."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from activity import settings
from activity.keeping import Keeping
from activity.table import ActivityTable
from lastseen.casefile.table import CaseTable
from lastseen.commands.deployed import deployed, given
from lastseen.commands.options import Where
from lastseen.demo.embedded import EmbeddedTable
from lastseen.past.done import Done, UnusableState, default_path
from lastseen.past.target import target_of
from lastseen.terminal import misused
from lastseen.times import noun

KEPT_AT_LEAST = timedelta(days=30)
NO_STATE = "can't remember which files are done: dynamodb:DescribeTable is denied"
OF_ANOTHER_VERSION = (
    "file was marked as done by another version of lastseen, and is read again",
    "files were marked as done by another version of lastseen, and are read again",
)
# Of a case file: it keeps by itself which files are done, so that they are what its own items are of.
_OWN = "this file"

Table = ActivityTable | CaseTable | EmbeddedTable
Target = tuple[Table, Done | None]


def kept(
    where: Where, state: Path | None, is_again: bool, *, is_history: bool
) -> AbstractContextManager[Target]:
    """`is_history`: what is read is no files, of which some could be done."""
    if where.db:
        return _case(where, state, is_again=is_again, is_history=is_history)
    return _on_aws(where, state, is_again=is_again, is_history=is_history)


@contextmanager
def local(where: Where) -> Iterator[Target]:
    if where.table or where.stack or where.db:
        misused("--local is a table by itself: leave out --table, --stack and --db")
    yield EmbeddedTable(), None


@contextmanager
def _case(where: Where, state: Path | None, *, is_again: bool, is_history: bool) -> Iterator[Target]:
    if state:
        misused("a case file keeps by itself which files are done: leave out --state")
    with where.opened(makes=True) as file:
        assert file  # noqa: S101  # one is named
        done = None if is_history else _done(file.path, _OWN, is_again=is_again)
        try:
            yield CaseTable(file), done
        finally:
            _close(done)


@contextmanager
def _on_aws(where: Where, state: Path | None, *, is_again: bool, is_history: bool) -> Iterator[Target]:
    """With exact times: what is replayed is written once, not once every few minutes."""
    with where.connected() as connection:
        until = datetime.now(UTC) + KEPT_AT_LEAST
        try:
            kept = Keeping.from_env(given(deployed(connection, where.stack)))
            exact = timedelta(0)
            keeping = replace(kept, resolution=exact, detail_resolution=exact, expires_after=until)
        except settings.BadSetting as error:
            misused(str(error))
        client, name = connection.dynamodb(), connection.table
        target = target_of(client, name)
        done = None
        if target and not is_history:
            done = _done(state or default_path(os.environ), target, is_again=is_again)
        elif not is_history:
            print(f"lastseen: {NO_STATE}", file=sys.stderr)
        try:
            yield ActivityTable(client, name, keeping), done
        finally:
            _close(done)


def _done(path: Path, target: str, *, is_again: bool) -> Done:
    try:
        return Done(path, target, is_forgetful=is_again)
    except UnusableState as error:
        misused(str(error))


def _close(done: Done | None) -> None:
    if done:
        done.close()
    if done and done.others:
        print(f"lastseen: {done.others:,} {noun(done.others, *OF_ANOTHER_VERSION)}", file=sys.stderr)
