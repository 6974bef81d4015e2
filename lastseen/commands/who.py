"""`lastseen who`: whose is this, and what else did they do."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NoReturn

import typer

from activity.item import attributes
from activity.model import session_facet
from lastseen.asking.answers import show_caveat, show_heard, show_matches, show_nothing
from lastseen.asking.handle import Handle, Unrecognised, readings
from lastseen.asking.lookup import Lookup, Match
from lastseen.asking.portrait import show_namesakes, show_other_names, show_profile
from lastseen.asking.profile import Profile as Known
from lastseen.commands.options import Printing, Where, with_options
from lastseen.screen import Screen
from lastseen.terminal import NOTHING_FOUND, misused, print_json, warn
from lastseen.times import Times

EXAMPLES = """\b
lastseen who AKIAEXAMPLEALICE0001        an access key id
lastseen who alice                       a user, role or session name
lastseen who arn:aws:iam::123456789012:user/people/alice
lastseen who arn:aws:sts::123456789012:assumed-role/deploy/build-42
lastseen who AROAEXAMPLEDEPLOY0001:build-42
lastseen who 198.51.100.7                an address, or 198.51.100.0/24
lastseen who s3                          a service, or s3.amazonaws.com
lastseen who judy@example.com            a session of Identity Center
lastseen who b4c8d418-20a1-70ee-9f3d-1234567890ab
"""


@with_options
def who(
    handle: Annotated[
        str, typer.Argument(metavar="HANDLE", help="What you have: an ARN, a key id, an address, a name.")
    ],
    where: Where,
    printing: Printing,
    everything: Annotated[bool, typer.Option("--all", help="Leave nothing out, and look everywhere.")] = False,
) -> None:
    """Find whose a key, an address or a name is, and all that is known of them.

    If several are meant, you choose. If several had one name, one after the
    other, it prints whose the handle is, or else who has the name now; the
    others in short (--all: in full; --json: other_holder).

    A name or a network is searched for in the whole index; all else takes a few
    reads. Exit status 1: nobody was found; 2: it could not be asked.
    """
    try:
        meanings = readings(handle)
    except Unrecognised as error:
        misused(str(error))
    options, screen, clock = where.words(), printing.screen(), printing.times()
    with where.asking() as lookup:
        meant, matches = _found(lookup, meanings, everything)
        if not matches:
            _show_nothing(printing.beside(), lookup, clock, meant, handle)
        if printing.as_json:
            print_json(_items(lookup, matches, everything))
        elif len(matches) > 1:
            show_matches(screen, matches, clock, options=options, everything=everything)
            show_caveat(screen, meant.caveat if meant.is_certain else "")
        else:
            _show(screen, lookup, matches[0], clock, meant, options, everything)


def _found(lookup: Lookup, meanings: Sequence[Handle], everything: bool) -> tuple[Handle, list[Match]]:
    """By the first that finds somebody."""
    for meant in meanings:
        if matches := lookup.find(meant, everywhere=everything):
            return meant, matches
    return meanings[0], []


def _show_nothing(screen: Screen, lookup: Lookup, clock: Times, meant: Handle, asked: str) -> NoReturn:
    """What was searched, and since when anything was heard: silence is no innocence."""
    show_nothing(screen, f"{asked} ({meant.means})", meant.searched())
    show_heard(
        screen, lookup.coverage(), clock, account=meant.account or (meant.name.account if meant.name else "")
    )
    show_caveat(screen, meant.caveat)
    raise typer.Exit(NOTHING_FOUND)


def _show(
    screen: Screen,
    lookup: Lookup,
    match: Match,
    clock: Times,
    handle: Handle,
    options: Sequence[str],
    everything: bool,
) -> None:
    found, *namesakes = _who_is_meant_first(lookup, match)
    warn(problem for each in (found, *namesakes) for problem in each.problems)
    asked = {*match.facets, *([session_facet(handle.session)] if handle.session else [])}
    for each in (found, *namesakes) if everything else (found,):
        if each is not found:
            screen.line()
        show_profile(screen, each, clock, handle=handle, asked=asked, everything=everything)
        show_other_names(screen, lookup.other_names(each), options)
    if not everything:
        show_namesakes(screen, namesakes, clock, options)
    show_caveat(screen, handle.caveat if handle.is_certain else "")


def _who_is_meant_first(lookup: Lookup, match: Match) -> list[Known]:
    """Of those who had the name: whose that is by which it was found, or else who has the name now."""
    profiles = lookup.profiles(match.principal)
    by = {*match.facets, *([match.last.facet] if match.by and match.last else [])}
    return sorted(profiles, key=lambda each: not by & each.items.keys())


def _items(lookup: Lookup, matches: Sequence[Match], everything: bool) -> Iterator[dict[str, Any]]:
    """Of one principal all that it was seen with; of several, what each was last found by."""
    if len(matches) > 1:
        yield from (attributes(each.last) if each.last else {"principal": each.principal} for each in matches)
        return
    found, *namesakes = _who_is_meant_first(lookup, matches[0])
    warn(problem for each in (found, *namesakes) for problem in each.problems)
    yield from found.items_as_dicts()
    for each in namesakes:
        told = each.items_as_dicts() if everything else [each.as_dict()]
        yield from (one | {"other_holder": each.holder.id} for one in told)
