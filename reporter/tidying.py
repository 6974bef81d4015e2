"""Exemptions to look at: over, of somebody who is in use or gone, or with an end that cannot be read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from activity.keeping import Key
from activity.model import id_facet
from reporter.account import Gap, Inventory
from reporter.exemption import Exemption
from reporter.staleness import Status, Verdict
from reporter.subjects import Kind, Subject

Judged = tuple[Subject, Verdict]


@dataclass(frozen=True, slots=True)
class Lapse:
    arn: str
    why: str


def lapses(
    judged: Sequence[Judged], remembered: Iterable[Key], inventory: Inventory, now: datetime
) -> Iterator[Lapse]:
    """`remembered`: the principals that were exempt when the last report was made."""
    idle = {subject.arn for subject, verdict in judged if verdict.status is not Status.ACTIVE}
    for subject, verdict in judged:
        exempt = _of_principal(subject)
        if exempt is None:
            continue
        if exempt.is_over(now):
            yield Lapse(
                subject.arn, f"ended on {exempt.until} ({exempt.reason}): take the tag off, or renew it"
            )
        elif exempt.problem:
            yield Lapse(subject.arn, f"{exempt.problem}: until it does, it exempts without end")
        elif subject.arn not in idle and verdict.at:
            yield Lapse(subject.arn, f"in use, last on {verdict.at:%Y-%m-%d} ({exempt.reason}): is it needed?")
    exist = {(user.arn, id_facet(user.id)) for user in inventory.users}
    exist |= {(role.arn, id_facet(role.id)) for role in inventory.roles}
    for key in remembered:
        if key not in exist and _is_listed(key, inventory):
            yield Lapse(key[0], "no longer exists")


def in_force(
    judged: Sequence[Judged], remembered: Iterable[Key], inventory: Inventory, now: datetime
) -> Iterator[Key]:
    """The items of the principals that are exempt now, and of those that were and could not be looked at."""
    for subject, _ in judged:
        exempt = _of_principal(subject)
        if exempt and not exempt.is_over(now):
            yield subject.arn, subject.facets[0]
    untold = {
        (subject.arn, subject.facets[0])
        for subject, _ in judged
        if subject.facets and isinstance(subject.exemption, Gap)
    }
    for key in remembered:
        if key in untold or not _is_listed(key, inventory):
            yield key


def _is_listed(key: Key, inventory: Inventory) -> bool:
    """Whether it would be in the inventory if it existed."""
    return inventory.lists_roles if ":role/" in key[0] else inventory.lists_users


def _of_principal(subject: Subject) -> Exemption | None:
    """None for a credential, too: its user's is told."""
    is_principal = subject.kind in (Kind.USER, Kind.ROLE)
    return subject.exemption if is_principal and isinstance(subject.exemption, Exemption) else None
