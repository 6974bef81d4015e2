"""`lastseen report`: the report as it would be mailed now; sends nothing, and remembers nothing."""

import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from activity import settings
from activity.flags import Flags
from activity.table import ActivityTable
from lastseen.commands.options import AsJson, Where, with_options
from lastseen.connection import Connection
from lastseen.terminal import INCOMPLETE, misused, piped, print_json, shown, write
from reporter.inventory.iam import Iam
from reporter.judgement.known import Terms
from reporter.judgement.report import Report
from reporter.listening.trails import CloudTrail
from reporter.publishing.document import document
from reporter.publishing.mail import body, subject_line
from reporter.publishing.page import page
from reporter.review.gathering import Sources
from reporter.review.review import review
from reporter.review.sightings import earlier
from reporter.run import PATIENT, Caller, terms_from_env

EXAMPLES = """\b
lastseen report --stack last-activity
lastseen report --stack last-activity --html report.html
STALE_KEY_DAYS=30 lastseen report --table TABLE --json
"""
_PARAMETERS = {
    "StaleUserDays": "STALE_USER_DAYS",
    "StaleKeyDays": "STALE_KEY_DAYS",
    "StaleRoleDays": "STALE_ROLE_DAYS",
    "RetentionDays": "RETENTION_DAYS",
}


@with_options
def report(
    where: Where,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a web page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the report as it would be mailed now.

    It is made with your own credentials, which must be allowed what the
    reporter's role is. Nothing is sent, flagged or remembered. Thresholds are
    those of the stack, if you name it, or STALE_USER_DAYS, STALE_KEY_DAYS and
    STALE_ROLE_DAYS, or 90 days.

    With --json: a finding a line, and a summary last. Exit status 1 says that
    something could not be checked, or that events do not arrive as they should;
    2, that nothing could be asked.
    """
    with where.connected() as connection:
        connection.check_table()
        made = _made(connection, _terms(connection, where.stack))
    if html:
        write(html, page(document(made)))
    with piped():
        if as_json:
            plain = document(made)
            print_json(plain.pop("findings"))
            print_json([{"summary": plain}])
        elif html:
            print(f"{shown(subject_line(made))}: see {html}")
        else:
            print(*map(shown, body(made, rows=sys.maxsize).splitlines()), sep="\n")
    if made.gaps or made.warnings:
        raise typer.Exit(INCOMPLETE)


def _terms(connection: Connection, stack: str | None) -> Terms:
    """The environment goes before the stack's parameters."""
    deployed: dict[str, str] = {}
    if stack:
        (described,) = connection.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        given = {each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])}
        deployed = {_PARAMETERS[key]: value for key, value in given.items() if key in _PARAMETERS}
    try:
        return terms_from_env({**deployed, **os.environ})
    except settings.BadSetting as error:
        misused(str(error))


def _made(connection: Connection, terms: Terms) -> Report:
    dynamodb: Any = connection.dynamodb()
    caller = Caller.ask(connection.client("sts"))
    sources = Sources(
        Iam(connection.session.client("iam", config=PATIENT)),
        CloudTrail(partial(connection.client, "cloudtrail")),
        ActivityTable(dynamodb, connection.table),
        Flags(dynamodb, connection.table),
    )
    earlier(sources.table, caller.account)  # A table that cannot be asked at all is told of in one line.
    return review(sources, caller.account, terms, datetime.now(UTC), partition=caller.partition)
