"""`lastseen who`: whose is this, and what else did they do."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NoReturn

import typer

from activity.item import UnreadableItem
from activity.model import session_facet
from activity.quarantine.entry import Entry
from lastseen.asking.accounts import with_names
from lastseen.asking.answers import show_caveats, show_matches, show_nothing, show_several
from lastseen.asking.asked import Answer, answer, answers, as_dicts
from lastseen.asking.calendar import Span
from lastseen.asking.facts import Place
from lastseen.asking.iam import Iam
from lastseen.asking.lookup import Lookup
from lastseen.asking.matches import Match
from lastseen.asking.plain import told
from lastseen.asking.portrait import show_namesakes, show_other_names, show_profile
from lastseen.asking.profile import Profile as Known
from lastseen.commands.handles import every_handle
from lastseen.commands.options import Printing, Where, with_options
from lastseen.commands.then import Then, tell
from lastseen.screen import Screen
from lastseen.terminal import MISUSED, NOTHING_FOUND, print_json, warn
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
lastseen who root                        the root users of all accounts
lastseen who PowerUsers                  a permission set
lastseen who alice --on 2026-10-13       was she there on that day?
lastseen who deploy --between 2026-10-12 2026-10-14
aws iam list-access-keys --query 'AccessKeyMetadata[].AccessKeyId' --output text |
    lastseen who -
"""


@with_options
def who(
    handles: Annotated[
        list[str],
        typer.Argument(metavar="HANDLE", help="An ARN, a key id, an address, a name; - for those of a list."),
    ],
    where: Where,
    printing: Printing,
    then: Then,
    everything: Annotated[bool, typer.Option("--all", help="Leave nothing out, and look everywhere.")] = False,
) -> None:
    """Find whose a key, an address or a name is, and all that is known of them.

    If the handle may mean several principals, it lists them. If several had one
    name, one after the other, it prints whom the handle belongs to, or who has
    the name now, and names the others (--all: in full; --json: other_holder).

    For several handles, or - (standard input, such as the AWS CLI's text or
    JSON), it prints one line for each principal that a handle may mean. With
    --json, `handle` says which, and `principal` is null if nobody was found.

    Names match exactly first, then in any case, then by their beginning. Most
    look-ups take a few reads. Networks, and names of users and roles with a
    path, are looked for in the whole index.

    --on and --between say for each of them whether it was active then, refused,
    idle or, if no events of its account arrived, not known. A day is one in UTC.

    If there are no sightings, it asks IAM, if you may (not with --db). Exit
    status 1: a handle has no sightings (then); 2: it is no handle, or AWS failed.
    """
    asked, span = every_handle(handles), then.span()
    with where.asking() as (lookup, beside):
        iam = Iam(beside, lookup.titled)
        if span:
            _then(lookup, answers(lookup, iam, asked, everywhere=everything), span, printing, where.words())
        elif asked != handles or len(asked) > 1:
            _several(lookup, answers(lookup, iam, asked, everywhere=everything), printing)
        else:
            answered = answer(lookup, iam, asked[0], everywhere=everything)
            _one(lookup, answered, printing, where.words(), everything=everything)


def _then(
    lookup: Lookup, found: Sequence[Answer], span: Span, printing: Printing, options: Sequence[str]
) -> None:
    first = found[0]
    if len(found) == 1 and not (first.matches or first.problem or printing.as_json):
        _show_nothing(printing.screen(), lookup, first, printing.times(), options)
    tell(lookup, found, span, printing)


def _several(lookup: Lookup, every: Sequence[Answer], printing: Printing) -> None:
    if printing.as_json:
        print_json(with_names(as_dicts(every), lookup.account_names))
        warn(each.problem for each in every)
    else:
        names, unseen = lookup.account_names, lookup.heard.unseen()
        show_several(printing.screen(), every, printing.times(), names=names, unseen=unseen)
        if not all(each.matches for each in every):
            show_caveats(printing.screen(), lookup.heard.line(printing.times()))
    if any(each.problem for each in every):
        raise typer.Exit(MISUSED)
    if not all(each.matches for each in every):
        raise typer.Exit(NOTHING_FOUND)


def _one(
    lookup: Lookup, answered: Answer, printing: Printing, options: Sequence[str], *, everything: bool
) -> None:
    screen, clock = printing.screen(), printing.times()
    if not answered.matches:
        _show_nothing(printing.beside(), lookup, answered, clock, options)
    if printing.as_json:
        print_json(with_names(_items(lookup, answered, everything), lookup.account_names))
    elif len(answered.matches) > 1:
        names = lookup.account_names
        show_matches(screen, answered.matches, clock, names=names, options=options, everything=everything)
    else:
        _show(screen, lookup, answered, clock, options, everything)
    show_caveats(printing.beside(), answered.found.note, answered.meant.caveat)


def _show_nothing(
    screen: Screen, lookup: Lookup, answered: Answer, clock: Times, options: Sequence[str]
) -> NoReturn:
    """What was searched, and since when anything was heard: silence is no innocence."""
    account = answered.meant.of_account
    show_nothing(screen, answered, lookup.heard.unseen(account), options)
    show_caveats(screen, answered.meant.caveat, lookup.heard.line(clock, account))
    raise typer.Exit(NOTHING_FOUND)


def _show(
    screen: Screen, lookup: Lookup, answered: Answer, clock: Times, options: Sequence[str], everything: bool
) -> None:
    match, handle = answered.matches[0], answered.meant
    found, *namesakes = _who_is_meant_first(lookup, match)
    warn(problem for each in (found, *namesakes) for problem in each.problems)
    asked = {*match.facets, *([session_facet(handle.session)] if handle.session else [])}
    for each in (found, *namesakes) if everything else (found,):
        if each is not found:
            screen.line()
        unseen = "" if each.last else lookup.heard.unseen(each.account)
        known = lookup.titled(each.account), unseen, lookup.heard.days(each.account)
        place = Place(*known, _quarantined(lookup, each))
        show_profile(
            screen,
            each,
            clock,
            handle=handle,
            asked=asked,
            place=place,
            everything=everything,
        )
        show_other_names(screen, lookup.other_names(each), options)
    if not everything:
        show_namesakes(screen, namesakes, clock, options)


def _quarantined(lookup: Lookup, profile: Known) -> list[Entry]:
    try:
        return lookup.quarantined(profile)
    except UnreadableItem as error:
        warn([str(error)])
        return []


def _who_is_meant_first(lookup: Lookup, match: Match) -> list[Known]:
    """Of those who had the name: whose that is by which it was found, or else who has the name now."""
    profiles = lookup.profiles(match.principal)
    by = {*match.facets, *([match.last.facet] if match.by and match.last else [])}
    return sorted(profiles, key=lambda each: not by & each.items.keys())


def _items(lookup: Lookup, answered: Answer, everything: bool) -> Iterator[dict[str, Any]]:
    """Of one principal all that it was seen with; of several, what each was last found by."""
    if len(answered.matches) > 1:
        yield from as_dicts([answered])
        return
    found, *namesakes = _who_is_meant_first(lookup, answered.matches[0])
    warn(problem for each in (found, *namesakes) for problem in each.problems)
    handle = {"handle": answered.asked}
    kept = {each.target.facets[0]: {"quarantine": each.as_dict()} for each in _quarantined(lookup, found)}
    yield from (handle | told(each) | kept.get(each["facet"], {}) for each in found.items_as_dicts())
    for each in namesakes:
        those = each.items_as_dicts() if everything else [each.as_dict()]
        yield from (handle | told(one) | {"other_holder": each.holder.id} for one in those)
