"""What is known of one principal, as lines of a name and what it comes to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from activity.days import Days
from activity.model import Activity
from activity.quarantine.entry import Entry
from lastseen.asking.calendar import Calendar
from lastseen.asking.handle import Handle
from lastseen.asking.profile import Profile
from lastseen.asking.words import event_of, flagged
from lastseen.times import Times


@dataclass(frozen=True, slots=True)
class Place:
    """Where a principal is: its account's name and id, "" if that is not known.

    `unseen`: since when nothing was seen of it, if nothing was. `heard`: the days on which its events arrived.
    `quarantine`: what that keeps of it.
    """

    account: str
    unseen: str
    heard: Days
    quarantine: Sequence[Entry] = ()


def facts(profile: Profile, times: Times, handle: Handle, place: Place) -> Iterator[tuple[str, str]]:
    last, first, denied = profile.last, profile.first_seen, profile.last_denied
    if last and first:
        yield "last seen", f"{times.text(last.last_seen)}, {times.ago(last.last_seen)}"
        yield "first seen", f"{times.text(first)}, {times.ago(first)}"
        yield "last event", event_of(last.evidence)
        yield from _circumstances(last)
    else:
        yield "last seen", f"{'by no call that was allowed' if denied else 'not'} {place.unseen}"
    if denied:
        yield "last denied", f"{times.text(denied.last_seen)}, {times.ago(denied.last_seen)}"
        yield "denied event", event_of(denied.evidence)
        yield from () if last else _circumstances(denied)
    yield from _flags(profile, times)
    for each in place.quarantine:
        yield "quarantine", f"{each.target.title}: {each.became}"
        if each.is_disabled:
            yield "undo", each.undo
    if handle.session and not _has_session(profile, handle.session):
        yield "session", f"{handle.session}: not kept; of sessions, only those of Identity Center roles are"


def days(calendar: Calendar, times: Times) -> Iterator[tuple[str, str]]:
    today = times.now.date()
    if calendar.active:
        yield "active on", calendar.counts(calendar.active, today)
    if calendar.refused:
        yield "refused on", calendar.counts(calendar.refused, today)


def by_week(calendar: Calendar, times: Times) -> Iterator[tuple[str, str]]:
    if calendar.active:
        marks, scale = calendar.strip(times.now.date())
        yield "by week", marks
        yield "", scale


def _flags(profile: Profile, times: Times) -> Iterator[tuple[str, str]]:
    for facet, flag in profile.flags.items():
        what = flagged(facet)
        if flag.first_flagged:
            idle = f", idle since {times.text(flag.idle_since)}" if flag.idle_since else ""
            yield "flagged", f"{what}: since {times.text(flag.first_flagged)}{idle}"
        if flag.awakened_at:
            yield "awakened", f"{what}: was flagged, and seen again at {times.text(flag.awakened_at)}"


def _circumstances(activity: Activity) -> Iterator[tuple[str, str]]:
    evidence = activity.evidence
    if evidence.user_agent:
        yield "user agent", evidence.user_agent
    if evidence.session_name:
        yield "by session", evidence.session_name
    if evidence.mfa is not None:
        yield "with MFA", "yes" if evidence.mfa else "no"


def _has_session(profile: Profile, session: str) -> bool:
    return any(each.facet == f"SESSION#{session}" for each in profile.activities)


def in_short(profile: Profile, times: Times) -> Iterator[tuple[str, str]]:
    last, first, denied = profile.last, profile.first_seen, profile.last_denied
    if last and first:
        yield "seen", f"from {times.text(first)} to {times.text(last.last_seen)}"
    if denied:
        yield "last denied", times.text(denied.last_seen)
    yield from _flags(profile, times)
