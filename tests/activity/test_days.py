from datetime import date, timedelta

import pytest
from builders import activity, at
from hypothesis import given
from hypothesis import strategies as st

from activity.days import NONE, Days, first_of_month, is_month, oldest_kept

NOVEMBER = date(2026, 11, 20)
dates = st.dates(date(2025, 1, 1), date(2027, 12, 31))
sets = st.sets(dates, max_size=40)


@given(sets)
def test_days_are_those_that_they_were_made_of_in_order(those):
    days = Days.of(*those)

    assert list(days) == sorted(those)
    assert len(days) == len(those)
    assert bool(days) is bool(those)
    assert all(each in days for each in those)


@given(sets, sets)
def test_days_are_merged_and_told_apart(one, other):
    assert Days.of(*one) | Days.of(*other) == Days.of(*one | other)
    assert Days.of(*one).missing_in(Days.of(*other)) == Days.of(*one - other)


@given(sets)
def test_months_are_numbers_with_a_bit_for_each_day(those):
    months = Days.of(*those).months()

    assert {name: bin(bits).count("1") for name, bits in months.items()} == {
        name: sum(f"d{each:%y%m}" == name for each in those) for name in months
    }
    assert list(months) == sorted(months)
    assert Days.from_months(months) == Days.of(*those)
    assert all(0 < bits < 2**31 for bits in months.values())


@given(sets)
def test_days_are_packed_and_unpacked(those):
    assert Days.from_bytes(Days.of(*those).to_bytes()) == Days.of(*those)
    assert Days(0xFF00).to_bytes() == b"\x00\xff\x00"


near = st.dates(date(2026, 11, 1), date(2026, 12, 15))


@given(st.sets(near), near, near)
def test_days_between_two_include_both(those, first, last):
    assert set(Days.of(*those).between(first, last)) == {each for each in those if first <= each <= last}


def test_days_are_shown_as_dates():
    assert repr(Days.of(NOVEMBER, date(2026, 1, 2))) == "Days(2026-01-02, 2026-11-20)"
    assert repr(NONE) == "Days()"


def test_days_before_cloudtrail_are_left_out():
    assert Days.of(date(2013, 10, 31)) == NONE
    assert date(2013, 10, 31) not in Days.of(NOVEMBER)
    assert list(Days.from_months({"d1310": 1, "d1311": 2})) == [date(2013, 11, 2)]
    assert list(Days.of(NOVEMBER).between(date(1970, 1, 1), date(2100, 1, 1))) == [NOVEMBER]


def test_days_are_equal_by_what_they_contain():
    assert Days.of(NOVEMBER) == Days.of(NOVEMBER)
    assert hash(Days.of(NOVEMBER)) == hash(Days.of(NOVEMBER))
    assert Days.of(NOVEMBER) != NONE
    assert Days(5) != 5


@pytest.mark.parametrize("name", ["delay", "d261", "d26111", "e2611", "d26x1", "d\u0662611"])
def test_other_attributes_are_no_months(name):
    assert not is_month(name)
    with pytest.raises(ValueError, match="is no month such as d2611"):
        first_of_month(name)


@pytest.mark.parametrize(
    ("last", "kept", "oldest"),
    [
        (date(2026, 11, 20), timedelta(days=400), date(2025, 10, 1)),
        (date(2026, 11, 20), timedelta(days=19), date(2026, 11, 1)),
        (date(2026, 11, 20), timedelta(days=20), date(2026, 10, 1)),
    ],
)
def test_days_are_kept_by_whole_months(last, kept, oldest):
    assert oldest_kept(last, kept) == oldest


def test_a_month_may_have_no_days_but_none_that_it_has_not():
    assert Days.from_months({"d2611": 0}) == NONE
    with pytest.raises(ValueError, match=r"^d2611 is 1073741824, which has days that the month hasn't$"):
        Days.from_months({"d2611": 1 << 30})


def test_all_of_time_is_a_span():
    first = date(2013, 11, 1)

    assert Days.of(first, NOVEMBER).between(date.min, date.max) == Days.of(first, NOVEMBER)
    assert Days.of(first, NOVEMBER).between(date.min, date(2020, 1, 1)) == Days.of(first)
    assert oldest_kept(date.min, timedelta(days=400)) == date.min


A_DAY = 86_400


def test_the_days_of_both_are_kept_when_activities_merge():
    merged = activity(0).merge(activity(A_DAY)).merge(activity(-3 * A_DAY))

    assert list(merged.days) == [at(-3 * A_DAY).date(), at(0).date(), at(A_DAY).date()]
    assert (merged.first_seen, merged.last_seen) == (at(-3 * A_DAY), at(A_DAY))


@pytest.mark.parametrize(
    ("seconds", "days"),
    [
        pytest.param(10 * 60, 2, id="moves on, into another day"),
        pytest.param(1, 2, id="less than the resolution, but another day"),
        pytest.param(-3 * A_DAY, 2, id="a day that comes late"),
        pytest.param(-500 * A_DAY, 1, id="a day from longer ago than days are kept"),
    ],
)
def test_a_new_day_is_stored_whatever_the_resolution(seconds, days):
    """Just before midnight."""
    stored = activity(12 * 3600 - 1)._replace(first_seen=at(-900 * A_DAY))
    new = activity(12 * 3600 - 1 + seconds)
    kept = new.superseding(stored, timedelta(minutes=5)) or stored

    assert len(kept.days) == days
    assert kept.first_seen == stored.first_seen
    assert kept.last_seen == max(stored.last_seen, new.last_seen)


def test_days_that_are_not_to_be_kept_go_with_the_next_write():
    stored = activity(0)

    assert activity(600).superseding(stored, timedelta(minutes=5), None).days == NONE
    assert activity(100).superseding(stored, timedelta(minutes=5), None) is None


def test_old_days_go_with_the_next_write():
    stored = activity(0, first=-400 * A_DAY)
    new = activity(30 * A_DAY).superseding(stored, timedelta(minutes=5))

    assert list(new.days) == [at(0).date(), at(30 * A_DAY).date()]
