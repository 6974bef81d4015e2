"""Principals by recency: one row for each, and which rows are wanted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from activity.days import NONE, Days
from activity.item import Item, attributes
from activity.keeping import Key
from activity.model import Activity, is_denied, is_of_principal, to_text
from activity.whose import Holder, by_holder
from lastseen.asking.calendar import Span, days_of
from lastseen.asking.plain import told
from lastseen.asking.profile import account_of, newest, type_of
from lastseen.asking.roles import gathered
from reporter.judgement.cadence import Rhythm, rhythm
from reporter.judgement.dormancy import silence


class Kind(StrEnum):
    USER = "user"
    ROLE = "role"
    ROOT = "root"
    IDENTITY_CENTER = "identity-center"

    @classmethod
    def named(cls, word: str) -> "Kind | None":
        """Also by CloudTrail's word for it, in whatever case."""
        word = word.strip().casefold()
        return next((each for each in cls if word in (each, _AS_IN_CLOUDTRAIL[each].casefold())), None)


# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
_AS_IN_CLOUDTRAIL = {
    Kind.USER: "IAMUser",
    Kind.ROLE: "AssumedRole",
    Kind.ROOT: "Root",
    Kind.IDENTITY_CENTER: "IdentityCenterUser",
}


@dataclass(frozen=True, slots=True)
class Row:
    """`last` also counts refused calls, as IAM does; None for what was flagged and never seen.

    One made again under an old name is new: nothing of a predecessor's is in its row. `flagged` has the facets.
    `holder`: the unique id of one who had the name before; "" for who has it now, whose `others` have them.
    """

    principal: str
    last: Activity | None
    first_seen: datetime | None
    flagged: tuple[str, ...] = ()
    first_flagged: datetime | None = None
    idle_since: datetime | None = None
    holder: str = ""
    others: tuple[str, ...] = ()
    active: Days = NONE
    refused: Days = NONE
    rhythm: Rhythm | None = None

    @property
    def expected_by(self) -> date | None:
        """When it should be seen next, by its rhythm."""
        return self.rhythm.last + timedelta(days=self.rhythm.days) if self.rhythm else None

    @property
    def account(self) -> str:
        return account_of(self.principal) or (self.last.evidence.account if self.last else "")

    @property
    def quiet_since(self) -> datetime | None:
        return self.last.last_seen if self.last else self.idle_since

    def as_dict(self, now: datetime) -> dict[str, Any]:
        since = self.quiet_since
        idle = {"idle_days": (now - since).days} if since else {}
        times = {"first_seen": self.first_seen, "first_flagged": self.first_flagged}
        return {
            **told({**(attributes(self.last) if self.last else {}), "principal": self.principal}),
            **idle,
            **{name: to_text(at) for name, at in times.items() if at},
            **({"flagged": list(self.flagged)} if self.flagged else {}),
            **self._days(),
            **({"other_holder": self.holder} if self.holder else {}),
            **({"other_holders": list(self.others)} if self.others else {}),
        }

    def is_overdue(self, now: datetime) -> bool:
        """By half of its rhythm or more."""
        found = self.rhythm
        return found is not None and now.date() >= found.last + timedelta(days=1.5 * found.days)

    def _days(self) -> dict[str, Any]:
        days = {"active_on": self.active, "refused_on": self.refused}
        rhythm = {"rhythm_days": self.rhythm.days, "expected_by": str(self.expected_by)} if self.rhythm else {}
        there = {name: [str(day) for day in those] for name, those in days.items() if those}
        return there | rhythm


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is None or empty is not asked for. `lag`: how much later the truth may be than the table's times.

    `then`: active or refused on any of these days; rows have no other days. `in_rhythm`: at regular intervals;
    it has the days on which events came, by account.
    """

    accounts: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    idle: timedelta | None = None
    active: timedelta | None = None
    new: timedelta | None = None
    only_flagged: bool = False
    lag: timedelta = timedelta(0)
    then: Span | None = None
    in_rhythm: Mapping[str, Days] | None = None

    def fits(self, row: Row, now: datetime) -> bool:
        is_there = not self.accounts or row.account in self.accounts
        is_of_kind = not self.kinds or type_of(row.principal) in self.kinds
        # Who had the name before may be gone: only what a report still has flagged is of interest.
        is_of_interest = bool(row.flagged) if self.only_flagged else bool(self.then) or not row.holder
        return is_there and is_of_kind and is_of_interest and self._is_then(row, now)

    def _is_then(self, row: Row, now: datetime) -> bool:
        if (self.then and not (row.active or row.refused)) or (self.in_rhythm is not None and not row.rhythm):
            return False
        lag = self.lag if row.last else timedelta(0)
        if self.idle is not None and row.quiet_since and now - row.quiet_since - lag < self.idle:
            return False
        if self.active is not None and not (row.last and now - row.last.last_seen - lag <= self.active):
            return False
        return self.new is None or bool(row.first_seen and now - row.first_seen <= self.new)


def rows(items: Mapping[Key, Item], wanted: Wanted, now: datetime, *, facet: str = "") -> list[Row]:
    """The last seen first; of the idle, who has been so for longest. `facet`: times of this one alone."""
    by_principal = gathered({key: item for key, item in items.items() if not item.problem})
    found = (_rows_of(by_holder(principal, those), wanted, facet) for principal, those in by_principal.items())
    fitting = [row for each in found for row in each if wanted.fits(row, now) and (row.last or not facet)]
    sign = 1 if wanted.idle is not None else -1
    return sorted(fitting, key=lambda row: (sign * _stamp(row.quiet_since), row.principal))


def _rows_of(by: Mapping[Holder, Mapping[str, Item]], wanted: Wanted, facet: str) -> Iterator[Row]:
    """Of who has the name now, then of those who had it before."""
    now, *before = by
    yield replace(_row(now, by[now], wanted, facet), others=tuple(holder.id for holder in before))
    yield from (replace(_row(holder, by[holder], wanted, facet), holder=holder.id) for holder in before)


def _row(holder: Holder, items: Mapping[str, Item], wanted: Wanted, facet: str) -> Row:
    activities = [
        item.activity
        for each, item in items.items()
        if item.activity and (each == facet if facet else is_of_principal(each))
    ]
    own = {each: item.own_flag for each, item in items.items()}
    flags = {each: flag for each, flag in own.items() if flag and flag.first_flagged}
    return Row(
        holder.arn,
        newest(activities),
        min(map(holder.began, activities), default=None),
        tuple(sorted(flags)),
        min(_known(flag.first_flagged for flag in flags.values()), default=None),
        max(_known(flag.idle_since for flag in flags.values()), default=None),
        active=_days(activities, wanted.then, are_refused=False),
        refused=_days(activities, wanted.then, are_refused=True),
        rhythm=_rhythm(activities, wanted.in_rhythm.get(account_of(holder.arn), NONE))
        if wanted.in_rhythm is not None
        else None,
    )


def _rhythm(activities: Iterable[Activity], heard: Days) -> Rhythm | None:
    """As in a report: refused uses count, and it is none if there may have been others in between."""
    days = Days.all_of(each.days for each in activities)
    days = days.between(next(iter(heard), date.max), date.max)
    found = rhythm(days)
    return None if found is None or silence(heard, found.first, max(days)) else found


def _days(activities: Iterable[Activity], then: Span | None, *, are_refused: bool) -> Days:
    if then is None:
        return NONE
    those = (days_of(each) for each in activities if is_denied(each.facet) is are_refused)
    return Days.all_of(those).between(then.first, then.last)


def _known(times: Iterable[datetime | None]) -> Iterator[datetime]:
    return (at for at in times if at)


def _stamp(at: datetime | None) -> float:
    return at.timestamp() if at else 0
