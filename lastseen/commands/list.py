"""`lastseen list`: principals by recency."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, NoReturn

import typer

from activity import settings
from activity.item import Item
from activity.keeping import Keeping, Key
from activity.model import id_facet, service_facet
from lastseen.asking.accounts import NoAccount, id_of, with_names
from lastseen.asking.answers import show_caveats, show_rows
from lastseen.asking.calendar import Span
from lastseen.asking.listing import Kind, Row, Wanted, rows
from lastseen.asking.lookup import Lookup
from lastseen.asking.presence import not_known
from lastseen.commands.options import Printing, Where, with_options
from lastseen.commands.then import span_of
from lastseen.screen import Screen
from lastseen.terminal import NOTHING_FOUND, misused, print_json, warn
from lastseen.times import BadDuration, Times, duration, length

EXAMPLES = """\b
lastseen list --active 1h                 who is at work
lastseen list --idle 90d --type role      roles that may no longer be needed
lastseen list --new 24h                   who is seen for the first time
lastseen list --service kms --active 7d   who called KMS this week
lastseen list --account acme-prod         who is in an account of the organization
lastseen list --flagged --json            what the last report named
lastseen list --active-between 2026-10-12 2026-10-14
                                          who was there on those three days
lastseen list --rhythm --idle 30d         jobs that run rarely, and when they are due
"""


Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="ID", help="Of this account, by id or name; may be repeated."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        autocompletion=lambda: [str(each) for each in Kind],
        help="user, role, root or identity-center; may be repeated.",
    ),
]


ActiveBetween = Annotated[
    tuple[str, str] | None,
    typer.Option(metavar="FIRST LAST", help="Active, or refused, on any day from one to another, in UTC."),
]
Rhythm = Annotated[
    bool,
    typer.Option(
        "--rhythm", help="Active at regular intervals of a week or more, and when it is expected next."
    ),
]
Service = Annotated[
    str | None,
    typer.Option(metavar="s3", help="Who called this service, and was not refused; times are of that."),
]


@with_options
def list_principals(
    where: Where,
    printing: Printing,
    idle: Annotated[str | None, typer.Option(metavar="90d", help="Not seen or refused for so long.")] = None,
    active: Annotated[str | None, typer.Option(metavar="1h", help="Seen or refused within.")] = None,
    new: Annotated[str | None, typer.Option(metavar="24h", help="First seen within.")] = None,
    active_between: ActiveBetween = None,
    rhythm: Rhythm = False,
    accounts: Accounts = None,
    kinds: Kinds = None,
    service: Service = None,
    flagged: Annotated[bool, typer.Option("--flagged", help="Flagged by the last report.")] = False,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="The first so many.")] = None,
) -> None:
    """List principals by recency: the last seen first, with --idle the longest idle.

    Lists what was seen, refused or flagged; the report asks IAM for what was
    never seen. Of several who had one name, it lists who has it now; --flagged
    also lists the others, with their unique ids. With --json, each has its name,
    type, account and idle_days, too.

    Last-seen times may lag by up to 5 minutes, with --service by an hour (or by
    RESOLUTION and DETAIL_RESOLUTION seconds): --active also lists who may have
    been seen since, --idle leaves them out. Exit status 1: none was found.
    """
    facet = _service(service) if service else ""
    span = _span(active_between, rhythm, is_of_principals=not (service or flagged))
    of_kinds, times = frozenset(map(_kind, kinds or [])), _times(idle, active, new)
    wanted = Wanted(frozenset(), of_kinds, *times, flagged, _lag(facet), span)
    with where.asking() as (lookup, _):
        places = _ids(accounts or [], lookup)
        heard = {each: lookup.heard.days(each) for each in lookup.heard.accounts()} if rhythm else None
        wanted = replace(wanted, accounts=places, in_rhythm=heard)
        clock, items = printing.times(), _items(lookup, wanted, facet)
        found, caveat = _found(items, wanted, clock.now, facet)
        caveat = not_known(lookup.heard, items.values(), places, span) if span else caveat
        shown = found[:limit]
        if not found:
            _none(printing.beside(), lookup, clock, next(iter(places), ""), caveat)
        _tell(printing, lookup, shown, clock, left=len(found) - len(shown), caveat=caveat)


def _tell(
    printing: Printing, lookup: Lookup, shown: list[Row], clock: Times, *, left: int, caveat: str
) -> None:
    if printing.as_json:
        print_json(with_names((row.as_dict(clock.now) for row in shown), lookup.account_names))
        show_caveats(printing.beside(), caveat)
        return
    screen = printing.screen()
    show_rows(screen, shown, clock, lookup.account_names)
    if left:
        screen.line(f"{left:,} more: without --limit")
    began = "" if all(row.last for row in shown) else lookup.heard.began()
    show_caveats(screen, caveat, began and f"{began.capitalize()}.")


def _found(items: Mapping[Key, Item], wanted: Wanted, now: datetime, facet: str) -> tuple[list[Row], str]:
    """And what is to be said where exact times might have made another list."""
    warn(item.problem for item in items.values())
    found = rows(items, wanted, now, facet=facet)
    if found == rows(items, replace(wanted, lag=timedelta(0)), now, facet=facet):
        return found, ""
    return found, (
        f"Last-seen times may lag by up to {length(wanted.lag)}: --active also lists principals that may have"
        " been seen since, --idle leaves them out."
    )


def _lag(facet: str) -> timedelta:
    try:
        return Keeping.from_env(os.environ).resolution_of(facet or id_facet(""))
    except settings.BadSetting as error:
        misused(str(error))


def _none(screen: Screen, lookup: Lookup, clock: Times, account: str, caveat: str) -> NoReturn:
    screen.line("No principal matches.")
    show_caveats(screen, caveat, lookup.heard.line(clock, account))
    raise typer.Exit(NOTHING_FOUND)


def _items(lookup: Lookup, wanted: Wanted, facet: str) -> Mapping[Key, Item]:
    """By an index where one answers."""
    if wanted.only_flagged:
        return lookup.flagged(wanted.accounts)
    return lookup.seen_with(facet) if facet else lookup.everybody()


def _span(days: tuple[str, str] | None, rhythm: bool, *, is_of_principals: bool) -> Span | None:  # an option
    if (days or rhythm) and not is_of_principals:
        option = "--active-between" if days else "--rhythm"
        misused(f"{option} asks for days, which are not kept by service or flag: leave those out")
    return span_of(*days) if days else None


def _service(text: str) -> str:
    name = text.strip().lower()
    return service_facet(name if "." in name else f"{name}.amazonaws.com")


def _times(
    idle: str | None, active: str | None, new: str | None
) -> tuple[timedelta | None, timedelta | None, timedelta | None]:
    """Who was seen, or first seen, within a time has not been idle for longer than that."""
    least, recent, fresh = _time(idle), _time(active), _time(new)
    for most, option in ((recent, f"--active {active}"), (fresh, f"--new {new}")):
        if least is not None and most is not None and most < least:
            misused(f"no principal can be both: {option} and --idle {idle}")
    return least, recent, fresh


def _time(text: str | None) -> timedelta | None:
    try:
        return None if text is None else duration(text)
    except BadDuration as error:
        misused(str(error))


def _kind(text: str) -> Kind:
    kind = Kind.named(text)
    return kind or misused(f"{text!r} is no type: give one of {', '.join(Kind)}")


def _ids(accounts: Iterable[str], lookup: Lookup) -> frozenset[str]:
    try:
        return frozenset(id_of(each, lookup.accounts) for each in accounts)
    except NoAccount as error:
        misused(str(error))
