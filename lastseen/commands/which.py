"""Which events `lastseen replay` is to read."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from lastseen.past.s3 import known_regions
from lastseen.past.wanted import Wanted
from lastseen.past.when import BadTime, time_of
from lastseen.terminal import misused, shown

Since = Annotated[
    str, typer.Option(metavar="TIME", help="Only events from then on: 2026-11-01, 2026-11-01T06:00Z, 90d.")
]
Until = Annotated[
    str, typer.Option(metavar="TIME", help="Only events before then, if delivered at most a day later.")
]
Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="ID", help="Only events of this account; may be repeated."),
]
Regions = Annotated[
    list[str] | None,
    typer.Option("--event-region", metavar="NAME", help="Only events of this region; may be repeated."),
]


@dataclass(frozen=True, slots=True)
class Which:
    """None of the lists is all of them."""

    since: Since = ""
    until: Until = ""
    accounts: Accounts = None
    regions: Regions = None

    def wanted(self) -> Wanted:
        now = datetime.now(UTC)
        accounts, regions = self.accounts or [], self.regions or []
        try:
            start, end = (time_of(text, now=now) if text else None for text in (self.since, self.until))
        except BadTime as error:
            misused(str(error))
        if start and end and start >= end:
            misused("--since has to be before --until")
        for account in accounts:
            if not (account.isascii() and account.isdigit() and len(account) == 12):
                misused(f"{account!r} is no account: its id has 12 digits")
        for region in sorted({*regions} - known_regions() if regions else ()):
            print(f"lastseen: {shown(region)} is not a known AWS region", file=sys.stderr)
        return Wanted(start, end, frozenset(accounts), frozenset(regions))
