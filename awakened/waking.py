"""Which changes of the table's items are uses to notify people of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from activity.item import Flag
from activity.model import Activity, change_of, ip_facet, is_denied
from activity.whose import id_told_by
from awakened.stream import Change, UnreadableChange
from awakened.subject import Kind, Subject, subject_of

# The root user needs no flag, but a replay of the past must not send notices about it.
ROOT_AGE = timedelta(days=1)
# Events come some minutes late: a report may not know of a use so shortly before it.
LATE = timedelta(hours=1)


class Silence(StrEnum):
    """Why a change is not announced."""

    NOT_SEEN = "no newer sighting"
    NOT_FLAGGED = "not flagged"
    BEFORE_FLAG = "used before it was flagged; the next report finds that"
    FLAG_IS_OFF = "no longer flagged: announced already, resolved by a report, or another's of that name"
    ROOT_SEEN = "announced already: the root user was seen like this from there in the same hour of the clock"
    ROOT_TOLD = "announced with the root user's key or sign-in"
    ROOT_PAST = "a use of the root user more than a day ago"


@dataclass(frozen=True, slots=True)
class Use:
    """`since`: when it was last used, according to the report; for the root user, the sighting before.

    `holder`: the unique id of its holder, if the item tells it. A use without `first_flagged`, unless it is the
    root user's, is the first under its name, or the one before was somebody else's: what was used may be
    flagged under another name.
    """

    subject: Subject
    activity: Activity
    since: datetime | None
    first_flagged: datetime | None = None
    holder: str = ""

    @property
    def at(self) -> datetime:
        return self.activity.last_seen

    @property
    def is_denied(self) -> bool:
        return is_denied(self.activity.facet) or (
            self.is_place_alone and bool(self.activity.evidence.error_code)
        )

    @property
    def is_place_alone(self) -> bool:
        """Whether all that is known is where the root user was, and not by which key or sign-in."""
        return self.subject.kind is Kind.ROOT and self.activity.facet.startswith(ip_facet(""))

    @property
    def change(self) -> str:
        """The name of the event by which the root user changed its credentials; else ""."""
        return change_of(self.activity.facet)

    @property
    def idle(self) -> timedelta | None:
        return self.at - self.since if self.since else None


def use_of(change: Change, *, now: datetime) -> Use | Silence:
    """Raises UnreadableChange if an item is flagged that reports never flag."""
    seen, before = change.after.activity, change.before.activity if change.before else None
    subject = subject_of(change.key)
    is_later = seen is not None and (before is None or seen.last_seen > before.last_seen)
    # A use that happens while a report is made precedes the flag, so the change that sets the flag shows it. An
    # item under an old name may still have the mark of an earlier flag.
    is_just_flagged = not change.before or change.before.first_flagged != change.after.first_flagged
    if seen and is_later and subject and subject.kind is Kind.ROOT:
        return _use_of_root(subject, seen, before, now)
    flag = change.after.flag if change.after.first_flagged else None
    if seen is None or not (is_later or (flag and is_just_flagged)):
        return Silence.NOT_SEEN if flag else Silence.NOT_FLAGGED
    if flag is None:
        if subject is None or (before and id_told_by(before) == id_told_by(seen)):
            return Silence.NOT_FLAGGED
        return Use(subject, seen, None, holder=id_told_by(seen))
    if subject is None:
        raise UnreadableChange(f"item {change.key[0]} {change.key[1]}: flagged, but neither user, role nor key")
    return _use_of_flagged(subject, seen, flag)


def _use_of_root(subject: Subject, seen: Activity, before: Activity | None, now: datetime) -> Use | Silence:
    if now - seen.last_seen > ROOT_AGE:
        return Silence.ROOT_PAST
    if before and hour_and_place(before) == hour_and_place(seen):
        return Silence.ROOT_SEEN
    return Use(subject, seen, before.last_seen if before else None)


def hour_and_place(seen: Activity) -> tuple[datetime, str]:
    """Hours of the clock: counted from the use before, steady use would be announced once and never again."""
    return seen.last_seen.replace(minute=0, second=0, microsecond=0), seen.evidence.source_ip


def _use_of_flagged(subject: Subject, seen: Activity, flag: Flag) -> Use | Silence:
    if not is_after(flag, seen):
        return Silence.BEFORE_FLAG
    holder = id_told_by(seen) or flag.holder
    return Use(subject, seen, flag.idle_since or flag.first_flagged, flag.first_flagged, holder)


def is_after(flag: Flag, seen: Activity) -> bool:
    """Whether the report that flagged it can't have known of this use."""
    first = flag.first_flagged
    return first is not None and seen.last_seen > max(flag.idle_since or first, first - LATE)


def by_event(uses: Mapping[str, Use]) -> list[dict[str, Use]]:
    """Groups uses by event, in the order in which they came. Keys are sequence numbers.

    Drops a sighting of the root user by address alone if its key or sign-in was seen there in the same hour.

    A principal's refused attempts come last: otherwise their notice would cover what was used as well.
    """
    events: dict[tuple[str, str, datetime], dict[str, Use]] = {}
    order: dict[str, int] = {}
    known = {
        (use.activity.principal, *hour_and_place(use.activity))
        for use in uses.values()
        if not use.is_place_alone
    }
    for sequence, use in uses.items():
        seen = use.activity
        if use.is_place_alone and (seen.principal, *hour_and_place(seen)) in known:
            continue
        order.setdefault(seen.principal, len(order))
        events.setdefault((seen.principal, *event_of(seen)), {})[sequence] = use

    def rank(those: dict[str, Use]) -> tuple[int, bool]:
        use = next(iter(those.values()))
        return order[use.activity.principal], use.is_denied

    return sorted(events.values(), key=rank)


def event_of(seen: Activity) -> tuple[str, datetime]:
    return seen.evidence.event_id, seen.last_seen
