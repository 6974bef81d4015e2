"""What a StackSet has in each account, held against what it is to have: who has it, who has not, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any, Self

from activity.accounts import Account

_MOST_OUTSIDE = 10
# Words of AWS's reasons, and what to do.
_REMEDIES = {
    "already exists": "delete what has that name in the account (such as a stack deployed by hand)",
    "service control policy": "let the service control policy except the roles stacksets-exec-*",
    "termination protection": "turn the stack's termination protection off",
}
_ELSE = "look at the events of its stack in that account"


class State(StrEnum):
    CURRENT = "current"
    RUNNING = "not done yet"
    SUSPENDED = "left out: the account is suspended"
    FAILED = "failed"
    INOPERABLE = "inoperable"


@dataclass(frozen=True, slots=True)
class Instance:
    """One stack of a StackSet. `unit`: the root or organizational unit by which it was deployed."""

    account: str
    region: str
    state: State
    reason: str = ""
    unit: str = ""

    @classmethod
    def of(cls, summary: Mapping[str, Any]) -> Self:
        """As ListStackInstances has it.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackInstanceSummary.html
        """
        detailed = summary.get("StackInstanceStatus", {}).get("DetailedStatus", "")
        return cls(
            summary["Account"],
            summary["Region"],
            _state(summary["Status"], detailed),
            " ".join(summary.get("StatusReason", "").split()),
            summary.get("OrganizationalUnitId", ""),
        )


def _state(status: str, detailed: str) -> State:
    if detailed in ("PENDING", "RUNNING"):
        return State.RUNNING
    if detailed == "SKIPPED_SUSPENDED_ACCOUNT":
        return State.SUSPENDED
    if status == "CURRENT":
        return State.CURRENT
    return State.INOPERABLE if status == "INOPERABLE" else State.FAILED


@dataclass(frozen=True, slots=True)
class Standing:
    """`accounts`: all that should have a stack in each of `regions`. `outside`: those of other units."""

    accounts: Sequence[Account]
    outside: Sequence[Account]
    regions: Sequence[str]
    instances: Sequence[Instance]

    @property
    def missing(self) -> set[tuple[str, str]]:
        """Account and region of what has no stack at all."""
        there = {(each.account, each.region) for each in self.instances}
        return {(account.id, region) for account in self.accounts for region in self.regions} - there

    @property
    def to_repair(self) -> list[Instance]:
        return [each for each in self.instances if each.state is State.FAILED]

    @property
    def complete(self) -> list[Account]:
        right = {(each.account, each.region) for each in self.instances if each.state is State.CURRENT}
        return [each for each in self.accounts if {(each.id, region) for region in self.regions} <= right]

    @property
    def is_good(self) -> bool:
        return len(self.complete) == len(self.accounts)


def lines(standing: Standing, what: str) -> Iterator[str]:
    """`what` completes "12 of 14 accounts ..."."""
    yield f"{len(standing.complete)} of {len(standing.accounts)} accounts {what}."
    several = len(standing.regions) > 1
    wrong = by_account(each for each in standing.instances if each.state is not State.CURRENT)
    missing: dict[str, list[str]] = {}
    for of, region in sorted(standing.missing):
        missing.setdefault(of, []).append(region)
    for account in standing.accounts:
        yield from _wrong(account, wrong.get(account.id, ()), several=several)
        if regions := missing.get(account.id):
            yield f"  {account.title}: no stack{_in(regions) if several else ''}"
    yield from _others(standing)


def _others(standing: Standing) -> Iterator[str]:
    if standing.outside:
        named = ", ".join(each.title for each in standing.outside[:_MOST_OUTSIDE])
        more = len(standing.outside) - _MOST_OUTSIDE
        yield (
            f"{len(standing.outside)} other accounts are in none of the organizational units: "
            f"{named}{f' and {more} more' if more > 0 else ''}."
        )
    there = {each.account for each in standing.instances}
    if needless := ", ".join(sorted(there - {each.id for each in standing.accounts})):
        yield f"Stacks in accounts that need none (closed, moved, or not listed any more): {needless}."


def by_account(instances: Iterable[Instance]) -> dict[str, list[Instance]]:
    found: dict[str, list[Instance]] = {}
    for each in instances:
        found.setdefault(each.account, []).append(each)
    return found


def _wrong(account: Account, wrong: Iterable[Instance], *, several: bool) -> Iterator[str]:
    for (state, reason), same in groupby(sorted(wrong, key=_kind), key=_kind):
        where = _in(each.region for each in same) if several else ""
        yield f"  {account.title}: {state}{where}{f': {reason}' if reason else ''}{_remedy(state, reason)}"


def _in(regions: Iterable[str]) -> str:
    return f" in {', '.join(regions)}"


def _kind(instance: Instance) -> tuple[State, str]:
    return instance.state, instance.reason


def _remedy(state: State, reason: str) -> str:
    if state is State.FAILED:
        known = (remedy for words, remedy in _REMEDIES.items() if words in reason)
        return f". Fix: {next(known, _ELSE)}, then run this again"
    return ". Fix: remove it from the StackSet, as below" if state is State.INOPERABLE else ""
