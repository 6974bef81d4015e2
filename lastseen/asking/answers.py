"""How look-ups answer people: a list, a choice of several, or where nobody was found."""

import shlex
from collections.abc import Sequence

from activity.model import Activity
from lastseen.asking.listing import Row
from lastseen.asking.lookup import Match, event_of
from lastseen.asking.profile import flagged, named, type_of
from lastseen.screen import Screen
from lastseen.times import Times, length

MOST_MATCHES = 20
MOST_HEARD = 10


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
    screen.table(("last seen", "found by", "to go on"), rows, is_split=False)
    if len(matches) > len(shown):
        screen.line(f"{len(matches) - len(shown):,} more, seen longer ago: --all")


def show_rows(screen: Screen, rows: Sequence[Row], times: Times) -> None:
    lines = []
    for row in rows:
        event = event_of(row.last.evidence) if row.last else ""
        since = f"since {times.text(row.first_flagged)}: {', '.join(map(flagged, row.flagged))}"
        seen = times.text(row.last.last_seen if row.last else None)
        who = f"{row.principal} ({row.holder})" if row.holder else row.principal
        lines.append((who, seen, times.text(row.first_seen), event, since if row.flagged else ""))
    has_flags = any(row.flagged for row in rows)
    head = "principal", "last seen", "first seen", "last event", "flagged"
    width = len(head) if has_flags else len(head) - 1
    screen.table(head[:width], [line[:width] for line in lines])


def show_nothing(screen: Screen, what: str, searched: Sequence[str]) -> None:
    screen.line(f"No sightings of {what}.")
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
        screen.line("No events from CloudTrail have arrived yet, so an empty answer proves nothing.")
        return
    own = [each for each in coverage if each.facet.startswith(f"{account}#")] if account else []
    screen.line("The table has events from these regions and times only:")
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
