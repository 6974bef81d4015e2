"""One contract for all tables: DynamoDB's (moto here), the one in a case file, and the one in memory."""

import sys
from collections import Counter
from datetime import timedelta
from itertools import count, permutations
from threading import Barrier

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from builders import ACCOUNT, ALICE, activity, at, plain

from activity.item import stored
from activity.keeping import Keeping
from activity.model import id_facet
from activity.scan import Scan
from activity.settings import BadSetting
from activity.table import WRITERS, ActivityTable, connect
from lastseen.casefile.table import CaseTable
from lastseen.demo.embedded import EmbeddedTable
from lastseen.demo.local_aws import make_table

BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
FIVE_MINUTES = Keeping(timedelta(minutes=5), timedelta(hours=1))


@pytest.fixture(params=["dynamo", "case_file", "in_memory"])
def make(request):
    """Makes an empty table that keeps times as asked."""
    if request.param == "in_memory":
        return EmbeddedTable
    if request.param == "case_file":
        file = request.getfixturevalue("case_file")
        return lambda keeping=None: CaseTable(file, keeping)
    dynamodb = request.getfixturevalue("dynamodb")
    return lambda keeping=None: ActivityTable(dynamodb, "activity", keeping)


def only(table):
    (item,) = table.of(ALICE)
    return item


@pytest.mark.parametrize("order", list(permutations([(0, "d"), (60, "a"), (60, "b"), (120, "c")])))
def test_neither_order_nor_duplicates_matter_when_times_are_exact(make, order):
    table = make()
    for seconds, event in (*order, order[0]):
        table.record(activity(seconds, event))

    assert only(table) == activity(120, "c", first=0)


@pytest.mark.parametrize("order", list(permutations([(0, "a"), (0, "b"), (0, "")])))
def test_of_one_second_the_greater_event_id_stays_in_every_order(make, order):
    table = make()
    for seconds, event in order:
        table.record(activity(seconds, event))

    assert only(table).evidence.event_id == "b"


def test_an_older_sighting_does_not_move_last_seen_back(make):
    table = make()
    table.record(activity(60, "new", source_ip="192.0.2.1"))

    assert table.record(activity(0, "old", source_ip="192.0.2.2")).is_written
    assert only(table) == activity(60, "new", first=0, source_ip="192.0.2.1")


def test_what_is_within_the_resolution_is_not_written(make):
    table = make(FIVE_MINUTES)
    table.record(activity(0, "a"))

    assert not table.record(activity(300, "b")).is_written
    assert table.record(activity(301, "c")).is_written
    assert only(table) == activity(301, "c", first=0)


def test_services_addresses_and_sessions_are_kept_to_the_hour(make):
    table = make(FIVE_MINUTES)
    table.record(activity(0, facet="SERVICE#s3.amazonaws.com"))

    assert not table.record(activity(3600, facet="SERVICE#s3.amazonaws.com")).is_written
    assert table.record(activity(3601, facet="SERVICE#s3.amazonaws.com")).is_written


@pytest.mark.parametrize("order", list(permutations([0, 200, 400, 1100])))
def test_the_stored_last_seen_is_never_late_and_never_early_by_more_than_the_resolution(make, order):
    table = make(FIVE_MINUTES)
    for seconds in order:
        table.record(activity(seconds))

    late = at(1100) - only(table).last_seen
    assert timedelta(0) <= late <= timedelta(minutes=5)


def test_a_write_of_an_older_and_a_newer_time_at_once_moves_both(make):
    table = make()
    table.record(activity(60, "middle"))
    table.record(activity(120, "new", first=0))

    assert only(table) == activity(120, "new", first=0)


def test_a_first_sighting_earlier_by_no_more_than_the_resolution_stays_as_it_is(make):
    table = make(FIVE_MINUTES)
    table.record(activity(100, "a"))
    table.record(activity(1000, "b", first=0))

    assert only(table) == activity(1000, "b", first=100)


def test_evidence_that_the_newer_sighting_lacks_does_not_stay(make):
    table = make()
    table.record(activity(0, mfa=True, user_agent="aws-cli"))
    table.record(activity(60, mfa=None, source_ip="192.0.2.1"))

    assert only(table) == activity(60, first=0, source_ip="192.0.2.1")


def test_every_activity_is_written_superseded_or_failed(make):
    table = make()
    table.record(activity(60))

    outcome = table.record_all([activity(0, first=0, facet="KEY#AKIA"), activity(60)])

    assert (outcome.written, outcome.superseded, outcome.failed) == (1, 1, {})
    assert outcome.stored == (activity(0, facet="KEY#AKIA"), activity(60))


def test_what_the_table_holds_after_a_write_is_told(make):
    table = make(FIVE_MINUTES)
    table.record(activity(0, "a"))

    assert table.record(activity(600, "b", first=200)).stored == activity(600, "b", first=0)
    assert table.record(activity(700, "c")).stored == activity(600, "b", first=0)


def test_an_item_has_the_attributes_of_the_contract(table, items):
    table.record(
        activity(
            0,
            facet="DENIED#AIDAALICE",
            event_source="s3.amazonaws.com",
            event_name="ListBuckets",
            principal_id="AIDAALICE",
            type="IAMUser",
            account="123456789012",
            region="eu-west-1",
            source_ip="198.51.100.7",
            user_agent="aws-cli/2",
            session_name="s",
            mfa=True,
            error_code="AccessDenied",
        )
    )

    assert items()[ALICE, "DENIED#AIDAALICE"] == {
        "principal": ALICE,
        "facet": "DENIED#AIDAALICE",
        "first_seen": "2026-11-20T12:00:00Z",
        "last_seen": "2026-11-20T12:00:00Z",
        "expires_at": str(int((at(0) + timedelta(days=400)).timestamp())),
        "event_id": "e",
        "event_source": "s3.amazonaws.com",
        "event_name": "ListBuckets",
        "principal_id": "AIDAALICE",
        "type": "IAMUser",
        "account": "123456789012",
        "region": "eu-west-1",
        "source_ip": "198.51.100.7",
        "user_agent": "aws-cli/2",
        "session_name": "s",
        "mfa": True,
        "error_code": "AccessDenied",
        "d2611": str(1 << 19),
    }


def test_what_is_stored_is_the_item_without_its_expiry(table, items):
    table.record(activity(0, region="eu-west-1"))
    (kept,) = items().values()

    assert kept.pop("expires_at")
    assert kept == plain(stored(activity(0, region="eu-west-1")))


def test_an_item_written_by_somebody_else_meanwhile_is_read_again(dynamodb):
    """The other writer comes in between our look at the item and our write of what the two come to."""
    ours = ActivityTable(boto3.client("dynamodb"), "activity")
    theirs = ActivityTable(dynamodb, "activity")
    theirs.record(activity(60, "b"))
    calls = []

    def write_in_between(**_):
        calls.append(1)
        if len(calls) == 2:
            theirs.record(activity(120, "c"))

    ours._client.meta.events.register("before-call.dynamodb.UpdateItem", write_in_between)
    ours.record(activity(0, "a"))

    assert only(theirs) == activity(120, "c", first=0)


def test_an_item_deleted_meanwhile_is_written_anew(dynamodb):
    ours = ActivityTable(boto3.client("dynamodb"), "activity")
    ActivityTable(dynamodb, "activity").record(activity(60, "b"))
    key = {"principal": {"S": ALICE}, "facet": {"S": "ID#AIDAALICE"}}
    calls = []

    def delete_in_between(**_):
        calls.append(1)
        if len(calls) == 2:
            dynamodb.delete_item(TableName="activity", Key=key)

    ours._client.meta.events.register("before-call.dynamodb.UpdateItem", delete_in_between)

    assert ours.record(activity(0, "a")).is_written
    assert only(ours) == activity(0, "a")


def test_a_write_that_fails_is_named_and_the_others_are_written(aws, table, items):
    too_long = activity(0, facet="ID#" + "x" * 1100)  # A sort key has at most 1,024 bytes.

    outcome = table.record_all([activity(0), too_long])

    assert outcome.written == 1
    assert list(outcome.failed) == [too_long.key]
    assert list(items()) == [(ALICE, "ID#AIDAALICE")]


EDITED = [
    pytest.param({"first_seen": None}, "first_seen is None, no time", id="no first_seen"),
    pytest.param({"last_seen": {"S": "yesterday"}}, "last_seen is 'yesterday', no time", id="no time"),
    pytest.param({"last_seen": {"NULL": True}}, "last_seen is True, no time", id="nothing"),
    pytest.param(
        {"last_seen": {"S": "2026-11-20T12:0:00Z"}},
        "last_seen is '2026-11-20T12:0:00Z', no time",
        id="a time that compares otherwise",
    ),
    pytest.param({"event_id": {"N": "7"}}, "an attribute is of another type", id="an event id that is none"),
    pytest.param({"event_id": {"S": ""}}, "an attribute is of another type", id="an event id that is empty"),
]


def edited(dynamodb, table, changes):
    """Alice's item after somebody changed its attributes by hand, and bob's beside it."""
    for each in (activity(0), activity(0, principal=BOB)):
        table.record(each)
    key = {"principal": {"S": ALICE}, "facet": {"S": "ID#AIDAALICE"}}
    item = dynamodb.get_item(TableName="activity", Key=key)["Item"] | changes
    dynamodb.put_item(
        TableName="activity", Item={name: value for name, value in item.items() if value is not None}
    )


@pytest.mark.parametrize("seconds", [0, -60])
@pytest.mark.parametrize(("changes", "what"), EDITED)
def test_an_item_that_was_edited_fails_by_itself_and_is_named(dynamodb, table, changes, what, seconds):
    edited(dynamodb, table, changes)
    outcome = table.record_all([activity(seconds, "z"), activity(60, principal=BOB)])

    assert table.get([(BOB, "ID#AIDAALICE")])[BOB, "ID#AIDAALICE"].activity.last_seen == at(60)
    assert outcome.failed.keys() == {(ALICE, "ID#AIDAALICE")}
    (reason,) = outcome.failed.values()
    assert reason.startswith(f"the table's item of principal {ALICE} and facet ID#AIDAALICE cannot be read: ")
    assert what in reason
    assert reason.endswith("; correct that, or delete the item")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        *EDITED[:4],
        pytest.param({"first_flagged": {"S": "often"}}, "first_flagged is 'often', no time", id="flag"),
        pytest.param({"last_seen": {"N": "2026"}}, "last_seen is '2026', no time", id="a number"),
    ],
)
def test_an_item_that_was_edited_ends_no_reading(dynamodb, table, changes, what):
    edited(dynamodb, table, changes)
    scan = Scan(dynamodb, "activity")
    key, other = (ALICE, "ID#AIDAALICE"), (BOB, "ID#AIDAALICE")

    for found in (table.get([key, other]), table.items_of(ALICE) | table.items_of(BOB), scan.recencies()):
        assert found[key].activity is None
        assert what in found[key].problem
        assert found[other].activity.last_seen == at(0)
    assert list(table.of(ALICE)) == []


def test_an_expiry_that_was_edited_is_told_as_such(dynamodb, table):
    edited(dynamodb, table, {"expires_at": {"S": "never"}})

    assert "expires_at is never, no seconds since 1970" in table.items_of(ALICE)[ALICE, "ID#AIDAALICE"].problem


def test_nothing_is_written_after_the_deadline(table, items):
    outcome = table.record_all([activity(0)], is_late=lambda: True)

    assert outcome.failed == {activity(0).key: "not written before the function's deadline"}
    assert items() == {}


def test_the_deadline_is_looked_at_before_each_call(table, items):
    known = [activity(60, principal=f"principal-{number}") for number in range(3)]
    table.record_all(known)
    looks = iter([False, True])  # Between the refused write and the one of what the two come to.

    outcome = table.record_all([activity(0, principal="principal-0")], is_late=lambda: next(looks))

    assert list(outcome.failed.values()) == ["not written before the function's deadline"]
    assert items()["principal-0", "ID#AIDAALICE"]["first_seen"] == "2026-11-20T12:01:00Z"


def test_what_was_begun_in_time_is_written_and_what_was_not_is_not(table, items):
    calls = count(1)
    many = [activity(0, principal=f"principal-{number}") for number in range(40)]

    outcome = table.record_all(
        many, is_late=lambda: next(calls) > 26
    )  # One of them is for what is read before.

    assert (outcome.written, len(outcome.failed), len(items())) == (25, 15, 25)


def test_writes_run_side_by_side(dynamodb, table):
    together = Barrier(WRITERS, timeout=30)

    def wait_for_the_others(**_):
        together.wait()

    dynamodb.meta.events.register("before-call.dynamodb.UpdateItem", wait_for_the_others)

    outcome = table.record_all([activity(0, principal=f"principal-{number}") for number in range(WRITERS)])

    assert outcome.written == WRITERS


def test_a_call_is_given_up_in_time_and_each_writer_has_a_connection(no_real_credentials):
    client, name = connect({"ACTIVITY_TABLE": "activity"})
    config = client.meta.config
    tries = config.retries["total_max_attempts"]

    assert (name, config.max_pool_connections) == ("activity", WRITERS)
    assert tries * (config.connect_timeout + config.read_timeout) + sum(2**n for n in range(tries - 1)) <= 12


def test_only_what_exists_is_got_and_each_key_may_be_asked_for_twice(table):
    many = [activity(0, facet=f"SERVICE#{number}") for number in range(150)]
    table.record_all(many)

    found = table.get([each.key for each in (*many, *many)] + [(ALICE, "ID#nobody")])

    assert {key: item.activity for key, item in found.items()} == {each.key: each for each in many}


def test_keys_that_dynamodb_did_not_get_to_are_asked_for_again(no_real_credentials):
    client = boto3.client("dynamodb")
    key = {"principal": {"S": ALICE}, "facet": {"S": "ID#AIDAALICE"}}
    item = key | {name: {"S": "2026-11-20T12:00:00Z"} for name in ("first_seen", "last_seen")}
    with Stubber(client) as stub:
        stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": {"activity": {"Keys": [key]}}})
        stub.add_response("batch_get_item", {"Responses": {"activity": [item]}, "UnprocessedKeys": {}})

        found = ActivityTable(client, "activity").get([(ALICE, "ID#AIDAALICE")])

    assert found[ALICE, "ID#AIDAALICE"].activity.last_seen == at(0)


def test_keys_that_stay_unread_are_told_and_not_waited_for_without_end(monkeypatch):
    pauses = []
    monkeypatch.setattr("activity.table.time.sleep", pauses.append)
    key = {"principal": {"S": ALICE}, "facet": {"S": "ID#AIDAALICE"}}
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        for _ in range(21):
            stub.add_response(
                "batch_get_item", {"Responses": {}, "UnprocessedKeys": {"activity": {"Keys": [key]}}}
            )

        with pytest.raises(TimeoutError, match="left keys of activity unread"):
            ActivityTable(client, "activity").get([(ALICE, "ID#AIDAALICE")])

    assert 60 < sum(pauses) < 120
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, *[5] * 14])


def test_the_pauses_begin_anew_once_all_keys_of_a_call_were_read(monkeypatch):
    pauses = []
    monkeypatch.setattr("activity.table.time.sleep", pauses.append)
    left = {"activity": {"Keys": [{"principal": {"S": ALICE}, "facet": {"S": "ID#0"}}]}}
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        for unread in (left, {}, left, {}):
            stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": unread})
        ActivityTable(client, "activity").get((ALICE, f"ID#{number}") for number in range(250))

    assert pauses == [0.1, 0.1]


def test_keys_that_are_got_bit_by_bit_are_waited_for(monkeypatch):
    monkeypatch.setattr("activity.table.time.sleep", lambda _: None)
    keys = [{"principal": {"S": ALICE}, "facet": {"S": f"ID#{number}"}} for number in range(30)]
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        for number in range(1, 31):
            left = {"activity": {"Keys": keys[number:]}} if number < 30 else {}
            got = keys[number - 1] | {
                each: {"S": "2026-11-20T12:00:00Z"} for each in ("first_seen", "last_seen")
            }
            stub.add_response("batch_get_item", {"Responses": {"activity": [got]}, "UnprocessedKeys": left})
        found = ActivityTable(client, "activity").get([(ALICE, each["facet"]["S"]) for each in keys])

    assert len(found) == 30


def test_what_is_kept_for_longer_than_its_age_allows_goes_no_sooner(aws):
    table = ActivityTable(aws("dynamodb"), "activity", Keeping(expires_after=at(86_400)))
    make_table(aws("dynamodb"), "activity")
    table.record(activity(-500 * 86_400))
    table.record(activity(0, facet="ID#OTHER"))

    expiries = {key[1]: item.expires_at for key, item in table.items_of(ALICE).items()}
    assert expiries == {"ID#AIDAALICE": at(86_400), "ID#OTHER": at(400 * 86_400)}


def test_the_index_tells_who_was_seen_with_a_facet(table):
    table.record(activity(0))
    table.record(activity(0, principal="arn:aws:iam::123456789012:user/alice-renamed"))

    assert sorted(table.principals_with(id_facet("AIDAALICE"))) == [ALICE, f"{ALICE}-renamed"]


def test_settings_have_the_defaults_of_the_template(no_real_credentials):
    assert Keeping.from_env({}) == Keeping(timedelta(minutes=5), timedelta(hours=1), timedelta(days=400))


@pytest.mark.parametrize("name", ["RESOLUTION", "DETAIL_RESOLUTION", "RETENTION_DAYS"])
def test_a_setting_that_is_no_number_is_named(name):
    with pytest.raises(BadSetting, match=f"{name} must be a whole number from .*, not 'soon'"):
        Keeping.from_env({name: "soon"})


def test_a_table_keeps_times_as_it_is_set_to(dynamodb, monkeypatch):
    set_to = {"ACTIVITY_TABLE": "activity", "RESOLUTION": "60", "RETENTION_DAYS": "10"}
    table = ActivityTable.from_env(set_to)
    written = [table.record(activity(seconds)).is_written for seconds in (0, 60, 121)]

    assert written == [True, False, True]
    assert table.items_of(ALICE)[activity().key].expires_at == at(121) + timedelta(days=10)


def test_a_table_that_is_not_named_stops_the_program():
    with pytest.raises(BadSetting, match="ACTIVITY_TABLE is not set"):
        ActivityTable.from_env({})


def test_a_failure_that_is_not_the_conditions_is_raised(aws):
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        ActivityTable(aws("dynamodb"), "no-such-table").record(activity(0))


def test_a_table_that_cannot_be_reached_fails_every_write(no_real_credentials):
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        stub.add_client_error("update_item", "InternalServerError")
        outcome = ActivityTable(client, "activity").record_all([activity(0)])

    assert list(outcome.failed) == [activity(0).key]


@pytest.fixture
def hasty():
    """Threads take turns at every chance."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_no_writer_of_a_new_client_takes_a_refused_write_for_a_failed_one(dynamodb, hasty):
    known = [activity(0, principal=f"principal-{number}") for number in range(64)]
    ActivityTable(dynamodb, "activity").record_all(known)

    outcome = ActivityTable(boto3.Session().client("dynamodb"), "activity").record_all(known)

    assert outcome.failed == {}


def test_what_is_replaced_has_the_times_that_are_given(table):
    table.replace(activity(60, "a", first=0, error_code="ConnectTimeoutError"))
    table.replace(activity(120, "", first=90))

    assert only(table) == activity(120, "", first=90)


def test_an_older_one_replaces_no_newer_one(table):
    table.replace(activity(60, "new", first=0))
    table.replace(activity(59, "old", first=59))

    assert only(table) == activity(60, "new", first=0)


@pytest.mark.parametrize(
    ("before", "turn", "is_taken"),
    [
        pytest.param(None, activity(0, "a"), True, id="the first"),
        pytest.param(activity(0, "a"), activity(1, "b"), True, id="a later one"),
        pytest.param(activity(0, "a"), activity(0, "b"), False, id="another of its time"),
        pytest.param(activity(0, "a"), activity(0, "a"), True, id="the same once more"),
        pytest.param(activity(1, "a"), activity(0, "b"), False, id="an older one"),
    ],
)
def test_a_turn_is_taken_by_the_first_of_its_time(table, before, turn, is_taken):
    assert before is None or table.take(before)

    assert table.take(turn) is is_taken
    assert only(table) == (turn if is_taken else before)


@pytest.mark.parametrize(
    ("later", "writes"),
    [
        pytest.param(activity(301, first=0), 1, id="moves on"),
        pytest.param(activity(300, first=0), 0, id="is known"),
        pytest.param(activity(0, first=-86_400), 1, id="has another day"),
        pytest.param(activity(0, principal=BOB), 1, id="is new"),
    ],
)
def test_what_was_read_takes_no_write_but_one_that_succeeds(dynamodb, later, writes):
    table = ActivityTable(dynamodb, "activity", FIVE_MINUTES)
    table.record(activity(0))
    calls = Counter()
    for name in ("UpdateItem", "BatchGetItem"):
        dynamodb.meta.events.register(
            f"before-call.dynamodb.{name}", lambda model, **_: calls.update([model.name])
        )
    outcome = table.record_all([later])

    assert (outcome.written, outcome.superseded) == (writes, 1 - writes)
    assert calls == Counter(BatchGetItem=1, UpdateItem=writes)


def test_a_hundred_are_read_at_a_time(dynamodb, table):
    asked = []
    dynamodb.meta.events.register(
        "provide-client-params.dynamodb.BatchGetItem",
        lambda params, **_: asked.append(len(params["RequestItems"]["activity"]["Keys"])),
    )
    table.record_all(
        [activity(facet=f"ID#{number}") for number in range(101)], is_late=iter([False] + [True] * 200).__next__
    )

    assert sorted(asked) == [1, 100]


def test_a_month_of_which_somebody_erased_the_days_is_written_again(dynamodb, table, items):
    edited(dynamodb, table, {"d2611": {"N": "0"}})
    outcome = table.record_all([activity(60)])

    assert outcome.failed == {}
    assert items()[ALICE, "ID#AIDAALICE"]["d2611"] == str(1 << 19)


def test_an_item_of_the_end_of_time_fails_by_itself(dynamodb, table):
    edited(dynamodb, table, {"last_seen": {"S": "9999-12-31T00:00:00Z"}})
    outcome = table.record_all([activity(60), activity(60, principal=BOB)])

    assert list(outcome.failed) == [(ALICE, "ID#AIDAALICE")]
    assert "cannot be read: date value out of range" in outcome.failed[ALICE, "ID#AIDAALICE"]
    assert table.get([(BOB, "ID#AIDAALICE")])[BOB, "ID#AIDAALICE"].activity.last_seen == at(60)


def test_what_cannot_be_read_is_not_written(dynamodb, table, items):
    """Or a role that may not read would go unnoticed, and pay for writes that are refused."""

    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "BatchGetItem")

    dynamodb.meta.events.register("before-call.dynamodb.BatchGetItem", refuse)
    outcome = table.record_all([activity(0), activity(0, principal=BOB)])

    assert outcome.failed.keys() == {(ALICE, "ID#AIDAALICE"), (BOB, "ID#AIDAALICE")}
    assert all("AccessDenied" in each for each in outcome.failed.values())
    assert items() == {}


def test_what_a_principal_was_seen_with_is_found_by_how_its_facet_begins(table):
    facets = ("KEY#AKIA1", "KEY#AKIA2", "ID#AIDAALICE")
    for facet in facets:
        table.record(activity(0, facet=facet))

    assert [each.facet for each in table.of(ALICE, facet_begins="KEY#")] == list(facets[:2])
    assert len(list(table.of(ALICE))) == 3
    assert list(table.items_of(ALICE, facet_begins="KEY#AKIA2")) == [(ALICE, "KEY#AKIA2")]
