"""Which findings somebody has asked to leave alone, and which of these requests ended lately."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from activity.finding import Kind, finding_id
from activity.snooze import Snooze
from reporter.judgement.findings import FLAGGED
from reporter.judgement.staleness import Status, Verdict
from reporter.judgement.subjects import Subject
from reporter.judgement.tidying import Judged

Snoozes = Mapping[str, Snooze]
_CREDENTIALS = (Kind.PASSWORD, Kind.ACCESS_KEY)


def with_snoozes(judged: Sequence[Judged], snoozes: Snoozes, account: str, now: datetime) -> list[Judged]:
    """`snoozes`: by finding. That of a user holds for its password and keys, as an exemption does.

    A user with a snoozed password or key is snoozed, too: to disable the user would disable that.
    """
    told = {finding: each for finding, each in snoozes.items() if each.is_shown(now)}
    first = [(subject, _by_own(subject, verdict, told, account, now)) for subject, verdict in judged]
    return list(_with_users_of_snoozed(first))


def id_of(account: str, subject: Subject) -> str:
    return finding_id(account, subject.kind, subject.access_key_id or subject.id)


def _by_own(subject: Subject, verdict: Verdict, told: Snoozes, account: str, now: datetime) -> Verdict:
    if verdict.status not in FLAGGED:
        return verdict
    ids = [id_of(account, subject)]
    ids += [finding_id(account, Kind.USER, subject.id)] if subject.kind in _CREDENTIALS else []
    own = [told[each] for each in ids if each in told]
    if not own:
        return verdict
    last = max(own, key=lambda each: each.until)
    if last.is_over(now):
        note = f"its snooze ({last.reason}) ended on {last.until}"
        return replace(verdict, notes=(*verdict.notes, note), snooze=last)
    return _snoozed(verdict, last)


def _with_users_of_snoozed(judged: Sequence[Judged]) -> Iterator[Judged]:
    spared: dict[str, Snooze] = {}
    for subject, verdict in judged:
        if verdict.snooze and verdict.status is Status.SNOOZED and subject.kind in _CREDENTIALS:
            snoozes = filter(None, (spared.get(subject.arn), verdict.snooze))
            spared[subject.arn] = min(snoozes, key=lambda each: each.until)
    for subject, verdict in judged:
        is_spared = subject.kind is Kind.USER and verdict.status in FLAGGED and subject.arn in spared
        yield subject, _snoozed(verdict, spared[subject.arn]) if is_spared else verdict


def _snoozed(verdict: Verdict, snooze: Snooze) -> Verdict:
    return replace(verdict, status=Status.SNOOZED, would_be=verdict.status, snooze=snooze)
