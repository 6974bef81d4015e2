"""`lastseen coverage`: from where CloudTrail was heard, and since and until when."""

from typing import Annotated

import typer

from activity.item import attributes
from lastseen.answers import show_coverage, show_heard
from lastseen.commands.options import (
    AsJson,
    LocalTime,
    NoColor,
    Profile,
    Region,
    StackName,
    TableName,
    asking,
    times,
)
from lastseen.screen import Screen
from lastseen.terminal import NOTHING_FOUND, misused, print_json
from lastseen.times import BadDuration, duration, length

EXAMPLES = """\b
lastseen coverage
lastseen coverage --silent 7d
"""


def coverage(
    silent: Annotated[
        str, typer.Option(metavar="24h", help="Mark what has not been heard from for longer than this.")
    ] = "24h",
    table: TableName = None,
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    as_json: AsJson = False,
    no_color: NoColor = False,
    local_time: LocalTime = False,
) -> None:
    """Show where CloudTrail was heard from.

    By account and region: since when, until when, and what has fallen silent.

    Where nothing is heard, nothing is seen: an account or region that is not
    listed is not watched, or nothing has ever happened there. Exit status 1
    says that no event has ever come.
    """
    try:
        limit = duration(silent)
    except BadDuration as error:
        misused(str(error))
    clock = times(local_time)
    with asking(table, stack, region, profile) as lookup:
        heard = lookup.coverage()
        if as_json:
            print_json(map(attributes, heard))
        if not heard:
            show_heard(Screen(no_color=no_color, to_stderr=as_json), heard, clock)
            raise typer.Exit(NOTHING_FOUND)
        if not as_json:
            screen = Screen(no_color=no_color)
            show_coverage(screen, heard, clock, silent=limit)
            quiet = sum(clock.now - each.last_seen > limit for each in heard)
            screen.line()
            screen.line(f"{quiet} of {len(heard)} have been silent for more than {length(limit)}.")
