"""The tracker's own test calls, one in each enabled region. Each must come back as an event within a day."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    ROAD,
    Activity,
    Evidence,
    coverage_facet,
    place_covered,
    road_facet,
)
from activity.reading import Sightings
from activity.table import WRITERS, ActivityTable
from reporter.inventory.account import Gap
from reporter.listening.coverage import TRAILS, Coverage, Trails
from reporter.listening.region import EVERY, NOT_ENABLED, Region, Sent, regions

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

# The facets of notes on the trails, beside the regions' facets. A note has one sentence a line.
_PROBLEMS, _NOTES, _UNREAD = (f"{EVERY}{kind}" for kind in ("trails", "trails-noted", "trails-unread"))
# The reporter looks once a day: an older note may no longer be true.
_STALE = timedelta(days=2)
_FAILED = (BotoCoreError, ClientError, ResponseParserError)
# Regions that can't be reached cost some twenty seconds in all, however many there are.
BRISK = Config(
    connect_timeout=3,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    user_agent_extra=CANARY_AGENT,
)


@dataclass(frozen=True, slots=True)
class Canaries:
    """`account_management` lists the enabled regions, `sts_in` makes a client for one.

    `home`: the region that the tracker is in.
    """

    table: ActivityTable
    account_management: Any
    sts_in: Callable[[str], "STSClient"]
    home: str

    @classmethod
    def of(cls, table: ActivityTable, clients: Callable[..., Any] = boto3.client, home: str = "") -> Self:
        """`clients`: as boto3.client makes them, in the name of who is to call."""
        return cls(
            table,
            clients("account", config=BRISK),
            lambda region: clients("sts", region_name=region, config=BRISK),
            home or clients("sts").meta.region_name,
        )

    def send(self, account: str, now: datetime) -> None:
        """Tests every enabled region, and notes the time in the table. Raises the table's errors."""
        known = {each.region: each for each in known_regions(self.table, account)}
        enabled, unlisted = self._enabled()
        before = [name for name, each in known.items() if not (each.sent and each.sent.is_where_disabled)]
        answers = refusals({name: self.sts_in(name) for name in enabled or [*before, self.home]})
        if enabled:
            answers |= dict.fromkeys(known.keys() - {*enabled}, NOT_ENABLED)
        never = {name: Region(account, name) for name in answers}
        after = {name: (never | known)[name].tested(now, refusal) for name, refusal in answers.items()}
        self._note(account, after | {EVERY: Sent(now, now, unlisted)})

    def note(self, account: str, now: datetime, trails: Trails | Gap) -> None:
        """Notes what is known of the trails, for readers of the table alone. Raises the table's errors."""
        if isinstance(trails, Gap):
            said = {_PROBLEMS: "", _NOTES: "", _UNREAD: trails.reason}
        else:
            said = {_PROBLEMS: "\n".join(trails.problems), _NOTES: "\n".join(trails.notes), _UNREAD: ""}
        self._note(account, {name: Sent(now, now, text) for name, text in said.items()})

    def _note(self, account: str, sent: Mapping[str, Sent]) -> None:
        with ThreadPoolExecutor(WRITERS) as pool:
            jobs = [pool.submit(self.table.replace, _item(account, *each)) for each in sent.items()]
            for job in jobs:
                job.result()

    def _enabled(self) -> tuple[list[str], str]:
        """The enabled regions, or why they are not known."""
        try:
            return enabled_regions(self.account_management), ""
        except _FAILED as error:
            return [], _name(error)


def enabled_regions(account_management: Any) -> list[str]:
    """Of the caller's account. Raises botocore's errors."""
    pages = account_management.get_paginator("list_regions")
    asked = pages.paginate(RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])
    return [each["RegionName"] for page in asked for each in page["Regions"]]


def refusals(clients: Mapping[str, "STSClient"]) -> dict[str, str]:
    """By region, why it could not be tested; "" where it was. Making the clients isn't thread-safe."""
    with ThreadPoolExecutor(WRITERS) as pool:
        return dict(zip(clients, pool.map(_refusal, clients.values()), strict=True))


def known_regions(table: Sightings, account: str = "") -> tuple[Region, ...]:
    """The regions of one account, or of all. Raises the table's errors."""
    came, sent, back = (_read(table, principal, account) for principal in (COVERAGE, CANARY_SENT, CANARY))
    return regions(came, sent, back, _roads(table, account))


def unlisted(table: Sightings, account: str) -> str:
    """Why the enabled regions could not be listed at the last test."""
    said = table.get([(CANARY_SENT, coverage_facet(account, EVERY))]).values()
    return next((each.activity.evidence.error_code for each in said if each.activity), "")


def noted(table: Sightings, now: datetime) -> dict[str, Coverage]:
    """By account, the coverage that the table alone shows, including the reporter's last look at the trails.

    Raises the table's errors.
    """
    sent = _read(table, CANARY_SENT)
    known = regions(_read(table, COVERAGE), sent, _read(table, CANARY), _roads(table))
    notes = {place_covered(each.facet): each for each in sent if now - each.last_seen <= _STALE}
    said = {place: each.evidence.error_code for place, each in notes.items()}
    looked = {account: each.last_seen for (account, kind), each in notes.items() if kind == _PROBLEMS}
    return {
        account: Coverage(
            tuple(each for each in known if each.account == account),
            _trails(
                looked.get(account), *(said.get((account, kind), "") for kind in (_PROBLEMS, _NOTES, _UNREAD))
            ),
            said.get((account, EVERY), ""),
        )
        for account in dict.fromkeys(each.account for each in known)
    }


def _trails(looked: datetime | None, problems: str, notes: str, unread: str) -> Trails | Gap:
    if unread:
        return Gap(TRAILS, unread)
    return Trails(tuple(problems.splitlines()), tuple(notes.splitlines()), noted=looked)


def _roads(table: Sightings, account: str = "") -> list[Activity]:
    return _begun(table, ROAD, road_facet(account) if account else "")


def _read(table: Sightings, principal: str, account: str = "") -> list[Activity]:
    return _begun(table, principal, coverage_facet(account, "") if account else "")


def _begun(table: Sightings, principal: str, begins: str) -> list[Activity]:
    items = unedited(table.items_of(principal, facet_begins=begins))
    return [item.activity for item in items.values() if item.activity]


def _refusal(sts: "STSClient") -> str:
    try:
        sts.get_caller_identity()
    except _FAILED as error:
        return _name(error)
    return ""


def _name(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def _item(account: str, region: str, sent: Sent) -> Activity:
    evidence = Evidence(account=account, region=region, error_code=sent.refusal)
    return Activity(CANARY_SENT, coverage_facet(account, region), sent.waiting_since, sent.last, evidence)
