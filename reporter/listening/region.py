"""One account and region: which events arrived, what the tracker's test calls showed, and so its state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from activity.model import Activity, place_covered

# The looks are a day apart, give or take a minute: yesterday's call is due today, not tomorrow.
_A_DAY = timedelta(hours=23)
_TWO_DAYS = timedelta(days=2)
# A region that was disconnected on purpose has been told of by then.
_A_MONTH = timedelta(days=30)
# Of two test calls within minutes, the table keeps the time of the first: of its resolution, and some.
_AS_IT_IS_KEPT = timedelta(hours=1)
# In place of an answer of STS: the region is not among those that are enabled.
NOT_ENABLED = "NotEnabled"
# What STS answers in a region that is not enabled for the account, or where STS itself is switched off:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
_ANSWERS_WHERE_DISABLED = {
    "AccessDenied", "AuthFailure", "InvalidClientTokenId", NOT_ENABLED, "OptInRequired",
    "RegionDisabledException", "UnrecognizedClientException",
}  # fmt: skip
# In place of a region: that the enabled regions were listed, or why they could not be.
EVERY = "*"


class State(StrEnum):
    """`no_reads`: events arrive, but no longer the test calls, which are read-only events.

    `not_connected`: no test call ever came back, or none for a month. `untested`: there are none of late.
    """

    RECEIVING = "receiving"
    WAITING = "waiting"
    SILENT = "silent"
    NO_READS = "no_reads"
    NOT_CONNECTED = "not_connected"
    DISABLED = "disabled"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Sent:
    """The tracker's test calls of a region: since when they wait for an event, and when the last was made.

    `refusal`: why the last could not be made; no other is waited for then.
    """

    waiting_since: datetime
    last: datetime
    refusal: str = ""

    def next(self, now: datetime, back: datetime | None, refusal: str = "") -> "Sent":
        """With a call that is made now."""
        waiting = None if refusal or self.refusal else self.unanswered(back)
        return Sent(waiting or now, now, refusal)

    def unanswered(self, back: datetime | None) -> datetime | None:
        """Since when a call has not come back, though all before have. `back`: the last that has."""
        if back is None or back < self.waiting_since - _AS_IT_IS_KEPT:
            return self.waiting_since
        return self.last if back < self.last - _AS_IT_IS_KEPT else None


@dataclass(frozen=True, slots=True)
class Region:
    """`since`, `until`: the first and the last event that arrived. `back`: the last test call that did."""

    account: str
    region: str
    since: datetime | None = None
    until: datetime | None = None
    sent: Sent | None = None
    back: datetime | None = None

    def state(self, now: datetime) -> State:
        sent = self.sent
        if sent is None:
            return State.UNTESTED
        if sent.refusal:
            return State.DISABLED if sent.refusal in _ANSWERS_WHERE_DISABLED else State.UNTESTED
        waiting = sent.unanswered(self.back)
        if waiting is None:
            return State.RECEIVING if now - sent.last <= _TWO_DAYS else State.UNTESTED
        if now - waiting < _A_DAY:
            return State.RECEIVING if self.back else State.WAITING
        if self.back is None or now - waiting > _A_MONTH:
            return State.NOT_CONNECTED
        return State.NO_READS if self.until and now - self.until < _A_DAY else State.SILENT


def regions(
    events: Iterable[Activity], sent: Iterable[Activity], back: Iterable[Activity]
) -> tuple[Region, ...]:
    """By account and region, from the table's items of each kind."""
    kinds = events, sent, back
    came, left, returned = ({place_covered(each.facet): each for each in those} for those in kinds)
    return tuple(
        _region(place, came.get(place), left.get(place), returned.get(place))
        for place in sorted(came.keys() | left.keys())
        if place[1] and place != (place[0], EVERY)
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
    )
