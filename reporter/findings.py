"""What the verdicts come to: findings to act on, what became of earlier ones, exemptions, gaps and counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from activity.item import Flag
from activity.keeping import Key
from reporter import undated
from reporter.account import Gap, Inventory, OldReport, Undated
from reporter.gaps import all_gaps, readable
from reporter.hearing import Hearing
from reporter.missed import Missed, missed
from reporter.renaming import moves, nameless
from reporter.resolution import Resolved, resolved
from reporter.staleness import Status, Verdict
from reporter.subjects import KeysOf, Kind, LeftOut, Limits, Subject, left_out
from reporter.tidying import Judged, Lapse, in_force, lapses

FLAGGED = (Status.STALE, Status.NEVER_USED)
_ON_IAMS_WORD = "that it was not used since rests on IAM's word alone"


@dataclass(frozen=True, slots=True)
class Finding:
    """`first_flagged` is the time of this report if it is new."""

    account: str
    subject: Subject
    verdict: Verdict
    threshold_days: int
    first_flagged: datetime
    idle_since: datetime
    is_new: bool
    flag_expires: datetime | None = None

    @property
    def key(self) -> Key:
        return flag_key(self.subject)


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
class Remembered:
    """What earlier reports left in the table: flags, exemptions, and when the last of them was made.

    `flags` are of all items that were read now, `listed` those of the index: also of what no longer exists.
    `expiry`: when the items that are flagged expire. `names`: by ARNs that nobody has now, who had them.
    """

    flags: Mapping[Key, Flag]
    listed: Mapping[Key, Flag]
    exempt: frozenset[Key] = frozenset()
    expiry: Mapping[Key, datetime] = field(default_factory=dict)
    previous: datetime | None = None
    names: Mapping[str, str] | Gap = field(default_factory=dict)

    @property
    def known_names(self) -> Mapping[str, str]:
        return {} if isinstance(self.names, Gap) else self.names

    def moved(self, to: Mapping[Key, Key]) -> Self:
        """With each flag, and each exemption, where its user is now."""

        def moved(flags: Mapping[Key, Flag]) -> dict[Key, Flag]:
            return {to[key]: flag for key, flag in flags.items() if key in to} | {
                key: flag for key, flag in flags.items() if key not in to
            }

        exempt = frozenset(to.get(key, key) for key in self.exempt)
        return replace(self, flags=moved(self.flags), listed=moved(self.listed), exempt=exempt)


@dataclass(frozen=True, slots=True)
class OfIam:
    """What IAM's listings tell besides what is judged."""

    old_report: OldReport | None = None
    undated: tuple[Undated, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`is_empty`: neither roles could be listed, nor users, or what credentials these have.

    `old_names`: flags that are under others now.
    """

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
    hearing: Hearing
    is_empty: bool
    exempt_keys: tuple[Key, ...] = ()
    old_names: tuple[Key, ...] = ()
    was_exempt: frozenset[Key] = frozenset()
    of_iam: OfIam = field(default_factory=OfIam)

    @property
    def silences(self) -> tuple[str, ...]:
        return self.hearing.silences(self.at)


def sum_up(
    inventory: Inventory,
    keys_of: KeysOf,
    judged: Sequence[Judged],
    *,
    remembered: Remembered,
    hearing: Hearing,
    root: Root | None,
    gaps: Iterable[Gap],
    limits: Limits,
    retention: timedelta,
    now: datetime,
) -> Report:
    to = moves((*remembered.listed, *remembered.exempt), inventory, keys_of, remembered.known_names)
    was_exempt, remembered = remembered.exempt, remembered.moved(to)
    findings = tuple(_findings(inventory.account, judged, remembered, hearing, limits, now))
    untold = _untold(remembered, inventory)
    became = tuple(resolved(remembered.listed, _by_key(judged), inventory, keys_of, untold))
    return Report(
        account=inventory.account,
        alias=inventory.alias,
        at=now,
        limits=limits,
        previous=remembered.previous,
        findings=findings,
        resolved=became,
        gaps=all_gaps((*inventory.gaps, *gaps, *hearing.gaps), keys_of, judged, inventory, limits, now),
        exempt=tuple(each for each in judged if each[1].status is Status.EXEMPT),
        lapses=tuple(lapses(judged, remembered.exempt - untold, inventory, now)),
        missed=tuple(missed(judged, hearing, retention=retention, now=now)),
        counts=_counts(inventory, judged, keys_of),
        disabled_keys=tuple(_disabled(inventory, keys_of)),
        root=root,
        hearing=hearing,
        is_empty=not inventory.lists_roles and not inventory.tells_of_users,
        exempt_keys=(*in_force(judged, remembered.exempt, inventory, now), *(remembered.exempt & untold)),
        old_names=tuple(_settled(to, findings, became)),
        was_exempt=was_exempt,
        of_iam=OfIam(inventory.old_report, undated.all_of(inventory)),
    )


def _findings(
    account: str,
    judged: Sequence[Judged],
    remembered: Remembered,
    hearing: Hearing,
    limits: Limits,
    now: datetime,
) -> Iterator[Finding]:
    is_deaf = bool(hearing.deaf) and not isinstance(hearing.deaf, Gap)
    is_unheard = is_deaf or bool(hearing.silences(now)) or isinstance(hearing.heard, Gap)
    for subject, verdict in judged:
        if verdict.status in FLAGGED:
            flagged = _flagged_since(subject, verdict, remembered.flags)
            yield Finding(
                account=account,
                subject=subject,
                verdict=replace(verdict, notes=(*verdict.notes, _ON_IAMS_WORD)) if is_unheard else verdict,
                threshold_days=limits.days(subject.kind),
                first_flagged=flagged or now,
                idle_since=now - verdict.idle,
                is_new=flagged is None,
                flag_expires=remembered.expiry.get(flag_key(subject)),
            )


def _by_key(judged: Sequence[Judged]) -> dict[Key, Judged]:
    return {flag_key(subject): (subject, verdict) for subject, verdict in judged if subject.facets}


def _untold(remembered: Remembered, inventory: Inventory) -> frozenset[Key]:
    """What was flagged under names that nobody has now, if it could not be looked up who had them."""
    keys = {*remembered.listed, *remembered.exempt}
    gone = nameless(keys, inventory) if isinstance(remembered.names, Gap) else set()
    return frozenset(key for key in keys if key[0] in gone)


def _settled(to: Mapping[Key, Key], findings: Iterable[Finding], became: Iterable[Resolved]) -> Iterator[Key]:
    """The old names of flags that this report sets or resolves under the new: all others would be lost."""
    told = {each.key for each in findings} | {each.key for each in became}
    return (old for old, new in to.items() if new in told)


def _flagged_since(subject: Subject, verdict: Verdict, flags: Mapping[Key, Flag]) -> datetime | None:
    """A flag from before the last use is of another story, or of a predecessor."""
    flag = flags.get(flag_key(subject))
    flagged = flag.first_flagged if flag else None
    return flagged if flagged and flagged >= (verdict.at or subject.exists_since) else None


def flag_key(subject: Subject) -> Key:
    """The table's item that remembers that a report flagged this."""
    return subject.arn, next(iter(subject.facets), "")


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
