"""Those whom a handle may mean, the last seen first."""

from collections.abc import Mapping
from dataclasses import dataclass

from activity.item import Item
from activity.keeping import Key
from activity.model import Activity, is_of_principal
from lastseen.asking.profile import account_of, newest
from lastseen.asking.roles import gathered, whole_arns


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody whom a handle may mean, and the facets that it was found by: none where by its name.

    `last` is the newest sighting with these, or of the principal itself; None where it was flagged only. `by`:
    how it was found without any of these.
    """

    principal: str
    facets: tuple[str, ...]
    last: Activity | None
    by: str = ""

    @property
    def account(self) -> str:
        return account_of(self.principal) or (self.last.evidence.account if self.last else "")


@dataclass(frozen=True, slots=True)
class Found:
    """`note`: how it was found, or what was not searched. `like`: names that are like it, if nobody has it."""

    matches: tuple[Match, ...]
    note: str = ""
    like: tuple[str, ...] = ()


def matches(seen_with: Mapping[Key, Item], itself: Mapping[Key, Item]) -> list[Match]:
    every = {**itself, **seen_with}
    whole = whole_arns(every)
    by = {(whole.get(who, who), facet) for who, facet in seen_with}
    found = []
    for principal, items in gathered(every).items():
        facets = tuple(facet for facet in items if (principal, facet) in by)
        own = facets or tuple(facet for facet in items if is_of_principal(facet))
        activities = (items[facet].activity for facet in own)
        found.append(Match(principal, facets, newest(filter(None, activities))))
    return sorted(found, key=_last_first)


def by_last_event(items: Mapping[Key, Item], by: str) -> list[Match]:
    found = (
        Match(who, (), newest(item.activity for item in those.values() if item.activity), by)
        for who, those in gathered(items).items()
    )
    return sorted(found, key=_last_first)


def _last_first(match: Match) -> tuple[float, str]:
    """What was never seen comes last."""
    return (-match.last.last_seen.timestamp() if match.last else 0), match.principal
