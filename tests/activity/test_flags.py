"""What reports flagged, and what became of it."""

from datetime import timedelta

from builders import ACCOUNT, ALICE, activity, at

from activity.item import Flag

ITSELF = ALICE, "ID#AIDAALICE"
DENIED = ALICE, "DENIED#AIDAALICE"
FLAGGED = Flag(at(0), idle_since=at(-1000))


def test_a_flag_outlives_later_sightings_and_is_taken_off_again(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    table.record(activity(60))
    before = table.get([ITSELF])[ITSELF]
    flags.unflag(ITSELF)

    assert (before.activity, before.flag) == (activity(60), FLAGGED)
    assert table.get([ITSELF])[ITSELF].flag is None
    assert flags.of(ACCOUNT) == {}


def test_taking_off_a_flag_that_is_not_there_makes_no_item(flags, items):
    flags.unflag(ITSELF)

    assert not flags.awaken(ITSELF, at(0))
    assert items() == {}


def test_a_flag_alone_is_no_activity(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))

    assert table.get([ITSELF])[ITSELF].activity is None
    assert list(table.of(ALICE)) == []
    assert table.items_of(ALICE)[ITSELF].first_flagged == at(0)


def test_each_flag_is_listed_once_under_its_account(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))

    assert flags.of(ACCOUNT) == {ITSELF: FLAGGED}
    assert flags.of("999999999999") == {}
    assert table.get([DENIED])[DENIED].flag == FLAGGED


def test_what_is_seen_again_loses_its_flag_and_is_still_listed(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))

    assert flags.awaken(ITSELF, at(60))
    assert not flags.awaken(ITSELF, at(90))
    assert table.get([ITSELF])[ITSELF].first_flagged is None
    assert flags.of(ACCOUNT) == {ITSELF: Flag(None, at(-1000), awakened_at=at(60))}


def test_what_is_flagged_again_is_no_longer_awake(flags):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    flags.awaken(ITSELF, at(60))
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(120))

    assert flags.of(ACCOUNT) == {ITSELF: FLAGGED}


def test_a_flagged_item_is_kept_as_long_as_others_from_the_flag_on(flags, table):
    table.record(activity(-1000))
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))

    assert table.get([ITSELF])[ITSELF].expires_at == at(0) + timedelta(days=400)


def test_whoever_is_exempt_is_listed_apart_from_the_flagged(flags, items):
    flags.exempt(ITSELF, ACCOUNT, now=at(0))

    assert flags.exempt_of(ACCOUNT) == {ITSELF}
    assert flags.exempt_of("999999999999") == set()
    assert flags.of(ACCOUNT) == {}
    assert int(items()[ITSELF]["expires_at"]) == (at(0) + timedelta(days=400)).timestamp()


def test_whoever_becomes_exempt_is_no_longer_flagged(flags, table):
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(0))
    flags.exempt(ITSELF, ACCOUNT, now=at(60))

    assert (flags.of(ACCOUNT), flags.exempt_of(ACCOUNT)) == ({}, {ITSELF})
    assert table.get([ITSELF])[ITSELF].flag is None


def test_whoever_is_exempt_no_more_can_be_flagged(flags):
    flags.exempt(ITSELF, ACCOUNT, now=at(0))
    flags.unflag(ITSELF)
    unflagged = flags.exempt_of(ACCOUNT)
    flags.flag(ITSELF, ACCOUNT, FLAGGED, now=at(60))

    assert (unflagged, flags.exempt_of(ACCOUNT)) == (set(), set())
    assert flags.of(ACCOUNT) == {ITSELF: FLAGGED}


def test_being_exempt_is_no_activity_and_changes_none(flags, table):
    table.record(activity(60))
    flags.exempt(ITSELF, ACCOUNT, now=at(90))

    assert table.get([ITSELF])[ITSELF].activity == activity(60)
