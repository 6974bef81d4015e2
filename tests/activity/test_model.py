from datetime import UTC, datetime, timedelta

import pytest
from builders import ACCOUNT, NOON, activity, at
from hypothesis import given
from hypothesis import strategies as st

from activity.days import Days
from activity.model import (
    Evidence,
    Sighting,
    begun_facet,
    change_of,
    facet_of,
    from_text,
    kind_and_value,
    place_covered,
    to_text,
)

activities = st.builds(
    activity,
    seconds=st.integers(0, 5),
    event_id=st.sampled_from(["", "a", "b"]),
    source_ip=st.sampled_from(["", "192.0.2.1"]),
    mfa=st.sampled_from([None, True, False]),
)


@given(activities, activities)
def test_merging_does_not_depend_on_which_came_first(one, other):
    assert one.merge(other) == other.merge(one)


@given(activities, activities, activities)
def test_merging_does_not_depend_on_the_grouping(one, two, three):
    assert one.merge(two).merge(three) == one.merge(two.merge(three))


@given(activities)
def test_merging_the_same_again_changes_nothing(one):
    assert one.merge(one) == one


def test_of_two_events_in_one_second_the_greater_id_is_the_evidence():
    assert activity(0, "b").merge(activity(0, "a")).evidence.event_id == "b"


def test_the_newest_sighting_is_the_evidence_and_the_oldest_is_first_seen():
    merged = activity(60, "new").merge(activity(0, "old"))

    assert (merged.first_seen, merged.last_seen, merged.evidence.event_id) == (at(0), at(60), "new")


@pytest.mark.parametrize(
    ("seconds", "is_written"),
    [
        pytest.param(301, True, id="later by more than the resolution"),
        pytest.param(300, False, id="later by the resolution"),
        pytest.param(-300, False, id="earlier by the resolution"),
        pytest.param(-301, True, id="earlier by more than the resolution"),
    ],
)
def test_an_item_is_rewritten_only_when_a_time_moves_by_more_than_the_resolution(seconds, is_written):
    kept = activity(seconds).superseding(activity(0), timedelta(seconds=300))

    assert (kept is not None) is is_written


@pytest.mark.parametrize(
    ("facet", "error", "kept"),
    [("DENIED#x", "AccessDenied", "AccessDenied"), ("ID#x", "ThrottlingException", "")],
    ids=["refused", "allowed, and failed"],
)
def test_all_that_a_refused_call_leaves_behind_says_so(facet, error, kept):
    sighting = Sighting("p", (facet, "IP#192.0.2.1"), at(0), Evidence("e", error_code=error))

    assert [each.evidence.error_code for each in sighting.activities()] == [kept, kept]


@given(st.datetimes(datetime(2013, 11, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # hypothesis wants naive bounds
def test_times_as_text_sort_as_times_do_and_come_back(when):
    second = when.replace(microsecond=0)

    assert from_text(to_text(when)) == second
    assert to_text(second) < to_text(second + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("facet", "place"),
    [
        ("123456789012#eu-west-1", ("123456789012", "eu-west-1")),
        ("123456789012", ("123456789012", "")),
    ],
)
def test_a_place_is_read_out_of_its_facet(facet, place):
    assert place_covered(facet) == place


@pytest.mark.parametrize(
    ("held", "facet"), [("AKIA1", "KEY#AKIA1"), ("AIDA1", "ID#AIDA1"), ("AROA1", "ID#AROA1")]
)
def test_a_key_id_and_a_unique_id_have_facets_of_their_own(held, facet):
    assert facet_of(held) == facet


def test_times_are_those_of_utc_wherever_the_clock_is(in_tokyo):
    assert to_text(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) == "2026-11-20T23:30:00Z"


@pytest.mark.parametrize(
    ("is_empty", "facet"), [(False, f"{ACCOUNT}#begun"), (True, f"{ACCOUNT}#nothing_read")]
)
def test_a_report_that_was_begun_has_a_facet_of_its_own(is_empty, facet):
    assert begun_facet(ACCOUNT, is_empty=is_empty) == facet
    assert begun_facet(ACCOUNT) == f"{ACCOUNT}#begun"


def test_a_change_is_named_by_its_event():
    assert change_of("CHANGE#CreateAccessKey#2026-11-20T12:00:00Z") == "CreateAccessKey"
    assert change_of("CHANGE#a#b#c") == "a"
    assert kind_and_value("SESSION#a#b") == ("SESSION", "a#b")


@pytest.mark.parametrize("field", [each for each in Evidence._fields if each not in ("mfa", "delay")])
def test_two_events_of_the_same_second_differ_in_rank_whatever_they_differ_in(field):
    ranks = {Evidence(**{field: said}).rank() for said in ("a", "b")}

    assert len(ranks) == 2


def test_days_are_kept_by_whole_months_for_as_long_as_is_asked():
    seen = activity()._replace(days=Days.of(*(NOON.date() - timedelta(days=each) for each in (0, 25, 90))))

    assert [
        len(tuple(seen.keeping(kept).days)) for kept in (None, timedelta(days=30), timedelta(days=400))
    ] == [0, 2, 3]
