"""`lastseen doctor`: whether a deployed tracker works, a line for each check, and the remedy below it."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from shutil import get_terminal_size
from textwrap import wrap
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from activity.table import ActivityTable
from lastseen.checking.aws import Aws
from lastseen.checking.buses import Buses
from lastseen.checking.check import Check, State, number, total
from lastseen.checking.examination import Examination
from lastseen.checking.returning import Calls
from lastseen.checking.simulator import Simulator
from lastseen.checking.stack import Stack
from lastseen.commands.options import AsJson, Profile, Region
from lastseen.connection import USUAL_STACK, Connection, connected
from lastseen.screen import Screen
from lastseen.terminal import INCOMPLETE, MISUSED, misused, piped, print_json, shown
from lastseen.times import BadDuration, duration, length
from reporter.listening.canaries import BRISK

EXAMPLES = """\b
lastseen doctor
lastseen doctor --wait 15m
lastseen doctor --stack last-activity --region eu-west-1 --json
"""
_MARGIN = 15


def doctor(
    stack: Annotated[str, typer.Option("--stack", help="The tracker's CloudFormation stack.")] = USUAL_STACK,
    region: Region = None,
    profile: Profile = None,
    wait: Annotated[
        str | None,
        typer.Option(metavar="15m", help="Test the whole way, too, and wait so long for the events."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check whether the deployed tracker works.

    A line for each check: right; WRONG, with the remedy below it; or not
    permitted, with the action that you may not call. It looks at who you are
    and at the stack, the trails, the mail's subscription, the rules of each
    region and what they take, how log files are told of, what the
    functions' roles really hold, queues, schedules and alarms. It changes
    nothing.

    With --wait, it also calls sts:GetCallerIdentity in each region that
    forwards (with log files, in each enabled one), and waits for CloudTrail's
    events of these calls to come to the table. That mostly takes 2 to 5
    minutes. Ctrl-C ends the wait.

    Exit status 1 says that something is wrong; 2, that nothing could be
    asked, as when you may not read the stack. What else is not permitted
    is counted in the last line.
    """
    limit = _limit(wait)
    # The table's name is told by the stack; until then, the stack's has to do.
    with connected(os.environ, table=stack, region=region, profile=profile) as connection, piped():
        checks = _told(_examination(connection, limit).checks(stack), as_json=as_json)
    counts = total(checks)
    if as_json:
        print_json([{"summary": counts}])
    else:
        print(", ".join(f"{counts[state]} {state.words}" for state in State))
    raise typer.Exit(_status(checks))


def _status(checks: list[Check]) -> int:
    if any(each.what == "stack" and each.is_unread for each in checks):
        return MISUSED
    return INCOMPLETE if any(each.state is State.WRONG for each in checks) else 0


def _limit(wait: str | None) -> timedelta:
    try:
        return duration(wait) if wait else timedelta(0)
    except BadDuration as error:
        misused(str(error))


def _told(checks: Iterator[Check], *, as_json: bool) -> list[Check]:
    """Each as soon as it is known."""
    screen, told = Screen(), []
    for check in checks:
        if as_json:
            print_json([check.as_dict()])
        else:
            _show(screen, check)
        sys.stdout.flush()
        told.append(check)
    return told


def _show(screen: Screen, check: Check) -> None:
    is_wrong = check.state is State.WRONG
    word = check.state.words.upper() if is_wrong else check.state.words
    width = get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    text = shown(f"{check.what}: {check.said}")
    said = wrap(text, max(width - _MARGIN, 40), break_long_words=False, break_on_hyphens=False)
    show = screen.heading if is_wrong else screen.line
    for at, part in enumerate(said):
        show(f"{'' if at else word:<{_MARGIN}}{part}")
    if check.remedy:
        screen.line(f"{'':<{_MARGIN}}fix: {check.remedy}")


def _examination(connection: Connection, limit: timedelta) -> Examination:
    here = connection.session.region_name

    def test(stack: Stack, regions: list[str]) -> Iterator[Check]:
        with _watched(len(regions), limit) as tell:
            told = list(_test_calls(connection, stack, tell).checks(regions, limit))
        yield from told

    client = connection.client
    return Examination(Aws(client, here), Buses(client, here), Simulator(client, here), test if limit else None)


def _test_calls(connection: Connection, stack: Stack, tell: Callable[[str, timedelta], None]) -> Calls:
    return Calls(
        ActivityTable(connection.dynamodb(), stack.outputs["ActivityTableName"]),
        stack.account,
        lambda region: connection.session.client("sts", region_name=region, config=BRISK),
        time.sleep,
        tell,
    )


@contextmanager
def _watched(count: int, limit: timedelta) -> Iterator[Callable[[str, timedelta], None]]:
    """What a person sees meanwhile, on standard error."""
    console = Console(stderr=True, highlight=False)
    console.print(
        f"Waiting for the events of a test call in {number(count, 'region')}, {length(limit)} at most;"
        " they mostly take 2 to 5 minutes. Ctrl-C ends the wait.",
        soft_wrap=True,
    )
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    is_shown = console.is_terminal
    with Progress(
        *columns, console=console, disable=not is_shown, transient=True, refresh_per_second=1
    ) as progress:
        task = progress.add_task("regions heard", total=count)

        def tell(region: str, after: timedelta) -> None:
            progress.advance(task)
            console.print(f"  {region} after {length(after)}")

        yield tell
