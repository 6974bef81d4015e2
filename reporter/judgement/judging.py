"""Turns all that is known of an account into its report."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from activity.finding import Kind
from activity.keeping import Key
from reporter.inventory.account import Inventory
from reporter.judgement import quarantined, undated
from reporter.judgement.candidates import LeftOut, left_out
from reporter.judgement.findings import FLAGGED, findings
from reporter.judgement.gaps import all_gaps, readable
from reporter.judgement.known import Known
from reporter.judgement.missed import missed
from reporter.judgement.report import OfIam, Report
from reporter.judgement.resolution import resolved
from reporter.judgement.seen import Seen
from reporter.judgement.snoozing import with_snoozes
from reporter.judgement.staleness import Status, judge
from reporter.judgement.subjects import KeysOf
from reporter.judgement.tidying import Judged, lapses
from reporter.judgement.to_remember import to_remember


def judge_account(known: Known) -> Report:
    """Flags nothing because something could not be read."""
    inventory, keys_of, remembered, now = known.inventory, known.keys_of, known.remembered, known.now
    seen = known.seen()
    judged = verdicts(known, seen)
    flagged = tuple(findings(known, judged, seen))
    previous = remembered.previous if isinstance(remembered.previous, datetime) else None
    became = tuple(resolved(remembered, _by_key(judged), inventory, keys_of, seen))
    return Report(
        account=inventory.account,
        alias=inventory.alias,
        at=now,
        limits=known.terms.limits,
        previous=previous,
        findings=tuple(each for each in flagged if each.verdict.status in FLAGGED),
        resolved=became,
        gaps=all_gaps(known, judged),
        exempt=tuple(each for each in judged if each[1].status is Status.EXEMPT),
        dormant=tuple(each for each in judged if each[1].status is Status.DORMANT),
        lapses=tuple(lapses(judged, remembered, now)),
        missed=tuple(missed(judged, known.coverage, retention=known.terms.retention, now=now)),
        counts=_counts(inventory, judged, keys_of),
        disabled_keys=tuple(_disabled(inventory, keys_of)),
        root=known.root,
        coverage=known.coverage,
        is_empty=not inventory.lists_roles and not inventory.tells_of_users,
        to_remember=to_remember(known, judged, flagged, became),
        of_iam=OfIam(inventory.old_report, undated.all_of(inventory)),
        snoozed=tuple(each for each in judged if each[1].status is Status.SNOOZED),
        owner_tags=known.terms.owner_tags,
        quarantine=quarantined.told(known.quarantine, previous),
    )


def verdicts(known: Known, seen: Seen) -> list[Judged]:
    def limit(kind: Kind) -> timedelta:
        return timedelta(days=known.terms.limits.days(kind))

    heard = known.coverage.days
    judged = [
        (
            each,
            judge(
                each,
                seen,
                limit=limit(each.kind),
                now=known.now,
                unread=known.unread_of(each),
                heard=heard,
            ),
        )
        for each in known.subjects
    ]
    spared = list(_with_dormant_credentials(judged))
    return with_snoozes(spared, known.snoozes, known.inventory.account, known.now)


def _with_dormant_credentials(judged: Sequence[Judged]) -> Iterator[Judged]:
    """A stale user with a dormant password or key is dormant: to disable the user would disable that, too."""
    spared = [each for each in judged if each[1].dormancy and each[1].status is Status.DORMANT]
    until = {subject.arn: verdict.dormancy for subject, verdict in sorted(spared, key=_stale_from)}
    for subject, verdict in judged:
        is_spared = subject.kind is Kind.USER and verdict.status in FLAGGED and subject.arn in until
        if is_spared:
            verdict = replace(verdict, status=Status.DORMANT, dormancy=until[subject.arn])
        yield subject, verdict


def _stale_from(judged: Judged) -> date:
    dormancy = judged[1].dormancy
    return dormancy.stale_from if dormancy else date.min


def _by_key(judged: Sequence[Judged]) -> dict[Key, Judged]:
    return {subject.key: (subject, verdict) for subject, verdict in judged if subject.facets}


def _counts(inventory: Inventory, judged: Sequence[Judged], keys_of: KeysOf) -> dict[str, dict[str, int]]:
    counts = {str(kind): dict.fromkeys(map(str, Status), 0) for kind in Kind}
    for subject, verdict in judged:
        counts[subject.kind][verdict.status] += 1
    roles = Counter(filter(None, map(left_out, inventory.roles)))
    disabled, dateless = list(_disabled(inventory, keys_of)), undated.all_of(inventory)
    others = {LeftOut.DISABLED_KEY: len(disabled), LeftOut.UNDATED_CREDENTIAL: len(dateless)}
    return counts | {"left_out": {str(each): roles[each] for each in LeftOut} | others}


def _disabled(inventory: Inventory, keys_of: KeysOf) -> Iterator[tuple[str, str]]:
    for user in inventory.users:
        yield from ((user.name, key.id) for key in readable(keys_of, user.id) if not key.is_active)
