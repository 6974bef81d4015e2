"""`lastseen replay --event-history`: which regions are asked, and how."""

import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import BinaryIO, cast

from botocore.exceptions import BotoCoreError

from lastseen.commands.options import Where
from lastseen.connection import failure
from lastseen.past.history import KEPT, History, cloudtrail_client
from lastseen.past.wanted import Wanted
from lastseen.terminal import misused


def regions_of(where: Where, wanted: Wanted, now: datetime) -> list[str]:
    """Those that are named, or else that of --region or of the AWS configuration."""
    if wanted.since and wanted.since < now - KEPT:
        print(f"lastseen: CloudTrail's Event History reaches back {KEPT.days} days", file=sys.stderr)
    if wanted.regions:
        return sorted(wanted.regions)
    try:
        return [cloudtrail_client(where.region, where.profile).meta.region_name]
    except (BotoCoreError, ValueError) as error:
        misused(_named(error))


def reading(
    where: Where, wanted: Wanted, is_stopped: Callable[[], bool], say: Callable[[str], object]
) -> Callable[[str], BinaryIO]:
    """What opens the Event History of a region."""
    told = say if sys.stderr.isatty() else _silently
    return partial(_opened, where.profile, wanted, is_stopped, told)


def _opened(
    profile: str | None,
    wanted: Wanted,
    is_stopped: Callable[[], bool],
    say: Callable[[str], object],
    region: str,
) -> BinaryIO:
    client = cloudtrail_client(region, profile)
    return cast("BinaryIO", History(client, wanted.since, wanted.until, is_stopped=is_stopped, say=say))


def _silently(_: str) -> None:
    pass


def _named(error: Exception) -> str:
    return failure(error) if isinstance(error, BotoCoreError) else str(error)
