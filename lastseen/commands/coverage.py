"""`lastseen coverage`: whether each account's and region's events arrive, by the table alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from activity.accounts import titled
from activity.item import attributes
from activity.model import COVERAGE, Activity, coverage_facet
from lastseen.asking.accounts import with_names
from lastseen.asking.expected import Expected
from lastseen.asking.lookup import Lookup
from lastseen.commands.options import Printing, Where, with_options
from lastseen.screen import Screen
from lastseen.terminal import INCOMPLETE, NOTHING_FOUND, misused, print_json, warn
from lastseen.times import BadDuration, Times, duration, length, noun
from reporter.listening import canaries
from reporter.listening.coverage import Coverage, Trails
from reporter.listening.region import Region as Place
from reporter.listening.region import State
from reporter.listening.times import minute
from reporter.publishing.document import region_as_dict

EXAMPLES = """\b
lastseen coverage
lastseen coverage --silent 7d
lastseen coverage --fail-silent 24h       for a pipeline or a cron job
"""


_OF_THE_PAST = "of a case file"  # In which no region has to send anything any more.

Silent = Annotated[
    str, typer.Option(metavar="2d", help="After how long without events an untested region is quiet.")
]
FailSilent = Annotated[
    str | None,
    typer.Option(metavar="24h", help="Exit status 1 if a region that was heard is silent for longer."),
]


@with_options
def coverage(
    where: Where,
    printing: Printing,
    silent: Silent = "2d",
    fail_silent: FailSilent = None,
) -> None:
    """Show from which accounts and regions events arrive.

    For each region: the day of the first event, how long ago the last one was,
    when the reporter made its last test call there and when the last of these
    came back as an event. A state in capitals means that events are missing. A
    region that is not tested is quiet after --silent without events. The
    report's warnings follow; those on trails are of the reporter's last look.

    If you may list your account's enabled regions and the organization's
    accounts, those are shown as well that no events come from. Exit status 1:
    no event has ever come or, with --fail-silent, a region has been silent for
    longer; disabled regions do not count.
    """
    limit, longest = _time(silent), _time(fail_silent) if fail_silent else None
    clock = printing.times()
    with where.asking() as (lookup, beside):
        came, known = lookup.heard.places, _known(lookup, clock.now)
        expected = Expected.ask(beside) if beside else Expected()
        accounts = expected.added_to(known)
        names = {**lookup.account_names, **expected.names}
        if printing.as_json:
            print_json(with_names(_items(came, accounts, clock, limit), names))
            print_json(_silent_accounts(expected.silent_accounts(known)))
            warn(expected.unknown)
        else:
            in_all = _in_all(accounts, clock, limit) if lookup.is_live else lookup.heard.line(clock)
            sentences = *expected.sentences(known, clock.now), in_all
            _show(printing.screen(), accounts, names, clock, limit, sentences)
        if not came:
            printing.beside().prose(lookup.heard.line(clock))
            raise typer.Exit(NOTHING_FOUND)
    if longest is not None and (lost := _silent(accounts, names, clock, longest)):
        warn([f"silent for longer than {fail_silent}: {', '.join(lost)}"])
        raise typer.Exit(INCOMPLETE)


def _known(lookup: Lookup, now: datetime) -> Mapping[str, Coverage]:
    known = canaries.noted(lookup.table, now)
    if lookup.is_live:
        return known
    return {account: replace(about, basis=_OF_THE_PAST) for account, about in known.items()}


def _time(text: str) -> timedelta:
    try:
        return duration(text)
    except BadDuration as error:
        misused(str(error))


def _silent(
    accounts: Mapping[str, Coverage], names: Mapping[str, str], clock: Times, longest: timedelta
) -> list[str]:
    """The regions that events came from, and none since."""
    return [
        f"{titled(account, names.get(account, ''))} {each.region} ({length(clock.now - each.until)})"
        for account, about in accounts.items()
        for each in about.known
        if each.until and clock.now - each.until > longest and each.state(clock.now) is not State.DISABLED
    ]


def _silent_accounts(accounts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for account, name in accounts.items():
        told = {"principal": COVERAGE, "account": account, "account_name": name, "region": None}
        yield told | {"state": str(State.UNTESTED)}


def _show(
    screen: Screen,
    accounts: Mapping[str, Coverage],
    names: Mapping[str, str],
    clock: Times,
    limit: timedelta,
    sentences: Sequence[str],
) -> None:
    head = "region", "since", "last event", "tested", "came back", "state"
    for account, about in accounts.items():
        missing = about.missing(clock.now)
        screen.heading(f"account {titled(account, names.get(account, ''))}")
        rows = [(each, _word(each.state(clock.now, limit)), each in missing) for each in about.known]
        columns = 3 if about.basis else len(head)  # In a case file, nothing is tested.
        screen.table(
            head[:columns],
            [
                (each.region, *_times(each, clock), word.upper() if is_missing else word)[:columns]
                for each, word, is_missing in rows
            ],
        )
        told = list(_told(about, clock.now))
        for line in (*(("", *told) if told else ()), ""):
            screen.prose(line)
    *others, in_all = sentences
    for each in others:
        screen.prose(each)
        screen.line()
    if accounts:
        screen.prose(in_all)


def _told(about: Coverage, now: datetime) -> Iterator[str]:
    """As on top of the report, with what is a section of its own there."""
    if by := about.by_road(now):
        yield f"Events come {by}."
    yield from about.warnings(now)
    trails = about.trails
    if isinstance(trails, Trails) and trails.problems and trails.noted:
        yield f"What is said of CloudTrail's trails is as of {minute(trails.noted)}, by the reporter."
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
