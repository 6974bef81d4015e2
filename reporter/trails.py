"""Asks CloudTrail whether its trails let events through: EventBridge gets those that a trail logs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reporter.account import Gap
from reporter.inventory import or_gap

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient


@dataclass(frozen=True, slots=True)
class Logged:
    """What one trail that is switched on logs of management events, and where: everywhere, or in one region."""

    region: str
    is_everywhere: bool
    reads: bool
    writes: bool


@dataclass(frozen=True, slots=True)
class Trails:
    client: "CloudTrailClient"

    def deafness(self) -> tuple[str, ...] | Gap:
        """Why events cannot come, and how to mend it, a sentence each; none if all can."""
        return or_gap("the trails of CloudTrail", lambda: deafness(self._logged()))

    def _logged(self) -> list[Logged]:
        """Trails of other regions and of the organization are among them, as far as they log here."""
        return [
            _logged(trail, self.client.get_event_selectors(TrailName=trail["TrailARN"]))
            for trail in self.client.describe_trails()["trailList"]
            if self.client.get_trail_status(Name=trail["TrailARN"])["IsLogging"]
        ]


def deafness(trails: list[Logged]) -> tuple[str, ...]:
    useful = [each for each in trails if each.reads or each.writes]
    if not useful:
        return (
            "no trail logs management events, and without one EventBridge gets no event of CloudTrail."
            " Make a trail of all regions that logs management events, read and write, or start the one you"
            " have (aws cloudtrail start-logging --name TRAIL).",
        )
    everywhere = [each for each in useful if each.is_everywhere]
    if not everywhere:
        regions = ", ".join(sorted({each.region for each in useful}))
        return (
            f"trails log management events in {regions} alone. Make one of them a trail of all regions"
            " (aws cloudtrail update-trail --name TRAIL --is-multi-region-trail).",
        )
    lacking = [
        kind
        for kind, is_logged in (
            ("read", any(each.reads for each in everywhere)),
            ("write", any(each.writes for each in everywhere)),
        )
        if not is_logged
    ]
    return tuple(
        f"no trail of all regions logs {kind} events: have its event selectors take management events, read and"
        " write."
        for kind in lacking
    )


def _logged(trail: Mapping[str, Any], selected: Mapping[str, Any]) -> Logged:
    basic, advanced = (selected.get(f"{kind}EventSelectors") or () for kind in ("", "Advanced"))
    # A trail whose selectors nobody has set logs all management events.
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
