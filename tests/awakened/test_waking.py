"""Which changes are told, as what, and which flags one use takes off."""

from dataclasses import replace
from itertools import permutations

import pytest
from awakened_changes import (
    BATCH,
    BATCH_ID,
    CAROL,
    CAROL_KEY,
    DAY,
    DENIED_KEY,
    FLAG,
    ITSELF,
    KEY,
    ROOT_USER,
    flagged,
    record,
    seen,
)
from builders import ACCOUNT, at

from activity.item import Flag, Item
from activity.model import COVERAGE
from awakened.flagged import Notice, notice_of
from awakened.stream import UnreadableChange, read
from awakened.subject import Kind, Subject, subject_of
from awakened.waking import Silence, Use, by_event, use_of

NOW = at(120)
HOUR = 3600
THE_KEY, THE_PASSWORD, THE_USER = (
    Subject(Kind.ACCESS_KEY, CAROL, CAROL_KEY),
    Subject(Kind.PASSWORD, CAROL),
    Subject(Kind.USER, CAROL),
)


def judged(after, before=None, now=NOW):
    return use_of(read(record(after, before=before)), now=now)


def use(facet, seconds=60, **more):
    return judged(flagged(seen(facet, seconds, **more)), flagged(None))


def table(*items):
    return {item.activity.key: item for item in items}


# Whom an item is about


@pytest.mark.parametrize(
    ("principal", "facet", "subject"),
    [
        (CAROL, KEY, THE_KEY),
        (CAROL, DENIED_KEY, THE_KEY),
        (CAROL, "SIGNIN", THE_PASSWORD),
        (CAROL, ITSELF, THE_USER),
        (CAROL, "DENIED#AIDACAROL", THE_USER),
        (CAROL, "ID#", THE_USER),
        (BATCH, "ID#", Subject(Kind.ROLE, BATCH)),
        (BATCH, "DENIED#", Subject(Kind.ROLE, BATCH)),
        ("arn:aws-us-gov:iam::1:role/a:b/c", "ID#AROA", Subject(Kind.ROLE, "arn:aws-us-gov:iam::1:role/a:b/c")),
        (ROOT_USER, "SIGNIN", Subject(Kind.ROOT, ROOT_USER)),
        (ROOT_USER, "DENIED#AKIAROOT", Subject(Kind.ROOT, ROOT_USER, "AKIAROOT")),
        (ROOT_USER, "SERVICE#signin.amazonaws.com", Subject(Kind.ROOT, ROOT_USER)),
        (ROOT_USER, "SERVICE#s3.amazonaws.com", None),
        (ROOT_USER, f"ID#{ACCOUNT}", None),
        (ROOT_USER, f"DENIED#{ACCOUNT}", None),
        (CAROL, "SERVICE#s3.amazonaws.com", None),
        (COVERAGE, f"{ACCOUNT}#eu-west-1", None),
        ("arn:aws:identitystore:::user/1", "ID#1", None),
        (f"arn:aws:iam::{ACCOUNT}:group/x", "ID#1", None),
    ],
)
def test_an_item_is_about_a_credential_or_a_principal(principal, facet, subject):
    assert subject_of((principal, facet)) == subject


def test_a_subject_is_named_without_its_path():
    assert (THE_KEY.name, THE_KEY.account, THE_KEY.owner) == ("carol", ACCOUNT, THE_USER)


# What is told


def test_what_is_used_after_it_was_flagged_is_told_with_its_idle_time():
    told = judged(flagged(seen(KEY, 14 * DAY)), flagged(seen(KEY, -200 * DAY)))

    assert (told.subject, told.at, told.idle.days, told.first_flagged) == (THE_KEY, at(14 * DAY), 214, at(0))


def test_what_was_never_seen_before_is_told():
    assert judged(flagged(seen(KEY, 60)), flagged(None)).idle.days == 200


def test_a_flag_that_does_not_tell_since_when_leaves_what_else_is_known():
    assert judged(Item(seen(KEY, 60), Flag(at(0))), Item(seen(KEY, -5 * DAY), Flag(at(0)))).since == at(0)


@pytest.mark.parametrize(
    ("after", "before", "reason"),
    [
        pytest.param(seen(KEY, -2 * HOUR), seen(KEY, -DAY), Silence.BEFORE_FLAG, id="the past, replayed"),
        pytest.param(seen(KEY, -HOUR), seen(KEY, -DAY), Silence.BEFORE_FLAG, id="as late as events come"),
        pytest.param(seen(KEY, 60), seen(KEY, 60), Silence.NOT_SEEN, id="flagged once more"),
        pytest.param(seen(KEY, 60), seen(KEY, 90), Silence.NOT_SEEN, id="back in time"),
    ],
)
def test_what_was_not_used_since_is_not_told(after, before, reason):
    assert judged(flagged(after), flagged(before)) == reason


def test_a_flag_alone_is_no_use():
    change = replace(read(record(flagged(seen(KEY, 60)), before=flagged(None))), after=flagged(None))

    assert use_of(change, now=NOW) == Silence.NOT_SEEN


@pytest.mark.parametrize(
    ("flag", "flag_before"),
    [(None, None), (None, FLAG), (Flag(None, awakened_at=at(30)), FLAG)],
    ids=["never flagged", "just unflagged", "just awakened"],
)
def test_what_is_not_flagged_is_not_told(flag, flag_before):
    after, before = Item(seen(KEY, 60), flag), Item(seen(KEY, -60), flag_before)

    assert judged(after, before) == Silence.NOT_FLAGGED


def test_what_is_flagged_and_was_used_before_is_not_told():
    used = seen(KEY, -200 * DAY)

    assert judged(flagged(used), Item(used)) == Silence.BEFORE_FLAG


def test_a_use_just_before_the_report_that_came_after_it_is_told():
    told = judged(flagged(seen(KEY, -180)), flagged(seen(KEY, -200 * DAY)))

    assert (told.subject, told.at, told.idle.days) == (THE_KEY, at(-180), 199)


def test_what_the_report_knew_of_is_not_told_however_late():
    knew = Item(seen(KEY, -180), Flag(at(0), idle_since=at(-180)))

    assert judged(knew, Item(knew.activity)) == Silence.BEFORE_FLAG


def test_what_was_used_while_the_report_was_made_is_told_when_the_flag_comes():
    used = seen(KEY, 60)
    told = judged(flagged(used), Item(used))

    assert (told.subject, told.at, told.idle.days) == (THE_KEY, at(60), 200)


@pytest.mark.parametrize("facet", [ITSELF, KEY, DENIED_KEY, "SIGNIN", "ID#"])
def test_what_was_never_seen_under_a_name_may_be_flagged_under_another(facet):
    told = judged(Item(seen(facet, 60)))

    assert isinstance(told, Use)
    assert (told.first_flagged, told.holder) == (None, facet.partition("#")[2] or "AIDACAROL")


@pytest.mark.parametrize(("before", "told"), [("AIDACAROL", False), ("AIDADAVE", True), ("", True)])
def test_a_sign_in_after_somebody_elses_may_be_flagged_under_another_name(before, told):
    after = Item(seen("SIGNIN", 60, principal_id="AIDACAROL"))

    assert isinstance(judged(after, Item(seen("SIGNIN", 0, principal_id=before))), Use) is told


def test_a_service_or_an_address_that_is_new_is_no_use_of_what_is_flagged():
    assert judged(Item(seen("SERVICE#s3.amazonaws.com", 60))) == Silence.NOT_FLAGGED


def test_a_flag_where_none_can_be_is_named():
    facet = "SERVICE#s3.amazonaws.com"

    with pytest.raises(UnreadableChange, match=f"item {CAROL} {facet}: flagged, but neither"):
        use(facet)


# The root user


@pytest.mark.parametrize("facet", ["SIGNIN", "KEY#AKIAROOT", "DENIED#AKIAROOT", "IP#203.0.113.24"])
def test_the_root_user_is_told_without_a_flag(facet):
    told = judged(Item(seen(facet, 60, principal=ROOT_USER)))

    assert (told.subject.kind, told.first_flagged) == (Kind.ROOT, None)


@pytest.mark.parametrize(
    ("seconds_before", "seconds", "now", "told"),
    [
        pytest.param(-3600, 0, 60, True, id="an hour later"),
        pytest.param(0, 3599, 3600, False, id="within the same hour of the clock"),
        pytest.param(-60, 0, 60, True, id="in the next hour of the clock, a minute later"),
        pytest.param(0, -60, 60, False, id="not later"),
        pytest.param(None, 0, DAY, True, id="a day late"),
        pytest.param(None, 0, DAY + 1, False, id="replayed after more than a day"),
    ],
)
def test_the_root_user_is_told_once_an_hour_and_not_of_the_past(seconds_before, seconds, now, told):
    after = Item(seen("SIGNIN", seconds, principal=ROOT_USER))
    before = None if seconds_before is None else Item(seen("SIGNIN", seconds_before, principal=ROOT_USER))

    assert isinstance(judged(after, before, at(now)), Use) is told


def test_the_root_user_is_told_with_when_it_was_seen_before():
    before = Item(seen("SIGNIN", -DAY, principal=ROOT_USER))

    assert judged(Item(seen("SIGNIN", 60, principal=ROOT_USER)), before).since == at(-DAY)
    assert judged(Item(seen("SIGNIN", 60, principal=ROOT_USER))).since is None


def test_other_items_of_the_root_user_are_not_told():
    assert judged(Item(seen(f"ID#{ACCOUNT}", 60, principal=ROOT_USER))) == Silence.NOT_FLAGGED


def test_a_notice_of_the_root_user_takes_no_flag_off():
    told = judged(Item(seen("SIGNIN", 60, principal=ROOT_USER)))

    assert notice_of([told], {}) == Notice(told)


# One event, one notice


@pytest.mark.parametrize("order", list(permutations([ITSELF, KEY, "SIGNIN"])))
def test_the_most_specific_thing_that_an_event_used_is_told_and_all_flags_go(order):
    items = [flagged(seen(facet, 60)) for facet in order]
    (group,) = by_event({str(n): judged(item, flagged(None)) for n, item in enumerate(items)})
    notice = notice_of(list(group.values()), table(*items))

    assert notice.use.subject == THE_KEY
    assert notice.also == (THE_PASSWORD, THE_USER)
    assert set(notice.flags) == {(CAROL, facet) for facet in order}


def test_other_events_are_told_apart_in_the_order_in_which_they_came():
    first, second = use(KEY), use("SIGNIN", event_id="event-2")

    assert by_event({"1": first, "2": second}) == [{"1": first}, {"2": second}]


def test_a_refused_attempt_comes_after_the_uses_of_the_same_principal():
    refused, of_role, used = use(DENIED_KEY), use("ID#", principal=BATCH), use(KEY, event_id="event-2")

    assert by_event({"1": refused, "2": of_role, "3": used}) == [{"3": used}, {"1": refused}, {"2": of_role}]


def test_what_the_same_event_used_is_told_though_its_record_has_not_come_yet():
    notice = notice_of([use(ITSELF)], table(flagged(seen(ITSELF, 60)), flagged(seen(KEY, 60))))

    assert (notice.use.subject, notice.also) == (THE_KEY, (THE_USER,))
    assert notice.use.idle.days == 200


def test_all_items_of_a_key_and_of_its_user_lose_their_flags_and_those_of_other_keys_do_not():
    idle = [
        flagged(seen(facet, -200 * DAY, event_id="old"))
        for facet in (DENIED_KEY, ITSELF, "DENIED#AIDACAROL", "ID#", "DENIED#", "KEY#AKIAOTHER", "SIGNIN")
    ]
    notice = notice_of([use(KEY)], table(flagged(seen(KEY, 60)), *idle))

    assert {facet for _, facet in notice.flags} == {
        KEY,
        DENIED_KEY,
        ITSELF,
        "DENIED#AIDACAROL",
        "ID#",
        "DENIED#",
    }
    assert notice.also == (THE_USER,)


@pytest.mark.parametrize("facet", [f"ID#{BATCH_ID}", f"DENIED#{BATCH_ID}", "ID#", "DENIED#"])
def test_a_role_awakes_by_any_of_its_items(facet):
    idle = [
        flagged(seen(each, -200 * DAY, principal=BATCH, event_id="old"))
        for each in (f"ID#{BATCH_ID}", f"DENIED#{BATCH_ID}", "ID#", "DENIED#")
    ]
    evidence = {"principal": BATCH, "principal_id": facet.partition("#")[2]}
    notice = notice_of([use(facet, **evidence)], table(*idle, flagged(seen(facet, 60, **evidence))))

    assert len(notice.flags) == (2 if facet.startswith("DENIED#") else 4)
    assert (notice.use.subject.kind, notice.also) == (Kind.ROLE, ())


def test_a_predecessor_of_the_same_name_stays_flagged():
    former = flagged(seen("ID#AIDAFORMER", -200 * DAY, event_id="old", principal_id="AIDAFORMER"))
    notice = notice_of([use(ITSELF)], table(flagged(seen(ITSELF, 60)), former))

    assert notice.flags == ((CAROL, ITSELF),)


def test_what_is_no_longer_flagged_is_not_told_again():
    awake = Item(seen(KEY, 60), Flag(None, awakened_at=at(60)))

    assert notice_of([use(KEY)], table(awake, flagged(seen(ITSELF, 60)))) == Silence.FLAG_IS_OFF
    assert notice_of([use(KEY)], {}) == Silence.FLAG_IS_OFF


def test_what_was_flagged_once_more_after_the_use_is_not_told():
    again = Item(seen(KEY, 60), Flag(at(2 * HOUR)))

    assert notice_of([use(KEY)], table(again)) == Silence.FLAG_IS_OFF


def of_root(facet, seconds=60, **more):
    return judged(Item(seen(facet, seconds, principal=ROOT_USER, **more)))


def test_where_root_was_is_told_by_itself_only_if_nothing_more_is_known_of_it():
    sign_in, there, elsewhere = (
        of_root("SIGNIN"),
        of_root("IP#1", 90, event_id="2"),
        of_root("IP#2", source_ip="203.0.113.66", event_id="3"),
    )

    assert [list(each) for each in by_event({"1": there, "2": sign_in, "3": elsewhere})] == [["2"], ["3"]]
    assert [list(each) for each in by_event({"1": there})] == [["1"]]


@pytest.mark.parametrize(
    ("facet", "told"),
    [
        ("SIGNIN", {}),
        ("KEY#AKIAROOT", {}),
        ("KEY#AKIAROOT", {"seconds": 90 - 2 * HOUR}),
        ("KEY#AKIAROOT", {"source_ip": "203.0.113.66"}),
        (f"ID#{ACCOUNT}", {}),
        ("IP#203.0.113.24", {}),
    ],
)
def test_where_root_was_is_not_told_beside_what_it_did_there_then(facet, told):
    other = Item(seen(facet, **{"seconds": 60, "principal": ROOT_USER} | told))
    said = notice_of([of_root("IP#203.0.113.24", 90)], table(other))

    is_told_of = facet in ("SIGNIN", "KEY#AKIAROOT") and not told
    assert said == Silence.ROOT_TOLD if is_told_of else isinstance(said, Notice)


def test_a_refused_attempt_of_root_from_somewhere_is_told_as_one():
    assert of_root("IP#203.0.113.24", error_code="AccessDenied").is_denied
    assert not of_root("IP#203.0.113.24").is_denied


def test_a_principal_that_was_flagged_after_the_use_stays_flagged():
    later = Item(seen(ITSELF, 60), Flag(at(2 * HOUR)))
    notice = notice_of([use(KEY)], table(flagged(seen(KEY, 60)), later))

    assert notice.flags == ((CAROL, KEY),)


def test_where_root_of_one_account_was_is_not_told_by_somebody_elses_use_from_there():
    there = of_root("IP#203.0.113.24", 60)
    carols = use(KEY, 90, event_id="2")

    assert [list(each) for each in by_event({"1": there, "2": carols})] == [["1"], ["2"]]


# Whose the flag is


def test_a_password_is_shown_by_a_sign_in_alone():
    password = flagged(seen("SIGNIN", 60))
    idle = flagged(seen("SIGNIN", -200 * DAY, event_id="old"))

    assert notice_of([use("SIGNIN")], table(password)).use.subject == THE_PASSWORD
    assert notice_of([use(ITSELF)], table(flagged(seen(ITSELF, 60)), idle)).also == ()


@pytest.mark.parametrize(
    ("principal_id", "flag"),
    [
        pytest.param("AIDANEW", FLAG, id="of a successor"),
        pytest.param("AIDACAROL", Flag(at(5 * HOUR), at(-200 * DAY)), id="flagged since"),
    ],
)
def test_a_key_wakes_no_user_but_its_own_and_none_that_was_flagged_since(principal_id, flag):
    user = flagged(seen(ITSELF, -200 * DAY, event_id="old"), flag)
    key = seen(KEY, 60, principal_id=principal_id)

    assert notice_of([judged(flagged(key), flagged(None))], table(flagged(key), user)).also == ()


def test_a_use_that_was_told_keeps_no_refused_attempt_from_being_told():
    role = BATCH.replace("batch", "ci/batch")
    refused = seen(f"DENIED#{BATCH_ID}", 60, principal=role, principal_id=BATCH_ID)
    told = Item(seen(f"ID#{BATCH_ID}", 30, principal=BATCH, event_id="2"), Flag(None, awakened_at=at(30)))
    idle = flagged(seen(f"ID#{BATCH_ID}", -200 * DAY, principal=role, event_id="old", principal_id=BATCH_ID))
    notice = notice_of([judged(flagged(refused), flagged(None))], table(flagged(refused), told, idle))

    assert notice.use.subject == Subject(Kind.ROLE, role)


@pytest.mark.parametrize(
    ("principal", "holder", "goes"),
    [
        pytest.param(CAROL, "", True, id="its own name, of nobody known"),
        pytest.param(CAROL, "AIDACAROL", True, id="its own"),
        pytest.param(CAROL, "AIDANEW", False, id="a successor's"),
        pytest.param(f"{CAROL}ine", "AIDACAROL", True, id="its own, by another name"),
        pytest.param(f"{CAROL}ine", "", False, id="another name, of nobody known"),
    ],
)
def test_a_flag_without_an_id_goes_if_it_is_of_the_same_or_there(principal, holder, goes):
    idle = seen("ID#", -200 * DAY, principal=principal, event_id="old")
    other = Item(idle, replace(FLAG, holder=holder))
    notice = notice_of([use(ITSELF)], table(flagged(seen(ITSELF, 60)), other))

    assert ((principal, "ID#") in notice.flags) is goes


def test_a_use_of_what_is_flagged_nowhere_is_none_of_a_flag_that_is_off():
    assert notice_of([judged(Item(seen(KEY, 60)))], {}) == Silence.NOT_FLAGGED


@pytest.mark.parametrize("names", list(permutations([CAROL, f"{CAROL}ine"])))
def test_a_use_is_told_by_its_own_sighting_before_that_of_another_name(names):
    sightings = [seen(ITSELF, 60, principal=name, principal_id="AIDACAROL") for name in names]
    items = {each.key: flagged(each) if each.principal == CAROL else Item(each) for each in sightings}
    notice = notice_of([use(ITSELF)], items)

    assert (notice.use.activity.principal, notice.use.first_flagged) == (CAROL, FLAG.first_flagged)


@pytest.mark.parametrize(
    ("seconds", "is_told"),
    [pytest.param(0, True, id="as the report knew"), pytest.param(1, False, id="since the report")],
)
def test_a_sign_in_is_the_flagged_users_unless_another_was_seen_by_the_name_since(seconds, is_told):
    successor = Item(seen("ID#AIDANEW", seconds, principal_id="AIDANEW"))
    sign_in = seen("ID#", 60, principal_id="")
    notice = notice_of(
        [judged(flagged(sign_in), flagged(None))],
        table(flagged(seen(ITSELF, -200 * DAY, event_id="old")), Item(sign_in), successor),
    )

    assert isinstance(notice, Notice) is is_told


def test_who_is_succeeded_is_known_by_its_id_still():
    successor = Item(seen("ID#AIDANEW", 50, principal_id="AIDANEW"))
    notice = notice_of([use(ITSELF)], table(flagged(seen(ITSELF, 60)), successor))

    assert notice.use.subject == THE_USER


def test_where_two_of_a_name_are_flagged_a_password_is_of_either():
    sign_in = seen("SIGNIN", 60, principal_id="AIDANEW")
    idle = [
        flagged(seen(f"ID#{each}", -200 * DAY, event_id="old", principal_id=each))
        for each in ("AIDACAROL", "AIDANEW")
    ]
    notice = notice_of([judged(flagged(sign_in), flagged(None))], table(flagged(sign_in), *idle))

    assert notice.use.subject == THE_PASSWORD
