"""What stands at one key of the table, read and shown; what edited items come to is in test_edited_items.py."""

import pytest
from builders import ALICE, NOON, activity, at

from activity.item import Flag, Item, UnreadableItem, activity_of, item_of, plain, stored, typed, unedited

KEY = ALICE, "ID#AIDAALICE"
SEEN = {
    "principal": ALICE,
    "facet": "ID#AIDAALICE",
    "first_seen": "2026-11-20T11:59:50Z",
    "last_seen": "2026-11-20T12:00:00Z",
    "event_id": "e",
    "region": "eu-west-1",
    "d2611": 1 << 19,
}
SHOWN = {name: value for name, value in SEEN.items() if name != "d2611"} | {"days": ["2026-11-20"]}


def test_an_item_expires_in_utc():
    assert item_of(
        {name: typed(value) for name, value in (SEEN | {"expires_at": 1_795_000_000}).items()}
    ) == Item(activity(first=-10, region="eu-west-1"), expires_at=at(-176_000))


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        pytest.param(Item(activity(first=-10, region="eu-west-1")), SHOWN, id="seen"),
        pytest.param(
            Item(None, Flag(at(0), at(-10), told_at=at(10)), is_flags_own=True),
            {
                "principal": ALICE,
                "facet": "ID#AIDAALICE",
                "first_flagged": "2026-11-20T12:00:00Z",
                "idle_since": "2026-11-20T11:59:50Z",
                "told_at": "2026-11-20T12:00:10Z",
            },
            id="flagged, and never seen",
        ),
        pytest.param(
            Item(activity(first=-10, region="eu-west-1"), Flag(at(0))),
            SHOWN,
            id="seen, and there for another flag",
        ),
    ],
)
def test_an_item_is_shown_under_the_tables_names(item, shown):
    assert plain(KEY, item) == shown


def test_what_is_stored_is_read_as_the_same():
    seen = activity(0, first=-40 * 86_400, mfa=True, region="eu-west-1")

    assert stored(seen)["d2610"] == {"N": str(1 << 10)}
    assert activity_of(stored(seen)) == seen


@pytest.mark.parametrize(
    "months",
    [
        pytest.param({"d2611": {"S": "5"}}, id="text"),
        pytest.param({"d2613": {"N": "1"}}, id="a thirteenth month"),
        pytest.param({"d2611": {"N": str(1 << 30)}}, id="the 31st of November"),
        pytest.param({"d2611": {"N": "-1"}}, id="less than nothing"),
        pytest.param({"d2611": {"N": "1.5"}}, id="half a day"),
    ],
)
def test_days_that_were_edited_are_named(months):
    with pytest.raises(
        UnreadableItem, match="no days of a month, a bit for each; correct that, or delete the item"
    ):
        item_of(stored(activity(0)) | months)


def test_of_many_the_problem_of_one_is_told():
    fine, problem = Item(activity()), Item(None, problem="last_seen is 'x', no time")

    assert unedited({KEY: fine}) == {KEY: fine}
    with pytest.raises(UnreadableItem, match=r"^last_seen is 'x', no time$"):
        unedited({KEY: fine, (ALICE, "SIGNIN"): problem})


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-20T12:00:00+00:00",
        "2026-11-20",
        "yesterday",
        "",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01",
        "9999-12-31T23:59:59",
    ],
)
def test_a_time_that_was_edited_is_told_with_its_item_and_what_it_says(said):
    item = {"principal": {"S": "p"}, "facet": {"S": "ID#1"}, "told_at": {"S": said}}

    with pytest.raises(UnreadableItem) as refused:
        item_of(item)
    assert f"principal p and facet ID#1 cannot be read: told_at is {said!r}, no time such as" in str(
        refused.value
    )


def test_when_it_was_told_is_read_of_what_is_flagged_and_of_what_is_not():
    item = {"principal": {"S": "p"}, "facet": {"S": "ID#1"}, "told_at": {"S": "2026-11-20T12:00:00Z"}}

    assert item_of(item).told_at == NOON
    assert item_of({name: value for name, value in item.items() if name != "told_at"}).told_at is None


def test_a_delay_that_was_edited_is_told_with_its_item():
    item = stored(activity(0, delay=5)) | {"delay": {"S": "soon"}}

    with pytest.raises(
        UnreadableItem, match=f"principal {ALICE} and facet ID#AIDAALICE .*delay is 'soon', no seconds"
    ):
        item_of(item)
