"""`lastseen replay`: CloudTrail's past into the table."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from activity import settings
from activity.item import attributes
from activity.keeping import Keeping, retention_from_env
from activity.table import ActivityTable
from lastseen.asking.plain import told
from lastseen.asking.words import lines
from lastseen.commands.options import Where, with_options
from lastseen.demo.embedded import EmbeddedTable
from lastseen.past.addresses import refusal
from lastseen.past.done import Done, UnusableState, default_path
from lastseen.past.progress import displayed, interruptible
from lastseen.past.reading import Plan
from lastseen.past.replay import Replay
from lastseen.past.s3 import SCHEME, known_regions, s3_client
from lastseen.past.summary import Summary
from lastseen.past.target import target_of
from lastseen.past.wanted import Wanted
from lastseen.past.when import BadTime, time_of
from lastseen.terminal import INCOMPLETE, INTERRUPTED, NOTHING_FOUND, misused, piped, print_json, shown
from lastseen.times import noun

EXAMPLES = """\b
lastseen replay logs/ --local
lastseen replay s3://BUCKET/AWSLogs/ --since 90d --event-region eu-west-1
"""
KEPT_AT_LEAST = timedelta(days=30)
NO_STATE = "can't remember which files are done: dynamodb:DescribeTable is denied"
OF_ANOTHER_VERSION = (
    "file was marked as done by another version of lastseen, and is read again",
    "files were marked as done by another version of lastseen, and are read again",
)

Target = tuple[ActivityTable | EmbeddedTable, Done | None]

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
    list[str] | None,
    typer.Option("--account", metavar="ID", help="Only events of this account; may be repeated."),
]
Regions = Annotated[
    list[str] | None,
    typer.Option("--event-region", metavar="NAME", help="Only events of this region; may be repeated."),
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


@with_options
def replay(
    sources: Sources,
    where: Where,
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

    Records go through the same code as live events, in any order and any number of times: the table ends the
    same. Items are kept for RETENTION_DAYS (400; set it as the stack has it) after their last sighting, and for
    30 days from now at least.

    Files that are done are left out the next time: after Ctrl-C, the same command goes on. Exit status 1 says
    that something could not be read or written (everything else was), or that nothing was found.
    """
    _check(sources)
    wanted = _wanted(since, until, accounts or [], regions or [])
    plan = Plan(wanted, datetime.now(UTC), partial(s3_client, where.region, where.profile))
    if local and where.region and not any(each.startswith(SCHEME) for each in sources):
        misused("--region is that of the table and the bucket: to choose events, give --event-region")
    place = _local(where) if local else _on_aws(where, state, is_again=again)
    with (
        place as (target, done),
        displayed(Console(stderr=True)) as (show, say),
        interruptible(say) as is_stopped,
    ):
        run = Replay(target, plan, done, jobs or _cores(), is_stopped=is_stopped, on_file=show)
        summary = run.run(sources)
    if summary.stopped and not summary.files:
        misused(summary.stopped)
    _print(summary, target if isinstance(target, EmbeddedTable) else None, as_json=as_json)
    _end(summary, wanted, is_interrupted=is_stopped() and not run.is_whole)


def _check(sources: list[str]) -> None:
    for each in sources:
        if (why := refusal(each)) and not os.path.lexists(each):
            misused(why)


def _end(summary: Summary, wanted: Wanted, *, is_interrupted: bool) -> None:
    if is_interrupted:
        print("lastseen: interrupted; the same command goes on from here", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    if not summary.is_complete:
        raise typer.Exit(INCOMPLETE)
    if not wanted.is_all and not summary.has_matched:
        print(f"lastseen: {shown(summary.nothing_matched(wanted))}", file=sys.stderr)
        raise typer.Exit(NOTHING_FOUND)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _wanted(since: str, until: str, accounts: list[str], regions: list[str]) -> Wanted:
    now = datetime.now(UTC)
    try:
        start, end = (time_of(text, now=now) if text else None for text in (since, until))
    except BadTime as error:
        misused(str(error))
    if start and end and start >= end:
        misused("--since has to be before --until")
    for account in accounts:
        if not (account.isascii() and account.isdigit() and len(account) == 12):
            misused(f"{account!r} is no account: its id has 12 digits")
    for region in sorted({*regions} - known_regions() if regions else ()):
        print(f"lastseen: {shown(region)} is not a known AWS region", file=sys.stderr)
    return Wanted(start, end, frozenset(accounts), frozenset(regions))


@contextmanager
def _local(where: Where) -> Iterator[Target]:
    if where.table or where.stack:
        misused("--local is a table by itself: leave out --table and --stack")
    yield EmbeddedTable(), None


@contextmanager
def _on_aws(where: Where, state: Path | None, *, is_again: bool) -> Iterator[Target]:
    """The table on AWS, with exact times: what is replayed is written once, not once every few minutes."""
    with where.connected() as connection:
        try:
            until = datetime.now(UTC) + KEPT_AT_LEAST
            keeping = Keeping(retention=retention_from_env(os.environ), expires_after=until)
            client, name = connection.dynamodb(), connection.table
            target = target_of(client, name)
            done = Done(state or default_path(os.environ), target, is_forgetful=is_again) if target else None
        except (settings.BadSetting, UnusableState) as error:
            misused(str(error))
        if not done:
            print(f"lastseen: {NO_STATE}", file=sys.stderr)
        try:
            yield ActivityTable(client, name, keeping), done
        finally:
            if done:
                done.close()
                if done.others:
                    print(
                        f"lastseen: {done.others:,} {noun(done.others, *OF_ANOTHER_VERSION)}", file=sys.stderr
                    )


def _summed_up(summary: Summary) -> Summary:
    """Names each file once, with the first that could not be read in it; --json has more."""
    counts = Counter(each["file"] for each in summary.unreadable)
    firsts = {each["file"]: each for each in reversed(summary.unreadable)}
    more = {file: f" ({count - 1} more in this file)" if count > 1 else "" for file, count in counts.items()}
    named = [firsts[file] | {"reason": f"{firsts[file]['reason']}{more[file]}"} for file in counts]
    return replace(summary, unreadable=named)


@piped()
def _print(summary: Summary, table: EmbeddedTable | None, *, as_json: bool) -> None:
    if as_json:
        print_json(told(attributes(activity)) for activity in table or ())
        print_json([{"summary": summary.as_dict()}])
        return
    if table and summary.has_matched:
        print(*map(shown, lines(table)), "", sep="\n")
    for each in summary.lines():
        print(each)
    for each in _summed_up(summary).complaints():
        print(f"lastseen: {shown(each)}", file=sys.stderr)
