"""An item as it was at the end of a day: never later than it is now, and never of a day on which it was not seen."""

from datetime import date, datetime, timedelta

import pytest
from builders import ALICE, activity, at
from hypothesis import given
from hypothesis import strategies as st

from activity.days import NONE, Days
from activity.model import Evidence
from activity.table import ActivityTable
from lastseen.backdating.table import TableAt, UnknownThen, activity_at, end_of

A_DAY = 86_400
TODAY = date(2026, 11, 20)


def seen_on(*ago, **more):
    """Seen so many days ago, at noon; the oldest first."""
    seen = activity(-ago[-1] * A_DAY, first=-ago[0] * A_DAY, **more)
    return seen._replace(days=Days.of(*(TODAY - timedelta(days=each) for each in ago)))


@pytest.mark.parametrize(
    ("ago", "last"),
    [
        pytest.param(0, at(0), id="today it is as it is"),
        pytest.param(1, end_of(TODAY - timedelta(days=10)), id="since, it was not seen before ten days ago"),
        pytest.param(10, end_of(TODAY - timedelta(days=10)), id="on the very day"),
        pytest.param(11, end_of(TODAY - timedelta(days=30)), id="and before that, a month ago"),
    ],
)
def test_it_was_last_seen_on_the_last_day_until_then(ago, last):
    then = activity_at(
        seen_on(30, 10, 0, principal_id="AIDAALICE", event_name="ListBuckets"), TODAY - timedelta(days=ago)
    )

    assert then.last_seen == last
    assert then.first_seen == at(-30 * A_DAY)
    assert then.evidence.principal_id == "AIDAALICE"
    assert then.evidence.event_name == ("ListBuckets" if ago == 0 else "")


def test_what_was_first_seen_later_is_not_there():
    assert activity_at(seen_on(30, 0), TODAY - timedelta(days=31)) is None


def test_what_keeps_no_days_is_not_there_if_it_was_seen_since():
    service = activity(0, first=-30 * A_DAY, facet="SERVICE#s3.amazonaws.com")

    assert activity_at(service, TODAY - timedelta(days=1)) is None
    assert activity_at(service, TODAY) == service


def test_of_what_should_have_days_and_has_none_nothing_is_made_up():
    with pytest.raises(UnknownThen, match=f"not known on which days {ALICE}"):
        activity_at(seen_on(30, 0)._replace(days=NONE), TODAY - timedelta(days=1))


def test_days_that_are_no_longer_kept_leave_the_first_sighting():
    seen = seen_on(500, 0)._replace(days=Days.of(TODAY))

    assert activity_at(seen, TODAY - timedelta(days=1)).last_seen == seen.first_seen


def test_before_its_days_were_kept_nothing_is_made_up():
    """As after an upgrade, or after days of people were switched on again."""
    seen = seen_on(30, 0)._replace(days=Days.of(TODAY - timedelta(days=3), TODAY))

    assert activity_at(seen, TODAY - timedelta(days=2)).last_seen == end_of(TODAY - timedelta(days=3))
    with pytest.raises(UnknownThen):
        activity_at(seen, TODAY - timedelta(days=4))


@given(st.sets(st.integers(0, 399), min_size=1), st.integers(0, 399))
def test_going_back_twice_is_going_back_once(ago, back):
    seen = seen_on(*sorted(ago, reverse=True))
    then = activity_at(seen, TODAY - timedelta(days=back))

    if then is None:
        assert min(seen.days) > TODAY - timedelta(days=back)
        return
    assert then.last_seen <= min(seen.last_seen, end_of(TODAY - timedelta(days=back)))
    assert then.last_seen.date() in seen.days
    assert set(then.days) == {each for each in seen.days if each <= TODAY - timedelta(days=back)}
    assert activity_at(then, TODAY - timedelta(days=back)) == then


def test_a_table_answers_by_each_of_its_questions_as_it_would_have(dynamodb):
    table = ActivityTable(dynamodb, "activity")
    key = ALICE, "ID#AIDAALICE"
    table.record(seen_on(30, 10, 0))
    table.record(activity(0, facet="KEY#AKIANEW"))
    then = TableAt(table, TODAY - timedelta(days=5))
    last = end_of(TODAY - timedelta(days=10))

    assert then.get([key, (ALICE, "KEY#AKIANEW")])[key].activity.last_seen == last
    assert list(then.items_of(ALICE)) == [key]
    assert [each.last_seen for each in then.of(ALICE)] == [last]
    assert then.principals_with("ID#AIDAALICE") == [ALICE]
    assert then.get([key])[key].activity.evidence == Evidence()


def test_an_item_that_cannot_be_told_is_a_problem_and_not_idle(dynamodb):
    table = ActivityTable(dynamodb, "activity")
    table.record(seen_on(30, 0)._replace(days=NONE))
    (item,) = TableAt(table, TODAY - timedelta(days=5)).items_of(ALICE).values()

    assert item.activity is None
    assert "not known on which days" in item.problem


def test_the_end_of_a_day_is_its_last_second():
    assert end_of(TODAY) == datetime.fromisoformat("2026-11-20T23:59:59Z")
