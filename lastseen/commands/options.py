"""What look-ups share: where the table is, and how answers are printed."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from activity.flags import Flags
from activity.scan import Scan
from activity.table import ActivityTable
from lastseen.asking.lookup import Lookup
from lastseen.connection import connected
from lastseen.terminal import piped, shown
from lastseen.times import Times

TableName = Annotated[
    str | None, typer.Option("--table", help="The activity table; else the one that ACTIVITY_TABLE names.")
]
StackName = Annotated[
    str | None, typer.Option("--stack", help="The CloudFormation stack whose output names the table.")
]
Region = Annotated[str | None, typer.Option("--region", help="The table's region, as with the AWS CLI.")]
Profile = Annotated[str | None, typer.Option("--profile", help="The profile, as with the AWS CLI.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, and nothing else.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colors, as with NO_COLOR set.")]
LocalTime = Annotated[bool, typer.Option("--local-time", help="Local time beside UTC.")]


@contextmanager
def asking(table: str | None, stack: str | None, region: str | None, profile: str | None) -> Iterator[Lookup]:
    asked = connected(os.environ, table=table, stack=stack, region=region, profile=profile)
    with piped(), asked as connection:
        at = connection.dynamodb(), connection.table
        yield Lookup(ActivityTable(*at), Flags(*at), Scan(*at), _tell)


def _tell(what: str) -> None:
    print(f"lastseen: no key answers this, so that all is read: {shown(what)}", file=sys.stderr)


def times(local_time: bool) -> Times:
    return Times(datetime.now(UTC), datetime.astimezone if local_time else None)
