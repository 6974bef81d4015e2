"""By unique id and key id first, by name last."""

from dataclasses import replace

import pytest
from builders import ACCOUNT, activity, at

from activity.item import Flag, Item
from activity.whose import Holder, by_holder, id_told_by, ids_told_by, is_kept, places, places_of_flag

ARN = f"arn:aws:iam::{ACCOUNT}"
ALICE = Holder(f"{ARN}:user/alice", "AIDAALICE")
DEPLOY = Holder(f"{ARN}:role/ci/deploy", "AROADEPLOY", since=at(0), until=at(100))


def seen(name, facet, seconds=50, **evidence):
    return activity(seconds, principal=f"{ARN}:{name}", facet=facet, **{"principal_id": ""} | evidence)


@pytest.mark.parametrize(
    ("holder", "sighting", "is_its_own"),
    [
        pytest.param(ALICE, seen("user/alice", "ID#AIDAALICE"), True, id="id and name"),
        pytest.param(ALICE, seen("user/maiden", "ID#AIDAALICE"), True, id="id, under another name"),
        pytest.param(ALICE, seen("user/alice", "ID#AIDAOLD"), False, id="name, with a predecessor's id"),
        pytest.param(ALICE, seen("user/alice", "SIGNIN", principal_id="AIDAALICE"), True, id="id in the evidence"),
        pytest.param(ALICE, seen("user/alice", "SIGNIN", principal_id="AIDANEW"), False, id="another's in the evidence"),
        pytest.param(ALICE, seen("user/maiden", "SIGNIN", principal_id="AIDAALICE"), True, id="evidence, another name"),
        pytest.param(ALICE, seen("user/alice", "SIGNIN"), True, id="by name alone"),
        pytest.param(ALICE, seen("user/maiden", "SIGNIN"), False, id="by another name alone"),
        pytest.param(DEPLOY, seen("role/deploy", "ID#"), True, id="role without path and id"),
        pytest.param(DEPLOY, seen("role/deploy", "DENIED#AROADEPLOY", 500), True, id="role without path, by id, whenever"),
        pytest.param(DEPLOY, seen("role/ci/deploy", "ID#", -1), False, id="by name, before it was made"),
        pytest.param(DEPLOY, seen("role/ci/deploy", "ID#", 0), True, id="by name, when it was made"),
        pytest.param(DEPLOY, seen("role/ci/deploy", "ID#", 100), False, id="by name, once somebody else had it"),
        pytest.param(Holder(ALICE.arn), seen("user/alice", "SIGNIN", principal_id="AIDAX"), True, id="holder without an id"),
        pytest.param(Holder(ALICE.arn, "AKIA1"), seen("user/maiden", "KEY#AKIA1"), True, id="access key, whatever its user is called"),
        pytest.param(Holder(ALICE.arn, "AKIA1"), seen("user/alice", "DENIED#AKIA2"), False, id="another access key"),
    ],
)  # fmt: skip
def test_a_sighting_is_of_whom_its_ids_tell_and_by_name_of_who_had_it_then(holder, sighting, is_its_own):
    assert holder.did(sighting) is is_its_own


def test_an_id_is_told_by_the_facet_before_the_evidence():
    assert id_told_by(seen("user/alice", "KEY#AKIA1", principal_id="AIDAALICE")) == "AKIA1"
    assert id_told_by(seen("user/alice", "ID#", principal_id="AIDAALICE")) == "AIDAALICE"
    assert id_told_by(seen("user/alice", "SERVICE#s3.amazonaws.com")) == ""


def test_ids_of_a_name_are_those_of_principals_not_of_keys():
    facets = ("ID#AIDA1", "DENIED#AIDA2", "DENIED#AKIA1", "KEY#AKIA1", "ID#", "SIGNIN")

    assert ids_told_by(seen("user/alice", facet) for facet in facets) == {"AIDA1", "AIDA2"}


@pytest.mark.parametrize(
    ("name", "facet", "facets", "names"),
    [
        pytest.param("user/alice", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("user/alice",), id="user"),
        pytest.param("user/a/alice", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("user/a/alice",), id="user, path"),
        pytest.param("user/alice", "KEY#AKIA1", ("KEY#AKIA1", "DENIED#AKIA1"), ("user/alice",), id="key, refused"),
        pytest.param("user/alice", "SIGNIN", ("SIGNIN",), ("user/alice",), id="password: failed sign-ins tell nothing"),
        pytest.param("role/d", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("role/d",), id="role"),
        pytest.param("role/ci/d", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("role/ci/d", "role/d"), id="role, path"),
        pytest.param("user/x:role/a", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("user/x:role/a",), id="user, a path like a role"),
    ],
)  # fmt: skip
def test_a_use_may_show_in_several_places(name, facet, facets, names):
    found = places((f"{ARN}:{name}", facet))

    assert found == tuple((f"{ARN}:{each}", facet) for each in names for facet in facets)
    assert found[0] == (f"{ARN}:{name}", facet)


# The first alice was seen from 0 to 10, the second from 20 to 50.
NAMESAKES = activity(10, facet="ID#OLD", first=0), activity(50, facet="ID#NEW", first=20)


def items_of(*activities, flags=None):
    items = {each.facet: Item(each) for each in activities}
    for facet, flag in (flags or {}).items():
        known = items.get(facet, Item(None))
        items[facet] = Item(known.activity, flag, is_flags_own=True)
    return items


def divided(items):
    """What each of alice's holders has: the facets by which it was seen, and those that are flagged."""
    return [
        (
            holder.id,
            {facet for facet, item in those.items() if item.activity},
            {facet for facet, item in those.items() if item.own_flag},
        )
        for holder, those in by_holder(ALICE.arn, items).items()
    ]


@pytest.mark.parametrize(
    ("more", "holder"),
    [
        pytest.param(activity(11, facet="KEY#AKIA1", principal_id="OLD"), "OLD", id="key, by its evidence"),
        pytest.param(activity(30, facet="KEY#AKIA1", principal_id="OLD"), "OLD", id="key, by its evidence, whenever"),
        pytest.param(activity(5, facet="KEY#AKIA1"), "OLD", id="key that does not tell, by time"),
        pytest.param(activity(50, facet="IP#1.2.3.4", first=0, principal_id="NEW"), "NEW", id="address of both"),
        pytest.param(activity(19, facet="ID#", first=0), "OLD", id="no id, before the second was seen"),
        pytest.param(activity(20, facet="ID#", first=0), "NEW", id="no id, since the second was seen"),
        pytest.param(activity(25, facet="DENIED#AKIA1", principal_id="NEW"), "NEW", id="refused key"),
        pytest.param(activity(30, facet="DENIED#OLD", principal_id="NEW"), "OLD", id="refused, by the facet's id"),
    ],
)  # fmt: skip
def test_what_is_kept_under_a_name_is_divided_between_those_who_had_it(more, holder):
    found = divided(items_of(*NAMESAKES, more))

    assert [who for who, *_ in found] == ["NEW", "OLD"]
    assert [who for who, seen, _ in found if more.facet in seen] == [holder]


@pytest.mark.parametrize(
    ("facet", "flag", "holder"),
    [
        pytest.param("SIGNIN", Flag(at(60), at(10), holder="OLD"), "OLD", id="by the flag's unique id"),
        pytest.param("ID#OLD", Flag(at(60), at(10)), "OLD", id="by the facet's"),
        pytest.param("SIGNIN", Flag(at(15), at(10)), "OLD", id="without any, by when it was flagged"),
        pytest.param("SIGNIN", Flag(at(25), at(10)), "NEW", id="without any, once the second was there"),
        pytest.param("SIGNIN", Flag(None, at(10), awakened_at=at(15)), "OLD", id="of one that was seen again"),
        pytest.param("KEY#AKIA1", Flag(at(60), at(10)), "OLD", id="of a key, by its sighting's"),
    ],
)
def test_a_flag_is_of_whom_its_ids_tell_and_else_of_who_had_the_name_then(facet, flag, holder):
    others = (
        activity(11, facet="KEY#AKIA1", principal_id="OLD"),
        activity(50, facet="SIGNIN", principal_id="NEW"),
    )
    found = divided(items_of(*NAMESAKES, *others, flags={facet: flag}))

    assert [(who, flagged) for who, _, flagged in found if flagged] == [(holder, {facet})]
    assert [who for who, seen, _ in found if "SIGNIN" in seen] == ["NEW"]


def test_who_was_seen_last_has_the_name_now_and_who_is_only_flagged_counts_from_when_it_was_idle():
    found = by_holder(ALICE.arn, items_of(*NAMESAKES))
    flagged = divided(items_of(*NAMESAKES, flags={"ID#NEVER": Flag(at(90), at(60))}))

    assert [(each.id, each.is_succeeded) for each in found] == [("NEW", False), ("OLD", True)]
    assert [each.until for each in found if each.is_succeeded] == [at(20)]
    assert [who for who, *_ in flagged] == ["NEVER", "NEW", "OLD"]


def test_one_unique_id_or_none_is_one_holder_of_all():
    nameless = items_of(activity(facet="ID#"), activity(facet="SIGNIN"), flags={"KEY#AKIA1": Flag(at(0))})
    one = items_of(NAMESAKES[0], activity(facet="SIGNIN"), flags={"SIGNIN": Flag(at(0))})

    assert by_holder(ALICE.arn, nameless).keys() == {Holder(ALICE.arn)}
    assert not next(iter(by_holder(ALICE.arn, one))).has_namesakes
    assert divided(one) == [("OLD", {"ID#OLD", "SIGNIN"}, {"SIGNIN"})]


FLAG = Flag(at(0), at(-100), holder="AIDAALICE")
PASSWORD = ALICE.arn, "SIGNIN"
MARKED = {
    PASSWORD: Item(None, FLAG, at(1000), is_flags_own=True),
    (ALICE.arn, "SIGNIN#AIDAALICE"): Item(None, FLAG, at(1000)),
}


def test_a_flag_is_kept_where_all_of_it_stands_and_stays():
    assert is_kept(MARKED, PASSWORD, FLAG, until=at(1000))
    assert is_kept(
        {key: replace(item, expires_at=None) for key, item in MARKED.items()}, PASSWORD, FLAG, until=at(1)
    )


@pytest.mark.parametrize("place", MARKED)
@pytest.mark.parametrize(
    "item",
    [
        pytest.param(None, id="no item"),
        pytest.param({"flag": None}, id="no flag"),
        pytest.param({"flag": replace(FLAG, first_flagged=at(1))}, id="flagged at another time"),
        pytest.param({"flag": replace(FLAG, first_flagged=None, awakened_at=at(5))}, id="used since"),
        pytest.param({"flag": replace(FLAG, idle_since=at(-99))}, id="idle since another time"),
        pytest.param({"flag": replace(FLAG, holder="AIDABOB")}, id="another's"),
        pytest.param({"expires_at": at(999)}, id="expires too early"),
    ],
)
def test_a_flag_is_not_kept_where_any_of_it_is_not_as_it_should_be(place, item):
    others = {key: held for key, held in MARKED.items() if key != place}
    changed = {} if item is None else {place: replace(MARKED[place], **item)}

    assert not is_kept(others | changed, PASSWORD, FLAG, until=at(1000))


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"is_flags_own": False}, id="not listed"),
        pytest.param({"flag": replace(FLAG, awakened_at=at(5))}, id="a use is still to be told"),
        pytest.param({"flag": replace(FLAG, told_at=at(5))}, id="told as over"),
    ],
)
def test_a_flag_is_not_kept_where_its_own_item_says_more_or_less(item):
    changed = {PASSWORD: replace(MARKED[PASSWORD], **item)}

    assert not is_kept(MARKED | changed, PASSWORD, FLAG, until=at(1000))


def test_times_are_compared_as_the_table_keeps_them():
    finer = replace(FLAG, first_flagged=at(0).replace(microsecond=5))

    assert is_kept(MARKED, PASSWORD, finer, until=at(1000))


@pytest.mark.parametrize(
    ("facet", "holder", "more"),
    [
        pytest.param("SIGNIN", "AIDAALICE", ["SIGNIN#AIDAALICE"], id="password"),
        pytest.param("SIGNIN", "", [], id="password, of nobody known"),
        pytest.param("KEY#AKIA1", "AIDAALICE", [], id="key"),
        pytest.param("ID#AIDAALICE", "AIDAALICE", [], id="user"),
    ],
)
def test_a_passwords_flag_is_also_where_its_users_id_finds_it(facet, holder, more):
    key = ALICE.arn, facet

    assert places_of_flag(key, holder) == (*places(key), *((ALICE.arn, each) for each in more))


def test_a_holder_began_when_it_was_seen_or_came_to_the_name_if_that_is_later():
    assert DEPLOY.began(activity(50, first=-10)) == at(0)
    assert DEPLOY.began(activity(50, first=10)) == at(10)


def test_each_holder_has_the_name_that_was_asked_for():
    assert {each.arn for each in by_holder(ALICE.arn, items_of(*NAMESAKES))} == {ALICE.arn}


def test_an_item_that_tells_nothing_is_of_who_has_the_name_now():
    unreadable = Item(None, problem="edited")
    found = by_holder(ALICE.arn, items_of(*NAMESAKES) | {"KEY#AKIA1": unreadable})

    assert [those.get("KEY#AKIA1") for those in found.values()] == [unreadable, None]


def test_an_address_that_both_came_from_does_not_tell_when_the_second_came():
    address = activity(50, facet="IP#1.2.3.4", first=0, principal_id="NEW")
    before = activity(15, facet="ID#", first=15)

    assert [who for who, seen, _ in divided(items_of(*NAMESAKES, address, before)) if "ID#" in seen] == ["OLD"]


@pytest.mark.parametrize(
    ("idle_since", "first"),
    [
        pytest.param(at(100), "NEW", id="idle since after the other was seen"),
        pytest.param(at(40), "OLD", id="idle since before"),
        pytest.param(None, "NEW", id="idle since nobody knows when, flagged after"),
    ],
)
def test_who_was_never_seen_has_the_name_since_it_was_idle(idle_since, first):
    flags = {"SIGNIN": Flag(at(200), idle_since, holder="NEW")}
    found = divided(items_of(activity(50, facet="ID#OLD"), flags=flags))

    assert found[0][0] == first


def test_a_flag_that_a_use_took_off_is_of_who_had_the_name_then():
    found = divided(items_of(*NAMESAKES, flags={"SIGNIN": Flag(None, awakened_at=at(30))}))

    assert [who for who, _, flagged in found if "SIGNIN" in flagged] == ["NEW"]
