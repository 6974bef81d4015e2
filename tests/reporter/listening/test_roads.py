"""Events by EventBridge, by log files or by both: what is told of either road, and what to do where one is silent."""

from datetime import timedelta

import pytest
from builders import ACCOUNT, NOON

from activity.model import EVENTS, LOGS, Activity, Evidence, road_facet
from reporter.listening.coverage import Coverage
from reporter.listening.region import Region, Sent, State, regions
from reporter.listening.roads import Road, length

DAY = timedelta(days=1)
SOON, LATE = timedelta(seconds=3), timedelta(minutes=5, seconds=40)


def came(name, road, *, ago=timedelta(0), delay=SOON):
    """A region that is well, with one road."""
    called = Sent(NOON - DAY, NOON - DAY)
    roads = (Road(road, NOON - ago, delay),) if road else ()
    return Region(ACCOUNT, name, NOON - 90 * DAY, NOON, called, NOON - DAY, roads)


def silent(name, *roads):
    """Since three days ago, by all of its roads."""
    at = NOON - 3 * DAY
    heard = tuple(Road(each, at, SOON) for each in roads)
    return Region(ACCOUNT, name, NOON - 90 * DAY, at, Sent(at + DAY / 3, NOON - DAY), at, heard)


def both(name, *, events=timedelta(0), logs=timedelta(0)):
    roads = (Road(EVENTS, NOON - events, SOON), Road(LOGS, NOON - logs, LATE))
    return Region(ACCOUNT, name, NOON - 90 * DAY, NOON, Sent(NOON - DAY, NOON - DAY), NOON - DAY, roads)


@pytest.mark.parametrize(
    ("of", "says"),
    [
        pytest.param([came("a", EVENTS)], "by EventBridge, latest after 3 s", id="events"),
        pytest.param([came("a", LOGS, delay=LATE), came("b", LOGS)], "by log files, latest after 5 min", id="logs"),
        pytest.param(
            [both("a"), came("b", LOGS)],
            "by EventBridge, latest after 3 s (1 region), by log files, latest after 5 min (2 regions)",
            id="both",
        ),
        pytest.param([came("a", EVENTS, ago=3 * DAY), came("b", LOGS)], "by log files, latest after 3 s", id="one that stopped"),
        pytest.param([came("a", "")], "", id="as an older version stored it"),
    ],
)  # fmt: skip
def test_it_is_told_by_which_roads_events_come_and_how_late(of, says):
    assert Coverage(tuple(of)).by_road(NOON) == says


@pytest.mark.parametrize(
    ("delay", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "119 min"), (7200, "2 h"), (200_000, "55 h")],
)
def test_a_delay_is_a_number_and_a_unit(delay, said):
    assert length(timedelta(seconds=delay)) == said


BY_EVENTS = (
    "the rule or the trail is switched off, or the forwarder is gone. Fix: make forwarders (in the stack's"
)
BY_LOGS = "the trail is switched off, or the queue isn't told of new log files. Fix: make verify, then"


@pytest.mark.parametrize(
    ("of", "remedies"),
    [
        pytest.param([came("a", EVENTS), silent("b", EVENTS)], [BY_EVENTS], id="events"),
        pytest.param([came("a", ""), silent("b")], [BY_EVENTS], id="as an older version stored it"),
        pytest.param([came("a", LOGS), silent("b", LOGS)], [BY_LOGS], id="logs"),
        pytest.param([came("a", LOGS), silent("b")], [BY_LOGS], id="a region of an account that is read by logs"),
        pytest.param([both("a"), silent("b", EVENTS, LOGS)], [BY_LOGS], id="both"),
        pytest.param([both("a"), silent("b", EVENTS), silent("c", LOGS)], [BY_EVENTS, BY_LOGS], id="one by each"),
        pytest.param([came("a", LOGS), silent("b", EVENTS)], [BY_LOGS], id="a forwarder's, and events come by logs now"),
        pytest.param([came("a", EVENTS), silent("b", LOGS)], [BY_EVENTS], id="log files, which are no longer read"),
    ],
)  # fmt: skip
def test_the_remedy_of_a_silent_region_is_that_of_its_road(of, remedies):
    told = Coverage(tuple(of)).warnings(NOON)

    assert [line.partition(": ")[2].startswith(each) for line, each in zip(told, remedies, strict=True)] == [
        True
    ] * len(remedies)


def test_regions_that_logs_should_bring_need_no_forwarders():
    untracked = Region(ACCOUNT, "b", sent=Sent(NOON - 2 * DAY, NOON - DAY))
    (told,) = Coverage((came("a", LOGS), untracked)).notes(NOON)

    assert told.endswith("is not tracked. Fix: log all regions in the trail, then make verify.")


def test_reads_that_logs_do_not_bring_are_the_trails_alone():
    unread = Region(
        ACCOUNT, "b", NOON - 90 * DAY, NOON, Sent(NOON - 2 * DAY, NOON - DAY), roads=came("b", LOGS).roads
    )
    (told,) = Coverage((came("a", LOGS), unread)).warnings(NOON)

    assert "though others arrive: the trail logs no read events. Fix: make verify" in told


@pytest.mark.parametrize(
    ("of", "says"),
    [
        pytest.param(both("a", events=49 * timedelta(hours=1)), "Nothing from a by EventBridge since 18 Nov", id="events"),
        pytest.param(both("a", logs=3 * DAY), "Nothing from a by log files since 17 November 2026, though events still arrive.", id="logs"),
        pytest.param(both("a", events=2 * DAY), "", id="within two days"),
        pytest.param(both("a", events=30 * DAY), "Nothing from a by EventBridge since 21 October", id="30 days"),
        pytest.param(both("a", events=31 * DAY), "", id="given up long ago"),
        pytest.param(came("a", EVENTS), "", id="the other road never came"),
    ],
)  # fmt: skip
def test_a_road_that_stopped_is_told_though_the_other_still_brings_the_events(of, says):
    told = [each for each in Coverage((of,)).notes(NOON) if each.startswith("Nothing")]

    assert [each[: len(says)] for each in told] == ([says] if says else [])
    assert Coverage((of,)).warnings(NOON) == ()


def test_a_region_has_the_roads_that_the_table_has_of_it():
    place = f"{ACCOUNT}#eu-west-1"
    by_logs, by_events = (
        Activity("road", road_facet(ACCOUNT, "eu-west-1", name), NOON - DAY, NOON, Evidence(delay=delay))
        for name, delay in ((LOGS, 340), (EVENTS, None))
    )
    item = Activity("coverage", place, NOON - DAY, NOON, Evidence())
    found = regions([item], [], [], [by_logs, by_events])

    assert found == (
        Region(
            ACCOUNT,
            "eu-west-1",
            NOON - DAY,
            NOON,
            roads=(Road(EVENTS, NOON, timedelta(0)), Road(LOGS, NOON, LATE)),
        ),
    )
    assert found[0].state(NOON) is State.UNTESTED


@pytest.mark.parametrize(
    ("of", "bucket", "is_told"),
    [
        pytest.param(came("a", EVENTS), "trail", True, id="the stack reads them, and none came"),
        pytest.param(came("a", EVENTS), "", False, id="it reads none"),
        pytest.param(both("a"), "trail", False, id="they come"),
        pytest.param(both("a", logs=5 * DAY), "trail", False, id="they stopped, which is told by itself"),
        pytest.param(both("a", logs=31 * DAY), "trail", True, id="they stopped long ago"),
        pytest.param(came("a", ""), "trail", False, id="as an older version stored it"),
    ],
)
def test_log_files_that_never_brought_anything_are_told_though_events_arrive(of, bucket, is_told):
    told = [each for each in Coverage((of,), logs=bucket).notes(NOON) if "have brought" in each]

    assert [each.partition(":")[0] for each in told] == (
        ["No log files in trail have brought events of this account"] if is_told else []
    )


def test_on_the_first_day_nothing_is_said_of_log_files():
    young = Region(ACCOUNT, "a", NOON - DAY / 2, NOON, roads=came("a", EVENTS).roads)

    assert not [each for each in Coverage((young,), logs="trail").notes(NOON) if "brought" in each]


def test_of_another_account_no_road_is_missed():
    """No test call shows that EventBridge brings its events at all."""
    theirs = Region(ACCOUNT, "a", NOON - 90 * DAY, NOON, roads=both("a", events=3 * DAY).roads)

    assert list(Coverage((theirs,)).notes(NOON)) == []
