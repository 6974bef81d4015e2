"""Questions to a case file that no key answers: by its indexes, or in the order of its keys."""

from activity.item import Item
from activity.keeping import Key
from activity.model import denied_facet, id_facet, ip_facet, service_facet
from lastseen.casefile.file import CaseFile
from lastseen.casefile.table import END, item_of

_READ = "SELECT principal, facet, item FROM items"


class CaseScan:
    """Answers as `activity.scan.Scan` does. Raises UnusableCase."""

    def __init__(self, file: CaseFile) -> None:
        self._file = file

    def keys(self, *, facet_begins: str) -> list[Key]:
        """The keys of items whose facet begins with `facet_begins`."""
        sql = "SELECT principal, facet FROM items WHERE facet BETWEEN ? AND ?"
        return [(who, facet) for who, facet in self._file.read(sql, _beginning(facet_begins))]

    def names(self) -> list[Key]:
        """The keys of all principals' items but those of services and addresses."""
        sql = "SELECT principal, facet FROM items WHERE facet NOT BETWEEN ? AND ? AND facet NOT BETWEEN ? AND ?"
        others = *_beginning(service_facet("")), *_beginning(ip_facet(""))
        return [(who, facet) for who, facet in self._file.read(sql, others)]

    def recencies(self) -> dict[Key, Item]:
        """The items that say when a principal itself was seen or refused."""
        own = *_beginning(id_facet("")), *_beginning(denied_facet(""))
        return self._items("facet BETWEEN ? AND ? OR facet BETWEEN ? AND ?", own)

    def last_seen_as(self, session_name: str) -> dict[Key, Item]:
        """The items whose last sighting was by a session of this name."""
        return self._items("session_name = ?", (session_name,))

    def last_seen_from(self, address: str) -> dict[Key, Item]:
        """The items whose last sighting was from this address."""
        return self._items("source_ip = ?", (address,))

    def flagged(self) -> list[Key]:
        """None: reports flag nothing in a case file."""
        return []

    def _items(self, condition: str, values: tuple[str, ...]) -> dict[Key, Item]:
        rows = self._file.read(f"{_READ} WHERE {condition}", values)
        return {(who, facet): item_of((who, facet), item) for who, facet, item in rows}


def _beginning(text: str) -> tuple[str, str]:
    return text, text + END
