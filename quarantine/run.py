"""One run: reviews the account anew, looks after what was disabled, plans, disables, announces, and tells."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from activity.quarantine.entry import Entry, Mode, Step
from activity.quarantine.ledger import Ledger
from quarantine.acting import FAILED, Actor
from quarantine.brakes import of_account
from quarantine.plan import Plan, Rules, plan
from quarantine.told import Told, Untold
from reporter.inventory.account import Gap
from reporter.inventory.answers import reason
from reporter.judgement.report import Report


@dataclass(frozen=True, slots=True)
class Quarantine:
    """`review` asks both sources. `tell` sends the mail, and more. `own_id`: of the role that this runs as."""

    review: Callable[[datetime], Report]
    tell: Callable[[Told], Untold]
    ledger: Ledger
    actor: Actor
    rules: Rules
    own_id: str = ""

    def run(self, now: datetime) -> Told:
        """Raises botocore's errors of the table and of SNS; may then be repeated.

        What was done is in the table before it is told: a run that is stopped has the next one tell it. So has
        one that did not reach the owner: what is announced does not count until then.
        """
        report = self.review(now)
        kept = self.ledger.of(report.account)
        entries, problems = self._tended(kept, self._halt(report))
        is_silent = any(each.step is Step.DISABLED and each.is_unsaid for each in kept.values())
        decided = plan(report, entries, self.rules, own_id=self.own_id, is_silent=is_silent)
        changed = self._carried_out(decided, now)
        entries |= changed
        fresh = {each.id for each in decided.announce} & changed.keys()
        news = [each for each in entries.values() if each.is_unsaid and _is_to_be_told(each, fresh)]
        trails = report.coverage.trails
        told = Told(
            report.account,
            now,
            self.rules.mode,
            tuple(news),
            tuple(problems),
            decided.brake,
            decided.left,
            notes=() if isinstance(trails, Gap) else trails.notes,
        )
        untold = self.tell(told) if told.is_news else Untold()
        for each in told.news:
            if each.id not in untold.findings:
                self.ledger.save(each.said(now))
        return replace(told, untold=untold.why)

    def _halt(self, report: Report) -> str:
        """Why what was stopped half-way must not be finished."""
        is_off = self.rules.mode is not Mode.ENFORCE
        return of_account(report) or ("the mode is plan by now" if is_off else "")

    def _tended(self, entries: Mapping[str, Entry], halt: str) -> tuple[dict[str, Entry], list[str]]:
        """What became of what is disabled, or was stopped half-way; and what could not be looked at."""
        tended, problems = dict(entries), []
        look: Mapping[Step, Callable[[Entry], Entry | None]] = {
            Step.ACTING: partial(self.actor.settle, halt=halt),
            Step.DISABLED: self.actor.watch,
        }
        for each in entries.values():
            if each.step in look:
                try:
                    tended[each.id] = look[each.step](each) or each
                except FAILED as error:
                    problems.append(f"{each.target.title} [{each.id}]: {reason(error)}")
        return tended, problems

    def _carried_out(self, decided: Plan, now: datetime) -> dict[str, Entry]:
        done = [self.actor.disable(each) for each in decided.disable]
        rehearsed = (each.stepped(Step.REHEARSED, now) for each in decided.rehearsed)
        held = (each for each in decided.held if each.is_unsaid)
        changed = *decided.announce, *rehearsed, *decided.withdrawn, *held
        kept = *done, *(self.ledger.save(each) for each in changed)
        return {each.id: each for each in kept if each}


def _is_to_be_told(entry: Entry, fresh: Set[str]) -> bool:
    """What is half-way is told once something speaks against it; an announcement, with the day it has now.

    `fresh`: announced by this run. One whose mail failed is announced anew, once no brake is on.
    """
    if entry.step is Step.ACTING:
        return bool(entry.held)
    return entry.step is not Step.ANNOUNCED or entry.told is not None or entry.id in fresh
