"""Flag, event in, notice out: through the deployed queue, ingest, table, stream, filters and topic."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from builders import ACCOUNT, alice, envelope, record
from e2e.runtime_api import Said
from e2e.sandbox import running
from e2e.server import eventually
from e2e.stack import Queue

from activity.flags import Flags
from activity.item import Flag
from activity.model import Activity, Evidence, is_denied, to_text
from activity.table import ActivityTable
from lastseen.demo.local_aws import make_table

TABLE = "awakened-runtime"
# Not the account of the samples, whose root user other tests count on to be new.
OTHER_ACCOUNT = "210987654321"
ROOT_USER = f"arn:aws:iam::{OTHER_ACCOUNT}:root"


@pytest.fixture(scope="module")
def notices(stack):
    """A queue that gets what the topic publishes about awakenings, and nothing else; by the filter's attribute."""
    with stack.mailbox("notices", FilterPolicy=json.dumps({"event": ["awakened"]})) as queue:
        yield queue


@pytest.fixture(scope="module")
def table(server, stack):
    return ActivityTable(server.client("dynamodb"), stack.outputs["ActivityTableName"])


@pytest.fixture(scope="module")
def flags(server, stack):
    return Flags(server.client("dynamodb"), stack.outputs["ActivityTableName"])


def person(name):
    """Of the account, with a key; nobody else's test knows it."""
    return alice(
        arn=f"arn:aws:iam::{ACCOUNT}:user/{name}",
        principalId=f"AIDA{name.upper()}",
        accessKeyId=f"AKIA{name.upper()}",
    )


def flag(flags, identity, *, days_ago=7):
    """As the report of some days ago did that found the user and its key idle for 200 days."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    key = (identity["arn"], f"KEY#{identity['accessKeyId']}")
    itself = (identity["arn"], f"ID#{identity['principalId']}")
    for each in (key, itself):
        flags.flag(each, ACCOUNT, Flag(at, at - timedelta(days=200)), now=at)


def flagged_of(table, identity):
    items = table.items_of(identity["arn"], is_current=True)
    return {facet for (_, facet), item in items.items() if item.first_flagged}


def send(stack, identity, **more):
    at = to_text(datetime.now(UTC))
    call = record(identity, **({"eventTime": at, "awsRegion": "eu-north-1"} | more))
    stack.queue().send([json.dumps(envelope(call))])


def of(said):
    """The notice as machines get it, of what came to the mailbox."""
    return json.loads(json.loads(said)["Message"])


@pytest.fixture
def next_notices(notices):
    def read(what):
        return [of(each) for each in eventually(notices.take, what, within=60)]

    return read


def test_a_flagged_key_that_is_used_is_told_once_and_no_longer_flagged(
    stack, flags, table, next_notices, notices
):
    ivan = person("ivan")
    flag(flags, ivan)
    send(stack, ivan, eventID="ivan-1")
    told = next_notices("the notice of ivan has come")
    send(stack, ivan, eventID="ivan-2", eventTime=to_text(datetime.now(UTC) + timedelta(minutes=10)))
    key = ivan["arn"], f"KEY#{ivan['accessKeyId']}"
    eventually(lambda: stack.items()[key]["event_id"] == "ivan-2", "the second use is recorded", within=30)
    sentinel = person("judy")
    flag(flags, sentinel)
    send(stack, sentinel)
    told += next_notices("the notice of judy has come")

    assert [(each["name"], each["kind"], each["idle_days"]) for each in told] == [
        ("ivan", "access_key", 207),
        ("judy", "access_key", 207),
    ]
    assert told[0]["evidence"]["event_id"] == "ivan-1"
    assert [each["kind"] for each in told[0]["also"]] == ["user"]
    assert not [item for item in table.items_of(ivan["arn"]).values() if item.first_flagged]
    assert flags.of(ACCOUNT)[key].awakened_at
    assert notices.is_empty()


def test_a_key_that_was_used_while_the_report_was_made_is_told_once_it_is_flagged(stack, flags, next_notices):
    niaj = person("niaj")
    send(stack, niaj, eventID="niaj-1")
    key = niaj["arn"], f"KEY#{niaj['accessKeyId']}"
    eventually(lambda: key in stack.items(), "the use is recorded", within=30)
    report = datetime.now(UTC) - timedelta(hours=1)
    flags.flag(
        key, ACCOUNT, Flag(report, report - timedelta(days=200)), now=report
    )  # Its user's may come later.
    (told,) = next_notices("the notice of niaj has come")

    assert (told["access_key_id"], told["evidence"]["event_id"]) == ("AKIANIAJ", "niaj-1")


def test_a_refused_attempt_with_a_flagged_key_is_told_as_one_and_the_use_that_succeeds_after_it_too(
    stack, flags, table, next_notices
):
    mike = person("mike")
    flag(flags, mike)
    send(stack, mike, errorCode="AccessDenied")
    (told,) = next_notices("the notice of mike has come")

    assert (told["access_key_id"], told["denied"]) == ("AKIAMIKE", True)
    assert told["evidence"]["error_code"] == "AccessDenied"
    eventually(
        lambda: not any(map(is_denied, flagged_of(table, mike))),
        "what was refused is flagged no longer",
        within=20,
    )
    assert {f"KEY#{mike['accessKeyId']}", f"ID#{mike['principalId']}"} <= flagged_of(table, mike)
    send(stack, mike)
    (told,) = next_notices("the notice of mike's use has come")
    assert (told["access_key_id"], told["denied"]) == ("AKIAMIKE", False)
    eventually(lambda: not flagged_of(table, mike), "no flag is left", within=20)


def test_a_key_of_the_root_user_is_told_though_nothing_is_flagged(stack, next_notices):
    root = {"type": "Root", "principalId": OTHER_ACCOUNT, "arn": ROOT_USER, "accountId": OTHER_ACCOUNT}
    send(stack, root | {"accessKeyId": "AKIAROOT"}, recipientAccountId=OTHER_ACCOUNT)
    (told,) = next_notices("the notice of root has come")

    assert (told["kind"], told["account"], told["access_key_id"]) == ("root", OTHER_ACCOUNT, "AKIAROOT")


def test_the_mapping_has_its_filters_and_its_queue_for_what_fails(stack, server):
    functions = server.client("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName=stack.resources["AwakenedFunction"])[
        "EventSourceMappings"
    ]
    letters = stack.resources["AwakenedDeadLetterQueue"].rpartition("/")[2]

    assert len(mapping["FilterCriteria"]["Filters"]) == 3
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"].endswith(f":{letters}")


# The server takes no notice of which records a function of a stream answers as failed: what the artifact answers
# is seen here, with records of a real stream, under AWS's own runtime client.


@pytest.fixture(scope="module")
def own_table(server):
    client = server.client("dynamodb")
    make_table(client, TABLE)
    yield client.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    client.delete_table(TableName=TABLE)


@pytest.fixture(scope="module")
def records(server, own_table):
    """Of the uses of three keys that were flagged."""
    client, streams = server.client("dynamodb"), server.client("dynamodbstreams")
    people = [person(name) for name in ("olivia", "peggy", "quentin")]
    for each in people:
        flag(Flags(client, TABLE), each)
    for each in people:
        at = datetime.now(UTC).replace(microsecond=0)
        key = f"KEY#{each['accessKeyId']}"
        ActivityTable(client, TABLE).record(Activity(each["arn"], key, at, at, Evidence(key)))
    (shard,) = streams.describe_stream(StreamArn=own_table)["StreamDescription"]["Shards"]
    start = {"StreamArn": own_table, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    found = streams.get_records(ShardIterator=streams.get_shard_iterator(**start)["ShardIterator"])["Records"]
    return json.loads(json.dumps(found[-len(people) :], default=str))


@pytest.fixture(scope="module")
def letters(server, stack):
    """The dead letters of the deployed function."""
    return Queue(server.client("sqs"), f"x:{stack.resources['AwakenedDeadLetterQueue'].rpartition('/')[2]}")


@pytest.fixture(scope="module")
def conversation(server, stack, artifacts, records, notices, letters, tmp_path_factory):
    """What the artifact's process posts for each invocation, with what comes to stay in the queue by it.

    A poisoned record amidst the others, and alone; the others; and the poisoned one where it cannot be set aside.
    """
    settings = {
        "ACTIVITY_TABLE": TABLE,
        "REPORT_TOPIC_ARN": stack.outputs["ReportTopicArn"],
        "DEAD_LETTER_QUEUE_URL": letters.url,
    }
    folder, artifact = tmp_path_factory.mktemp("sandbox"), artifacts / "AwakenedFunction"
    poison = json.loads(json.dumps(records[1]))
    poison["dynamodb"]["NewImage"]["last_seen"] = {"S": "yesterday"}
    batches = {"amidst": [records[0], poison, records[2]], "alone": [poison], "mended": records}
    letters.take()
    role = stack.as_role("AwakenedRole", table=TABLE)
    with running(server, artifact, "awakened.app.lambda_handler", folder, **role, **settings) as (api, _):
        said = {name: (api.invoke(name, {"Records": batch}), letters.take()) for name, batch in batches.items()}
    nowhere = settings | {"DEAD_LETTER_QUEUE_URL": f"{letters.url}-gone"}
    folder = tmp_path_factory.mktemp("sandbox")
    with running(server, artifact, "awakened.app.lambda_handler", folder, **role, **nowhere) as (api, _):
        said["amidst, no queue"] = (api.invoke("1", {"Records": [records[0], poison]}), letters.take())
        said["first, no queue"] = (api.invoke("2", {"Records": [poison, records[2]]}), letters.take())
    return said


def test_the_artifact_sets_aside_what_it_cannot_read_and_goes_on(conversation, records):
    number = records[1]["dynamodb"]["SequenceNumber"]

    for name in ("amidst", "alone"):
        said, (letter,) = conversation[name]
        assert said == Said(name, "response", {"batchItemFailures": []})
        assert json.loads(letter)["record"]["dynamodb"]["SequenceNumber"] == number
        assert "NewImage is no item of the table" in json.loads(letter)["reason"]
    assert conversation["mended"] == (Said("mended", "response", {"batchItemFailures": []}), [])


def test_the_artifact_answers_the_first_record_that_it_cannot_set_aside_and_has_a_batch_halved(
    conversation, records
):
    again = {"batchItemFailures": [{"itemIdentifier": records[1]["dynamodb"]["SequenceNumber"]}]}
    said, _ = conversation["first, no queue"]

    assert conversation["amidst, no queue"] == (Said("1", "response", again), [])
    assert (said.about, said.body["errorType"]) == ("error", "NotAnnounced")


def test_the_artifact_tells_of_each_key_once(conversation, notices):
    told = [of(each)["access_key_id"] for each in notices.take()]

    assert sorted(told) == ["AKIAOLIVIA", "AKIAPEGGY", "AKIAQUENTIN"]
