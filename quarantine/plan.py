"""Decides what to announce, to disable and to withdraw, and what to leave and why. Asks and writes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from activity.finding import Kind
from activity.quarantine.entry import Entry, Mode, Step, announced
from activity.quarantine.target import Target
from quarantine.brakes import of_account, of_finding
from reporter.judgement.danger import most_dangerous_first
from reporter.judgement.findings import Finding
from reporter.judgement.report import Report
from reporter.judgement.snoozing import id_of
from reporter.judgement.subjects import Subject

# Of what is judged in the account; one may always be disabled.
_MOST_OF_ALL = 0.05
# Two runs this close are one, for what may be disabled: a schedule may deliver twice.
_ONE_RUN = timedelta(hours=20)
# In one run: a mail has to name each, or it does not count, and few people read more.
MOST_ANNOUNCED = 50
_LATER = "as many as a run may disable come first"
_ONE_OF_EACH = "another key of the same user was disabled today: IAM must show that first"
_SILENT = "what an earlier run has disabled could not be told yet"
_NEXT_DAYS = f"{MOST_ANNOUNCED} are announced in a run, the most dangerous first: the next days"


@dataclass(frozen=True, slots=True)
class Rules:
    """`grace`: from the announcement to the act. `most`: how many to disable at once."""

    mode: Mode = Mode.PLAN
    grace: timedelta = timedelta(days=14)
    most: int = 5


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that is left as it is, and why."""

    target: Target
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`held`: due, and not to be disabled now; its entry says why. `brake`: why the whole account is left.

    `rehearsed`: would be disabled now if the mode were `enforce`.
    """

    announce: tuple[Entry, ...] = ()
    disable: tuple[Entry, ...] = ()
    rehearsed: tuple[Entry, ...] = ()
    held: tuple[Entry, ...] = ()
    withdrawn: tuple[Entry, ...] = ()
    left: tuple[Left, ...] = ()
    brake: str = ""


def plan(
    report: Report, entries: Mapping[str, Entry], rules: Rules, *, own_id: str = "", is_silent: bool = False
) -> Plan:
    """`entries`: by finding's id, what earlier runs kept. What is disabled, or half-way, is not touched.

    `is_silent`: nobody has been told yet of something that is disabled.
    """
    brake = of_account(report)
    found = {id_of(report.account, each.subject): each for each in most_dangerous_first(report.findings)}
    why_not = {each: brake or of_finding(finding, report, own_id=own_id) for each, finding in found.items()}
    waiting = {each: entries[each] for each in found if _is_current(entries.get(each), found[each], rules)}
    due = sorted((each for each in waiting.values() if report.at >= each.due), key=_by_turn)
    free = [each for each in due if not why_not[each.id]]
    is_real = rules.mode is Mode.ENFORCE
    now, later = _by_turns(free, entries.values(), report, rules, is_silent=is_silent)
    held = [each.held_by(why_not[each.id]) for each in due if why_not[each.id]]
    new = [
        _announcement(found[each], entries.get(each), rules, report.at)
        for each, why in why_not.items()
        if not why and each not in waiting and _may_be_announced(entries.get(each), found[each])
    ]
    left = [Left(target_of(found[each].subject), why) for each, why in why_not.items() if why]
    return Plan(
        announce=tuple(new[:MOST_ANNOUNCED]),
        disable=tuple(now),
        rehearsed=() if is_real else tuple(_rehearsed(free, report.at)),
        held=(*held, *later),
        withdrawn=() if brake else tuple(_withdrawn(report, entries, found)),
        left=(*left, *(Left(each.target, _NEXT_DAYS) for each in new[MOST_ANNOUNCED:])),
        brake=brake,
    )


def _by_turns(
    free: Sequence[Entry], entries: Iterable[Entry], report: Report, rules: Rules, *, is_silent: bool
) -> tuple[list[Entry], list[Entry]]:
    """What to disable now, and what later, though nothing speaks against it."""
    if rules.mode is not Mode.ENFORCE:
        return [], []
    lately = [each for each in entries if _has_acted(each) and report.at - each.moved < _ONE_RUN]
    acted, now, later = {each.target.arn for each in lately}, list[Entry](), list[Entry]()
    most = allowance(report, lately, rules.most)
    for each in free:
        # Of a user's second key, a look at the tag might not show the first one yet, and take its mark away.
        why = _SILENT if is_silent else _ONE_OF_EACH if each.target.arn in acted else ""
        if why or len(now) == most:
            # No news: they were told "on that day or later".
            later.append(replace(each, held=why or _LATER))
        else:
            now.append(each)
            acted.add(each.target.arn)
    return now, later


def _rehearsed(free: Iterable[Entry], at: datetime) -> Iterator[Entry]:
    """What was announced under `enforce` is not any more: that was months ago, once the mode is set back."""
    for each in free:
        if each.step is Step.ANNOUNCED:
            yield replace(each.stepped(Step.REHEARSED, at), mode=Mode.PLAN)


def allowance(report: Report, lately: Sequence[Entry], most: int) -> int:
    """How many may be disabled now: MaxPerRun, and one in twenty of the users, roles and keys; at least one.

    `lately`: what was disabled within the last hours, or is half-way, counts as of this run.
    """
    kinds = Kind.USER, Kind.ROLE, Kind.ACCESS_KEY
    every = sum(sum(report.counts.get(kind, {}).values()) for kind in kinds)
    return max(0, min(most, max(1, int(every * _MOST_OF_ALL))) - len(lately))


def _has_acted(entry: Entry) -> bool:
    return entry.step in (Step.ACTING, Step.DISABLED, Step.RESTORED)


def is_unused_since(finding: Finding, at: datetime) -> bool:
    used = max(filter(None, (finding.verdict.at, finding.subject.renewed)), default=None)
    return used is None or used <= at


def _is_current(entry: Entry | None, finding: Finding, rules: Rules) -> bool:
    """Whether it was announced as what it is now, to its owner, in a mode that counts, and not used since."""
    return bool(
        entry
        and entry.is_waiting
        and entry.told
        and (entry.mode is Mode.ENFORCE or rules.mode is Mode.PLAN)
        and entry.target.created == finding.subject.created
        and entry.target.arn == finding.subject.arn
        and entry.owner == finding.subject.owner
        and finding.first_flagged <= entry.announced
        and is_unused_since(finding, entry.announced)
    )


def _may_be_announced(entry: Entry | None, finding: Finding) -> bool:
    """What somebody has given back is left alone until it was used, and flagged anew."""
    if entry is None or entry.is_waiting or entry.step is Step.WITHDRAWN:
        return True
    if entry.step not in (Step.RESTORED, Step.GONE) or finding.first_flagged <= entry.moved:
        return False
    # A key that is active again is flagged anew, without having been used.
    return entry.step is Step.GONE or not is_unused_since(finding, entry.moved)


def _announcement(finding: Finding, before: Entry | None, rules: Rules, now: datetime) -> Entry:
    """Takes the place of an earlier one."""
    about, why = finding.subject, finding.verdict.reason
    entry = announced(target_of(about), why, rules.mode, rules.grace, now)
    version = before.version if before else 0
    return replace(entry, owner=about.owner, found=finding.first_flagged, version=version)


def target_of(about: Subject) -> Target:
    return Target(about.kind, about.name, about.arn, about.id, about.created, about.access_key_id)


def _withdrawn(report: Report, entries: Mapping[str, Entry], found: Mapping[str, Finding]) -> Iterator[Entry]:
    """What was announced, and is no finding any more."""
    lists = {"exempt": report.exempt, "dormant": report.dormant, "snoozed": report.snoozed}
    spared = {id_of(report.account, each): why for why, listed in lists.items() for each, _ in listed}
    for each, entry in entries.items():
        if entry.is_waiting and each not in found:
            why = spared.get(each, "used, disabled or deleted since")
            yield entry.stepped(Step.WITHDRAWN, report.at, why)


def _by_turn(entry: Entry) -> tuple[bool, datetime, str]:
    """The longest due first; last what an earlier run could not disable, so that it holds up nothing else."""
    return bool(entry.held), entry.due, entry.id
