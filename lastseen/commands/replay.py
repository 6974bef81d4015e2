"""`lastseen replay`: CloudTrail's past into the table."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, NoRegionError
from rich.console import Console
from rich.progress import Progress

from activity import settings
from activity.item import attributes
from activity.keeping import Keeping, retention_from_env
from activity.table import ActivityTable, connect
from lastseen.embedded import EmbeddedTable
from lastseen.lookup import lines
from lastseen.replay import Summary
from lastseen.replay import replay as replay_files
from lastseen.terminal import INCOMPLETE, misused, print_json


def replay(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help='CloudTrail log files ({"Records": [...]}), or JSON lines of records or of EventBridge'
            " envelopes; .gz of each.",
        ),
    ],
    local: Annotated[
        bool, typer.Option("--local", help="Into a table in memory, printed at the end; needs no AWS.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, the summary last.")] = False,
) -> None:
    """Read CloudTrail records from files into the activity table.

    The table is the one that ACTIVITY_TABLE names. Records go through the same code as live events, in any
    order and any number of times: the table ends the same. Items are kept for RETENTION_DAYS (400) after their
    last sighting: set it as the stack has it. Exit status 1 says that something could not be read or written;
    everything else was.
    """
    embedded = EmbeddedTable()
    terminal = Console(stderr=True)
    table = embedded if local else _table_on_aws()
    with Progress(console=terminal, disable=not terminal.is_terminal, transient=True) as progress:
        task = progress.add_task(
            "replaying", total=sum(path.stat().st_size for path in files if path.is_file())
        )
        summary = replay_files(files, table, on_bytes=lambda count: progress.advance(task, count))
    if as_json:
        print_json(attributes(activity) for activity in embedded)
        print_json([{"summary": summary.as_dict()}])
    else:
        if local:
            print(*lines(embedded), "", sep="\n")
        _print_summary(summary)
    if not summary.is_complete:
        raise typer.Exit(INCOMPLETE)


def _table_on_aws() -> ActivityTable:
    """With exact times: what is replayed is written once, not once every few minutes."""
    if not os.environ.get("ACTIVITY_TABLE"):
        misused("ACTIVITY_TABLE is not set: name the activity table in it, or try --local")
    try:
        keeping = Keeping(retention=retention_from_env(os.environ))
        return ActivityTable(connect(), settings.text(os.environ, "ACTIVITY_TABLE"), keeping)
    except NoRegionError:
        misused("no AWS region: set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile that has one")
    except (settings.BadSetting, BotoCoreError, ValueError) as error:
        misused(str(error))


def _print_summary(summary: Summary) -> None:
    print(f"{summary.records:>9,} records read, of which")
    print(
        f"{summary.sighted:>9,} sighted a principal (principals: {summary.principals:,};"
        f" sightings: {summary.sightings:,})"
    )
    print(f"{summary.ignored.total():>9,} sighted none:")
    for reason, count in summary.ignored.most_common():
        print(f"{count:>9,}   {reason}")
    print(f"{summary.records - summary.sighted - summary.ignored.total():>9,} could not be read")
    print(f"{summary.writes:>9,} items written to the table")
    print(f"{summary.superseded:>9,} items left as they were: as new or newer")
    for each in summary.unreadable:
        place = ", ".join(filter(None, (each["file"], each["place"])))
        print(f"lastseen: unreadable: {place}: {each['reason']}", file=sys.stderr)
    for failure in summary.failed:
        print(f"lastseen: not written: {failure['writes']} items: {failure['reason']}", file=sys.stderr)
