"""Snoozes: what may be asked, and how the table keeps it."""

from datetime import date, timedelta

import pytest
from builders import ACCOUNT, ALICE, NOON, at

from activity.finding import FindingId
from activity.item import UnreadableItem
from activity.snooze import LONGEST_REASON, BadSnooze, Listed, asked, last_day, snooze_of
from activity.snoozes import Snoozes

KEY = FindingId(ACCOUNT, "access_key", "AKIAEXAMPLE")
ROLE = FindingId(ACCOUNT, "role", "AROAEXAMPLE")
UNTIL = date(2026, 12, 31)
TOO_LATE = "is more than a year ahead: the last day allowed is 2027-11-20"


def snooze(of=KEY, until=UNTIL, reason="moves in January", now=NOON):
    return asked(of, until, reason, by=ALICE, at=now)


@pytest.fixture
def snoozes(dynamodb, table):
    return Snoozes(dynamodb, "activity")


@pytest.fixture
def edit(dynamodb):
    """Changes the item of KEY as somebody may who edits the table; None takes an attribute away."""

    def change(name, value):
        place = {
            "TableName": "activity",
            "Key": {"principal": {"S": "snoozed"}, "facet": {"S": str(KEY)}},
            "ExpressionAttributeNames": {"#name": name},
        }
        if value is None:
            dynamodb.update_item(**place, UpdateExpression="REMOVE #name")
        else:
            values = {":value": value}
            dynamodb.update_item(
                **place, UpdateExpression="SET #name = :value", ExpressionAttributeValues=values
            )

    return change


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"reason": ""}, "a snooze needs a reason", id="no reason"),
        pytest.param({"reason": " \n\t"}, "a snooze needs a reason", id="a blank reason"),
        pytest.param(
            {"reason": "a\x1b[2Jb"}, "the reason has characters that cannot be printed", id="moves the cursor"
        ),
        pytest.param(
            {"reason": "a\u202eb"}, "the reason has characters that cannot be printed", id="turns text around"
        ),
        pytest.param(
            {"reason": "x" * (LONGEST_REASON + 1)},
            "the reason has 201 characters: 200 are allowed",
            id="a long reason",
        ),
        pytest.param(
            {"until": date(2026, 11, 19)},
            "2026-11-19 is in the past: a snooze ends in the future",
            id="ended yesterday",
        ),
        pytest.param({"until": date(2027, 11, 21)}, f"2027-11-21 {TOO_LATE}", id="in a year and a day"),
        pytest.param({"until": date.max}, f"9999-12-31 {TOO_LATE}", id="the last of days"),
    ],
)
def test_what_may_not_be_asked_says_why(changes, why):
    with pytest.raises(BadSnooze) as refused:
        snooze(**changes)

    assert str(refused.value) == why


@pytest.mark.parametrize("until", [date(2026, 11, 20), date(2027, 11, 20)], ids=["today", "a year"])
def test_today_and_a_year_ahead_may_be_asked(until):
    assert snooze(until=until).until == until


@pytest.mark.parametrize(
    ("today", "last"),
    [
        pytest.param(date(2026, 11, 28), date(2027, 11, 28), id="a year"),
        pytest.param(date(2027, 3, 1), date(2028, 3, 1), id="over a leap day"),
        pytest.param(date(2028, 2, 29), date(2029, 2, 28), id="on a leap day"),
        pytest.param(date(2028, 2, 28), date(2029, 2, 28), id="before a leap day"),
        pytest.param(date(2028, 3, 29), date(2029, 3, 29), id="on another 29th"),
    ],
)
def test_a_year_ahead_is_the_same_day_of_the_next_year(today, last):
    assert last_day(today) == last


def test_a_reason_is_one_line():
    assert snooze(reason=" moves\n in  January ").reason == "moves in January"


def test_the_last_day_counts_and_the_end_is_shown_for_a_month():
    made = snooze(until=date(2026, 11, 20))
    midnight = at(12 * 3600)

    assert not made.is_over(midnight - timedelta(seconds=1))
    assert made.is_over(midnight)
    assert made.is_shown(midnight + timedelta(days=30) - timedelta(seconds=1))
    assert not made.is_shown(midnight + timedelta(days=30))


def test_it_is_read_as_it_was_written_and_expires_after_its_end(snoozes, items):
    snoozes.put(snooze())
    (item,) = items().values()

    assert snoozes.of(ACCOUNT) == Listed((snooze(),))
    assert item == {
        "principal": "snoozed",
        "facet": f"{ACCOUNT}:access_key:AKIAEXAMPLE",
        "until": "2026-12-31",
        "reason": "moves in January",
        "asked_by": ALICE,
        "asked_at": "2026-11-20T12:00:00Z",
        "expires_at": str(int(snooze().expires_at.timestamp())),
    }
    assert snooze().expires_at.date() == date(2027, 1, 31)
    assert snooze().plain() == {
        "finding_id": item["facet"],
        **{name: item[name] for name in ("until", "reason", "asked_by", "asked_at")},
    }


def test_of_another_account_is_not_told(snoozes):
    snoozes.put(snooze(of=FindingId("210987654321", "role", "AROA")))

    assert snoozes.of(ACCOUNT) == Listed()


def test_a_second_one_takes_the_place_of_the_first(snoozes):
    snoozes.put(snooze())
    snoozes.put(snooze(reason="other"))

    assert snoozes.of(ACCOUNT) == Listed((snooze(reason="other"),))


def test_one_that_was_ended_says_by_whom_and_may_be_asked_again(snoozes, items):
    snoozes.put(snooze())

    assert snoozes.end(KEY, by=ALICE, at=at(60))
    assert snoozes.of(ACCOUNT) == Listed()
    (item,) = items().values()
    assert (item["ended_by"], item["ended_at"]) == (ALICE, "2026-11-20T12:01:00Z")
    assert item["expires_at"] == f"{(at(60) + timedelta(days=30)).timestamp():.0f}"
    assert not snoozes.end(KEY, by=ALICE, at=at(120))
    snoozes.put(snooze())
    assert snoozes.of(ACCOUNT) == Listed((snooze(),))


def test_what_is_not_snoozed_cannot_be_ended(snoozes, items):
    assert not snoozes.end(KEY, by=ALICE, at=NOON)
    assert items() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("until", {"S": "2029-12-31"}),
        ("until", {"S": "someday"}),
        ("until", {"S": "20261231"}),
        ("until", {"N": "20261231"}),
        ("until", None),
        ("reason", {"S": ""}),
        ("reason", {"S": "two\nlines"}),
        ("reason", {"S": "x" * 1000}),
        ("reason", None),
        ("asked_by", {"S": ""}),
        ("asked_by", {"S": "x" * 3000}),
        ("asked_by", None),
        ("asked_at", {"S": "2026-11-20"}),
        ("asked_at", {"S": "2026-11-20T12:00:00"}),
        ("asked_at", {"S": "0001-01-01T00:00:00+14:00"}),
        ("asked_at", None),
    ],
)
def test_what_somebody_edited_snoozes_nothing_and_is_told(snoozes, edit, name, value):
    snoozes.put(snooze())
    snoozes.put(snooze(of=ROLE))
    edit(name, value)
    told = snoozes.of(ACCOUNT)

    assert told.snoozes == (snooze(of=ROLE),)
    assert [f"{ACCOUNT}:access_key:AKIAEXAMPLE cannot be read" in each for each in told.problems] == [True]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"facet": f"{ACCOUNT}:all"}, "it does not say of what it is", id="no finding"),
        pytest.param({"until": "20261231"}, "it is not as lastseen snooze writes it", id="another form"),
    ],
)
def test_what_is_wrong_with_an_item_is_told(change, why):
    words = {"principal": "snoozed", "facet": str(KEY), **snooze().attributes()} | change

    with pytest.raises(UnreadableItem, match=why):
        snooze_of({name: {"S": value} for name, value in words.items()})


def test_more_than_a_page_is_read(snoozes):
    every = [snooze(of=FindingId(ACCOUNT, "role", f"AROA{number:04}")) for number in range(120)]
    for each in every:
        snoozes.put(each)

    assert snoozes.of(ACCOUNT).snoozes == tuple(every)
