"""Exemptions to look at: over, with an end that can't be read, or of a principal that is in use or gone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from activity.commands import tag, untag
from activity.finding import Kind
from activity.keeping import Key
from reporter.inventory.account import Gap
from reporter.judgement.exemption import Exemption
from reporter.judgement.owners import Lost, Remembered
from reporter.judgement.staleness import Status, Verdict
from reporter.judgement.subjects import Subject

Judged = tuple[Subject, Verdict]


_NEW_END = "REASON until=YYYY-MM-DD"


@dataclass(frozen=True, slots=True)
class Lapse:
    """`fix`: what to do about it."""

    arn: str
    why: str
    fix: str


def lapses(judged: Sequence[Judged], remembered: Remembered, now: datetime) -> Iterator[Lapse]:
    idle = {subject.arn for subject, verdict in judged if verdict.status is not Status.ACTIVE}
    for subject, verdict in judged:
        exempt = _of_principal(subject)
        if exempt is None:
            continue
        if exempt.is_over(now):
            why = f"ended on {exempt.until} ({exempt.reason})"
            yield Lapse(subject.arn, why, f"set a new end, or: {_untag(subject, exempt)}")
        elif exempt.problem:
            new = tag(subject.kind, subject.name, exempt.key, _NEW_END)
            yield Lapse(subject.arn, exempt.problem, new)
        elif subject.arn not in idle and verdict.at:
            why = f"in use, last on {verdict.at:%Y-%m-%d} ({exempt.reason})"
            yield Lapse(subject.arn, why, f"if it isn't needed: {_untag(subject, exempt)}")
    for key in sorted(remembered.exempt):
        told = remembered.told.get(key)
        if remembered.owners.get(key) is Lost.DELETED and not (told and told == remembered.previous):
            yield Lapse(key[0], "no longer exists", "nothing to do; this is said once")


def in_force(judged: Sequence[Judged], remembered: Remembered, now: datetime) -> Iterator[Key]:
    """The items of principals that are exempt now, and of those that were and couldn't be read."""
    for subject, _ in judged:
        exempt = _of_principal(subject)
        if exempt and not exempt.is_over(now):
            yield subject.key
    untold = {subject.key for subject, _ in judged if subject.facets and isinstance(subject.exemption, Gap)}
    for key in sorted(remembered.exempt):
        if remembered.place_of(key) in untold or remembered.owners.get(key) is Lost.UNTOLD:
            yield remembered.place_of(key)


def _untag(subject: Subject, exempt: Exemption) -> str:
    return untag(subject.kind, subject.name, exempt.key)


def _of_principal(subject: Subject) -> Exemption | None:
    """None for a credential, too: its user's exemption is shown instead."""
    is_principal = subject.kind in (Kind.USER, Kind.ROLE)
    return subject.exemption if is_principal and isinstance(subject.exemption, Exemption) else None
