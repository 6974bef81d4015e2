"""From the many sightings of a batch to the one write that each principal and facet comes to."""

from collections.abc import Iterable
from dataclasses import dataclass

from activity.model import Activity, Sighting


@dataclass(slots=True)
class _Pending:
    activity: Activity
    messages: set[str]


class Coalescer:
    """Remembers which messages are behind each write, so that only those come back when it fails."""

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str], _Pending] = {}

    def add(self, sighting: Sighting, message: str) -> None:
        for activity in sighting.activities():
            pending = self._pending.get(activity.key)
            if pending is None:
                self._pending[activity.key] = _Pending(activity, {message})
            else:
                pending.activity = pending.activity.merge(activity)
                pending.messages.add(message)

    def activities(self) -> list[Activity]:
        return [pending.activity for pending in self._pending.values()]

    def messages_behind(self, keys: Iterable[tuple[str, str]]) -> set[str]:
        return set().union(*(self._pending[key].messages for key in keys))
