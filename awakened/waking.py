"""Which changes of the table's items are uses that people are to hear of, and whose flags one use takes off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from activity.item import Item
from activity.keeping import Key
from activity.model import Activity, held_by, ip_facet, is_denied, is_of_principal
from awakened.stream import Change, UnreadableChange
from awakened.subject import Kind, Subject, subject_of

# Of the root user, which is told of without a flag: not each of many uses, and no replay of the past.
ROOT_AGE = timedelta(days=1)
# Events come some minutes late: of what was used so shortly before a report, that may have known nothing.
LATE = timedelta(hours=1)


class Silence(StrEnum):
    """Why a change is not announced."""

    NOT_SEEN = "not seen any later than before"
    NOT_FLAGGED = "not flagged"
    BEFORE_FLAG = "seen before it was flagged; the next report finds that"
    FLAG_IS_OFF = "no longer flagged: announced already, or resolved by a report"
    ROOT_SEEN = "the root user was seen so from there within this hour of the clock"
    ROOT_TOLD = "told with the root user's key or sign-in"
    ROOT_PAST = "a use of the root user more than a day ago"


@dataclass(frozen=True, slots=True)
class Use:
    """`since`: not used since then, as the report had it; of a root user, last seen before."""

    subject: Subject
    activity: Activity
    since: datetime | None
    first_flagged: datetime | None = None

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
        """Of the root user: that it was seen somewhere, and not by which key or sign-in."""
        return self.subject.kind is Kind.ROOT and self.activity.facet.startswith(ip_facet(""))

    @property
    def idle(self) -> timedelta | None:
        return self.at - self.since if self.since else None


@dataclass(frozen=True, slots=True)
class Notice:
    """`also`: other things that were flagged and are awake by the same use. `flags`: what to take off."""

    use: Use
    also: tuple[Subject, ...] = ()
    flags: tuple[Key, ...] = ()


def use_of(change: Change, *, now: datetime) -> Use | Silence:
    """Raises UnreadableChange where something is flagged that reports do not flag."""
    seen, before = change.after.activity, change.before.activity if change.before else None
    subject = subject_of(change.key)
    is_later = seen is not None and (before is None or seen.last_seen > before.last_seen)
    # While a report was made, what it flags may have been used: that is seen when the flag comes.
    is_just_flagged = not (change.before and change.before.first_flagged)
    if seen and is_later and subject and subject.kind is Kind.ROOT:
        return _use_of_root(subject, seen, before, now)
    if not change.after.first_flagged:
        return Silence.NOT_FLAGGED
    if seen is None or not (is_later or is_just_flagged):
        return Silence.NOT_SEEN
    if subject is None:
        raise UnreadableChange(f"item {change.key[0]} {change.key[1]}: flagged, but neither user, role nor key")
    return _use_of_flagged(subject, change.after, before)


def _use_of_root(subject: Subject, seen: Activity, before: Activity | None, now: datetime) -> Use | Silence:
    if now - seen.last_seen > ROOT_AGE:
        return Silence.ROOT_PAST
    if before and _hour_and_place(before) == _hour_and_place(seen):
        return Silence.ROOT_SEEN
    return Use(subject, seen, before.last_seen if before else None)


def _hour_and_place(seen: Activity) -> tuple[datetime, str]:
    """By the clock: counted from the use before, steady use would be told of once and never again."""
    return seen.last_seen.replace(minute=0, second=0, microsecond=0), seen.evidence.source_ip


def _use_of_flagged(subject: Subject, item: Item, before: Activity | None = None) -> Use | Silence:
    if not item.activity or not item.flag or not item.flag.first_flagged:
        return Silence.NOT_FLAGGED
    idle_since = item.flag.idle_since or item.flag.first_flagged
    if item.activity.last_seen <= max(idle_since, item.flag.first_flagged - LATE):
        return Silence.BEFORE_FLAG
    since = item.flag.idle_since or (before.last_seen if before else item.flag.first_flagged)
    return Use(subject, item.activity, since, item.flag.first_flagged)


def by_event(uses: Mapping[str, Use]) -> list[dict[str, Use]]:
    """The uses that one event shows, together; by sequence number, and in the order in which they came.

    Where the root user was seen is told only if nothing more is known of what it did there then.

    A principal's refused attempts come last: what was refused would else be told of what was used as well.
    """
    events: dict[tuple[str, str, datetime], dict[str, Use]] = {}
    order: dict[str, int] = {}
    known = {
        (use.activity.principal, *_hour_and_place(use.activity))
        for use in uses.values()
        if not use.is_place_alone
    }
    for sequence, use in uses.items():
        seen = use.activity
        if use.is_place_alone and (seen.principal, *_hour_and_place(seen)) in known:
            continue
        order.setdefault(seen.principal, len(order))
        events.setdefault((seen.principal, *_event(seen)), {})[sequence] = use

    def rank(those: dict[str, Use]) -> tuple[int, bool]:
        use = next(iter(those.values()))
        return order[use.activity.principal], use.is_denied

    return sorted(events.values(), key=rank)


def notice_of(uses: Sequence[Use], items: Mapping[Key, Item]) -> Notice | Silence:
    """`uses` are of one event; `items` is what the table now has of the principal.

    What is no longer flagged there was announced by an earlier delivery of the same record, or with another
    item of the same subject.
    """
    if uses[0].subject.kind is Kind.ROOT:
        return Silence.ROOT_TOLD if _is_told_by_another(uses[0], items) else Notice(uses[0])
    awake = [use for use in uses if _is_flagged(items.get(use.activity.key), use.at)]
    if not awake:
        return Silence.FLAG_IS_OFF
    awake += _of_same_event(awake[0].activity, items)
    use = min(awake, key=lambda each: list(Kind).index(each.subject.kind))
    subjects = {each.subject for each in awake} | {use.subject.owner}
    flags = tuple(
        key
        for key, item in items.items()
        if subject_of(key) in subjects and _is_flagged(item, use.at) and _is_same_life(key, use.activity)
    )
    others = {subject for subject in map(subject_of, flags) if subject and subject != use.subject}
    return Notice(use, tuple(sorted(others, key=lambda each: (each.kind, each.access_key_id))), flags)


def _is_told_by_another(place: Use, items: Mapping[Key, Item]) -> bool:
    """Whether the root user's key or sign-in was seen there within this hour, which is told of by itself."""
    known = (
        item.activity
        for key, item in items.items()
        if item.activity and subject_of(key) and not key[1].startswith(ip_facet(""))
    )
    then = _hour_and_place(place.activity)
    return place.is_place_alone and any(_hour_and_place(each) == then for each in known)


def _event(seen: Activity) -> tuple[str, datetime]:
    return seen.evidence.event_id, seen.last_seen


def _is_flagged(item: Item | None, before: datetime) -> bool:
    return bool(item and item.first_flagged and item.first_flagged - LATE < before)


def _of_same_event(seen: Activity, items: Mapping[Key, Item]) -> Iterator[Use]:
    """Uses that the same event shows, and whose own records have not come yet."""
    for key, item in items.items():
        subject = subject_of(key)
        if subject and item.activity and _event(item.activity) == _event(seen):
            use = _use_of_flagged(subject, item)
            if isinstance(use, Use):
                yield use


def _is_same_life(key: Key, seen: Activity) -> bool:
    """Not of a predecessor of the same name: its unique id is another. Some events do not tell the id."""
    if not is_of_principal(key[1]) or not seen.evidence.principal_id:
        return True
    return held_by(key[1]) in ("", seen.evidence.principal_id)
