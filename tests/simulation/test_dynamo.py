"""The table in memory does as moto's does, whatever the code asks of it."""

from datetime import timedelta

import boto3
from builders import ACCOUNT, ALICE, NOON, activity
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from simulation.dynamo import Dynamo

from activity.flags import Flags
from activity.item import Flag
from activity.keeping import Keeping
from activity.table import ActivityTable
from lastseen.demo.local_aws import local_aws, make_table

OTHER = ALICE.replace("alice", "alicia")
FACETS = "ID#AIDAALICE", "ID#", "KEY#AKIAALICE", "DENIED#AKIAALICE", "SIGNIN"
KEPT = Keeping(timedelta(minutes=5), timedelta(hours=1))

keys = st.tuples(st.sampled_from([ALICE, OTHER]), st.sampled_from(FACETS))
times = st.integers(0, 2000)
operations = st.one_of(
    st.tuples(st.just("record"), keys, times, st.sampled_from(["a", "b"])),
    st.tuples(st.just("flag"), keys, times, st.booleans()),
    st.tuples(st.just("unflag"), keys, st.sampled_from(["", "AIDAALICE", "AIDAOTHER"])),
    st.tuples(st.just("tell"), keys, times),
    st.tuples(st.just("exempt"), keys, times),
    st.tuples(st.just("awaken"), keys, times),
)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


class Told:
    """What each operation answers, and what is read after it."""

    def __init__(self, client):
        self.table, self.flags = ActivityTable(client, "activity", KEPT), Flags(client, "activity")

    def do(self, operation):
        name, key, *more = operation
        return getattr(self, name)(key, *more), self.read(key)

    def record(self, key, seconds, event):
        return self.table.record(activity(seconds, event, key[1], key[0]))

    def flag(self, key, seconds, renews):
        flag = Flag(after(seconds), after(-seconds), holder="AIDAALICE")
        self.flags.flag(key, ACCOUNT, flag, now=after(seconds), elsewhere=[(OTHER, "ID#")], renews=renews)

    def unflag(self, key, holder):
        self.flags.unflag(key, holder)

    def tell(self, key, seconds):
        self.flags.tell(key, after(seconds))

    def exempt(self, key, seconds):
        self.flags.exempt(key, ACCOUNT, now=after(seconds))

    def awaken(self, key, seconds):
        return self.flags.awaken(key, after(seconds))

    def read(self, key):
        return (
            self.table.get([key, (OTHER, "ID#")]),
            self.table.items_of(key[0]),
            list(self.table.of(key[0], facet_begins="ID#")),
            sorted(self.table.principals_with(key[1])),
            self.flags.of(ACCOUNT),
            self.flags.exempt_of(ACCOUNT),
        )


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # To make a failing one smaller takes moto minutes.
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(operations, min_size=12, max_size=15))
def test_what_the_code_asks_is_answered_alike(sequence):
    with local_aws("us-east-1") as aws:
        client, fake = aws("dynamodb"), Dynamo()
        make_table(client, "activity")
        ours, theirs = Told(fake), Told(client)
        for operation in sequence:
            assert ours.do(operation) == theirs.do(operation)
        streamed = _stream_of(client)

    assert [_essence(each) for each in fake.changes] == [
        _essence(each) for each in streamed if _is_change(each)
    ]


def _stream_of(client):
    streams = boto3.client("dynamodbstreams")
    arn = client.describe_table(TableName="activity")["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    kind = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    return streams.get_records(ShardIterator=streams.get_shard_iterator(**kind)["ShardIterator"])["Records"]


def _essence(record):
    change = record["dynamodb"]
    return record["eventName"], change["Keys"], change.get("OldImage"), change.get("NewImage")


def _is_change(record):
    """moto puts an item of keys alone before it updates it, and tells of what changes nothing."""
    change = record["dynamodb"]
    return change["NewImage"] != change["Keys"] and change["NewImage"] != change.get("OldImage")
