"""What a report stores in the table for the next: flags to set or remove, and what it says about them."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Self

from activity.keeping import Key
from activity.whose import is_kept
from reporter.inventory.account import Gap
from reporter.judgement.findings import Finding
from reporter.judgement.known import Known
from reporter.judgement.owners import Remembered
from reporter.judgement.resolution import Resolved, is_told
from reporter.judgement.tidying import Judged, in_force


@dataclass(frozen=True, slots=True)
class ToRemember:
    """`flags`: the findings whose flags are not stored yet, or not for long enough.

    `told`: flags that the report says the outcome of. `over`: flags and exemptions to remove. Each with its
    holder's id.
    """

    flags: tuple[Finding, ...] = ()
    told: tuple[tuple[Key, str], ...] = ()
    over: tuple[tuple[Key, str], ...] = ()
    exempt: tuple[Key, ...] = ()

    def without(self, keys: Set[Key]) -> Self:
        """The same, as if nothing were known of these keys."""
        return replace(
            self,
            told=tuple(each for each in self.told if each[0] not in keys),
            over=tuple(each for each in self.over if each[0] not in keys),
            exempt=tuple(key for key in self.exempt if key not in keys),
        )


def to_remember(
    known: Known, judged: Sequence[Judged], found: Sequence[Finding], became: Sequence[Resolved]
) -> ToRemember:
    """Notes no exemption if the table's items couldn't be read.

    Noting one removes a flag, and perhaps no report has said yet what became of that.
    """
    remembered = known.remembered
    spared = tuple(in_force(judged, remembered, known.now))
    return ToRemember(
        flags=tuple(_to_flag(found, known)),
        told=tuple((key, remembered.flags[key].holder) for each in became for key in each.places),
        over=_over(remembered, found, became, spared),
        exempt=() if isinstance(known.items, Gap) else spared,
    )


def _to_flag(findings: Iterable[Finding], known: Known) -> Iterator[Finding]:
    """Leaves out findings whose flags an earlier report has set for at least half the retention from now."""
    items = {} if isinstance(known.items, Gap) else known.items
    until = known.now + known.terms.retention / 2
    for each in findings:
        is_set = not each.elsewhere and is_kept(items, each.key, each.flag, until=until)
        if each.key[1] and not is_set:
            yield each


def _over(
    remembered: Remembered, findings: Iterable[Finding], became: Iterable[Resolved], exempt: tuple[Key, ...]
) -> tuple[tuple[Key, str], ...]:
    """Removes a flag under an old name only once the new name has it, or a report says what became of it."""
    resolved_now = {place for each in became for place in each.places}
    found = {each.key for each in findings}
    over = [
        key
        for key, flag in remembered.flags.items()
        if key in resolved_now
        or (key not in found and is_told(flag, remembered))
        or (key not in found and remembered.place_of(key) != key and remembered.place_of(key) in found)
    ]
    holders = [(key, remembered.flags[key].holder) for key in over]
    return *holders, *((key, "") for key in sorted(remembered.exempt - {*exempt} - found))
