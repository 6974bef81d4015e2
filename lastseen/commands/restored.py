"""What `lastseen restore` says: of what it lists, plans or has restored, and of what it can't."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from activity.model import to_text
from lastseen.asking.disabled import Chosen
from lastseen.screen import Screen
from lastseen.terminal import piped, print_json, shown, warn
from quarantine.restore import Disabled, Unreadable

_MOST_NAMED = 20


def tell(what: Disabled, *, as_json: bool, is_done: bool = True) -> None:
    if as_json:
        print_json([_plain(what) | {"restored": is_done}])
    else:
        words = "restored" if is_done else "would restore"
        print(shown(f"{words}: {what.target.title}, disabled on {to_text(what.at)}"))


def tell_planned(acts: Iterable[Disabled], *, as_json: bool) -> None:
    with piped():
        for each in acts:
            tell(each, as_json=as_json, is_done=False)


def tell_list(acts: Iterable[Disabled], *, as_json: bool) -> None:
    with piped():
        if as_json:
            print_json(map(_plain, acts))
            return
        rows = [(each.target.finding, each.target.title, to_text(each.at)) for each in acts]
        Screen().table(("id", "what", "disabled since"), rows)


def tell_unread(those: Iterable[Unreadable]) -> None:
    """With the commands that restore it by hand, if it is disabled at all."""
    for each in those:
        warn([f"{each.arn}: {each.why}. lastseen can't restore it. By hand, with the AWS CLI:"])
        for command in each.by_hand:
            print(f"    {shown(command)}", file=sys.stderr)


def tell_nothing(chosen: Chosen, every: Sequence[Disabled], wanted: str, day: date | None) -> None:
    """`every`: all that is disabled. An edited tag may be of what is wanted: then nothing is known of that."""
    if chosen.unread:
        warn(["Nothing was restored."] if wanted or day else [])
        return
    if not (wanted or day):
        warn(["Quarantine has disabled nothing in this account: no user or role has its tag."])
        return
    what = wanted or f"anything on {day} that is still disabled"
    named = f"Disabled in this account: {_ids(every)}." if every else ""
    warn([f"Quarantine has not disabled {what}.", named, "Nothing was restored."])


def which(wanted: str, acts: Sequence[Disabled]) -> str:
    return f"{wanted} may mean {_ids(acts)}: give one of these"


def _ids(acts: Sequence[Disabled]) -> str:
    more = len(acts) - _MOST_NAMED
    named = ", ".join(f"{each.target.finding} ({each.target.title})" for each in acts[:_MOST_NAMED])
    return f"{named} and {more} more" if more > 0 else named


def _plain(what: Disabled) -> dict[str, Any]:
    target = what.target
    told = {"finding_id": target.finding, "kind": str(target.kind), "arn": target.arn}
    return told | {"disabled_at": to_text(what.at)}
