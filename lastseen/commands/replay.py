"""`lastseen replay`: CloudTrail's past into the table."""

import os
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from activity.item import attributes
from lastseen.asking.plain import told
from lastseen.asking.words import lines
from lastseen.commands import targets
from lastseen.commands.history import reading, regions_of
from lastseen.commands.options import Where, with_options
from lastseen.commands.which import Which
from lastseen.demo.embedded import EmbeddedTable
from lastseen.past.addresses import refusal
from lastseen.past.files import HISTORY
from lastseen.past.progress import displayed, interruptible
from lastseen.past.reading import Plan
from lastseen.past.replay import Replay
from lastseen.past.s3 import SCHEME, s3_client
from lastseen.past.summary import Summary
from lastseen.terminal import INCOMPLETE, INTERRUPTED, NOTHING_FOUND, misused, piped, print_json, shown

EXAMPLES = """\b
lastseen replay logs/ --local
lastseen replay logs/ --db case.sqlite
lastseen replay --event-history --db case.sqlite --event-region us-east-1
lastseen replay s3://BUCKET/AWSLogs/ --since 90d --event-region eu-west-1
"""
Sources = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SOURCE...",
        help='Files, folders or s3://BUCKET/PREFIX of CloudTrail log files ({"Records": [...]}), or of JSON'
        " lines of records or of EventBridge envelopes; .gz of each.",
    ),
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
EventHistory = Annotated[
    bool,
    typer.Option(
        "--event-history",
        help="Instead of files: the management events of 90 days that CloudTrail keeps without a bucket, of"
        " each --event-region, or else of --region.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, the summary last.")]


@with_options
def replay(
    which: Which,
    where: Where,
    sources: Sources = None,
    event_history: EventHistory = False,
    jobs: Jobs = None,
    state: State = None,
    again: Again = False,
    local: Local = False,
    as_json: AsJson = False,
) -> None:
    """Read CloudTrail records from files, folders or S3 into the activity table.

    Records go through the same code as live events, in any order and any number of times: the table ends the
    same. Items are kept for RETENTION_DAYS (400; set it as the stack has it) after their last sighting, and for
    30 days from now at least; in a case file (--db), for good.

    Files that are done are left out the next time: after Ctrl-C, the same command goes on. Exit status 1 says
    that something could not be read or written (everything else was), or that nothing was found.
    """
    given, plan = _planned(sources or [], which, where, is_history=event_history, is_local=local)
    place = targets.local(where) if local else targets.kept(where, state, again, is_history=event_history)
    with (
        place as (target, done),
        displayed(Console(stderr=True)) as (show, say),
        interruptible(say) as is_stopped,
    ):
        if event_history:
            plan, jobs = replace(plan, history=reading(where, plan.wanted, is_stopped, say)), 1
        run = Replay(target, plan, done, jobs or _cores(), is_stopped=is_stopped, on_file=show)
        summary = run.run(given)
    _tell(summary, target, as_json=as_json)
    _end(summary, plan, is_interrupted=is_stopped() and (event_history or not run.is_whole))


def _planned(
    sources: list[str], which: Which, where: Where, *, is_history: bool, is_local: bool
) -> tuple[list[str], Plan]:
    """What to read, and how."""
    _check(sources, where, is_history=is_history, is_local=is_local)
    plan = Plan(which.wanted(), datetime.now(UTC), partial(s3_client, where.region, where.profile))
    if is_history:
        sources = [f"{HISTORY}{each}" for each in regions_of(where, plan.wanted, plan.arrived)]
    return sources, plan


def _check(sources: list[str], where: Where, *, is_history: bool, is_local: bool) -> None:
    if is_history and sources:
        misused("--event-history reads no files: leave out SOURCE, and replay the files by another command")
    if not (is_history or sources):
        raise typer.BadParameter(
            "give files, folders or s3://BUCKET/PREFIX, or --event-history", param_hint="SOURCE"
        )
    for each in sources:
        if (why := refusal(each)) and not os.path.lexists(each):
            misused(why)
    asks_aws = is_history or any(each.startswith(SCHEME) for each in sources)
    if is_local and where.region and not asks_aws:
        misused("--region is that of the table and the bucket: to choose events, give --event-region")
    if where.db and not asks_aws:
        where.refuse_aws("region", "profile")


def _tell(summary: Summary, target: targets.Table, *, as_json: bool) -> None:
    if summary.stopped and not (summary.files or summary.regions):
        misused(summary.stopped)
    _print(summary, target if isinstance(target, EmbeddedTable) else None, as_json=as_json)


def _end(summary: Summary, plan: Plan, *, is_interrupted: bool) -> None:
    if is_interrupted:
        how = "what was read is written" if plan.history else "the same command goes on from here"
        print(f"lastseen: interrupted; {how}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    if not summary.is_complete:
        raise typer.Exit(INCOMPLETE)
    if not plan.wanted.is_all and not summary.has_matched:
        print(f"lastseen: {shown(summary.nothing_matched(plan.wanted))}", file=sys.stderr)
        raise typer.Exit(NOTHING_FOUND)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
