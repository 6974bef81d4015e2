"""The tracker's own test calls, one in each enabled region: each is to come back as an event within a day."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from activity.item import unedited
from activity.model import (
    CANARY,
    CANARY_AGENT,
    CANARY_SENT,
    COVERAGE,
    Activity,
    Evidence,
    coverage_facet,
)
from activity.table import WRITERS, ActivityTable
from reporter.listening.region import EVERY, NOT_ENABLED, Region, Sent, regions

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

_FAILED = (BotoCoreError, ClientError, ResponseParserError)
# A region that cannot be reached costs some twenty seconds, however many there are.
_BRISK = Config(
    connect_timeout=3,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    user_agent_extra=CANARY_AGENT,
)


@dataclass(frozen=True, slots=True)
class Canaries:
    """`account_management` lists the regions that are enabled, `sts_in` makes a client for one."""

    table: ActivityTable
    account_management: Any
    sts_in: Callable[[str], "STSClient"]

    @classmethod
    def of(cls, table: ActivityTable) -> Self:
        return cls(
            table,
            boto3.client("account", config=_BRISK),
            lambda region: boto3.client("sts", region_name=region, config=_BRISK),
        )

    def send(self, account: str, now: datetime) -> None:
        """Tests every enabled region, and notes in the table when. Raises the table's errors."""
        known = {each.region: each for each in known_regions(self.table, account)}
        enabled, unlisted = self._enabled()
        asked = enabled or [name for name, each in known.items() if not _is_known_as_disabled(each)]
        answers = self._answers(asked)
        if enabled:
            answers |= dict.fromkeys(known.keys() - {*enabled}, NOT_ENABLED)
        after = {name: _next(known.get(name), now, refusal) for name, refusal in answers.items()}
        after[EVERY] = Sent(now, now, unlisted)
        with ThreadPoolExecutor(WRITERS) as pool:
            jobs = [pool.submit(self.table.replace, _item(account, name, sent)) for name, sent in after.items()]
            for job in jobs:
                job.result()

    def _enabled(self) -> tuple[list[str], str]:
        """The regions that are, or why that is not known."""
        statuses = ["ENABLED", "ENABLED_BY_DEFAULT"]
        try:
            pages = self.account_management.get_paginator("list_regions").paginate(
                RegionOptStatusContains=statuses
            )
            return [each["RegionName"] for page in pages for each in page["Regions"]], ""
        except _FAILED as error:
            return [], _name(error)

    def _answers(self, names: Iterable[str]) -> dict[str, str]:
        """By region, why it could not be tested; "" where it was."""
        clients = {name: self.sts_in(name) for name in names}  # Making them is not thread-safe.
        with ThreadPoolExecutor(WRITERS) as pool:
            return dict(zip(clients, pool.map(_refusal, clients.values()), strict=True))


def known_regions(table: ActivityTable, account: str = "") -> tuple[Region, ...]:
    """Of an account, or of all. Raises the table's errors."""
    begins = coverage_facet(account, "") if account else ""

    def read(principal: str) -> list[Activity]:
        items = unedited(table.items_of(principal, facet_begins=begins))
        return [item.activity for item in items.values() if item.activity]

    return regions(read(COVERAGE), read(CANARY_SENT), read(CANARY))


def unlisted(table: ActivityTable, account: str) -> str:
    """Why, at the last test, the enabled regions could not be listed."""
    said = table.get([(CANARY_SENT, coverage_facet(account, EVERY))]).values()
    return next((each.activity.evidence.error_code for each in said if each.activity), "")


def _refusal(sts: "STSClient") -> str:
    try:
        sts.get_caller_identity()
    except _FAILED as error:
        return _name(error)
    return ""


def _name(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def _next(region: Region | None, now: datetime, refusal: str) -> Sent:
    if region is None or region.sent is None:
        return Sent(now, now, refusal)
    return region.sent.next(now, region.back, refusal)


def _is_known_as_disabled(region: Region) -> bool:
    return region.sent is not None and region.sent.refusal == NOT_ENABLED


def _item(account: str, region: str, sent: Sent) -> Activity:
    evidence = Evidence(account=account, region=region, error_code=sent.refusal)
    return Activity(CANARY_SENT, coverage_facet(account, region), sent.waiting_since, sent.last, evidence)
