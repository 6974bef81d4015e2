"""A table for one run, in memory, that keeps to the write rule of the one on AWS."""

from collections.abc import Iterator, Sequence

from activity.keeping import Keeping, Outcome, Recorded
from activity.model import Activity


class EmbeddedTable:
    def __init__(self, keeping: Keeping | None = None) -> None:
        self._keeping = keeping or Keeping()
        self._stored: dict[tuple[str, str], Activity] = {}

    def record(self, activity: Activity) -> Recorded:
        stored = self._stored.get(activity.key)
        kept = self._keeping.days_of(activity.principal)
        new: Activity | None = activity.keeping(kept)
        if stored:
            new = activity.superseding(stored, self._keeping.resolution_of(activity.facet), kept)
        if new is None:
            return Recorded(self._stored[activity.key], is_written=False)
        self._stored[activity.key] = new
        return Recorded(new, is_written=True)

    def record_all(self, activities: Sequence[Activity]) -> Outcome:
        return Outcome.of(activities, [self.record(activity) for activity in activities])

    def of(self, principal: str) -> Iterator[Activity]:
        return (activity for activity in self if activity.principal == principal)

    def __iter__(self) -> Iterator[Activity]:
        """In the order of the table's keys."""
        return iter([self._stored[key] for key in sorted(self._stored)])
