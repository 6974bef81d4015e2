"""How exactly and how long a table keeps times, and what it returns for what it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from activity import settings
from activity.arn import is_person
from activity.days import KEPT
from activity.model import Activity, is_detail, is_of_road

Key = tuple[str, str]
_AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Keeping:
    """How exactly and how long the table keeps times. A resolution of 0 is exact in any order of records.

    `expires_after`: no item that is written expires before then, however old it is.
    `has_days_of_people`: whether days are also kept for people, not only for roles.
    """

    resolution: timedelta = timedelta(0)
    detail_resolution: timedelta = timedelta(0)
    retention: timedelta = timedelta(days=400)
    expires_after: datetime | None = None
    has_days_of_people: bool = True

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        seconds = settings.whole_number(environ, "RESOLUTION", default=300, least=0)
        detail = settings.whole_number(environ, "DETAIL_RESOLUTION", default=3600, least=0)
        return cls(
            timedelta(seconds=seconds),
            timedelta(seconds=detail),
            retention_from_env(environ),
            has_days_of_people=settings.is_true(environ, "DAYS_OF_PEOPLE", default=True),
        )

    def expiry(self, at: datetime) -> datetime:
        return max(filter(None, (at + self.retention, self.expires_after)))

    def days_of(self, principal: str) -> timedelta | None:
        """For how long the days are kept on which it was active; None if they are not."""
        is_kept = self.has_days_of_people or not is_person(principal)
        return min(KEPT, self.retention) if is_kept else None

    def resolution_of(self, facet: str) -> timedelta:
        if is_of_road(facet):  # Roads are judged by the day.
            return min(self.detail_resolution, _AN_HOUR)
        return self.detail_resolution if is_detail(facet) else self.resolution


def retention_from_env(environ: Mapping[str, str]) -> timedelta:
    return timedelta(days=settings.whole_number(environ, "RETENTION_DAYS", default=400, least=1))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the table holds now: what it was given, or what it had if that is as new (within the resolution)."""

    stored: Activity
    is_written: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the activities given to `record_all`: each was written, superseded, or failed."""

    written: int
    superseded: int
    stored: tuple[Activity, ...]
    failed: dict[Key, str]

    @classmethod
    def of(cls, activities: Sequence[Activity], results: Sequence[Recorded | str]) -> Self:
        recorded = [result for result in results if isinstance(result, Recorded)]
        written = sum(each.is_written for each in recorded)
        pairs = zip(activities, results, strict=True)
        return cls(
            written=written,
            superseded=len(recorded) - written,
            stored=tuple(each.stored for each in recorded),
            failed={activity.key: result for activity, result in pairs if isinstance(result, str)},
        )
