"""What there is where nothing is kept: no flags and names in a case file, no sightings without any table."""

from collections.abc import Iterable, Iterator

from activity.accounts import Account
from activity.item import Flag, Item
from activity.keeping import Key
from activity.model import Activity


class NoSightings:
    """Answers as `activity.table.ActivityTable` does when it is empty."""

    def get(self, keys: Iterable[Key]) -> dict[Key, Item]:  # noqa: ARG002  # whatever they are
        return {}

    def of(self, principal: str, *, facet_begins: str = "") -> Iterator[Activity]:  # noqa: ARG002
        return iter(())

    def items_of(self, principal: str, *, facet_begins: str = "", is_current: bool = False) -> dict[Key, Item]:  # noqa: ARG002
        return {}

    def principals_with(self, facet: str) -> list[str]:  # noqa: ARG002
        return []


class NoFlags:
    """Answers as `activity.flags.Flags` does where no report has been mailed."""

    def of(self, account: str) -> dict[Key, Flag]:  # noqa: ARG002
        return {}

    def exempt_of(self, account: str) -> set[Key]:  # noqa: ARG002
        return set()


class NoNames:
    """Answers as `activity.names.Names` does outside an organization."""

    def all(self) -> dict[str, Account]:
        return {}

    def of(self, account: str) -> str:  # noqa: ARG002
        return ""
