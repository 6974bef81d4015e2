"""What a use of something flagged puts on the bus, and what becomes of what EventBridge refuses."""

import json

import pytest
import time_machine
from awakened_changes import CAROL, CAROL_ID, DENIED_KEY, ITSELF, KEY, ROOT_USER, seen
from builders import ACCOUNT, at

from activity.accounts import Account
from activity.names import Names
from awakened import app
from awakened.app import lambda_handler

OF_KEY, OF_USER, OF_PASSWORD = (
    f"{ACCOUNT}:access_key:AKIACAROL",
    f"{ACCOUNT}:user:{CAROL_ID}",
    f"{ACCOUNT}:password:{CAROL_ID}",
)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with time_machine.travel(at(120), tick=False):
        yield


@pytest.fixture
def put(topic, set_aside):
    """The entries that were put until now."""
    entries = []
    client = app.herald().delivery.bus.client
    client.meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: entries.extend(params["Entries"])
    )
    return entries


def details(entries):
    return [json.loads(each["Detail"]) for each in entries]


def handle(records):
    return lambda_handler({"Records": records}, None)["batchItemFailures"]


def test_the_use_of_a_key_is_an_event_with_the_id_of_its_finding(used, put, sent):
    assert handle(used(KEY)) == []

    (entry,), (detail,) = put, details(put)
    assert (entry["DetailType"], entry["Resources"]) == ("Stale Access Used Again", [CAROL])
    assert entry["Time"] == at(60)
    assert detail["finding_id"] == OF_KEY
    assert detail.items() <= sent()[0].items()
    assert sent()[0].keys() - detail.keys() == {"event", "also"}


def test_each_finding_that_one_use_ends_is_an_event(used, put, sent):
    assert handle(used(KEY, "SIGNIN", ITSELF, event_id="one")) == []

    assert len(sent()) == 1
    assert {each["finding_id"] for each in details(put)} == {OF_KEY, OF_PASSWORD, OF_USER}
    assert {each["finding_id"] for each in sent()[0]["also"]} == {OF_PASSWORD, OF_USER}


def test_a_refused_attempt_is_an_event_that_says_so(used, put):
    handle(used(DENIED_KEY))

    assert [(each["finding_id"], each["denied"]) for each in details(put)] == [(OF_KEY, True)]


def test_the_root_user_is_no_finding(put, table, stream, sent):
    stream()
    table.record(seen("SIGNIN", 60, principal=ROOT_USER))

    assert handle(stream()) == []
    assert len(sent()) == 1
    assert put == []
    assert "finding_id" not in sent()[0]


def test_the_name_of_an_organizations_account_is_told(used, put, aws, dynamodb, monkeypatch):
    monkeypatch.setenv("ACCOUNT_TOPIC_ARN", aws("sns").create_topic(Name="accounts")["TopicArn"])
    Names(dynamodb, "activity").keep([Account(ACCOUNT, "acme-prod", "Workloads")], {})
    app.herald.cache_clear()
    kept = []
    app.herald().delivery.bus.client.meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: kept.extend(params["Entries"])
    )
    handle(used(KEY))
    app.herald.cache_clear()

    assert [each["account_name"] for each in details(kept)] == ["acme-prod"]


def test_what_eventbridge_refuses_is_set_aside_and_mailed_once(
    used, put, sent, refuse, set_aside, flags, caplog
):
    refuse(app.herald().delivery.bus.client, "PutEvents")
    (record,) = used(KEY)

    assert handle([record]) == []
    assert len(sent()) == 1
    (letter,) = set_aside()
    assert letter["reason"].startswith("EventBridge refused this notice, which was mailed: ")
    assert letter["record"]["dynamodb"]["SequenceNumber"] == record["dynamodb"]["SequenceNumber"]
    assert [each.levelname for each in caplog.records if each.message == "events not sent"] == ["ERROR"]
    assert not flags.of(ACCOUNT)[CAROL, KEY].first_flagged


def test_what_could_not_be_mailed_is_no_event_until_it_is(used, put, refuse):
    stop = refuse(app.herald().delivery.sns, "Publish")
    (record,) = used(KEY)
    handle([record])
    assert put == []
    stop()
    handle([record])

    assert len(put) == 1


def test_it_is_sent_twice_rather_than_never_if_the_flag_cannot_be_cleared(used, put, refuse):
    stop = refuse(app.herald().flags._client, "UpdateItem")
    (record,) = used(KEY)
    assert handle([record]) != []
    stop()
    assert handle([record]) == []

    assert [each["finding_id"] for each in details(put)] == [OF_KEY] * 2


@pytest.mark.parametrize(("value", "has_chat"), [("", False), ("false", False), ("true", True)])
def test_https_subscriptions_get_the_form_for_chat_channels_by_a_setting(
    topic, set_aside, used, aws, monkeypatch, value, has_chat
):
    monkeypatch.setenv("CHAT_FORMAT", value)
    app.herald.cache_clear()
    forms = []
    app.herald().delivery.sns.meta.events.register(
        "provide-client-params.sns.Publish", lambda params, **_: forms.append(json.loads(params["Message"]))
    )
    handle(used(KEY))
    app.herald.cache_clear()

    assert ["https" in each for each in forms] == [has_chat]
