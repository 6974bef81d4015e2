import json
from datetime import timedelta

import pytest
from builders import ALICE, activity, at, record

from activity.model import Evidence, Sighting
from ingest import wire
from ingest.coalesce import Coalescer, Gist, Group, Stored

DAY = 86_400
FIVE_MINUTES = timedelta(minutes=5)


def stored(*activities, resolution=FIVE_MINUTES, most=100):
    known = Stored(lambda _: resolution, most)
    for each in activities:
        known.remember(each, at(1000))
    return known


def covers(known, seen, arrived=1000):
    return known.covers(seen, at(arrived))


def sighting(seconds, *facets):
    return Sighting(ALICE, facets, at(seconds), Evidence("e"))


def test_one_write_for_each_principal_and_facet():
    coalescer = Coalescer()
    for seconds in (60, 0, 120):
        coalescer.add(sighting(seconds, "ID#A", "KEY#K"), ["m"])

    assert coalescer.unknown_to(stored(), at(1000)) == [
        activity(120, first=0, facet="ID#A"),
        activity(120, first=0, facet="KEY#K"),
    ]


def test_all_messages_behind_a_write_come_back_and_no_others():
    coalescer = Coalescer()
    coalescer.add(sighting(0, "ID#A"), ["one"])
    coalescer.add(sighting(1, "ID#A", "KEY#K"), ["two", "three"])
    coalescer.add(sighting(2, "KEY#K"), ["four"])

    assert coalescer.messages_behind([(ALICE, "ID#A")]) == {"one", "two", "three"}
    assert coalescer.messages_behind([(ALICE, "ID#A"), (ALICE, "KEY#K")]) == {"one", "two", "three", "four"}
    assert coalescer.messages_behind([]) == set()


def test_what_the_table_is_known_to_hold_is_not_written():
    coalescer = Coalescer()
    coalescer.add(sighting(300, "ID#A", "KEY#K"), ["m"])

    assert coalescer.unknown_to(stored(activity(0, facet="ID#A")), at(1000)) == [activity(300, facet="KEY#K")]


def test_times_are_covered_within_the_resolution_on_both_sides():
    known = stored(activity(1000, first=500))

    assert covers(known, activity(1300))
    assert not covers(known, activity(1301))
    assert covers(known, activity(200))
    assert not covers(known, activity(199))


def test_where_times_are_exact_only_what_lies_between_is_covered():
    """In the very second that is stored, the event id decides, and only the table can tell."""
    known = stored(activity(1000, first=500), resolution=timedelta(0))

    assert covers(known, activity(750))
    assert not covers(known, activity(1000))
    assert not covers(known, activity(500))


def test_keys_are_quiet_together_only_where_each_is():
    known = stored(activity(1000, facet="ID#A"), activity(2000, facet="KEY#K"))
    quiet = known.quiet([(ALICE, "ID#A"), (ALICE, "KEY#K")])

    assert (quiet.since, quiet.until) == (at(2000 - 301), at(1000 + 301))
    assert known.quiet([(ALICE, "ID#A"), (ALICE, "never seen")]) is None


@pytest.mark.parametrize(("arrived", "is_known"), [(1000, True), (1359, True), (1360, False)])
def test_the_table_is_asked_again_a_minute_after_the_resolution_has_passed(arrived, is_known):
    known = stored(activity(1000))

    assert covers(known, activity(1001), arrived) is is_known
    assert known.quiet([activity(0).key]).holds(at(1001), at(1001), at(arrived)) is is_known


def test_the_table_is_always_asked_of_what_is_more_than_a_day_older_than_the_newest():
    known = stored(activity(0, first=-DAY)._replace(first_seen=at(-30 * DAY)))

    assert covers(known, activity(1 - DAY))
    assert not covers(known, activity(-DAY))


@pytest.mark.parametrize(
    ("seen", "is_covered"),
    [
        pytest.param(activity(299), True, id="later on that day"),
        pytest.param(activity(300), False, id="from midnight on it is another day"),
        pytest.param(activity(300 - DAY), True, id="the first second of that day"),
        pytest.param(activity(299 - DAY), False, id="the day before is not known"),
    ],
)
def test_what_is_known_of_a_day_does_not_hold_on_another(seen, is_covered):
    """Five minutes before midnight."""
    shift = timedelta(hours=12, seconds=-300)
    known = Stored(lambda _: FIVE_MINUTES)
    today = activity(0)
    known.remember(today._replace(first_seen=at(-30 * DAY), last_seen=today.last_seen + shift), at(1000))

    assert (
        known.covers(
            seen._replace(first_seen=seen.last_seen + shift, last_seen=seen.last_seen + shift), at(1000)
        )
        is is_covered
    )


def test_a_day_that_the_item_lacks_is_not_known():
    """Its last sighting is from before days were kept, and a day came late since."""
    today = activity(0)
    known = Stored(lambda _: FIVE_MINUTES)
    known.remember(today._replace(days=activity(-3 * DAY).days), at(1000))

    assert not known.covers(activity(1), at(1000))


def test_the_day_before_is_known_if_it_is_stored():
    midnight = at(12 * 3600)
    known = Stored(lambda _: FIVE_MINUTES)
    known.remember(activity(12 * 3600 + 60, first=0), at(1000))

    assert known.covers(activity(12 * 3600 - 1), at(1000))
    assert known.quiet([activity().key]).since == max(
        midnight - timedelta(days=1), at(0) - FIVE_MINUTES
    ) - timedelta(seconds=1)


def test_what_was_asked_for_longest_ago_is_forgotten_first():
    known = stored(activity(0, facet="ID#A"), activity(0, facet="ID#B"), most=2)
    known.quiet([(ALICE, "ID#A")])
    known.remember(activity(0, facet="ID#C"), at(1000))

    held = [known.quiet([(ALICE, facet)]) is not None for facet in ("ID#A", "ID#B", "ID#C")]
    assert held == [True, False, True]


def test_what_is_stored_is_remembered_for_a_bounded_number_of_items():
    known = stored(*(activity(0, facet=f"ID#{number}") for number in range(200)), most=100)

    assert len(known) == 100


def alike(*times_and_ids):
    """A group of records that differ in time, event id and name."""
    group = None
    for seconds, event_id, *name in times_and_ids:
        fields = record(eventID=event_id, eventName=(name or ["ListBuckets"])[0])
        decoded = wire.record(json.dumps(fields))
        if group is None:
            group = Group(Gist((), 0, None), decoded, at(seconds), "m")
        else:
            group.add(decoded, at(seconds), "m")
    return [each.event_id for each in group.telling()]


def test_of_alike_records_only_the_newest_and_the_oldest_tell():
    assert alike((1, "b"), (0, "a"), (2, "c"), (1, "d")) == ["c", "a"]


def test_of_one_second_the_greater_event_id_tells():
    assert alike((0, "b"), (0, "a"), (0, "c")) == ["c"]


def test_of_one_event_id_all_that_differ_tell():
    assert alike((0, "a", "One"), (0, "a", "Two"), (0, "a", "One")) == ["a", "a"]
