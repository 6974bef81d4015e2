"""Whether those whom handles may mean were there on certain days."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from activity.days import Days
from activity.item import Item
from activity.model import has_days, is_of_principal
from lastseen.asking.asked import Answer
from lastseen.asking.calendar import Calendar, Span, There, ranges
from lastseen.asking.heard import Heard
from lastseen.asking.lookup import Lookup
from lastseen.asking.matches import Match
from lastseen.asking.words import named

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Presence:
    """Of one whom a handle may mean: what is known of each day; `of` certain facets, or of all.

    `by`: the facets that it was found by, if none of them keeps days. `holder`: the unique id of one who had
    the name before.
    """

    handle: str
    principal: str
    account: str
    of: tuple[str, ...]
    by: tuple[str, ...]
    days: dict[date, There]
    holder: str = ""

    @property
    def was_there(self) -> bool:
        return There.ACTIVE in self.days.values() or There.REFUSED in self.days.values()

    def days_that_are(self, there: There) -> Days:
        return Days.of(*(day for day, each in self.days.items() if each is there))

    @property
    def whose(self) -> str:
        which = ", ".join(map(named, self.of)) or self.holder
        return f"{self.principal} ({which})" if which else self.principal

    def __str__(self) -> str:
        """In a word if all days are alike, or else the days of each."""
        alike = {there: self.days_that_are(there) for there in There}
        there = {each: days for each, days in alike.items() if days}
        if len(there) == 1:
            return str(next(iter(there)))
        return "; ".join(f"{each} {ranges(days)}" for each, days in there.items())

    def as_dict(self) -> dict[str, Any]:
        of: dict[str, Any] = {"facets": list(self.of)} if self.of else {}
        of |= {"other_holder": self.holder} if self.holder else {}
        days = {str(day): str(there) for day, there in self.days.items()}
        return {"handle": self.handle, "principal": self.principal, **of, "days": days}


def not_known(heard: Heard, items: Iterable[Item], accounts: Collection[str], span: Span) -> str:
    """What must be said of a list of those who were there."""
    return " ".join(filter(None, (_unheard(heard, accounts, span), _dayless(items, span))))


def _unheard(heard: Heard, accounts: Collection[str], span: Span) -> str:
    """In words, on which of these days no events of an account arrived."""
    places = sorted(accounts or heard.accounts())
    missing = {each: days for each in places if (days := span.days.missing_in(heard.days(each)))}
    told = [f"from account {each} on {ranges(days)}" for each, days in missing.items()][:_MOST_NAMED]
    if len(missing) > _MOST_NAMED:
        told = [f"from {len(missing):,} of {len(places):,} accounts on all or some of these days"]
    return f"No events arrived {', '.join(told)}: who was active there then is not known." if told else ""


def _dayless(items: Iterable[Item], span: Span) -> str:
    """In words, of how many no days are kept who may have been active then."""
    count = 0
    for seen in (item.activity for item in items if item.activity):
        may = seen.first_seen.date() < span.last and span.first < seen.last_seen.date()
        count += may and is_of_principal(seen.facet) and not seen.days
    whom = f"{count:,} principal has" if count == 1 else f"{count:,} principals have"
    return f"{whom} no days (DaysOfPeople): whether they were active then is not known." if count else ""


def presences(lookup: Lookup, answers: Iterable[Answer], span: Span) -> Iterator[Presence]:
    """Of a key by its own days; of whoever is found otherwise, by all that is known of them.

    Others who had the name before are among them if they were there: who deletes a user may have been it.
    """
    for answer in answers:
        for match in answer.matches:
            of = tuple(each for each in match.facets if has_days(match.principal, each))
            by = () if of else match.facets
            for holder, calendar in _calendars(lookup, match, of):
                days = calendar.during(span)
                found = Presence(answer.asked, match.principal, match.account, of, by, days, holder)
                if not holder or found.was_there:
                    yield found


def _calendars(lookup: Lookup, match: Match, of: Sequence[str]) -> Iterator[tuple[str, Calendar]]:
    """By the unique id of who had the name before; "" is who has it now, or whose the key is."""
    heard = lookup.heard.days(match.account)
    now, *before = lookup.profiles(match.principal)
    if of:
        every = (each for profile in (now, *before) for each in profile.activities)
        yield "", Calendar.of((each for each in every if each.facet in of), heard)
        return
    yield "", now.calendar(heard)
    yield from ((profile.holder.id, profile.calendar(heard)) for profile in before)
