"""Options for the days that are asked about, and the answer of `lastseen who` for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from ingest.cloudtrail import CLOUDTRAIL_BEGAN
from lastseen.asking.answers import show_caveats, show_sentences, show_table
from lastseen.asking.asked import Answer, as_dicts
from lastseen.asking.calendar import Span, There
from lastseen.asking.lookup import Lookup
from lastseen.asking.presence import Presence, presences
from lastseen.commands.options import Printing
from lastseen.screen import Screen
from lastseen.terminal import MISUSED, NOTHING_FOUND, misused, print_json, warn

_UNKNOWN = "Not known: no events of the account arrived on these days, or days so long ago are not kept."
_DAYS = (
    "Days, in UTC, are kept for principals, access keys and passwords. Whoever is found by anything else is"
    " shown with all days on which they were active."
)


@dataclass(frozen=True, slots=True)
class Then:
    """Which days are asked about, if any are."""

    on: Annotated[
        str | None,
        typer.Option("--on", metavar="2026-10-13", help="Whether it was active on that day."),
    ] = None
    between: Annotated[
        tuple[str, str] | None,
        typer.Option("--between", metavar="FIRST LAST", help="On which of these days it was active."),
    ] = None

    def span(self) -> Span | None:
        if self.on and self.between:
            misused("--on and --between both say which days: give one of them")
        if self.on:
            return span_of(self.on, self.on)
        return span_of(*self.between) if self.between else None


def span_of(first: str, last: str) -> Span:
    span = Span(day_of(first), day_of(last))
    if span.last < span.first:
        misused(f"{last} is before {first}: give the first day first")
    if span.first < CLOUDTRAIL_BEGAN.date():
        misused(f"{span.first} is before CloudTrail began, in November 2013")
    if span.last > datetime.now(UTC).date():
        misused(f"{span.last} has not come yet: give a day up to today, in UTC")
    return span


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        misused(f"{text!r} is no day: write it as 2026-10-13")


def tell(lookup: Lookup, answers: Sequence[Answer], span: Span, printing: Printing) -> None:
    found = list(presences(lookup, answers, span))
    if printing.as_json:
        print_json(
            [*(each.as_dict() for each in found), *as_dicts(each for each in answers if not each.matches)]
        )
        warn(each.problem for each in answers)
    else:
        _show(printing.screen(), lookup, answers, found, span)
    if any(each.problem for each in answers):
        raise typer.Exit(MISUSED)
    there = {each.handle for each in found if each.was_there}
    if not all(each.asked in there for each in answers):
        raise typer.Exit(NOTHING_FOUND)


def _show(
    screen: Screen, lookup: Lookup, answers: Sequence[Answer], found: Sequence[Presence], span: Span
) -> None:
    names = lookup.account_names
    rows = [(each.handle, f"{each}", each.whose, names.get(each.account, "")) for each in found]
    if rows:
        show_table(screen, ("handle", f"{span}", "whose", "account name"), rows)
    show_sentences(screen, answers, lookup.heard.unseen())
    is_unknown = any(each.days_that_are(There.UNKNOWN) for each in found)
    is_of_all = any(each.by for each in found)
    show_caveats(screen, _UNKNOWN if is_unknown else "", _DAYS if is_of_all else "")
