"""`lastseen report`: the report as it would be mailed now; sends nothing, and remembers nothing."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from lastseen.backdating.sources import NotKnown, sources_at
from lastseen.backdating.table import end_of
from lastseen.casefile.file import CaseFile
from lastseen.commands import deployed as deployment
from lastseen.commands.many import Many
from lastseen.commands.options import AsJson, Where, with_options
from lastseen.commands.then import day_of
from lastseen.connection import Connection
from lastseen.terminal import INCOMPLETE, misused, piped, print_json, shown, write
from reporter.judgement.report import Report
from reporter.publishing.document import document
from reporter.publishing.mail import body, subject_line
from reporter.publishing.page import page
from reporter.review.review import review
from reporter.review.sightings import earlier
from reporter.run import Caller

EXAMPLES = """\b
lastseen report                           by IAM's records alone
lastseen report --db case.sqlite          by IAM, and the logs of a case file
lastseen report --stack last-activity
lastseen report --stack last-activity --html report.html
lastseen report --stack last-activity --as-of 2026-09-01
STALE_KEY_DAYS=30 lastseen report --table TABLE --json
lastseen report --organization --member-role audit --html organization.html
"""


Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a web page.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="2026-09-01", help="What it would have said at the end of that day."),
]


@with_options
def report(
    where: Where,
    many: Many,
    html: Html = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Print the report as it would be mailed now, or as it would have been.

    With --table or --stack, by the sightings of a deployed tracker; with --db,
    by those of a case file; without any, and without ACTIVITY_TABLE, by IAM's
    records alone, and it says so.

    Your own credentials must be allowed what the reporter's role is. Nothing is
    sent, flagged or remembered. Thresholds are those of the stack, if you name it,
    or STALE_USER_DAYS, STALE_KEY_DAYS and STALE_ROLE_DAYS, or 90 days.

    With --json: a finding a line, and a summary last. Exit status 1 says that
    something could not be checked, or that events do not arrive as they should;
    2, that nothing could be asked.

    With --as-of: what it would have said at the end of that day, by the days that
    the table keeps and what IAM lists today. What cannot be known stands on top.

    With --organization: the mail of all accounts together. It assumes a role in
    each that may read what the reporter's does; that of reporter/member.yaml
    trusts the reporter alone. --html also writes a page of each account, beside
    FILE; --json prints organization.json on one line.
    """
    day = _day(as_of, is_possible=where.names_sightings and not many.organization)
    if many.organization:
        where.refuse_db("--organization reviews all accounts by the stack's table")
        many.report(where, html, as_json=as_json)
        return
    many.refuse()
    with where.opened() as case, where.connected(is_optional=True) as connection:
        made = _made(connection, where.stack, case, day)
    _tell(made, html, as_json=as_json)
    if made.gaps or made.warnings:
        raise typer.Exit(INCOMPLETE)


def _tell(made: Report, html: Path | None, *, as_json: bool) -> None:
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


def _day(text: str | None, *, is_possible: bool) -> date | None:
    if text is None:
        return None
    if not is_possible:
        misused("--as-of needs the sightings of one account: give --db, --table or --stack")
    day = day_of(text)
    if end_of(day) > datetime.now(UTC):
        misused(f"{day} is not over yet: give a day in the past")
    return day


def _made(connection: Connection, stack: str | None, case: CaseFile | None, day: date | None) -> Report:
    if connection.table:
        connection.check_table()
    terms = deployment.terms(deployment.deployed(connection, stack))
    caller = Caller.ask(connection.client("sts"))
    if connection.table:
        sources = deployment.sources(connection, connection.make)
    else:
        sources = deployment.undeployed(connection.make, case)
    earlier(sources.table, caller.account)  # A table that cannot be asked at all is told of in one line.
    try:
        sources = sources_at(sources, caller.account, day, terms.limits) if day else sources
    except NotKnown as why:
        misused(str(why))
    now = end_of(day) if day else datetime.now(UTC)
    return review(sources, caller.account, terms, now, partition=caller.partition)
