"""Test calls, one in each region: does CloudTrail's event of each come to the table?

They are made as the reporter makes its own, and so are known by the same mark when they come back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from activity.model import CANARY, coverage_facet, place_covered
from activity.table import ActivityTable
from lastseen.checking.answer import asked
from lastseen.checking.check import Check, Unread, number, right, some, unread, wrong
from lastseen.times import length
from reporter.listening.canaries import refusals

# Of two test calls within minutes the table keeps the first; and no two clocks are the same.
_RECENT = timedelta(minutes=10)
_BETWEEN_LOOKS = 5.0
_SILENT = '"CloudTrail is silent" in docs/runbook.md'
Backs = Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Calls:
    """`sts_in` makes a client for a region, whose calls have the mark. `tell` hears of each that came back."""

    table: ActivityTable
    account: str
    sts_in: Callable[[str], Any]
    pause: Callable[[float], None]
    tell: Callable[[str, timedelta], None]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def checks(self, regions: Iterable[str], limit: timedelta) -> Iterator[Check]:
        """Ends after `limit` at the latest."""
        clients = {region: self.sts_in(region) for region in regions}
        before = self._seen(clients)
        if isinstance(before, Unread):
            yield unread("events", before)
            return
        sent = self.clock()
        refused = {region: why for region, why in refusals(clients).items() if why}
        waiting = [region for region in clients if region not in refused]
        took: dict[str, timedelta] = {}
        after = timedelta(0)
        while waiting and after < limit and self._paused():
            seen = self._seen(waiting)
            if isinstance(seen, Unread):
                yield unread("events", seen)
                return
            after = self.clock() - sent
            for region in [each for each in waiting if is_back(each, seen, before, sent)]:
                took[region] = after
                waiting.remove(region)
                self.tell(region, after)
        yield from return_checks(took, waiting, refused, after)

    def _paused(self) -> bool:
        """Whether to look again: Ctrl-C ends the wait, not what is told of it."""
        try:
            self.pause(_BETWEEN_LOOKS)
        except KeyboardInterrupt:
            return False
        return True

    def _seen(self, regions: Iterable[str]) -> dict[str, datetime] | Unread:
        """When the last test call of each region was made that came back."""
        keys = [(CANARY, coverage_facet(self.account, region)) for region in regions]
        found = asked("dynamodb:BatchGetItem", lambda: self.table.get(keys))
        if isinstance(found, Unread):
            return found
        items = ((place_covered(facet)[1], item.activity) for (_, facet), item in found.items())
        return {region: activity.last_seen for region, activity in items if activity}


def is_back(region: str, seen: Backs, before: Backs, sent: datetime) -> bool:
    """Whether one came back since then, or one was back that is so young that the table keeps no second."""
    last = seen.get(region)
    return last is not None and (last != before.get(region) or last >= sent - _RECENT)


def return_checks(
    took: Mapping[str, timedelta], missing: list[str], refused: Mapping[str, str], waited: timedelta
) -> Iterator[Check]:
    if not (took or missing or refused):
        yield wrong("events", "no test calls were made: no rule lets events through")
    if took:
        longest = length(max(took.values()))
        said = f"test calls came back from {number(len(took), 'region')}, the last after {longest}"
        yield right("events", said, regions=took)
    if missing:
        said = f"no event of the test call in {some(missing)} came within {length(waited)}"
        yield wrong("events", said, _SILENT, regions=missing)
    for why in dict.fromkeys(refused.values()):
        places = [region for region, each in refused.items() if each == why]
        yield wrong("events", f"no test call could be made in {some(places)}: {why}", regions=places)
