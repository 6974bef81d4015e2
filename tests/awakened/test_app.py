"""The handler from the stream's own records to the published notice and the flag that is off."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from awakened_changes import (
    BATCH,
    CAROL,
    CAROL_ID,
    CAROL_KEY,
    DAY,
    DENIED_KEY,
    FLAG,
    ITSELF,
    KEY,
    ROOT_USER,
    record,
    seen,
)
from botocore.exceptions import ClientError
from builders import ACCOUNT, at

from activity.item import Item
from activity.settings import BadSetting
from awakened import app
from awakened.app import NotAnnounced, lambda_handler
from awakened.stream import UnreadableChange

BATCH_IN_CI = BATCH.replace("batch", "ci/batch")
CAROLINE = CAROL.replace("carol", "caroline")


class Context:
    aws_request_id = "request-1"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(at(120), tick=False):
        yield


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """What was slept; nothing is."""
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


def handle(records):
    return lambda_handler({"Records": records}, Context())["batchItemFailures"]


def again_from(record):
    return [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]


def lines(caplog, message):
    return [line for line in caplog.records if line.getMessage() == message]


def test_one_use_of_a_flagged_users_flagged_key_is_one_notice_and_takes_both_flags_off(
    used, sent, flags, caplog
):
    assert handle(used(ITSELF, KEY, event_id="event-1")) == []

    (notice,) = sent()
    assert (notice["kind"], notice["access_key_id"]) == ("access_key", "AKIACAROL")
    assert [each["kind"] for each in notice["also"]] == ["user"]
    assert {(key[1], flag.first_flagged, flag.awakened_at) for key, flag in flags.of(ACCOUNT).items()} == {
        (ITSELF, None, at(60)),
        (KEY, None, at(60)),
    }
    (line,) = lines(caplog, "announced")
    assert (line.account, line.principal, line.event_id) == (ACCOUNT, CAROL, "event-1")
    assert line.reason.endswith(": access key AKIACAROL of user carol used after 200 days")


def test_the_same_records_once_more_tell_nothing(used, sent, caplog):
    records = used(ITSELF, KEY, event_id="event-1")
    handle(records)

    assert handle(records) == []
    assert len(sent()) == 1
    assert {line.reason for line in lines(caplog, "not announced")} == {
        "no longer flagged: announced already, resolved by a report, or another's of that name"
    }


def test_records_of_one_use_that_come_in_two_batches_are_one_notice(used, sent):
    of_user, of_key = used(ITSELF, KEY, event_id="event-1")
    handle([of_user])

    assert handle([of_key]) == []
    assert [notice["kind"] for notice in sent()] == ["access_key"]


def test_a_users_item_waits_for_that_of_the_credential_that_was_used(used, flags, table, sent, monkeypatch):
    flags.flag((CAROL, KEY), ACCOUNT, FLAG, now=at(0))
    (of_user,) = used(ITSELF, event_id="event-1")
    monkeypatch.setattr("time.sleep", lambda seconds: table.record(seen(KEY, 60)))

    assert handle([of_user]) == []
    assert [notice["kind"] for notice in sent()] == ["access_key"]


def test_a_credentials_item_waits_for_no_other(used, pauses):
    handle(used(ITSELF, KEY, event_id="event-1"))
    handle(used("SIGNIN", event_id="event-2"))

    assert pauses == []


def test_what_is_read_for_a_notice_is_as_of_now(used, refuse):
    """A flag that was just taken off must not be seen as standing."""
    asked = []
    events = app.herald().table._client.meta.events
    events.register("provide-client-params.dynamodb.Query", lambda params, **_: asked.append(params))
    handle(used(ITSELF, KEY, event_id="event-1"))
    of_table = [params for params in asked if "IndexName" not in params]

    assert of_table
    assert all(params["ConsistentRead"] for params in of_table)


def test_what_is_seen_once_more_is_told_once(used, table, stream, sent):
    handle(used(KEY))
    table.record(seen(KEY, 3600, event_id="event-2"))

    assert handle(stream()) == []
    assert len(sent()) == 1


def test_what_awoke_is_told_again_after_the_next_flag(used, sent, flags, table, stream):
    handle(used(KEY))
    flags.flag((CAROL, KEY), ACCOUNT, FLAG, now=at(0))
    table.record(seen(KEY, 90, event_id="event-2"))

    handle(stream())
    assert len(sent()) == 2


def test_a_replay_of_the_past_tells_nothing_and_leaves_the_flag(flags, table, stream, sent, caplog):
    flags.flag((CAROL, KEY), ACCOUNT, FLAG, now=at(0))
    stream()
    table.record(seen(KEY, -3600))

    assert handle(stream()) == []
    assert sent() == []
    assert flags.of(ACCOUNT)[CAROL, KEY].first_flagged == at(0)
    assert [(line.principal, line.facet, line.reason) for line in lines(caplog, "not announced")] == [
        (CAROL, KEY, "used before it was flagged; the next report finds that")
    ]


def test_a_refused_attempt_is_told_once_and_leaves_the_flag_for_a_use_that_succeeds(flags, table, stream, sent):
    flags.flag((CAROL, KEY), ACCOUNT, FLAG, now=at(0))
    stream()
    for seconds in (60, 80):
        table.record(seen(DENIED_KEY, seconds, event_id=f"refused {seconds}", error_code="AccessDenied"))
        assert handle(stream()) == []
    still_flagged = flags.of(ACCOUNT)[CAROL, KEY].first_flagged
    table.record(seen(KEY, 119, event_id="used"))
    assert handle(stream()) == []
    table.record(seen(DENIED_KEY, 120, event_id="refused 120", error_code="AccessDenied"))
    assert handle(stream()) == []

    assert [(notice["kind"], notice["denied"]) for notice in sent()] == [
        ("access_key", True),
        ("access_key", False),
    ]
    assert still_flagged == at(0)
    assert flags.of(ACCOUNT)[CAROL, KEY].awakened_at == at(119)


# Whose a use is, when the name does not tell


@pytest.mark.parametrize(
    "facets", [(KEY,), (DENIED_KEY,), (ITSELF,), (ITSELF, KEY), (ITSELF, "SIGNIN")], ids=" and ".join
)
def test_a_use_under_a_new_name_of_the_user_is_told(flags, table, stream, sent, facets):
    for facet in (KEY, ITSELF, "SIGNIN"):
        flags.flag((CAROL, facet), ACCOUNT, replace(FLAG, holder=CAROL_ID), now=at(0))
    stream()
    for facet in facets:
        table.record(seen(facet, 60, principal=CAROLINE, principal_id=CAROL_ID))

    assert handle(stream()) == []
    (notice,) = sent()
    assert notice["name"] == "caroline"
    assert "caroline" in str(notice["commands"])
    assert handle(stream()) == []
    assert len(sent()) == 1


def test_a_password_that_alone_is_flagged_is_told_under_a_new_name_of_its_user(flags, table, stream, sent):
    """The user was never seen under the old name: its key is used for objects of S3, say, which makes no event."""
    flags.flag((CAROL, "SIGNIN"), ACCOUNT, replace(FLAG, holder=CAROL_ID), now=at(0))
    flags.flag((CAROL.replace("carol", "dave"), "SIGNIN"), ACCOUNT, replace(FLAG, holder="AIDADAVE"), now=at(0))
    stream()
    for facet in (ITSELF, "SIGNIN"):
        table.record(seen(facet, 60, principal=CAROLINE, principal_id=CAROL_ID))

    assert handle(stream()) == []
    assert [(notice["kind"], notice["name"]) for notice in sent()] == [("password", "caroline")]
    assert flags.of(ACCOUNT)[CAROL, "SIGNIN"].awakened_at == at(60)


def test_a_password_that_alone_is_still_flagged_is_told_under_a_name_by_which_somebody_else_signed_in(
    flags, table, stream, sent
):
    """Carol was renamed to dave, a name somebody else had signed in under."""
    dave = CAROL.replace("carol", "dave")
    table.record(seen("SIGNIN", -DAY, principal=dave, principal_id="AIDADAVE", event_id="his"))
    flags.flag((CAROL, "SIGNIN"), ACCOUNT, replace(FLAG, holder=CAROL_ID), now=at(0))
    stream()
    for event, seconds, facets in (
        ("her call", 60, [ITSELF]),
        ("her sign-in", 80, [ITSELF, "SIGNIN"]),
        ("another of hers", 90, [ITSELF, "SIGNIN"]),
    ):
        for facet in facets:
            table.record(seen(facet, seconds, principal=dave, principal_id=CAROL_ID, event_id=event))
        assert handle(stream()) == []

    assert [(notice["kind"], notice["name"]) for notice in sent()] == [("password", "dave")]


def test_a_password_of_which_the_flag_is_forgotten_is_told_under_no_name(flags, table, stream, sent):
    flags.flag((CAROL, "SIGNIN"), ACCOUNT, replace(FLAG, holder=CAROL_ID), now=at(0))
    flags.unflag((CAROL, "SIGNIN"), CAROL_ID)
    stream()
    table.record(seen("SIGNIN", 60, principal=CAROLINE, principal_id=CAROL_ID))

    assert handle(stream()) == []
    assert sent() == []


@pytest.fixture
def once_flagged_elsewhere(flags, table):
    """Carol's key, which she used under another name as well; a report flagged it, and a later one did not."""
    table.record(seen(KEY, -250 * DAY, principal=CAROLINE, principal_id=CAROL_ID, event_id="old"))
    earlier = replace(FLAG, first_flagged=at(-100 * DAY))
    flags.flag((CAROL, KEY), ACCOUNT, earlier, now=at(-100 * DAY), elsewhere=[(CAROLINE, KEY)])
    flags.unflag((CAROL, KEY), CAROL_ID)


def test_what_is_left_of_a_flag_under_another_name_tells_nothing(once_flagged_elsewhere, table, stream, sent):
    stream()
    table.record(seen(KEY, 60, principal=CAROLINE, principal_id=CAROL_ID))

    assert handle(stream()) == []
    assert sent() == []


def test_what_is_left_of_a_flag_under_another_name_hides_no_use_while_a_report_flags_it_anew(
    once_flagged_elsewhere, flags, table, stream, sent
):
    stream()
    table.record(seen(KEY, -10, principal=CAROLINE, principal_id=CAROL_ID))
    assert handle(stream()) == []
    flags.flag((CAROL, KEY), ACCOUNT, FLAG, now=at(0), elsewhere=[(CAROLINE, KEY)])

    assert handle(stream()) == []
    assert [notice["access_key_id"] for notice in sent()] == [CAROL_KEY]


def test_a_use_under_a_name_that_was_known_when_it_was_flagged_is_told(flags, table, stream, sent):
    """The user had that name before, and has it again."""
    table.record(seen(KEY, -250 * DAY, principal=CAROLINE, principal_id=CAROL_ID, event_id="old"))
    flags.flag((CAROL, KEY), ACCOUNT, FLAG, now=at(0), elsewhere=[(CAROLINE, KEY)])
    stream()
    table.record(seen(KEY, 60, principal=CAROLINE, principal_id=CAROL_ID))

    assert handle(stream()) == []
    assert [notice["access_key_id"] for notice in sent()] == [CAROL_KEY]


@pytest.mark.parametrize("holder", [CAROL_ID, ""], ids=["known by its flag", "known by what else is flagged"])
def test_a_successors_sign_in_is_not_told_as_a_use_of_the_flagged_password(flags, table, stream, sent, holder):
    table.record(seen("SIGNIN", -200 * DAY, event_id="old"))
    flags.flag((CAROL, "SIGNIN"), ACCOUNT, replace(FLAG, holder=holder), now=at(0))
    flags.flag((CAROL, ITSELF), ACCOUNT, FLAG, now=at(0))
    stream()
    for facet in ("ID#AIDANEW", "SIGNIN"):
        table.record(seen(facet, 60, principal_id="AIDANEW"))

    assert handle(stream()) == []
    assert sent() == []


def test_a_role_that_was_made_anew_is_another_also_where_a_session_does_not_say_which(
    flags, table, stream, sent
):
    flags.flag((BATCH, "ID#AROABATCH"), ACCOUNT, FLAG, now=at(0))
    stream()
    table.record(seen("ID#AROANEW", 50, principal=BATCH, principal_id="AROANEW", event_id="1"))
    table.record(seen("ID#", 60, principal=BATCH, event_id="2"))

    assert handle(stream()) == []
    assert sent() == []


@pytest.mark.parametrize("known_as", [BATCH, BATCH_IN_CI], ids=["without its path", "with its path"])
@pytest.mark.parametrize("seen_as", [BATCH, BATCH_IN_CI], ids=["seen without its path", "seen with its path"])
def test_a_role_that_was_made_anew_is_another_whatever_its_path(flags, table, stream, sent, known_as, seen_as):
    flags.flag((BATCH_IN_CI, "ID#AROABATCH"), ACCOUNT, FLAG, now=at(0))
    stream()
    table.record(seen("ID#AROANEW", 50, principal=known_as, principal_id="AROANEW", event_id="1"))
    table.record(seen("ID#", 60, principal=seen_as, event_id="2"))

    assert handle(stream()) == []
    assert sent() == []


def test_a_renamed_users_key_is_told_under_a_name_that_is_flagged_for_somebody_else(flags, table, stream, sent):
    """Carol was renamed to dave, whose name was another's, flagged and deleted; the event does not tell her id."""
    dave = CAROL.replace("carol", "dave")
    flags.flag((dave, "ID#AIDADAVE"), ACCOUNT, FLAG, now=at(0))
    flags.flag((CAROL, KEY), ACCOUNT, FLAG, now=at(0))
    stream()
    for facet in ("ID#", KEY):
        table.record(seen(facet, 60, principal=dave, principal_id=""))

    assert handle(stream()) == []
    assert [notice.get("access_key_id") for notice in sent()] == [CAROL_KEY]


@pytest.mark.parametrize("facet", ["ID#AROABATCH", "DENIED#AROABATCH", "ID#", "DENIED#"])
def test_a_role_with_a_path_is_told_by_sessions_that_leave_it_out(flags, table, stream, sent, facet):
    role = f"arn:aws:iam::{ACCOUNT}:role/ci/batch"
    flags.flag((role, "ID#AROABATCH"), ACCOUNT, FLAG, now=at(0))
    stream()
    table.record(seen(facet, 60, principal=BATCH, principal_id=facet.partition("#")[2]))

    assert handle(stream()) == []
    assert [notice["arn"] for notice in sent()] == [role]


def test_a_role_that_is_refused_again_by_a_session_that_leaves_out_its_path_is_told_once(
    flags, table, stream, sent
):
    flags.flag((BATCH_IN_CI, "ID#AROABATCH"), ACCOUNT, FLAG, now=at(0))
    stream()
    for seconds, name in ((60, BATCH_IN_CI), (80, BATCH), (90, BATCH_IN_CI)):
        refused = {"event_id": f"refused {seconds}", "error_code": "AccessDenied"}
        table.record(seen("DENIED#AROABATCH", seconds, principal=name, principal_id="AROABATCH", **refused))
        assert handle(stream()) == []

    assert [(notice["arn"], notice["denied"]) for notice in sent()] == [(BATCH_IN_CI, True)]


def test_a_flagged_user_that_is_seen_without_its_id_is_told(flags, table, stream, sent):
    flags.flag((CAROL, ITSELF), ACCOUNT, FLAG, now=at(0))
    stream()
    table.record(seen("ID#", 60, principal_id=""))

    assert handle(stream()) == []
    assert [notice["name"] for notice in sent()] == ["carol"]


def test_somebody_new_of_whom_nothing_is_flagged_is_not_told(table, stream, sent, caplog):
    table.record(seen(ITSELF, 60))

    assert handle(stream()) == []
    assert sent() == []
    assert lines(caplog, "not announced") == []


def test_the_root_user_is_told_and_nothing_is_written(table, stream, sent):
    table.record(seen("SIGNIN", 60, principal=ROOT_USER))

    assert handle(stream()) == []
    assert [notice["kind"] for notice in sent()] == ["root"]
    assert stream() == []


def test_root_from_another_address_is_told_though_its_key_was_told_of_within_minutes(table, stream, sent):
    for address, facets in (
        ("198.51.100.7", ("KEY#AKIAROOT", "IP#198.51.100.7")),
        ("203.0.113.66", ("IP#203.0.113.66",)),
    ):
        for facet in facets:  # The key's item is not written again so soon.
            table.record(seen(facet, 60, principal=ROOT_USER, source_ip=address, event_id=address))

    assert handle(stream()) == []
    assert [each["evidence"]["source_ip"] for each in sent()] == ["198.51.100.7", "203.0.113.66"]


def test_a_notice_that_sns_refuses_comes_again_and_keeps_its_flag(used, sent, flags, refuse, caplog):
    (record,) = used(KEY)
    stop = refuse(app.herald().delivery.sns, "Publish")

    assert handle([record]) == again_from(record)
    assert flags.of(ACCOUNT)[CAROL, KEY].first_flagged
    (line,) = lines(caplog, "not announced")
    assert (line.principal, line.facet, "later" in line.reason) == (CAROL, KEY, True)
    stop()
    assert handle([record]) == []
    assert len(sent()) == 1


def test_a_notice_whose_flag_stays_is_told_twice_rather_than_never(used, sent, refuse):
    (record,) = used(KEY)
    stop = refuse(app.herald().flags._client, "UpdateItem")

    assert handle([record]) == again_from(record)
    stop()
    assert handle([record]) == []
    assert len(sent()) == 2


def test_all_from_the_first_failure_on_comes_again_and_nothing_of_it_was_told(used, sent, refuse, monkeypatch):
    records = used(KEY, "KEY#AKIATWO", "KEY#AKIATHREE")
    publish, calls = app.herald().delivery.sns.publish, []

    def once(**message):
        calls.append(message)
        if len(calls) > 1:
            raise ClientError({"Error": {"Code": "Throttled", "Message": "later"}}, "Publish")
        return publish(**message)

    monkeypatch.setattr(app.herald().delivery.sns, "publish", once)

    assert handle(records) == again_from(records[1])
    assert len(calls) == 2
    assert [notice["access_key_id"] for notice in sent()] == ["AKIACAROL"]


def spoiled(record):
    """Its item has no time that could be read."""
    return {**record, "dynamodb": record["dynamodb"] | {"NewImage": {"last_seen": {"S": "yesterday"}}}}


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "amidst", "last"])
def test_a_record_that_cannot_be_read_is_set_aside_and_holds_nothing_up(used, sent, set_aside, caplog, place):
    keys = ["AKIAONE", "AKIATWO", "AKIATHREE"]
    records = used(*(f"KEY#{key}" for key in keys))
    records[place] = spoiled(records[place])

    assert handle(records) == []
    assert [notice["access_key_id"] for notice in sent()] == [key for key in keys if key != keys[place]]
    (letter,) = set_aside()
    assert letter["reason"].startswith(f"item {CAROL} KEY#{keys[place]}: NewImage is no item of the table")
    assert letter["record"]["dynamodb"]["SequenceNumber"] == records[place]["dynamodb"]["SequenceNumber"]
    (line,) = lines(caplog, "unreadable")
    number = records[place]["dynamodb"]["SequenceNumber"]
    assert (line.levelname, line.sequence_number, line.reason) == ("ERROR", number, letter["reason"])


def test_a_flag_on_what_reports_do_not_flag_is_set_aside(used, set_aside):
    assert handle(used("SERVICE#s3.amazonaws.com")) == []

    (letter,) = set_aside()
    assert "flagged, but neither user, role nor key" in letter["reason"]


def test_what_cannot_be_set_aside_comes_again_and_nothing_after_it_was_told(
    used, sent, set_aside, refuse, caplog
):
    records = used(KEY, "KEY#AKIATWO", "KEY#AKIATHREE")
    records[1] = spoiled(records[1])
    stop = refuse(app.dead_letters().sqs, "SendMessage")

    assert handle(records) == again_from(records[1])
    assert [notice["access_key_id"] for notice in sent()] == ["AKIACAROL"]
    (line,) = lines(caplog, "not set aside")
    assert line.sequence_number == records[1]["dynamodb"]["SequenceNumber"]
    assert "later" in line.reason
    stop()
    assert handle(records[1:]) == []
    assert len(set_aside()) == 1
    assert [notice["access_key_id"] for notice in sent()] == ["AKIACAROL", "AKIATHREE"]


def test_another_item_of_the_principal_that_cannot_be_read_keeps_no_notice_back(
    used, dynamodb, sent, set_aside
):
    records = used(KEY)
    dynamodb.put_item(
        TableName="activity",
        Item={name: {"S": value} for name, value in (("principal", CAROL), ("facet", "x"), ("last_seen", "?"))},
    )

    assert handle(records) == []
    assert [notice["arn"] for notice in sent()] == [CAROL]
    assert set_aside() == []


def test_a_first_record_that_fails_among_others_has_the_batch_halved(used, sent, refuse):
    records = used(KEY, "KEY#AKIATWO")
    stop = refuse(app.herald().delivery.sns, "Publish")

    with pytest.raises(NotAnnounced, match="the first of 2; the log says why"):
        handle(records)
    assert handle(records[:1]) == again_from(records[0])
    stop()
    assert handle(records[1:]) == []
    assert [notice["access_key_id"] for notice in sent()] == ["AKIATWO"]


def test_many_notices_keep_below_the_rate_at_which_sns_unsubscribes(flags, table, stream, pauses):
    keys = [f"KEY#AKIA{number}" for number in range(5)]
    for key in keys:
        flags.flag((CAROL, key), ACCOUNT, FLAG, now=at(0))
        table.record(seen(key, 60, event_id=key))

    assert handle(stream()) == []
    assert pauses == [app.PAUSE] * 4
    assert timedelta(seconds=0.4).total_seconds() <= app.PAUSE  # Of two shards or more, at 10 a second.


def test_notices_are_counted(used, capsys):
    handle(used(KEY, "KEY#AKIATWO"))

    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "Awakened" in line]
    (measured,) = line["_aws"]["CloudWatchMetrics"]
    assert measured["Namespace"] == "LastActivity"
    assert measured["Metrics"] == [{"Name": "Awakened", "Unit": "Count"}]
    assert (line["Awakened"], line["service"]) == ([2.0], "awakened")


def test_flagging_and_taking_flags_off_tells_nothing(flags, table, stream, sent):
    table.record(seen(KEY, 60))
    table.record(seen("ID#", 60, principal=BATCH))
    flags.flag((CAROL, KEY), ACCOUNT, FLAG, now=at(90))
    flags.flag((CAROL, KEY), ACCOUNT, FLAG, now=at(95))
    flags.awaken((CAROL, KEY), at(100))
    flags.unflag((CAROL, KEY))

    assert handle(stream()) == []
    assert sent() == []


def test_a_deleted_item_tells_nothing(used, dynamodb, stream, sent):
    used(KEY)
    dynamodb.delete_item(TableName="activity", Key={"principal": {"S": CAROL}, "facet": {"S": KEY}})

    assert handle(stream()) == []
    assert sent() == []


@pytest.mark.parametrize("event", [{}, {"Records": []}, {"key1": "value1"}])
def test_an_event_that_is_none_of_a_stream_is_refused(event):
    with pytest.raises(UnreadableChange, match="not records of a DynamoDB stream"):
        lambda_handler(event, None)


@pytest.mark.parametrize("name", ["ACTIVITY_TABLE", "REPORT_TOPIC_ARN"])
def test_a_missing_setting_is_named(topic, monkeypatch, name):
    monkeypatch.delenv(name)

    with pytest.raises(BadSetting, match=f"{name} is not set"):
        handle([record(Item(seen("SIGNIN", 60, principal=ROOT_USER)))])


def test_the_queue_of_what_cannot_be_read_is_missed_by_name(topic):
    with pytest.raises(BadSetting, match="DEAD_LETTER_QUEUE_URL is not set"):
        handle([spoiled(record(Item(seen(KEY, 60))))])


@pytest.mark.parametrize(
    "client", [lambda: app.herald().delivery.sns, lambda: app.dead_letters().sqs], ids=["SNS", "SQS"]
)
def test_a_call_is_given_up_in_time_and_tried_three_times(topic, set_aside, client):
    """A batch of the stream waits for it; the function has a minute."""
    config = client().meta.config

    assert (config.connect_timeout, config.read_timeout) == (2, 5)
    assert (config.retries["mode"], config.retries["total_max_attempts"]) == ("standard", 3)


def test_each_line_of_the_log_names_the_invocation(topic):
    handle([{"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1"}}])

    assert app.logger.get_current_keys()["function_request_id"] == "request-1"


def test_a_users_own_item_is_looked_at_again_a_second_later(used, sent, pauses):
    assert handle(used(ITSELF)) == []

    assert pauses == [1.0]
    assert [each["kind"] for each in sent()] == ["user"]


def test_whatever_decides_a_notice_is_read_as_it_is_now(flags, table, stream, sent):
    """Also what is kept under other names."""
    asked = []
    flags.flag((CAROL, ITSELF), ACCOUNT, FLAG, now=at(0))
    stream()
    table.record(seen(ITSELF, 60)._replace(principal=CAROLINE))
    events = app.herald().table._client.meta.events
    events.register("provide-client-params.dynamodb.Query", lambda params, **_: asked.append(params))
    handle(stream())

    items = [each for each in asked if "IndexName" not in each]
    assert {each["ExpressionAttributeValues"][":principal"]["S"] for each in items} == {CAROL, CAROLINE}
    assert all(each["ConsistentRead"] for each in items)
    assert len(sent()) == 1
