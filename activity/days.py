"""On which days something was active: days in UTC, merged in any order."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Self

# No item has older days than this before its last sighting: with them it stays below the 1 KB of one write.
KEPT = timedelta(days=400)
_DAY = timedelta(days=1)
# Before the first event that CloudTrail recorded. Bit 0 of a mask is this day.
_BEGAN = date(2013, 11, 1)
_IN_A_MONTH = 31


class Days:
    """A set of days; `mask` has a bit for each. Merging with `|` is commutative, associative and idempotent.

    Days before November 2013 are left out, as CloudTrail has no events of them. No dataclass, since an encoder
    would take it apart and find that the number is too long.
    """

    __slots__ = ("mask",)

    def __init__(self, mask: int = 0) -> None:
        self.mask = mask

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Days) and self.mask == other.mask

    def __hash__(self) -> int:
        return hash(self.mask)

    def __repr__(self) -> str:
        return f"Days({', '.join(map(str, self))})"

    @classmethod
    def of(cls, *days: date) -> Self:
        mask = 0
        for each in days:
            mask |= _bit(each)
        return cls(mask)

    @classmethod
    def all_of(cls, each: Iterable["Days"]) -> Self:
        """Those of all of them."""
        mask = 0
        for days in each:
            mask |= days.mask
        return cls(mask)

    @classmethod
    def from_months(cls, months: Mapping[str, int]) -> Self:
        """As `months` returns them. Raises ValueError for a name or a number that none of those is."""
        mask = 0
        for name, bits in months.items():
            first = first_of_month(name)
            following = (first + _IN_A_MONTH * _DAY).replace(day=1)
            if not 0 <= bits < 1 << (following - first).days:
                raise ValueError(f"{name} is {bits}, which has days that the month hasn't")
            mask |= bits << offset if (offset := (first - _BEGAN).days) >= 0 else 0
        return cls(mask)

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self:
        """As `to_bytes` returns them."""
        return cls(int.from_bytes(packed, "little"))

    def to_bytes(self) -> bytes:
        return self.mask.to_bytes(self.mask.bit_length() // 8 + 1, "little")

    def __or__(self, other: "Days") -> "Days":
        return Days(self.mask | other.mask)

    def __bool__(self) -> bool:
        return bool(self.mask)

    def __len__(self) -> int:
        return self.mask.bit_count()

    def __contains__(self, day: date) -> bool:
        return bool(self.mask & _bit(day))

    def __iter__(self) -> Iterator[date]:
        """In order."""
        rest = self.mask
        while rest:
            lowest = rest & -rest
            yield _day(lowest.bit_length() - 1)
            rest ^= lowest

    def between(self, first: date, last: date) -> "Days":
        """Those from `first` to `last`, both included."""
        past, ahead = max(0, (first - _BEGAN).days), max(0, (last - _BEGAN).days + 1)
        if ahead < self.mask.bit_length():  # Else there may be millions of days ahead.
            return Days((self.mask & ((1 << ahead) - 1)) >> past << past)
        return Days(self.mask >> past << past)

    def __and__(self, other: "Days") -> "Days":
        return Days(self.mask & other.mask)

    def missing_in(self, other: "Days") -> "Days":
        return Days(self.mask & ~other.mask)

    def months(self) -> dict[str, int]:
        """By the name of each month that has any, oldest first: a number whose lowest bit is the first day."""
        found: dict[str, int] = {}
        for day in self:
            name = month_of(day)
            found[name] = found.get(name, 0) | 1 << day.day - 1
        return found


NONE = Days()


@lru_cache(maxsize=1024)
def only(day: date) -> Days:
    return Days.of(day)


def month_of(day: date) -> str:
    """The attribute that keeps the days of a month: d2611 for November 2026."""
    return f"d{day:%y%m}"


def is_month(name: str) -> bool:
    return len(name) == 5 and name[0] == "d" and name[1:].isdecimal() and name[1:].isascii()


def first_of_month(name: str) -> date:
    """Raises ValueError if the name is not one of `month_of`."""
    if not is_month(name):
        raise ValueError(f"{name} is no month such as d2611")
    return date(2000 + int(name[1:3]), int(name[3:]), 1)


def oldest_kept(last: date, kept: timedelta = KEPT) -> date:
    """The first day that an item last seen on `last` keeps: whole months."""
    return date.fromordinal(max(1, last.toordinal() - kept.days)).replace(day=1)


@lru_cache(maxsize=1024)
def _bit(day: date) -> int:
    offset = (day - _BEGAN).days
    return 1 << offset if offset >= 0 else 0


@lru_cache(maxsize=1024)
def _day(offset: int) -> date:
    return _BEGAN + timedelta(days=offset)
