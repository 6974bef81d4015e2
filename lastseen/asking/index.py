"""All names in the table's index: read once, however many handles ask for one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock

from activity.keeping import Key
from activity.model import held_by, kind_and_value
from activity.reading import Searches
from lastseen.asking.handle import Name
from lastseen.asking.names import Fit, like


@dataclass(frozen=True, slots=True)
class Named:
    """Who has a name: all of their keys, and those of the sessions that begin so. `like`: if nobody has it."""

    fit: Fit
    keys: list[Key]
    sessions: list[Key]
    like: list[str]


@dataclass(slots=True)
class Index:
    scan: Searches
    patience: Callable[[str], AbstractContextManager[object]]
    _by: dict[str, list[str]] | None = None
    _lock: Lock = field(default_factory=Lock)

    def named(self, name: Name, session_begins: str, *, is_certain: bool) -> Named:
        """As it is written, or else in another case, or else (of a bare word) beginning so."""
        by = self._facets_by_principal(name.name)
        for fit in Fit:
            sessions = _sessions(by, session_begins, fit)
            keys = [(who, facet) for who, those in by.items() if name.fits(who, fit) for facet in those]
            if keys or sessions or (is_certain and fit is Fit.BUT_FOR_CASE):
                break
        return Named(fit, keys, sessions, [] if keys or sessions else like(name.name, by))

    def _facets_by_principal(self, name: str) -> dict[str, list[str]]:
        with self._lock:
            if self._by is None:
                self._by = {}
                with self.patience(f"every name for {name}"):
                    for who, facet in self.scan.names():
                        self._by.setdefault(who, []).append(facet)
            return self._by


def _sessions(by: dict[str, list[str]], begins: str, fit: Fit) -> list[Key]:
    if not begins or fit is Fit.BEGINS_SO:
        return []
    is_cased = fit is Fit.WHOLLY
    begins = begins if is_cased else begins.casefold()
    found = (
        (who, facet) for who, those in by.items() for facet in those if kind_and_value(facet)[0] == "SESSION"
    )
    names = ((key, held_by(key[1])) for key in found)
    return [key for key, name in names if (name if is_cased else name.casefold()).startswith(begins)]
