"""From where events should come: enabled regions and the organization's accounts, if they may be listed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lastseen.asking.beside import Clients, asked
from lastseen.times import noun
from reporter.inventory.answers import Unanswered
from reporter.listening.canaries import enabled_regions
from reporter.listening.coverage import Coverage
from reporter.listening.region import Region
from reporter.listening.roads import remedy

# Not a member, or none: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
_NO_ORGANIZATION = {"AWSOrganizationsNotInUseException"}
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Expected:
    """`account`: the caller's, and its enabled `regions`. `accounts`: names by id. `unknown`: sentences."""

    account: str = ""
    regions: tuple[str, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @classmethod
    def ask(cls, clients: Clients) -> "Expected":
        regions: list[str] = []
        accounts: dict[str, str] = {}
        account, unknown = "", []
        try:
            account = str(
                asked(clients, "sts:GetCallerIdentity", lambda sts: sts.get_caller_identity()["Account"], "")
            )
            regions = asked(clients, "account:ListRegions", enabled_regions, [])
        except Unanswered as why:
            unknown.append(f"The enabled regions could not be listed: {why}.")
        try:
            accounts = asked(clients, "organizations:ListAccounts", _accounts, {}, where=_NO_ORGANIZATION)
        except Unanswered as why:
            unknown.append(f"The organization's accounts could not be listed: {why}.")
        return cls(account, tuple(sorted(regions)), accounts, tuple(unknown))

    @property
    def names(self) -> dict[str, str]:
        """By account id, of those that have one."""
        return {account: name for account, name in self.accounts.items() if name}

    def unheard(self, about: Coverage | None) -> tuple[str, ...]:
        """The caller's regions of which the table knows nothing. `about`: what it knows of the account."""
        known = {each.region for each in about.known} if about else set()
        return tuple(each for each in self.regions if each not in known)

    def added_to(self, accounts: Mapping[str, Coverage]) -> dict[str, Coverage]:
        """With these regions, though nothing ever came from there."""
        about = accounts.get(self.account, Coverage())
        more = [Region(self.account, each) for each in self.unheard(accounts.get(self.account))]
        if not more:
            return dict(accounts)
        every = sorted((*about.known, *more), key=lambda each: each.region)
        return dict(sorted({**accounts, self.account: replace(about, regions=tuple(every))}.items()))

    def silent_accounts(self, heard: Iterable[str]) -> dict[str, str]:
        """Of the organization's, those that no events come from."""
        heard = {*heard}
        return {each: name for each, name in sorted(self.accounts.items()) if each not in heard}

    def sentences(self, accounts: Mapping[str, Coverage], now: datetime) -> list[str]:
        """What is missing, and what is not known."""
        about = accounts.get(self.account)
        regions, roads = self.unheard(about), {road for each in accounts.values() for road in each.roads(now)}
        told = []
        if regions:
            where = noun(len(regions), "this region is", "these regions are")
            told.append(
                f"In account {self.account}, {where} enabled, and no events have come from there:"
                f" {', '.join(regions)}. Fix: {remedy(roads).forward}."
            )
        if lost := self.silent_accounts(accounts):
            named = [f"{each} ({name})" if name else each for each, name in lost.items()]
            more = f" and {len(named) - _MOST_NAMED:,} more" if len(named) > _MOST_NAMED else ""
            told.append(
                "No events come from"
                f" {noun(len(named), 'this account', 'these accounts')} of the organization:"
                f" {', '.join(named[:_MOST_NAMED])}{more}."
            )
        return [*told, *self.unknown]


def _accounts(client: Any) -> dict[str, str]:
    """Without those that are closed or suspended. `State` has taken the place of `Status`."""
    pages = client.get_paginator("list_accounts").paginate()
    every = [each for page in pages for each in page["Accounts"]]
    active = (each for each in every if each.get("State", each.get("Status", "ACTIVE")) == "ACTIVE")
    return {each["Id"]: each.get("Name", "") for each in active}
