"""`lastseen replay`: CloudTrail's past into the table."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, NoRegionError
from rich.console import Console

from activity import settings
from activity.item import attributes
from activity.keeping import Keeping, retention_from_env
from activity.table import ActivityTable, connect
from lastseen.embedded import EmbeddedTable
from lastseen.lookup import lines
from lastseen.past.bucket import s3_client
from lastseen.past.done import Done, UnusableState, default_path
from lastseen.past.layout import Wanted
from lastseen.past.progress import interruptible, shown
from lastseen.past.reading import Plan
from lastseen.past.replay import Replay
from lastseen.past.summary import Summary
from lastseen.past.target import NoTable, target_of
from lastseen.past.when import BadTime, time_of
from lastseen.terminal import INCOMPLETE, misused, print_json

INTERRUPTED = 130  # As a shell has it for what Ctrl-C ended.


Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help='Files, folders or s3://BUCKET/PREFIX of CloudTrail log files ({"Records": [...]}), or of JSON'
        " lines of records or of EventBridge envelopes; .gz of each.",
    ),
]
Since = Annotated[
    str, typer.Option(metavar="TIME", help="Only events from then on: 2026-11-01, 2026-11-01T06:00Z, 90d.")
]
Until = Annotated[
    str, typer.Option(metavar="TIME", help="Only events before then, if delivered at most a day later.")
]
Accounts = Annotated[
    list[str] | None, typer.Option("--account", metavar="ID", help="Only of this account; may be repeated.")
]
Regions = Annotated[
    list[str] | None, typer.Option("--region", metavar="NAME", help="Only of this region; may be repeated.")
]
Jobs = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Processes that read; one for each core if not set.")
]
State = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Where it is kept which files are done [~/.local/state/lastseen/]."),
]
Again = Annotated[bool, typer.Option("--again", help="Read also the files that are done.")]
Local = Annotated[
    bool, typer.Option("--local", help="Into a table in memory, printed at the end; needs no AWS.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, the summary last.")]


def replay(
    sources: Sources,
    since: Since = "",
    until: Until = "",
    accounts: Accounts = None,
    regions: Regions = None,
    jobs: Jobs = None,
    state: State = None,
    again: Again = False,
    local: Local = False,
    as_json: AsJson = False,
) -> None:
    """Read CloudTrail records from files, folders or S3 into the activity table.

    The table is the one that ACTIVITY_TABLE names. Records go through the same code as live events, in any
    order and any number of times: the table ends the same. Items are kept for RETENTION_DAYS (400) after their
    last sighting: set it as the stack has it.

    Files that are done are left out the next time: after Ctrl-C, the same command goes on. Exit status 1 says
    that something could not be read or written; everything else was.

    Example: lastseen replay s3://BUCKET/AWSLogs/ --since 90d --region eu-west-1
    """
    plan = Plan(_wanted(since, until, accounts or [], regions or []), datetime.now(UTC), s3_client)
    embedded = EmbeddedTable()
    with (
        _target(state, is_local=local, is_again=again) as (table, done),
        shown(Console(stderr=True)) as (show, say),
        interruptible(say) as is_stopped,
    ):
        run = Replay(table or embedded, plan, done, jobs or _cores(), is_stopped=is_stopped, on_file=show)
        summary = run.run(sources)
    if summary.stopped and not summary.files:
        misused(summary.stopped)
    _print(summary, embedded if local else None, as_json=as_json)
    if is_stopped():
        print("lastseen: interrupted; the same command goes on from here", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    if not summary.is_complete:
        raise typer.Exit(INCOMPLETE)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _wanted(since: str, until: str, accounts: list[str], regions: list[str]) -> Wanted:
    now = datetime.now(UTC)
    try:
        start, end = (time_of(text, now=now) if text else None for text in (since, until))
    except BadTime as error:
        misused(str(error))
    for account in accounts:
        if not (account.isascii() and account.isdigit() and len(account) == 12):
            misused(f"{account!r} is no account: its id has 12 digits")
    return Wanted(start, end, frozenset(accounts), frozenset(regions))


@contextmanager
def _target(
    state: Path | None, *, is_local: bool, is_again: bool
) -> Iterator[tuple[ActivityTable | None, Done | None]]:
    """The table on AWS, with exact times: what is replayed is written once, not once every few minutes."""
    if is_local:
        yield None, None
        return
    if not os.environ.get("ACTIVITY_TABLE"):
        misused("ACTIVITY_TABLE is not set: name the activity table in it, or try --local")
    try:
        keeping = Keeping(retention=retention_from_env(os.environ))
        client, name = connect(), settings.text(os.environ, "ACTIVITY_TABLE")
        done = Done(state or default_path(os.environ), target_of(client, name), is_forgetful=is_again)
    except NoRegionError:
        misused("no AWS region: set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile that has one")
    except (settings.BadSetting, BotoCoreError, ValueError, NoTable, UnusableState) as error:
        misused(str(error))
    try:
        yield ActivityTable(client, name, keeping), done
    finally:
        done.close()


def _print(summary: Summary, table: EmbeddedTable | None, *, as_json: bool) -> None:
    if as_json:
        print_json(attributes(activity) for activity in table or ())
        print_json([{"summary": summary.as_dict()}])
        return
    if table:
        print(*lines(table), "", sep="\n")
    print(*summary.lines(), sep="\n")
    print(*(f"lastseen: {each}" for each in summary.complaints()), sep="\n", end="", file=sys.stderr)
