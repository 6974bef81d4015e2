"""Asks CloudTrail which events its trails log: EventBridge gets only those."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity.plain import line
from reporter.inventory.account import Gap
from reporter.inventory.answers import or_gap
from reporter.listening.coverage import TRAILS, Trails

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient


@dataclass(frozen=True, slots=True)
class Logged:
    """Which management events one running trail logs, and where: everywhere, or in one region."""

    region: str
    is_everywhere: bool
    reads: bool
    writes: bool


@dataclass(frozen=True, slots=True)
class Trail:
    """`logged`: None if it is switched off. `unread`: why not all of its settings could be read.

    `is_guess`: not even whether it is switched on could be read.
    """

    name: str
    logged: Logged | None
    unread: str = ""
    is_guess: bool = False

    @property
    def logs(self) -> bool:
        """Whether EventBridge gets any management event by it."""
        return self.logged is not None and (self.logged.reads or self.logged.writes)


@dataclass(frozen=True, slots=True)
class CloudTrail:
    """`client_in` makes a client for a region; for "", for the one that the tracker is in."""

    client_in: Callable[[str], "CloudTrailClient"]

    def check(self) -> Trails | Gap:
        """Includes trails of other regions and of the organization, if they log here."""
        return or_gap(TRAILS, self._check)

    def _check(self) -> Trails | Gap:
        here = self.client_in("")
        described = here.describe_trails()["trailList"]
        return judged([self._ask(trail, here) for trail in described])

    def _ask(self, described: Any, here: "CloudTrailClient") -> Trail:
        """Asks in the trail's home region. A member account may be refused for an organization's trail."""
        name, home = described["TrailARN"], described.get("HomeRegion", "")
        everything = Logged(home, bool(described.get("IsMultiRegionTrail")), reads=True, writes=True)
        client = here if home == here.meta.region_name else self.client_in(home)
        is_on = or_gap(name, lambda: client.get_trail_status(Name=name)["IsLogging"])
        if isinstance(is_on, Gap):
            return Trail(name, everything, line(is_on.reason), is_guess=True)
        if not is_on:
            return Trail(name, None)
        logged = or_gap(name, lambda: _logged(described, client.get_event_selectors(TrailName=name)))
        return Trail(name, everything, line(logged.reason)) if isinstance(logged, Gap) else Trail(name, logged)


def judged(trails: Sequence[Trail]) -> Trails | Gap:
    """Assumes that a trail with unknown settings logs everything: test calls show better if events arrive."""
    if trails and all(each.is_guess for each in trails):
        return Gap(TRAILS, trails[0].unread)
    return Trails(
        tuple(problems([each.logged for each in trails if each.logged])),
        tuple(_unread(each) for each in trails if each.unread),
        tuple(each.name.rpartition("/")[2] for each in trails if each.logs and not each.unread),
    )


def _unread(trail: Trail) -> str:
    return (
        f"The settings of trail {trail.name} could not be read ({trail.unread}). It is assumed to log all"
        f" management events. Fix: in its account, aws cloudtrail get-event-selectors --trail-name {trail.name}"
    )


def problems(trails: Sequence[Logged]) -> Iterator[str]:
    useful = [each for each in trails if each.reads or each.writes]
    everywhere = [each for each in useful if each.is_everywhere]
    if not useful:
        yield (
            "CloudTrail is not delivering events: no trail logs management events. Fix: make a trail of all"
            " regions that logs management events, read and write, or start the one you have"
            " (aws cloudtrail start-logging --name TRAIL)."
        )
    elif not everywhere:
        regions = ", ".join(sorted({each.region for each in useful}))
        yield (
            f"CloudTrail is delivering events only from {regions}: no trail of all regions logs management"
            " events. Fix: aws cloudtrail update-trail --name TRAIL --is-multi-region-trail"
        )
    else:
        for kind in ("read", "write"):
            if not any(getattr(each, f"{kind}s") for each in everywhere):
                yield (
                    f"CloudTrail is not delivering {kind} events: no trail of all regions logs them."
                    " Fix: set its event selectors to management events, read and write."
                )


def _logged(trail: Mapping[str, Any], selected: Mapping[str, Any]) -> Logged:
    basic, advanced = (selected.get(f"{kind}EventSelectors") or () for kind in ("", "Advanced"))
    # A trail without selectors logs all management events.
    reads = writes = not (basic or advanced)
    for selector in basic:
        if selector.get("IncludeManagementEvents", True):
            kind = selector.get("ReadWriteType", "All")
            reads |= kind in ("All", "ReadOnly")
            writes |= kind in ("All", "WriteOnly")
    for selector in advanced:
        fields = {field["Field"]: field.get("Equals") for field in selector["FieldSelectors"]}
        if fields.get("eventCategory") == ["Management"]:
            read_only = fields.get("readOnly") or ["true", "false"]
            reads |= "true" in read_only
            writes |= "false" in read_only
    return Logged(trail.get("HomeRegion", ""), bool(trail.get("IsMultiRegionTrail")), reads, writes)
