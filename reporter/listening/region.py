"""One account and region: which events arrived, what the tracker's test calls showed, and so its state."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from activity.days import NONE, Days
from activity.model import Activity, place_covered, road_of
from reporter.listening.roads import Road

# Runs are a day apart, give or take a minute: yesterday's call is due today, not tomorrow.
A_DAY = timedelta(hours=23)
_TWO_DAYS = timedelta(days=2)
# If two test calls are minutes apart, the table keeps the time of the first: up to its resolution too early.
_AS_IT_IS_KEPT = timedelta(hours=1)
# Stands in for STS's error: the region is not enabled.
NOT_ENABLED = "NotEnabled"
# What STS answers in a region that is not enabled for the account, or where STS itself is switched off:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
_ANSWERS_WHERE_DISABLED = {
    "AccessDenied", "AuthFailure", "InvalidClientTokenId", NOT_ENABLED, "OptInRequired",
    "RegionDisabledException", "UnrecognizedClientException",
}  # fmt: skip
# Stands in for a region in notes about all of them. No region's name begins like this.
EVERY = "*"


class State(StrEnum):
    """`waiting`: the first test call may still come back. `not_connected`: none ever did.

    `no_reads`: events arrive, but not the test calls, which are read-only. `untested`: there were no test calls
    lately. `quiet`: there were no events lately either.
    """

    RECEIVING = "receiving"
    WAITING = "waiting"
    SILENT = "silent"
    NO_READS = "no_reads"
    NOT_CONNECTED = "not_connected"
    DISABLED = "disabled"
    UNTESTED = "untested"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Sent:
    """The test calls in a region: since when one has been waited for, and when the last was due.

    `refusal`: why the last could not be made. If no earlier one is waited for, both times are the same.
    """

    waiting_since: datetime
    last: datetime
    refusal: str = ""

    @property
    def is_where_disabled(self) -> bool:
        return self.refusal in _ANSWERS_WHERE_DISABLED

    def unanswered(self, back: datetime | None) -> datetime | None:
        """Since when calls have not come back. `back`: the last that has."""
        if self.refusal and self.waiting_since == self.last:
            return None
        if back is None or back < self.waiting_since - _AS_IT_IS_KEPT:
            return self.waiting_since
        return self.last if not self.refusal and back < self.last - _AS_IT_IS_KEPT else None


@dataclass(frozen=True, slots=True)
class Region:
    """`since`, `until`: the first and the last event that arrived. `back`: the last test call that did.

    `roads`: those that events came by. `days`: those on which events came.
    """

    account: str
    region: str
    since: datetime | None = None
    until: datetime | None = None
    sent: Sent | None = None
    back: datetime | None = None
    roads: tuple[Road, ...] = ()
    days: Days = NONE

    @property
    def waiting_since(self) -> datetime | None:
        """Since when test calls that should come back have not.

        Until one has, calls from before the first event need not: nobody was listening there yet.
        """
        waiting = self.sent.unanswered(self.back) if self.sent else None
        is_too_early = waiting and not self.back and self.since and waiting < self.since
        return None if is_too_early else waiting

    def tested(self, now: datetime, refusal: str = "") -> Sent:
        """Adds a test call that was made now, or could not be.

        A call that couldn't be made says nothing about earlier ones. Earlier calls are no longer due if the
        region is disabled. Nor is the last one before a pause of days, if others came back: perhaps nobody was
        there to receive its event.
        """
        sent, before, waiting = Sent(now, now, refusal), self.sent, self.waiting_since
        if before is None or waiting is None or sent.is_where_disabled or before.is_where_disabled:
            return sent
        is_last_before_a_pause = now - before.last > _TWO_DAYS and before.last - waiting < A_DAY
        return sent if self.back and is_last_before_a_pause else Sent(waiting, now, refusal)

    def state(self, now: datetime, quiet_after: timedelta = _TWO_DAYS) -> State:
        """`quiet_after`: how long a region without test calls may send no events before it is quiet."""
        if self.sent and self.sent.is_where_disabled:
            return State.DISABLED
        waiting = self.waiting_since
        if waiting is None and not self._is_tested(now):
            is_quiet = self.until is not None and now - self.until > quiet_after
            return State.QUIET if is_quiet else State.UNTESTED
        if waiting is None or now - waiting < A_DAY:
            return State.RECEIVING if self.back else State.WAITING
        if self.until and now - self.until < A_DAY:
            return State.NO_READS
        return State.SILENT if self.back else State.NOT_CONNECTED

    def _is_tested(self, now: datetime) -> bool:
        return self.sent is not None and not self.sent.refusal and now - self.sent.last <= _TWO_DAYS


def regions(
    events: Iterable[Activity],
    sent: Iterable[Activity],
    back: Iterable[Activity],
    roads: Iterable[Activity] = (),
) -> tuple[Region, ...]:
    """The regions, by account and name, from the table's items of each kind."""
    kinds = events, sent, back
    came, left, returned = ({place_covered(each.facet): each for each in those} for those in kinds)
    by: dict[tuple[str, str], list[Road]] = {}
    for each in sorted(roads, key=lambda each: each.facet):
        by.setdefault(road_of(each.facet)[:2], []).append(Road.of(each))
    return tuple(
        replace(
            _region(place, came.get(place), left.get(place), returned.get(place)),
            roads=tuple(by.get(place, ())),
        )
        for place in sorted(came.keys() | left.keys())
        if place[1] and not place[1].startswith(EVERY)
    )


def _region(
    place: tuple[str, str], came: Activity | None, sent: Activity | None, back: Activity | None
) -> Region:
    return Region(
        *place,
        since=came.first_seen if came else None,
        until=came.last_seen if came else None,
        sent=Sent(sent.first_seen, sent.last_seen, sent.evidence.error_code) if sent else None,
        back=back.last_seen if back else None,
        days=came.days if came else NONE,
    )
