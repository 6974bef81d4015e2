"""What the verdicts come to: findings to act on, what became of earlier ones, exemptions, gaps and counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from activity.item import Flag
from activity.keeping import Key
from activity.whose import is_kept
from reporter.inventory.account import Gap, Inventory, OldReport, Undated
from reporter.judgement import undated
from reporter.judgement.gaps import all_gaps, readable
from reporter.judgement.missed import Missed, missed
from reporter.judgement.owners import Remembered
from reporter.judgement.resolution import Resolved, is_told, resolved
from reporter.judgement.seen import Seen
from reporter.judgement.staleness import Status, Verdict
from reporter.judgement.subjects import KeysOf, Kind, LeftOut, Limits, Subject, left_out
from reporter.judgement.tidying import Judged, Lapse, in_force, lapses
from reporter.listening.coverage import Coverage

FLAGGED = (Status.STALE, Status.NEVER_USED)
_ON_IAMS_WORD = "that it was not used since rests on IAM's word alone"


@dataclass(frozen=True, slots=True)
class Finding:
    """`first_flagged` is the time of this report if none flagged it before. It is new until a mail has told it.

    `is_renewed`: its flag is there already. `elsewhere`: items of other names by which its use may show.
    """

    account: str
    subject: Subject
    verdict: Verdict
    threshold_days: int
    first_flagged: datetime
    idle_since: datetime
    is_new: bool
    is_renewed: bool = False
    elsewhere: tuple[Key, ...] = ()

    @property
    def key(self) -> Key:
        return self.subject.key

    @property
    def flag(self) -> Flag:
        return Flag(self.first_flagged, self.idle_since, holder=self.subject.id)


@dataclass(frozen=True, slots=True)
class Root:
    """The root user: `seen` by CloudTrail, `used` by IAM's word. `active_keys`: None if not known.

    `unread`: why the table's items could not be read.
    """

    seen: datetime | None
    used: datetime | None
    active_keys: int | None
    refused: datetime | None = None
    unread: Gap | None = None

    @property
    def is_known(self) -> bool:
        """Whether both sources could be asked for its last use."""
        return self.unread is None and self.active_keys is not None


@dataclass(frozen=True, slots=True)
class ToRemember:
    """What a report leaves in the table.

    `flags`: the findings whose flags do not stand there yet, or not for long enough. `told`: flags of which it
    is told what became of them. `over`: flags and exemptions to forget. Each with whose it was.
    """

    flags: tuple[Finding, ...] = ()
    told: tuple[tuple[Key, str], ...] = ()
    over: tuple[tuple[Key, str], ...] = ()
    exempt: tuple[Key, ...] = ()

    def without(self, keys: Set[Key]) -> Self:
        """As if nothing was known of these."""
        return replace(
            self,
            told=tuple(each for each in self.told if each[0] not in keys),
            over=tuple(each for each in self.over if each[0] not in keys),
            exempt=tuple(key for key in self.exempt if key not in keys),
        )


@dataclass(frozen=True, slots=True)
class OfIam:
    """What IAM's listings tell besides what is judged."""

    old_report: OldReport | None = None
    undated: tuple[Undated, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`is_empty`: neither roles could be listed, nor users, or what credentials these have."""

    account: str
    alias: str
    at: datetime
    limits: Limits
    previous: datetime | None
    findings: tuple[Finding, ...]
    resolved: tuple[Resolved, ...]
    gaps: tuple[Gap, ...]
    exempt: tuple[Judged, ...]
    lapses: tuple[Lapse, ...]
    missed: tuple[Missed, ...]
    counts: dict[str, dict[str, int]]
    disabled_keys: tuple[tuple[str, str], ...]
    root: Root | None
    coverage: Coverage
    is_empty: bool
    to_remember: ToRemember = ToRemember()
    of_iam: OfIam = OfIam()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What goes on top: that events do not arrive as they should."""
        return self.coverage.warnings(self.at)


def sum_up(
    inventory: Inventory,
    keys_of: KeysOf,
    judged: Sequence[Judged],
    *,
    seen: Seen,
    remembered: Remembered,
    coverage: Coverage,
    root: Root | None,
    gaps: Iterable[Gap],
    limits: Limits,
    retention: timedelta,
    now: datetime,
) -> Report:
    findings = tuple(_findings(inventory.account, judged, seen, remembered, coverage, limits, now))
    spared = tuple(in_force(judged, remembered, now))
    became = tuple(resolved(remembered, _by_key(judged), inventory, keys_of, seen))
    return Report(
        account=inventory.account,
        alias=inventory.alias,
        at=now,
        limits=limits,
        previous=remembered.previous if isinstance(remembered.previous, datetime) else None,
        findings=findings,
        resolved=became,
        gaps=all_gaps((*inventory.gaps, *gaps, *coverage.gaps(now)), keys_of, judged, inventory, limits, now),
        exempt=tuple(each for each in judged if each[1].status is Status.EXEMPT),
        lapses=tuple(lapses(judged, remembered, now)),
        missed=tuple(missed(judged, coverage, retention=retention, now=now)),
        counts=_counts(inventory, judged, keys_of),
        disabled_keys=tuple(_disabled(inventory, keys_of)),
        root=root,
        coverage=coverage,
        is_empty=not inventory.lists_roles and not inventory.tells_of_users,
        to_remember=ToRemember(
            tuple(_to_flag(findings, remembered, until=now + retention / 2)),
            tuple((key, remembered.flags[key].holder) for each in became for key in each.places),
            _over(remembered, findings, became, spared),
            spared,
        ),
        of_iam=OfIam(inventory.old_report, undated.all_of(inventory)),
    )


def _findings(
    account: str,
    judged: Sequence[Judged],
    seen: Seen,
    remembered: Remembered,
    coverage: Coverage,
    limits: Limits,
    now: datetime,
) -> Iterator[Finding]:
    is_unheard = bool(coverage.warnings(now)) or isinstance(coverage.regions, Gap)
    by_place = remembered.by_place()
    flags = {key: remembered.flags[places[0]] for key, places in by_place.items()}
    for subject, verdict in judged:
        if verdict.status in FLAGGED:
            flagged = _flagged_since(subject, verdict, flags, remembered)
            yield Finding(
                account=account,
                subject=subject,
                verdict=replace(verdict, notes=(*verdict.notes, _ON_IAMS_WORD)) if is_unheard else verdict,
                threshold_days=limits.days(subject.kind),
                first_flagged=flagged or now,
                idle_since=now - verdict.idle,
                is_new=flagged is None or _is_untold(flagged, remembered),
                is_renewed=flagged is not None and subject.key in by_place[subject.key],
                elsewhere=_elsewhere(subject, seen),
            )


def _is_untold(flagged: datetime, remembered: Remembered) -> bool:
    """Whether the report that flagged it was never mailed."""
    previous = remembered.previous
    return not isinstance(previous, Gap) and (previous is None or flagged > previous)


def _elsewhere(subject: Subject, seen: Seen) -> tuple[Key, ...]:
    own = seen.of(subject.holder, subject.facets)
    return tuple(each.key for each in own if each.key not in subject.places)


def _by_key(judged: Sequence[Judged]) -> dict[Key, Judged]:
    return {subject.key: (subject, verdict) for subject, verdict in judged if subject.facets}


def _to_flag(findings: Iterable[Finding], remembered: Remembered, *, until: datetime) -> Iterator[Finding]:
    """All but those of which everything is set, by an earlier report, and stays until then at least."""
    for each in findings:
        is_set = not each.elsewhere and is_kept(remembered.items, each.key, each.flag, until=until)
        if each.key[1] and not is_set:
            yield each


def _over(
    remembered: Remembered, findings: Iterable[Finding], became: Iterable[Resolved], exempt: tuple[Key, ...]
) -> tuple[tuple[Key, str], ...]:
    """Flags of old names go once they are set, or told of, under the new: all others would be lost."""
    resolved_now = {place for each in became for place in each.places}
    found = {each.key for each in findings}
    over = [
        key
        for key, flag in remembered.flags.items()
        if key in resolved_now
        or (key not in found and is_told(flag, remembered))
        or (key not in found and remembered.place_of(key) != key and remembered.place_of(key) in found)
    ]
    holders = [(key, remembered.flags[key].holder) for key in over]
    return *holders, *((key, "") for key in sorted(remembered.exempt - {*exempt} - found))


def _flagged_since(
    subject: Subject, verdict: Verdict, flags: Mapping[Key, Flag], remembered: Remembered
) -> datetime | None:
    """A flag from before the last use is of another story, or of a predecessor; so is one told as resolved."""
    flag = flags.get(subject.key)
    flagged = flag.first_flagged if flag and not is_told(flag, remembered) else None
    return flagged if flagged and flagged >= (verdict.at or subject.exists_since) else None


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
