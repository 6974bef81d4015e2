"""One principal on one screen: all that is known of it, by which other names, and who else had its own."""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from activity.item import Item
from activity.keeping import Key
from activity.model import Activity, is_denied
from lastseen.asking.facts import Place, by_week, days, facts, in_short
from lastseen.asking.handle import Handle
from lastseen.asking.profile import Profile, type_of
from lastseen.asking.words import counted, event_of, named
from lastseen.screen import Screen
from lastseen.times import Times

MOST_OF_A_KIND = 5

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
_EVENT_HISTORY = timedelta(days=90)
_WORDS = {"root": "root user", "user": "IAM user", "role": "role", "identity-center": "Identity Center user"}


def show_profile(
    screen: Screen,
    profile: Profile,
    times: Times,
    *,
    handle: Handle,
    asked: Collection[str],
    place: Place,
    everything: bool,
) -> None:
    """`asked`: the facets that it was found by, which are shown whatever else is left out."""
    screen.heading(profile.principal)
    word = _word(profile.principal)
    which = f", unique id {profile.holder.id}" if profile.holder.has_namesakes else ""
    screen.line(f"{word} of account {place.account or 'unknown'}{which}")
    if profile.holder.is_succeeded:
        screen.line(f"Another {word} has had this name since {times.text(profile.holder.until)}.")
    screen.line()
    calendar = profile.calendar(place.heard)
    weeks = by_week(calendar, times) if screen.is_terminal else ()
    screen.facts([*facts(profile, times, handle, place), *days(calendar, times), *weeks])
    screen.line()
    if profile.activities:
        rows = list(_rows(profile, times, asked, everything))
        screen.table(("seen with", "last seen", "first seen", "last event"), rows)
        screen.line()
        _show_event(screen, profile, times)


def _word(principal: str) -> str:
    return _WORDS.get(type_of(principal), "principal")


def _rows(
    profile: Profile, times: Times, asked: Collection[str], everything: bool
) -> Iterator[tuple[str, str, str, str]]:
    for group in profile.groups():
        shown = [
            each
            for place, each in enumerate(group)
            if everything or place < MOST_OF_A_KIND or (each.facet in asked and len(asked) <= MOST_OF_A_KIND)
        ]
        for each in shown:
            mark = " (asked for)" if each.facet in asked else ""
            seen = times.text(each.last_seen), _began(profile, each, times)
            yield f"{named(each.facet)}{mark}", *seen, event_of(each.evidence)
        if len(group) > len(shown):
            yield f"{counted(group[0].facet, len(group) - len(shown))} more: --all", "", "", ""


def _began(profile: Profile, seen: Activity, times: Times) -> str:
    began = profile.holder.began(seen)
    return times.text(began) + (" or later" if began > seen.first_seen else "")


def _show_event(screen: Screen, profile: Profile, times: Times) -> None:
    """How to fetch the newest event, allowed or not."""
    events = [each for each in (profile.last, profile.last_denied) if each and each.evidence.event_id]
    if not events:
        return
    event = max(events, key=lambda each: each.last_seen)
    evidence = event.evidence
    denied = "denied " if evidence.error_code else ""
    screen.line(f"The last {denied}event, from the Event History of account {profile.account or 'unknown'}:")
    screen.line(f"    {fetching(evidence.event_id, evidence.region)}")
    if times.now - event.last_seen > _EVENT_HISTORY:
        screen.line("    It is older than the 90 days that are kept there: look into the trail's log files.")


def fetching(event_id: str, region: str) -> str:
    attribute = f"AttributeKey=EventId,AttributeValue={event_id}"
    where = ["--region", region] if region else []
    return shlex.join(["aws", "cloudtrail", "lookup-events", *where, "--lookup-attributes", attribute])


def show_other_names(screen: Screen, items: Mapping[Key, Item], options: Sequence[str]) -> None:
    by: dict[str, list[Item]] = {}
    for (name, _), item in items.items():
        by.setdefault(name, []).append(item)
    for how in ("seen", "refused", "flagged"):
        names = sorted(name for name, those in by.items() if _was(those) == how)
        if names:
            screen.line()
            screen.line(f"The same unique id was {how} under other names, too:")
        for name in names:
            screen.line(f"    {shlex.join(['lastseen', 'who', name, *options])}")


def show_namesakes(screen: Screen, namesakes: Sequence[Profile], times: Times, options: Sequence[str]) -> None:
    """In short, others who have had the name of the one that is shown."""
    if not namesakes:
        return
    principal = namesakes[0].principal
    screen.line()
    screen.line(f"Other {_word(principal)}s have had this name. Nothing above is theirs:")
    for profile in namesakes:
        screen.line()
        screen.facts([("unique id", profile.holder.id), *in_short(profile, times)])
    screen.line()
    screen.line("All that is known of them:")
    screen.line(f"    {shlex.join(['lastseen', 'who', principal, '--all', *options])}")


def _was(items: Sequence[Item]) -> str:
    """The most that is known of them."""
    seen = [item.activity for item in items if item.activity]
    if any(not is_denied(each.facet) for each in seen):
        return "seen"
    return "refused" if seen else "flagged"
