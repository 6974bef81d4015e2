"""The options of `lastseen cost` that say which months to price, and the loads that they come to."""

from dataclasses import dataclass
from itertools import product
from typing import Annotated

import typer

from lastseen.commands import numbers
from lastseen.pricing.load import DETAIL_RESOLUTION, RESOLUTION, Load, Roads
from lastseen.terminal import misused

PRINCIPALS = 1_000
EVENTS_EACH, PRINCIPALS_EACH = 1_000_000, 400  # Of an organization, for each account.

Numbers = list[str] | None


@dataclass(frozen=True, slots=True)
class Months:
    """As they were typed."""

    events: Annotated[
        Numbers, typer.Option(metavar="NUMBER", help="Events a month, such as 250000, 100M or 1B.")
    ] = None
    principals: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Users and roles: 1,000, or with --stack those of the account."),
    ] = None
    accounts: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Of an organization; each has 1M events and 400 principals."),
    ] = None
    regions: Annotated[Numbers, typer.Option(metavar="NUMBER", help="Regions whose events come in: 1.")] = None
    roads: Annotated[
        Numbers,
        typer.Option(metavar="ROADS", help="How events come: events (EventBridge), logs (log files) or both."),
    ] = None
    resolution: Annotated[
        Numbers, typer.Option(metavar="SECONDS", help="The template's parameter Resolution: 300.")
    ] = None
    detail_resolution: Annotated[
        Numbers, typer.Option(metavar="SECONDS", help="The template's parameter DetailResolution: 3600.")
    ] = None

    @property
    def are_given(self) -> bool:
        return bool(self.events or self.accounts)

    @property
    def are_imagined(self) -> bool:
        """Whether anything is given that a deployed stack has by itself."""
        imagined = (
            self.events,
            self.accounts,
            self.regions,
            self.roads,
            self.resolution,
            self.detail_resolution,
        )
        return any(imagined)

    def loads(self) -> list[Load]:
        """One for each combination. Of an organization, both defaults are for each account."""
        many = numbers.whole("--accounts", self.accounts or "1")
        people = PRINCIPALS_EACH * many if self.accounts else PRINCIPALS
        principals = numbers.whole("--principals", self.principals or str(people))
        every = product(
            [numbers.whole("--events", each) for each in self.events or [str(EVENTS_EACH * many)]],
            [_roads(each) for each in self.roads or [Roads.EVENTS]],
            [numbers.whole("--regions", each) for each in self.regions or ["1"]],
            [numbers.seconds("--resolution", each) for each in self.resolution or [str(RESOLUTION)]],
            [
                numbers.seconds("--detail-resolution", each)
                for each in self.detail_resolution or [str(DETAIL_RESOLUTION)]
            ],
        )
        return [
            Load(events, principals, regions, many, roads, resolution, of_details)
            for events, roads, regions, resolution, of_details in every
        ]


def _roads(text: str) -> Roads:
    if text not in list(Roads):
        misused(f"--roads must be events, logs or both, not {text!r}")
    return Roads(text)
