"""From where events have come: since when silence means something, and which accounts there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from activity.days import NONE, Days
from activity.model import Activity, place_covered
from activity.plain import day
from ingest.identity import partition_of
from lastseen.times import Times, noun

_NO_EVENTS = "No events from CloudTrail have arrived yet, so an empty answer proves nothing."
_EMPTY_CASE = "The case file has no events: lastseen replay reads them into it."


@dataclass(frozen=True, slots=True)
class Heard:
    """The items of `coverage`, one for each account and region. `is_live`: whether events still arrive.

    `kept_since`: before that day, items of principals may have expired, or lost their days.
    """

    places: tuple[Activity, ...]
    is_live: bool = True
    kept_since: date = date.min

    def since(self, account: str = "") -> datetime | None:
        """When tracking began, of an account or at all."""
        return min((each.first_seen for each in self._of(account)), default=None)

    def days(self, account: str) -> Days:
        """On which events of an account arrived, from any of its regions."""
        days = Days.all_of(each.days for each in self._of(account)) if account else NONE
        return days.between(self.kept_since, date.max)

    def accounts(self) -> dict[str, str]:
        """Each with its partition."""
        those = sorted({place_covered(each.facet) for each in self.places})
        return {account: partition_of(region) for account, region in those}

    def began(self, account: str = "") -> str:
        """When that was, in words; "" before any event has come."""
        since = self.since(account) or self.since()
        what = "tracking began" if self.is_live else "the events in the case file begin"
        return f"{what} on {day(since)}" if since else ""

    def unseen(self, account: str = "") -> str:
        """Of what there is no sighting of: since when, or where, there could have been one."""
        if not self.is_live:
            return "in the case file"
        return f"since {self.began(account) or 'tracking began'}"

    def line(self, times: Times, account: str = "") -> str:
        """Since when an empty answer means something; of an account, if one was asked for that is heard."""
        if not self.places:
            return _NO_EVENTS if self.is_live else _EMPTY_CASE
        own = self._of(account) if account else ()
        those = own or self.places
        since, last = min(each.first_seen for each in those), max(each.last_seen for each in those)
        where = _count(those, is_one_account=bool(own))
        if self.is_live:
            have = "have arrived"
            told = (
                f"Events come from {where}, since {day(since)}, the last {times.ago(last)}: lastseen coverage"
            )
        else:
            have = "are in the case file"
            told = f"The case file has events from {where}, dated {day(since)} to {day(last)}."
        return f"No events of account {account} {have}. {told}" if account and not own else told

    def _of(self, account: str) -> tuple[Activity, ...]:
        return tuple(each for each in self.places if account in ("", place_covered(each.facet)[0]))


def _count(places: Iterable[Activity], *, is_one_account: bool) -> str:
    found = [place_covered(each.facet) for each in places]
    regions = len({region for _, region in found})
    accounts = len({account for account, _ in found})
    where = f"{regions} {noun(regions, 'region')} of "
    return where + (f"account {found[0][0]}" if is_one_account else f"{accounts:,} {noun(accounts, 'account')}")
