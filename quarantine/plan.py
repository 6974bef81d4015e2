"""Decides what to announce, to disable and to withdraw, and what to leave and why. Asks and writes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from activity.finding import Kind
from activity.quarantine.entry import Entry, Mode, Step, announced
from activity.quarantine.target import Target
from quarantine.brakes import of_account, of_finding
from reporter.judgement.findings import Finding
from reporter.judgement.report import Report
from reporter.judgement.snoozing import id_of
from reporter.judgement.subjects import Subject

# Of what is judged in the account; one may always be disabled.
_MOST_OF_ALL = 0.05
# Two runs this close are one, for what may be disabled: a schedule may deliver twice.
_ONE_RUN = timedelta(hours=20)
_LATER = "as many as a run may disable come first"


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


def plan(report: Report, entries: Mapping[str, Entry], rules: Rules, *, own_id: str = "") -> Plan:
    """`entries`: by finding's id, what earlier runs kept. What is disabled, or half-way, is not touched."""
    brake = of_account(report)
    found = {id_of(report.account, each.subject): each for each in report.findings}
    why_not = {each: brake or of_finding(finding, report, own_id=own_id) for each, finding in found.items()}
    waiting = {each: entries[each] for each in found if _is_current(entries.get(each), found[each], rules)}
    due = sorted((each for each in waiting.values() if report.at >= each.due), key=_by_turn)
    free = [each for each in due if not why_not[each.id]]
    is_real = rules.mode is Mode.ENFORCE
    most = allowance(report, entries.values(), rules.most) if is_real else 0
    held = [each.held_by(why_not[each.id]) for each in due if why_not[each.id]]
    # No news: they were told "on that day or later".
    late = [replace(each, held=_LATER) for each in free[most:]] if is_real else []
    return Plan(
        announce=tuple(
            _announcement(found[each], entries.get(each), rules, report.at)
            for each, why in why_not.items()
            if not why and each not in waiting and _may_be_announced(entries.get(each), found[each])
        ),
        disable=tuple(free[:most]),
        rehearsed=() if is_real else tuple(each for each in free if each.step is Step.ANNOUNCED),
        held=(*held, *late),
        withdrawn=() if brake else tuple(_withdrawn(report, entries, found)),
        left=tuple(Left(target_of(found[each].subject), why) for each, why in why_not.items() if why),
        brake=brake,
    )


def allowance(report: Report, entries: Iterable[Entry], most: int) -> int:
    """How many may be disabled now: MaxPerRun, and one in twenty of the users, roles and keys; at least one.

    What was disabled within the last hours, or is half-way, counts as of this run.
    """
    kinds = Kind.USER, Kind.ROLE, Kind.ACCESS_KEY
    every = sum(sum(report.counts.get(kind, {}).values()) for kind in kinds)
    acted = [each for each in entries if each.step in (Step.ACTING, Step.DISABLED)]
    lately = sum(report.at - each.moved < _ONE_RUN for each in acted)
    return max(0, min(most, max(1, int(every * _MOST_OF_ALL))) - lately)


def is_unused_since(finding: Finding, at: datetime) -> bool:
    used = max(filter(None, (finding.verdict.at, finding.subject.renewed)), default=None)
    return used is None or used <= at


def _is_current(entry: Entry | None, finding: Finding, rules: Rules) -> bool:
    """Whether it was announced as what it is now, in a mode that counts, and was not used since."""
    return bool(
        entry
        and entry.is_waiting
        and entry.told
        and (entry.mode is Mode.ENFORCE or rules.mode is Mode.PLAN)
        and entry.target.created == finding.subject.created
        and entry.target.arn == finding.subject.arn
        and finding.first_flagged <= entry.announced
        and is_unused_since(finding, entry.announced)
    )


def _may_be_announced(entry: Entry | None, finding: Finding) -> bool:
    """What somebody has given back is left alone until it was used, and flagged anew."""
    if entry is None or entry.is_waiting or entry.step is Step.WITHDRAWN:
        return True
    is_given_back = entry.step in (Step.RESTORED, Step.GONE)
    return is_given_back and finding.first_flagged > entry.moved


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
