"""Decides whether an account's events arrive, for the mail, the page, the metric and the alarm alike."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activity.days import Days
from activity.model import LOGS
from reporter.inventory.account import Gap
from reporter.listening.region import A_DAY, Region, State
from reporter.listening.roads import NAMES, Remedy, how_late, remedy
from reporter.listening.times import date, length, minute

# The name of the trails' gap.
TRAILS = "the trails of CloudTrail"
_YOUNG = timedelta(days=1)
_MOST_NAMED = 5
# IAM is global: its calls, and most sign-ins, are logged in one region of each partition.
_IAM_IS_LOGGED_IN = ("us-east-1", "us-gov-west-1", "cn-north-1")
_ON_PURPOSE = ' If you gave the region up: "SilentAlarm" in docs/runbook.md.'
_AGAIN = "Fix: nothing, if the next report doesn't say it; otherwise make verify."


@dataclass(frozen=True, slots=True)
class Trails:
    """Sentences: `problems`, settings that keep events from arriving, and `notes` on unreadable trails.

    `by`: the names of the trails that log management events, as far as that is known. `noted`: when the
    reporter noted this, if CloudTrail was not just asked.
    """

    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    by: tuple[str, ...] = field(default=(), compare=False)
    noted: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Coverage:
    """`unlisted`: why the enabled regions aren't known. Then only those that sent events before are tested.

    `logs`: the bucket of the log files that the stack reads, "" if it reads none, or that is not known.
    `basis`: what the sightings are, in a sentence, if no tracker is listening: then silence is no alarm.
    """

    regions: tuple[Region, ...] | Gap = ()
    trails: Trails | Gap = field(default_factory=Trails)
    unlisted: str = ""
    logs: str = ""
    basis: str = ""

    @property
    def known(self) -> tuple[Region, ...]:
        return () if isinstance(self.regions, Gap) else self.regions

    @property
    def received(self) -> tuple[Region, ...]:
        """The regions that events came from, the latest first."""
        came = (each for each in self.known if each.until)
        return tuple(sorted(came, key=lambda each: str(each.until), reverse=True))

    @property
    def unreceived(self) -> tuple[Region, ...]:
        return tuple(each for each in self.known if not each.until)

    @property
    def since(self) -> datetime | None:
        """When the first event came, from any region."""
        return min((each.since for each in self.known if each.since), default=None)

    @property
    def days(self) -> Days:
        """The days on which events came, from any region."""
        return Days.all_of(each.days for each in self.known)

    def roads(self, now: datetime) -> frozenset[str]:
        """The roads that events of the account come by, or if none do, came by."""
        every = [road for each in self.known for road in each.roads]
        used = [road for road in every if road.is_in_use(now)]
        return frozenset(road.name for road in used or every)

    def by_road(self, now: datetime) -> str:
        """By which roads events come now, and how late the latest was; "" if none do."""
        return how_late([road for each in self.known for road in each.roads if road.is_in_use(now)])

    def gaps(self, now: datetime) -> tuple[Gap, ...]:
        """Unreadable trails are no gap while test calls come back: events do arrive."""
        is_shown = any(each.state(now) is State.RECEIVING for each in self.known)
        read = (self.regions,) if is_shown else (self.regions, self.trails)
        return tuple(each for each in read if isinstance(each, Gap))

    def warnings(self, now: datetime) -> tuple[str, ...]:
        """Why events don't arrive, a sentence each: then a missing sighting proves nothing."""
        if self.basis:
            return ()
        problems = () if isinstance(self.trails, Gap) else self.trails.problems
        return (*problems, *self._silences(now))

    def missing(self, now: datetime) -> tuple[Region, ...]:
        """The regions that events should come from, and don't.

        Includes regions that were never connected or can't be tested only if events come from no other.
        """
        states = {each: each.state(now) for each in self.known}
        lost = [each for each in states if states[each] in (State.SILENT, State.NO_READS)]
        if any(_arrives(each, state) for each, state in states.items()):
            return tuple(lost)
        never = [each for each in states if states[each] is State.NOT_CONNECTED]
        # Whether anybody used another account's regions is not known.
        quiet = [each for each in states if states[each] is State.QUIET and each.sent]
        return (*lost, *never, *quiet)

    def notes(self, now: datetime) -> Iterator[str]:
        """What else to know, a sentence each."""
        if self.basis:
            return
        yield from self.listening(now)
        yield from self._stopped_roads(now)
        yield from self._silent_log_files(now)
        yield from self._not_connected(now)
        yield from self._refused(now)
        if self.unlisted:
            yield (
                f"The enabled regions could not be listed ({self.unlisted}). Only the stack's own region is"
                f" tested, and those that sent events before. {_AGAIN}"
            )
        if isinstance(self.trails, Gap) and self.trails not in self.gaps(now):
            unread = self.trails.reason
            yield f"The trails could not be read ({unread}), but test calls come back as events. {_AGAIN}"
        elif not isinstance(self.trails, Gap):
            yield from self.trails.notes

    def _silences(self, now: datetime) -> Iterator[str]:
        missing = {each: each.state(now) for each in self.missing(now)}
        if self._is_all(missing, now):
            yield self._nothing(missing, now)
            return
        stopped = [each for each in missing if missing[each] is State.SILENT]
        for names, day, to_do in self._together({each: date(each.until or each.back) for each in stopped}, now):
            yield f"No events from {names} since {day}: {to_do.gone} {to_do.fix}{_ON_PURPOSE}"
        unread = [each for each in missing if missing[each] is State.NO_READS]
        for names, day, to_do in self._together({each: date(each.back) for each in unread if each.back}, now):
            yield (
                f"No read-only events from {names} since {day}, though others arrive:"
                f" {to_do.no_reads} {to_do.fix}"
            )
        for names, _, to_do in self._together({each: "" for each in unread if not each.back}, now):
            yield (
                f"No read-only events have ever come from {names}, though others arrive:"
                f" {to_do.no_reads} {to_do.fix}"
            )

    def _is_all(self, missing: Mapping[Region, State], now: datetime) -> bool:
        """Whether no events, or no read-only events, come from any region: then one line says so."""
        is_any = any(_arrives(each, each.state(now)) for each in self.known)
        return bool(missing) and not is_any and not {State.SILENT, State.NO_READS} <= set(missing.values())

    def _nothing(self, missing: Iterable[Region], now: datetime) -> str:
        last = max((each.until for each in self.received if each.until), default=None)
        began = min(each.waiting_since or each.sent.last for each in missing if each.sent)
        if last is None:
            came = f"No events from this account yet: the tracker has been listening since {minute(began)}"
        elif now - last < A_DAY:
            came = f"No read-only events from this account since {date(began)}, though others arrive"
        else:
            came = f"No events from this account since {date(last)}"
        return f'{came}. What to check: "CloudTrail is silent" in docs/runbook.md.'

    def listening(self, now: datetime) -> Iterator[str]:
        """Since when the tracker has been listening, on the first day."""
        if self.basis:
            return
        tested = (each.sent.waiting_since for each in self.known if each.sent)
        began = self.since or min(tested, default=None)
        if began is None:
            yield "No events have come yet."
        elif now - began < _YOUNG:
            so_far = "" if self.since else "; no events yet"
            yield f"Listening since {minute(began)} ({length(now - began)}){so_far}."

    def _not_connected(self, now: datetime) -> Iterator[str]:
        missing = self.missing(now)
        lost = [each for each in self.known if each.state(now) is State.NOT_CONNECTED and each not in missing]
        never = [each.region for each in lost if not each.until]
        if never:
            yield f"No events come from {_regions(never)} Fix: {remedy(self.roads(now)).forward}."
        for names, day, to_do in self._together({each: date(each.until) for each in lost if each.until}, now):
            yield f"No events from {names} since {day}: activity there is not tracked. Fix: {to_do.forward}."

    def _stopped_roads(self, now: datetime) -> Iterator[str]:
        """Roads that brought nothing lately, of regions that events come from by the other."""
        stopped: dict[tuple[str, str, str], list[str]] = {}
        # Of other accounts, no test calls show that a road is there at all.
        for each in (region for region in self.known if region.sent):
            others = [road for road in each.roads if road.is_in_use(now)]
            for road in each.roads if others else ():
                if road.has_stopped(now):
                    what = NAMES[road.name], date(road.until), remedy([road.name]).fix
                    stopped.setdefault(what, []).append(each.region)
        for (name, day, fix), names in stopped.items():
            yield (
                f"Nothing from {', '.join(names)} by {name} since {day}, though events still arrive."
                f" {fix} If you switched it off: nothing to do."
            )

    def _silent_log_files(self, now: datetime) -> Iterator[str]:
        """Of a stack that reads them, if they have brought nothing, though the account's events arrive."""
        heard = [road for each in self.known for road in each.roads if not road.is_given_up(now)]
        is_settled = self.since is not None and now - self.since >= _YOUNG
        if self.logs and is_settled and heard and all(road.name != LOGS for road in heard):
            yield (
                f"No log files in {self.logs} have brought events of this account: {remedy([LOGS]).gone}"
                f" {remedy([LOGS]).fix}"
            )

    def _refused(self, now: datetime) -> Iterator[str]:
        """The regions whose last test call could not be made, and which of them sent no events lately."""
        refused = [
            each
            for each in self.known
            if each.sent and each.sent.refusal and each.state(now) is not State.DISABLED
        ]
        for names, why, _ in self._together({each: each.sent.refusal for each in refused if each.sent}, now):
            yield f"{names} could not be tested: {why}. {_AGAIN}"
        missing = self.missing(now)
        quiet = [each for each in refused if each.state(now) is State.QUIET and each not in missing]
        for names, day, to_do in self._together({each: date(each.until) for each in quiet}, now):
            yield f"No events from {names} since {day}. {to_do.fix}"

    def _together(self, told: Mapping[Region, str], now: datetime) -> Iterator[tuple[str, str, Remedy]]:
        """Groups regions with the same text and remedy into one line: a stopped trail silences them all."""
        groups: dict[tuple[str, Remedy], list[str]] = {}
        for each, what in told.items():
            own, used = {road.name for road in each.roads}, self.roads(now)
            to_do = remedy(own & used or used or own)
            groups.setdefault((what, to_do), []).append(each.region)
        for (what, to_do), names in groups.items():
            yield ", ".join(names), what, to_do


def _arrives(region: Region, state: State) -> bool:
    """Whether events seem to come from there."""
    if state in (State.WAITING, State.UNTESTED):
        return region.until is not None
    return state is State.RECEIVING


def _regions(names: list[str]) -> str:
    """The most important regions first, and what is lost."""
    iam = [each for each in names if each in _IAM_IS_LOGGED_IN]
    ordered = sorted(names, key=lambda each: (each not in iam, each))
    left = len(ordered) - _MOST_NAMED
    more = f" and {left} more region{'' if left == 1 else 's'}" if left > 0 else ""
    central = f" IAM's own calls and many sign-ins are logged in {iam[0]}." if iam else ""
    named = ", ".join(ordered[:_MOST_NAMED])
    return f"{named}{more}: activity there is not tracked.{central}"
