"""`lastseen snooze` and `lastseen unsnooze`: leave a finding alone for a while, and no longer."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from botocore.exceptions import ClientError

from activity.finding import FindingId
from activity.flags import Flags
from activity.names import Names
from activity.scan import Scan
from activity.snooze import BadSnooze, asked, check
from activity.snoozes import Snoozes
from activity.table import ActivityTable
from lastseen.asking.flagged import NotFlagged, Unclear, flagged_in, meant
from lastseen.asking.forms import Unrecognised
from lastseen.asking.lookup import Lookup
from lastseen.commands.options import AsJson, Place, with_options
from lastseen.commands.then import day_of
from lastseen.connection import Connection
from lastseen.terminal import NOTHING_FOUND, misused, patience, piped, print_json, shown, warn
from reporter.inventory.answers import is_denied

EXAMPLES = """\b
lastseen snooze AKIAIOSFODNN7EXAMPLE --until 2026-12-31 \\
    --reason "moves in January" --stack last-activity
lastseen snooze 111111111111:role:AROAEXAMPLEBATCH00001 --until 2027-01-31 \\
    --reason "needed for the audit" --stack last-activity
"""
ENDING = """\b
lastseen unsnooze AKIAIOSFODNN7EXAMPLE --stack last-activity
"""
Finding = Annotated[
    str, typer.Argument(metavar="FINDING", help="Its id, an access key id, or the name of a user or role.")
]
_ANYWAY = (
    "To snooze it all the same, give its id (ACCOUNT:KIND:ID) and --anyway:"
    " the report's page and report.json show ids, and lastseen who shows the last part."
)
_BY_ID = "To end its snooze all the same, give its id (ACCOUNT:KIND:ID), which report.json shows."


@with_options
def snooze(
    finding: Finding,
    where: Place,
    until: Annotated[str, typer.Option("--until", metavar="2026-12-31", help="The last day, in UTC.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; reports show it.")],
    anyway: Annotated[bool, typer.Option("--anyway", help="Also if no report has flagged it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Leave a finding alone until a day, for those who may not tag it in IAM.

    Reports list it apart, with the reason and who asked: the ARN that you call
    AWS as. It stays flagged, so a use of it still sends a notice. Quarantine leaves
    it alone as well. After that day, or after `lastseen unsnooze`, it is a finding
    again. A year is the longest.

    FINDING is the id that reports have (ACCOUNT:KIND:ID), an access key id, or
    what `lastseen who` finds, if one finding is meant. That of a user holds for
    its password and keys as well.

    The stack's policy SnoozePolicyArn allows it. It is no security control: who
    may write to the table can snooze anything. Exit status 2: nothing was done.
    """
    now = datetime.now(UTC)
    day = _checked(until, reason, now)
    with _asking(where) as (connection, lookup):
        of = _meant(lookup, finding, _ANYWAY)
        if not anyway and of not in flagged_in(lookup, of.account):
            misused(f"{of} is not flagged by a report. To snooze it all the same, add --anyway")
        made = asked(of, day, reason, by=_caller(connection), at=now)
        with _writing():
            Snoozes(connection.dynamodb(), connection.table).put(made)
    with piped():
        if as_json:
            print_json([made.plain()])
            return
        words = shlex.join(["lastseen", "unsnooze", str(of), *where.words()])
        print(shown(f"Snoozed until {made.until}: {of}, by {made.asked_by}."))
        print(f"To end it before: {shown(words)}")


@with_options
def unsnooze(finding: Finding, where: Place, as_json: AsJson = False) -> None:
    """End a snooze: the next report has the finding again.

    FINDING is as for `lastseen snooze`. The table keeps who ended it for 30 days.
    Exit status 1: it was not snoozed; 2: nothing could be done.
    """
    with _asking(where) as (connection, lookup):
        of, by, at = _meant(lookup, finding, _BY_ID), _caller(connection), datetime.now(UTC)
        with _writing():
            was_snoozed = Snoozes(connection.dynamodb(), connection.table).end(of, by=by, at=at)
    if not was_snoozed:
        warn([f"{of} is not snoozed"])
        raise typer.Exit(NOTHING_FOUND)
    with piped():
        if as_json:
            print_json([{"finding_id": str(of), "ended_by": by}])
        else:
            print(f"No longer snoozed: {of}.")


def _checked(until: str, reason: str, now: datetime) -> date:
    """The last day. All that can be told without AWS."""
    day = day_of(until)
    try:
        check(day, reason, now)
    except BadSnooze as error:
        misused(str(error))
    return day


@contextmanager
def _asking(where: Place) -> Iterator[tuple[Connection, Lookup]]:
    with where.writing() as connection:
        connection.check_table()
        at = connection.dynamodb(), connection.table
        yield connection, Lookup(ActivityTable(*at), Flags(*at), Scan(*at), patience, Names(*at))


def _meant(lookup: Lookup, text: str, otherwise: str) -> FindingId:
    """`otherwise`: what to do about what is not flagged."""
    try:
        return meant(lookup, text)
    except NotFlagged as error:
        misused(f"{error} {otherwise}")
    except (Unclear, Unrecognised) as error:
        misused(str(error))


def _caller(connection: Connection) -> str:
    return str(connection.client("sts").get_caller_identity()["Arn"])


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if is_denied(error):
            misused("you may not write snoozes to the table: the stack's SnoozePolicyArn allows it")
        raise
