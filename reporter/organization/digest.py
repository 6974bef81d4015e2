"""What the organization's report says: made from the list of accounts, so that none is left out in silence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activity.accounts import Account, titled
from reporter.judgement.danger import Risk
from reporter.organization.summary import Summary, by_danger

_NO_RESULT = (
    "its review left no result: it failed, or ran out of time. The log of the reporter function says why"
)
_EMPTY = "neither its users nor its roles could be read"


@dataclass(frozen=True, slots=True)
class Before:
    """What the last report left: `read`, the ids of the accounts that it read; `accounts`, names by id."""

    read: frozenset[str] = frozenset()
    accounts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    account: Account
    reason: str


@dataclass(frozen=True, slots=True)
class Digest:
    """`read`: the summaries of the accounts that were read, those with most to do first.

    `left_out`: accounts that are closed or suspended. `joined` and `left`: since the last report, if there was
    one. `lost`: were read last time, are in the organization still, and were not read now.
    """

    at: str
    organization: str
    read: tuple[Summary, ...]
    unread: tuple[Unread, ...]
    left_out: tuple[Account, ...]
    joined: tuple[Account, ...]
    left: tuple[str, ...]
    lost: tuple[Account, ...]
    notes: tuple[str, ...] = ()

    def total(self, name: str) -> int:
        return sum(each[name] for each in self.read)

    @property
    def gaps(self) -> int:
        return sum(len(each["gaps"]) for each in self.read)

    @property
    def silent(self) -> tuple[Summary, ...]:
        """Of which events do not arrive as they should."""
        return tuple(each for each in self.read if each["warnings"])

    @property
    def first(self) -> list[dict[str, Any]]:
        """Of all accounts the most dangerous findings that they named, the most dangerous first."""
        return sorted((finding for each in self.read for finding in each["first"]), key=by_danger)


def digest(
    at: str,
    organization: str,
    accounts: Sequence[Account],
    summaries: Mapping[str, Summary],
    before: Before,
    notes: Iterable[str] = (),
) -> Digest:
    """`summaries`: by account id. An account that is absent resolves nothing."""
    active = [each for each in accounts if each.is_active]
    unread = tuple(_unread(active, summaries))
    without = {each.account.id for each in unread}
    read = [summaries[each.id] for each in active if each.id not in without]
    names = before.accounts
    listed = {each.id for each in accounts}
    return Digest(
        at=at,
        organization=organization,
        read=tuple(sorted(read, key=_most_to_do)),
        unread=unread,
        left_out=tuple(each for each in accounts if not each.is_active),
        joined=tuple(each for each in active if names is not None and each.id not in names),
        left=tuple(sorted(titled(*each) for each in (names or {}).items() if each[0] not in listed)),
        lost=tuple(each.account for each in unread if each.account.id in before.read),
        notes=tuple(notes),
    )


def _unread(active: Iterable[Account], summaries: Mapping[str, Summary]) -> Iterator[Unread]:
    for account in active:
        told = summaries.get(account.id)
        if told is None:
            yield Unread(account, _NO_RESULT)
        elif "not_read" in told:
            yield Unread(account, told["not_read"])
        elif told["is_empty"]:
            yield Unread(account, f"{_EMPTY}: {told['gaps'][0]['reason']}" if told["gaps"] else _EMPTY)


def _most_to_do(told: Summary) -> tuple[Any, ...]:
    """By what is most dangerous in it, then by how much there is of that."""
    risks = told["risks"]
    return (*(-risks.get(str(risk), 0) for risk in Risk), told["account"]["id"])
