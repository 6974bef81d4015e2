"""How look-ups answer people: one principal on one screen, a choice of several, or where nobody was found."""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from activity.item import Item
from activity.keeping import Key
from activity.model import Activity, is_denied
from lastseen.handle import Handle
from lastseen.listing import Row
from lastseen.lookup import Match, event_of
from lastseen.profile import Profile, counted, kind_of, named, type_of
from lastseen.screen import Screen, aligned
from lastseen.times import Times, length

MOST_OF_A_KIND = 5
MOST_MATCHES = 20
MOST_HEARD = 10

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
_EVENT_HISTORY = timedelta(days=90)
_WORDS = {"root": "root user", "user": "IAM user", "role": "role", "identity-center": "Identity Center user"}


def show_profile(
    screen: Screen, profile: Profile, times: Times, *, handle: Handle, asked: Collection[str], everything: bool
) -> None:
    """`asked`: the facets that it was found by, which are shown whatever else is left out."""
    screen.heading(profile.principal)
    word = _WORDS.get(type_of(profile.principal), "principal")
    screen.line(f"{word} of account {profile.account or 'unknown'}")
    screen.line()
    for line in aligned(list(_facts(profile, times, handle))):
        screen.line(line)
    screen.line()
    if profile.activities:
        rows = list(_rows(profile, times, asked, everything))
        screen.table(("seen with", "last seen", "first seen", "last event"), rows)
        screen.line()
        _show_event(screen, profile, times)


def _facts(profile: Profile, times: Times, handle: Handle) -> Iterator[tuple[str, str]]:
    last, first, denied = profile.last, profile.first_seen, profile.last_denied
    if last and first:
        yield "last seen", f"{times.text(last.last_seen)}, {times.ago(last.last_seen)}"
        yield "first seen", f"{times.text(first)}, {times.ago(first)}"
        yield "last event", event_of(last.evidence)
        yield from _circumstances(last)
    else:
        yield "last seen", "never by a call that was allowed" if denied else "never"
    if denied:
        yield "last denied", f"{times.text(denied.last_seen)}, {times.ago(denied.last_seen)}"
        yield "denied event", event_of(denied.evidence)
        yield from () if last else _circumstances(denied)
    for facet, flag in profile.flags.items():
        what = _flagged(facet)
        if flag.first_flagged:
            yield (
                "flagged",
                f"{what}: since {times.text(flag.first_flagged)}, idle since {times.text(flag.idle_since)}",
            )
        if flag.awakened_at:
            yield "awakened", f"{what}: was flagged, and seen again at {times.text(flag.awakened_at)}"
    if handle.session and not _has_session(profile, handle.session):
        yield "session", f"{handle.session}: not kept; of sessions, only those of Identity Center roles are"


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
            seen = times.text(each.last_seen), times.text(each.first_seen)
            yield f"{named(each.facet)}{mark}", *seen, event_of(each.evidence)
        if len(group) > len(shown):
            yield f"{counted(group[0].facet, len(group) - len(shown))} more: --all", "", "", ""


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


def show_matches(
    screen: Screen, matches: Sequence[Match], times: Times, *, options: Sequence[str], everything: bool
) -> None:
    shown = matches if everything else matches[:MOST_MATCHES]
    screen.line(f"{len(matches):,} principals; choose one:")
    screen.line()
    rows = []
    for match in shown:
        by = ", ".join(map(named, match.facets[:2])) or match.by or f"{type_of(match.principal)} of that name"
        more = f" and {len(match.facets) - 2} more" if len(match.facets) > 2 else ""
        command = shlex.join(["lastseen", "who", match.principal, *options])
        rows.append((times.text(match.last.last_seen if match.last else None), by + more, command))
    screen.table(("last seen", "found by", "to go on"), rows, is_folded=False)
    if len(matches) > len(shown):
        screen.line(f"{len(matches) - len(shown):,} more, seen longer ago: --all")


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


def _was(items: Sequence[Item]) -> str:
    """The most that is known of them."""
    seen = [item.activity for item in items if item.activity]
    if any(not is_denied(each.facet) for each in seen):
        return "seen"
    return "refused" if seen else "flagged"


def show_rows(screen: Screen, rows: Sequence[Row], times: Times) -> None:
    lines = []
    for row in rows:
        event = event_of(row.last.evidence) if row.last else ""
        flagged = f"since {times.text(row.first_flagged)}: {', '.join(map(_flagged, row.flagged))}"
        seen = times.text(row.last.last_seen if row.last else None)
        lines.append((row.principal, seen, times.text(row.first_seen), event, flagged if row.flagged else ""))
    has_flags = any(row.flagged for row in rows)
    head = "principal", "last seen", "first seen", "last event", "flagged"
    width = len(head) if has_flags else len(head) - 1
    screen.table(head[:width], [line[:width] for line in lines], is_folded=False)


def _flagged(facet: str) -> str:
    return "itself" if kind_of(facet) == "ID" else named(facet)


def show_nothing(screen: Screen, what: str, searched: Sequence[str]) -> None:
    screen.line(f"Nobody was found: {what}.")
    for each in searched:
        screen.line(f"- searched for {each}")
    screen.line()


def show_caveat(screen: Screen, caveat: str) -> None:
    if caveat:
        screen.line()
        screen.line(caveat)


def show_heard(screen: Screen, coverage: Sequence[Activity], times: Times, *, account: str = "") -> None:
    """Since when silence means something; of an account, if one was asked for that is heard."""
    if not coverage:
        screen.line("No event has ever come from CloudTrail: that nobody is found proves nothing.")
        return
    own = [each for each in coverage if each.facet.startswith(f"{account}#")] if account else []
    screen.line("Events came from these alone; of other places and times the table cannot tell:")
    shown = sorted(own or coverage, key=lambda each: each.last_seen, reverse=True)[:MOST_HEARD]
    _show_places(screen, sorted(shown, key=lambda each: each.facet), times)
    if len(coverage) > len(shown):
        screen.line(f"{len(coverage) - len(shown):,} more: lastseen coverage")


def _show_places(screen: Screen, coverage: Sequence[Activity], times: Times) -> None:
    rows = []
    for each in coverage:
        account, _, region = each.facet.partition("#")
        since_until = times.text(each.first_seen), times.text(each.last_seen)
        rows.append((account, region, *since_until, length(times.now - each.last_seen)))
    screen.table(("account", "region", "since", "until", "silent for"), rows)
