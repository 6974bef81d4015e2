"""Disables one thing, and gives it back if anything speaks against it: never half-way without a word.

The entry says `acting` first, then the tag is written, then the thing is disabled, then the entry says so: who
stops in between leaves enough for the next run to know where.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from activity.arn import parts
from activity.finding import Kind, finding_id
from activity.item import UnreadableItem
from activity.quarantine.entry import Entry, Step
from activity.quarantine.ledger import Ledger
from activity.quarantine.target import Target
from activity.reading import Sightings, Snoozed
from activity.snooze import NothingSnoozed
from quarantine.hands import Hands, seen_now
from quarantine.mark import Mark, UnreadableMark
from quarantine.recheck import Found, why_not
from reporter.inventory.answers import UNANSWERED, reason
from reporter.judgement.known import Terms

FAILED = (*UNANSWERED, UnreadableMark, UnreadableItem)
# Longer than a run may last: what is still `acting` then was stopped.
_STOPPED = timedelta(minutes=20)
_STOPPED_BEFORE = "a run was stopped, and it is not disabled: it will be announced anew"
_BY_OTHERS = "it is disabled already, by somebody else"
# So long somebody looks daily whether it is still disabled, and was tried; then weekly.
_DAILY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Actor:
    """`clock` is asked anew for each act."""

    hands: Hands
    table: Sightings
    ledger: Ledger
    terms: Terms
    clock: Callable[[], datetime]
    snoozes: Snoozed = field(default_factory=NothingSnoozed)

    def disable(self, entry: Entry) -> Entry | None:
        """What became of it; None if another run has it. Raises the ledger's errors."""
        try:
            found = self.hands.look(entry.target)
            why = self._why_not(entry, found)
        except FAILED as error:
            return self.ledger.save(entry.held_by(f"it could not be looked at again: {reason(error)}"))
        if found is None or why or found.is_disabled(entry.target):
            return self.ledger.save(entry.held_by(why or _BY_OTHERS))
        acting = self.ledger.save(replace(entry, step=Step.ACTING, moved=self.clock()))
        return acting and self._act(acting, found.mark)

    def settle(self, entry: Entry, halt: str = "") -> Entry | None:
        """What an earlier run was stopped at; None if that may still be at it. Raises as FAILED has it.

        `halt`: why nothing may be disabled now.
        """
        if self.clock() - entry.moved < _STOPPED:
            return None
        found, target = self.hands.look(entry.target), entry.target
        if found is None:
            return self.ledger.save(entry.stepped(Step.GONE, self.clock()))
        if not found.is_disabled(target):
            # Or somebody has restored it. Nobody was told of the act: it has the whole period of grace again.
            self.hands.write(target, found.mark.without(target.held))
            return self.ledger.save(entry.stepped(Step.WITHDRAWN, self.clock(), _STOPPED_BEFORE))
        if target.held not in found.mark.acts:
            return self.ledger.save(entry.stepped(Step.WITHDRAWN, self.clock(), _BY_OTHERS))
        why = halt or self._why_not(entry, found)
        if not why:
            return self.ledger.save(entry.stepped(Step.DISABLED, entry.moved))
        return self._give_back(entry, found.mark.without(target.held), why, was_tried=True)

    def watch(self, entry: Entry) -> Entry | None:
        """What became of what is disabled; None if nothing did. Raises as FAILED has it."""
        age = self.clock() - entry.moved
        if age > _DAILY and age.days % 7:
            return None
        found = self.hands.look(entry.target)
        if found is None or not found.is_disabled(entry.target):
            step = Step.RESTORED if found else Step.GONE
            return self.ledger.save(entry.stepped(step, self.clock()))
        items = seen_now(self.table, entry.target).values()
        since = entry.tried or entry.moved
        last = max((each.activity.last_seen for each in items if each.activity), default=since)
        return self.ledger.save(replace(entry, tried=last, is_unsaid=True)) if last > since else None

    def _act(self, entry: Entry, before: Mark) -> Entry | None:
        target = entry.target
        try:
            self.hands.write(target, before.with_act(target.held, entry.moved))
        except FAILED as error:
            return self._give_back(entry, before, f"the tag was refused: {reason(error)}", was_tried=False)
        try:
            self.hands.disable(target)
            why = self._why_not(entry, self.hands.look(target))
        except FAILED as error:
            return self._give_back(entry, before, f"it was refused: {reason(error)}", was_tried=True)
        if why:
            return self._give_back(entry, before, f"{why}, and was restored at once", was_tried=True)
        return self.ledger.save(entry.stepped(Step.DISABLED, entry.moved))

    def _give_back(self, entry: Entry, mark: Mark, why: str, *, was_tried: bool) -> Entry | None:
        """First what was disabled, then the tag: IAM lets a key be activated only while its user has it."""
        try:
            if was_tried:
                self._enable(entry.target)
            self.hands.write(entry.target, mark)
        except FAILED as error:
            stuck = f"{why}; restoring it failed, and is tried again: {reason(error)}"
            return self.ledger.save(entry.held_by(stuck))
        return self.ledger.save(replace(entry, step=Step.ANNOUNCED, moved=self.clock()).held_by(why))

    def _enable(self, target: Target) -> None:
        """A refusal is all right if it was not disabled in the first place: the same may have refused that."""
        try:
            self.hands.enable(target)
        except FAILED:
            found = self.hands.look(target)
            if found is None or found.is_disabled(target):
                raise

    def _why_not(self, entry: Entry, found: Found | None) -> str:
        target, limits = entry.target, self.terms.limits
        if found and (why := self._snoozed(entry, found)):
            return why
        # To deny a user disables its keys, too.
        days = max(limits.user, limits.access_key) if target.kind is Kind.USER else limits.days(target.kind)
        return why_not(
            target,
            found,
            seen_now(self.table, target),
            tag=self.terms.tag,
            limit=timedelta(days=days),
            announced=entry.announced,
            now=self.clock(),
        )

    def _snoozed(self, entry: Entry, found: Found) -> str:
        """By itself; of a key, also with its user; of a user, also with any of its credentials."""
        account, now, target = parts(entry.target.arn).account, self.clock(), entry.target
        listed = self.snoozes.of(account)
        if listed.problems:
            return f"a snooze could not be read: {listed.problems[0]}"
        own = {entry.id, finding_id(account, Kind.USER, target.id)}
        if target.kind is Kind.USER:
            own |= {finding_id(account, Kind.ACCESS_KEY, each) for each in found.keys}
            own.add(finding_id(account, Kind.PASSWORD, target.id))
        is_snoozed = any(str(each.finding) in own and not each.is_over(now) for each in listed.snoozes)
        return "it was snoozed by now" if is_snoozed else ""
