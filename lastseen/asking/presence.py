"""Whether those whom handles may mean were there on certain days."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from activity.days import Days
from activity.model import has_days, is_denied
from lastseen.asking.asked import Answer
from lastseen.asking.calendar import Calendar, Span, There, ranges
from lastseen.asking.heard import Heard
from lastseen.asking.lookup import Lookup
from lastseen.asking.matches import Match
from lastseen.asking.words import named
from lastseen.times import noun

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Presence:
    """Of one whom a handle may mean: what is known of each day; `of` certain facets, or of all.

    `by`: the facets that it was found by, if none of them keeps days.
    """

    handle: str
    principal: str
    account: str
    of: tuple[str, ...]
    by: tuple[str, ...]
    days: dict[date, There]

    @property
    def was_there(self) -> bool:
        return There.ACTIVE in self.days.values() or There.REFUSED in self.days.values()

    def days_that_are(self, there: There) -> Days:
        return Days.of(*(day for day, each in self.days.items() if each is there))

    @property
    def whose(self) -> str:
        return f"{self.principal} ({', '.join(map(named, self.of))})" if self.of else self.principal

    def __str__(self) -> str:
        """In a word if all days are alike, or else the days of each."""
        alike = {there: self.days_that_are(there) for there in There}
        there = {each: days for each, days in alike.items() if days}
        if len(there) == 1:
            return str(next(iter(there)))
        return "; ".join(f"{each} {ranges(days)}" for each, days in there.items())

    def as_dict(self) -> dict[str, Any]:
        of = {"facets": list(self.of)} if self.of else {}
        days = {str(day): str(there) for day, there in self.days.items()}
        return {"handle": self.handle, "principal": self.principal, **of, "days": days}


def unheard(heard: Heard, accounts: Collection[str], span: Span) -> str:
    """In words, on which of these days no events of an account arrived."""
    places = sorted(accounts or heard.accounts())
    missing = {each: span.days.missing_in(heard.days(each)) for each in places}
    silent = [f"from account {each} on {ranges(days)}" for each, days in missing.items() if days]
    if not silent:
        return ""
    left = len(silent) - _MOST_NAMED
    more = f", and from {left:,} more {noun(left, 'account')} on some of these days" if left > 0 else ""
    named_first = ", ".join(silent[:_MOST_NAMED])
    return f"No events arrived {named_first}{more}: who was active there then is not known."


def presences(lookup: Lookup, answers: Iterable[Answer], span: Span) -> Iterator[Presence]:
    """Of a key by its own days; of whoever is found otherwise, by all that is known of them."""
    for answer in answers:
        for match in answer.matches:
            of = tuple(each for each in match.facets if has_days(match.principal, each))
            calendar = _calendar(lookup, match, of)
            days = calendar.during(span)
            yield Presence(answer.asked, match.principal, match.account, of, () if of else match.facets, days)


def _calendar(lookup: Lookup, match: Match, of: Sequence[str]) -> Calendar:
    heard = lookup.heard.days(match.account)
    profiles = lookup.profiles(match.principal)
    if not of:
        now = profiles[0]
        return Calendar(now.active_days, now.refused_days, heard)
    seen = [each for profile in profiles for each in profile.activities if each.facet in of]
    active = Days.all_of(each.days for each in seen if not is_denied(each.facet))
    return Calendar(active, Days.all_of(each.days for each in seen if is_denied(each.facet)), heard)
