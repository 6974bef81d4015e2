"""How look-ups answer people: a list, a choice of several, several handles, or where nobody was found."""

import shlex
from collections.abc import Iterator, Sequence

from lastseen.asking.accounts import Names
from lastseen.asking.asked import Answer
from lastseen.asking.calendar import ranges
from lastseen.asking.lengths import miscounted
from lastseen.asking.listing import Row
from lastseen.asking.matches import Match
from lastseen.asking.profile import type_of
from lastseen.asking.words import event_of, flagged, named
from lastseen.screen import Screen
from lastseen.times import Times

MOST_MATCHES = 20
_MAY_BE_EMPTY = "account name", "active on", "refused on", "active", "next", "flagged"
UNSEEN = "not since tracking began"


def show_matches(
    screen: Screen,
    matches: Sequence[Match],
    times: Times,
    *,
    names: Names,
    options: Sequence[str],
    everything: bool,
) -> None:
    shown = matches if everything else matches[:MOST_MATCHES]
    screen.line(f"{len(matches):,} principals; choose one:")
    screen.line()
    rows = [
        (
            _seen(match, times),
            _by(match),
            names.get(match.account, ""),
            shlex.join(["lastseen", "who", match.principal, *options]),
        )
        for match in shown
    ]
    show_table(screen, ("last seen", "found by", "account name", "to go on"), rows, is_split=False)
    if len(matches) > len(shown):
        screen.line(f"{len(matches) - len(shown):,} more, seen longer ago: --all")


def _seen(match: Match, times: Times) -> str:
    return times.text(match.last.last_seen) if match.last else UNSEEN


def _by(match: Match) -> str:
    by = ", ".join(map(named, match.facets[:2])) or match.by or f"{type_of(match.principal)} of that name"
    return by + (f" and {len(match.facets) - 2} more" if len(match.facets) > 2 else "")


def show_rows(screen: Screen, rows: Sequence[Row], times: Times, names: Names) -> None:
    lines = []
    for row in rows:
        event = event_of(row.last.evidence) if row.last else ""
        seen = times.text(row.last.last_seen) if row.last else UNSEEN
        first = times.text(row.first_seen) if row.first_seen else ""
        who = f"{row.principal} ({row.holder})" if row.holder else row.principal
        rhythm = f"about every {row.rhythm.days} days" if row.rhythm else ""
        due = f"{row.expected_by or ''}" + (", overdue" if row.is_overdue(times.now) else "")
        days = ranges(row.active), ranges(row.refused), rhythm, due
        lines.append((who, names.get(row.account, ""), *days, seen, first, event, _flags(row, times)))
    head = "active on", "refused on", "active", "next", "last seen", "first seen", "last event", "flagged"
    show_table(screen, ("principal", "account name", *head), lines)


def show_table(
    screen: Screen, head: Sequence[str], lines: Sequence[Sequence[str]], *, is_split: bool = True
) -> None:
    """Without the columns that may be empty, where they are."""
    columns = [
        column for column in zip(head, *lines, strict=True) if any(column[1:]) or column[0] not in _MAY_BE_EMPTY
    ]
    first, *rows = zip(*columns, strict=True)
    screen.table(first, rows, is_split=is_split)


def _flags(row: Row, times: Times) -> str:
    if not row.first_flagged:
        return ""
    return f"since {times.text(row.first_flagged)}: {', '.join(map(flagged, row.flagged))}"


def show_several(screen: Screen, answers: Sequence[Answer], times: Times, *, names: Names, unseen: str) -> None:
    """A row for each whom a handle may mean, and below what is to be said of those of whom there is none."""
    rows = [row for answer in answers for row in _rows(answer, times, names)]
    show_table(screen, ("handle", "last seen", "whose", "account name", "last event"), rows)
    show_sentences(screen, answers, unseen)


def show_sentences(screen: Screen, answers: Sequence[Answer], unseen: str) -> None:
    """What is to be said of handles that nobody was found by."""
    told = [sentence for answer in answers for sentence in _sentences(answer, unseen)]
    if told:
        screen.line()
    for sentence in told:
        screen.prose(sentence)


def _rows(answer: Answer, times: Times, names: Names) -> Iterator[tuple[str, ...]]:
    if not answer.matches:
        yield answer.asked, "", "nobody", "", ""
    for match in answer.matches:
        event = event_of(match.last.evidence) if match.last else ""
        yield answer.asked, _seen(match, times), match.principal, names.get(match.account, ""), event


def _sentences(answer: Answer, unseen: str) -> Iterator[str]:
    if answer.problem:
        yield answer.problem
    elif not answer.matches:
        more = (*answer.said.sentences, answer.meant.hint, _like(answer.found.like))
        yield " ".join((f"No sightings of {answer.asked} {unseen}.", *filter(None, more)))


def show_nothing(screen: Screen, answer: Answer, unseen: str, options: Sequence[str]) -> None:
    """What was searched, and what IAM says: silence is no innocence."""
    meant = answer.meant
    screen.prose(f"No sightings of {answer.asked} ({meant.means}) {unseen}.")
    for each in meant.searched():
        screen.prose(f"- searched for {each}")
    hint = "" if meant.hint == miscounted(answer.asked) else meant.hint  # That was said at once.
    show_caveats(screen, *answer.said.sentences, hint, _like(answer.found.like))
    for name in answer.found.like:
        screen.line(f"    {shlex.join(['lastseen', 'who', name, *options])}")


def _like(names: Sequence[str]) -> str:
    return f"Did you mean {' or '.join(names)}?" if names else ""


def show_caveats(screen: Screen, *caveats: str) -> None:
    """Each by itself, below the answer."""
    for each in filter(None, caveats):
        screen.line()
        screen.prose(each)
