"""All sightings that were read for an account, by holder."""

from collections.abc import Iterable, Iterator

from activity.arn import without_path
from activity.model import Activity
from activity.whose import Holder, id_told_by


class Seen:
    def __init__(self, activities: Iterable[Activity] = ()) -> None:
        self._by: dict[tuple[str, str], list[Activity]] = {}
        for each in activities:
            whose = id_told_by(each) or without_path(each.principal)
            self._by.setdefault((whose, each.facet), []).append(each)

    def of(self, holder: Holder, facets: Iterable[str]) -> Iterator[Activity]:
        """A holder's activities with these facets, under any name."""
        for facet in facets:
            for name in (holder.id, without_path(holder.arn)):
                yield from filter(holder.did, self._by.get((name, facet), ()))
