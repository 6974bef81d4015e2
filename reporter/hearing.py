"""Whether CloudTrail's silence means anything: from where and since when it was heard, and still is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reporter.account import Gap

# A region that spoke for a week is missed after a long weekend; a month later, all have been told.
_LONGEST_WEEKEND = timedelta(days=4)
_USED_TO_SPEAK = timedelta(days=7)
_OLD_NEWS = timedelta(days=30)
# The table moves the time of a service that was called only every hour; and events take their time.
_AS_IT_IS_KEPT = timedelta(hours=1)
_ON_THEIR_WAY = timedelta(hours=1)
_EVERY_DAY = timedelta(hours=25)
# IAM is global: CloudTrail tells of its calls in one region of each partition.
_IAM_IS_HEARD_IN = {"aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}


@dataclass(frozen=True, slots=True)
class Heard:
    """Since when and until when events of a region came."""

    region: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Canary:
    """The reporter's own calls of IAM: the last run's, the last that CloudTrail told of, the first run's."""

    called: datetime
    seen: datetime | None
    first: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hearing:
    """What is known of the tracker's own hearing. `deaf`: why events cannot come, by CloudTrail's settings."""

    partition: str = "aws"
    heard: tuple[Heard, ...] | Gap = ()
    canary: Canary | Gap | None = None
    deaf: tuple[str, ...] | Gap = ()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(each for each in (self.heard, self.canary, self.deaf) if isinstance(each, Gap))

    @property
    def since(self) -> datetime | None:
        """When the first event of all came."""
        heard = () if isinstance(self.heard, Gap) else self.heard
        return min((each.since for each in heard), default=None)

    def silences(self, now: datetime) -> tuple[str, ...]:
        """Why what the table does not have is no proof, a sentence each; none if CloudTrail is well heard."""
        if isinstance(self.heard, Gap):
            return ()
        if not self.heard:
            return ("no event of this account has come from CloudTrail yet.",)
        newest = max(each.until for each in self.heard)
        if now - newest > _OLD_NEWS:
            return (f"no event of this account has come from CloudTrail since {_minute(newest)}.",)
        return (*self._unanswered(now), *_stopped(self.heard, now))

    def _unanswered(self, now: datetime) -> Iterable[str]:
        canary = self.canary
        if not isinstance(canary, Canary):
            return
        # The calls of a run just before may still come; by then those of the day before have.
        due = canary.called if now - canary.called >= _ON_THEIR_WAY else canary.called - _EVERY_DAY
        if due < (canary.first or canary.called):
            return
        if canary.seen is None or canary.seen < due - _AS_IT_IS_KEPT:
            region = _IAM_IS_HEARD_IN.get(self.partition, "us-east-1")
            last = (
                f"the last it told of were of {_minute(canary.seen)}" if canary.seen else "it told of none yet"
            )
            yield (
                f"CloudTrail did not tell of the calls of IAM that the reporter made on"
                f" {_minute(due)}; {last}. They come from {region}: is the stack there, or"
                " ingest/forwarder.yaml, and does a trail log read events?"
            )


def _stopped(heard: Iterable[Heard], now: datetime) -> Iterable[str]:
    for each in heard:
        used_to_speak = each.until - each.since >= _USED_TO_SPEAK
        if used_to_speak and _LONGEST_WEEKEND < now - each.until <= _OLD_NEWS:
            yield (
                f"{each.region} used to be heard, since {_minute(each.since)}, and is silent since"
                f" {_minute(each.until)}: is its rule or trail switched off?"
            )


def _minute(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
