"""`lastseen coverage`: whether each account's and region's events arrive, by the table alone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from activity.item import attributes
from activity.model import COVERAGE, Activity, coverage_facet
from lastseen.asking.answers import show_heard
from lastseen.commands.options import Printing, Where, with_options
from lastseen.screen import Screen
from lastseen.terminal import NOTHING_FOUND, misused, print_json
from lastseen.times import BadDuration, Times, duration, length, noun
from reporter.listening import canaries
from reporter.listening.coverage import Coverage
from reporter.listening.region import Region as Place
from reporter.listening.region import State
from reporter.publishing.document import region_as_dict

EXAMPLES = """\b
lastseen coverage
lastseen coverage --silent 7d
"""


@with_options
def coverage(
    where: Where,
    printing: Printing,
    silent: Annotated[
        str,
        typer.Option(metavar="2d", help="After how long without events an untested region is quiet."),
    ] = "2d",
) -> None:
    """Show from which accounts and regions events arrive.

    For each region: the day of the first event, how long ago the last one
    was, when the reporter made its last test call there and when the last of
    these came back as an event. Below are the same warnings as on top of the
    report; what they say of trails is as of the reporter's last look.

    The reporter tests its own account's enabled regions once a day. A region
    that is not tested is quiet if it has sent no event for longer than
    --silent. Regions in capitals are those that events are missing from.
    Exit status 1 says that no event has ever come.
    """
    try:
        limit = duration(silent)
    except BadDuration as error:
        misused(str(error))
    clock = printing.times()
    with where.asking() as lookup:
        came, accounts = lookup.coverage(), canaries.noted(lookup.table, clock.now)
        if printing.as_json:
            print_json(_items(came, accounts, clock, limit))
        elif accounts:
            _show(printing.screen(), accounts, clock, limit)
        if not came:
            show_heard(printing.beside(), came, clock)
            raise typer.Exit(NOTHING_FOUND)


def _show(screen: Screen, accounts: Mapping[str, Coverage], clock: Times, limit: timedelta) -> None:
    head = "region", "since", "last event", "tested", "came back", "state"
    for account, about in accounts.items():
        missing = about.missing(clock.now)
        screen.heading(f"account {account}")
        rows = [(each, _word(each.state(clock.now, limit)), each in missing) for each in about.known]
        screen.table(
            head,
            [
                (each.region, *_times(each, clock), word.upper() if is_missing else word)
                for each, word, is_missing in rows
            ],
        )
        told = list(_told(about, clock.now))
        for line in (*(("", *told) if told else ()), ""):
            screen.line(line)
    screen.line(_in_all(accounts, clock, limit))


def _told(about: Coverage, now: datetime) -> Iterator[str]:
    """As on top of the report, with what is a section of its own there."""
    yield from about.warnings(now)
    yield from (f"Not checked: {gap.what}: {gap.reason}" for gap in about.gaps(now))
    yield from about.notes(now)


def _in_all(accounts: Mapping[str, Coverage], clock: Times, limit: timedelta) -> str:
    every = [each for about in accounts.values() for each in about.known]
    missing = [each for about in accounts.values() for each in about.missing(clock.now)]
    others = [each.state(clock.now, limit) for each in every if each not in missing]
    told = (State.NOT_CONNECTED, State.QUIET)
    more = "".join(f"; {others.count(state)} {_word(state)}" for state in told if state in others)
    if any(about.warnings(clock.now) for about in accounts.values()):
        where = f" from {len(missing)} of {len(every)} {noun(len(every), 'region')}" if missing else ""
        return f"EVENTS NOT ARRIVING{where}{more}."
    return f"Events are missing from 0 of {len(every)} {noun(len(every), 'region')}{more}."


def _times(place: Place, clock: Times) -> Iterator[str]:
    yield f"{place.since:%Y-%m-%d}" if place.since else "never"
    for at in (place.until, place.sent.last if place.sent else None, place.back):
        yield length(clock.now - at) if at else "never"


def _word(state: State) -> str:
    return state.replace("_", " ")


def _items(
    came: Sequence[Activity], accounts: Mapping[str, Coverage], clock: Times, limit: timedelta
) -> Iterator[dict[str, Any]]:
    items = {activity.facet: attributes(activity) for activity in came}
    for account, about in accounts.items():
        warnings = list(about.warnings(clock.now))
        for place in about.known:
            facet = coverage_facet(account, place.region)
            known = {
                name: value
                for name, value in region_as_dict(place, clock.now).items()
                if name not in ("since", "until")
            }
            yield {
                "principal": COVERAGE,
                "facet": facet,
                "account": account,
                **items.get(facet, {}),
                **known,
                "state": str(place.state(clock.now, limit)),
                "warnings": warnings,
            }
