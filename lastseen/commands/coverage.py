"""`lastseen coverage`: whether each account's and region's events arrive, by the table alone."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Annotated, Any

import typer

from activity.item import attributes
from activity.model import COVERAGE, Activity, coverage_facet
from lastseen.answers import show_heard
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
from lastseen.times import BadDuration, Times, duration, length
from reporter.document import region_as_dict
from reporter.listening import canaries
from reporter.listening.coverage import Coverage
from reporter.listening.region import Region as Place
from reporter.listening.region import State

EXAMPLES = """\b
lastseen coverage
lastseen coverage --silent 7d
"""
_QUIET = "QUIET"
_WORDS = {
    State.RECEIVING: "ok",
    State.SILENT: "SILENT",
    State.NO_READS: "NO READS",
    State.UNTESTED: "not tested",
}


def coverage(
    silent: Annotated[
        str,
        typer.Option(metavar="24h", help="Mark what is not tested and has sent no event for longer than this."),
    ] = "24h",
    table: TableName = None,
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    as_json: AsJson = False,
    no_color: NoColor = False,
    local_time: LocalTime = False,
) -> None:
    """Show from which accounts and regions events arrive.

    For each region: the day of the first event, how long ago the last one
    was, when the reporter made its last test call there and when the last of
    these came back as an event. What does not arrive is told below, as it is
    on top of the report.

    The reporter tests its own account's enabled regions once a day. A region
    that is not tested is QUIET if it has sent no event for longer than
    --silent. Exit status 1 says that no event has ever come.
    """
    try:
        limit = duration(silent)
    except BadDuration as error:
        misused(str(error))
    clock = times(local_time)
    with asking(table, stack, region, profile) as lookup:
        came, places = lookup.coverage(), canaries.known_regions(lookup.table)
        if as_json:
            print_json(_items(came, places, clock))
        elif places:
            _show(Screen(no_color=no_color), places, clock, limit)
        if not came:
            show_heard(Screen(no_color=no_color, to_stderr=as_json), came, clock)
            raise typer.Exit(NOTHING_FOUND)


def _show(screen: Screen, places: Sequence[Place], clock: Times, limit: timedelta) -> None:
    states = {place: _state(place, clock, limit) for place in places}
    for account, those in groupby(places, lambda place: place.account):
        own = list(those)
        screen.heading(f"account {account}")
        head = "region", "since", "last event", "tested", "came back", "state"
        screen.table(head, [(each.region, *_times(each, clock), states[each]) for each in own])
        about = Coverage(tuple(own))
        told = *about.warnings(clock.now), *about.notes(clock.now)
        for line in (*(("", *told) if told else ()), ""):
            screen.line(line)
    bad = sum(state in (_QUIET, _WORDS[State.SILENT], _WORDS[State.NO_READS]) for state in states.values())
    screen.line(f"{bad} of {len(places)} regions are silent.")


def _times(place: Place, clock: Times) -> Iterator[str]:
    yield f"{place.since:%Y-%m-%d}" if place.since else "never"
    for at in (place.until, place.sent.last if place.sent else None, place.back):
        yield length(clock.now - at) if at else "never"


def _state(place: Place, clock: Times, limit: timedelta) -> str:
    state = place.state(clock.now)
    if state is State.UNTESTED and place.until and clock.now - place.until > limit:
        return _QUIET
    return _WORDS.get(state, state.replace("_", " "))


def _items(came: Sequence[Activity], places: Sequence[Place], clock: Times) -> Iterator[dict[str, Any]]:
    items = {activity.facet: attributes(activity) for activity in came}
    for place in places:
        facet = coverage_facet(place.account, place.region)
        known = {
            name: value
            for name, value in region_as_dict(place, clock.now).items()
            if name not in ("since", "until")
        }
        yield {
            "principal": COVERAGE,
            "facet": facet,
            "account": place.account,
            **items.get(facet, {}),
            **known,
        }
