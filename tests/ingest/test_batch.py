"""Batches through a sandbox that remembers: few writes, and none too few, in whatever order records come."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from builders import ACCOUNT, alice, record
from hypothesis import given, settings
from hypothesis import strategies as st

from activity.keeping import Keeping
from ingest import wire
from ingest.batch import Batch, Memory
from ingest.cloudtrail import read
from ingest.likeness import likeness
from ingest.principals import Ignored
from lastseen.demo.embedded import EmbeddedTable

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
SHARED = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1"


def role(arn, session, **more):
    name = arn.rpartition("/")[2]
    return {
        "type": "AssumedRole",
        "principalId": f"AROA:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
        "sessionContext": {"sessionIssuer": {"arn": arn, "principalId": "AROA"}},
    } | more


IDENTITIES = [
    alice(),
    alice(accessKeyId="ASIA1"),
    alice(accessKeyId="ASIA2", sessionContext={"attributes": {"mfaAuthenticated": "true"}}),
    alice(principalId="AIDASUCCESSOR"),
    role(ROLE, "one"),
    role(ROLE, "two"),
    role(ROLE, "one", onBehalfOf={"userId": "u-1"}),
    role(ROLE, "one", principalId=None),
    role(ROLE, "one", sessionContext={"sessionIssuer": {"arn": ROLE}}),
    role(ROLE, "one", sessionContext={"sessionIssuer": {"arn": ROLE}}, principalId="AROAOLD:one"),
    role(SHARED, "judy"),
    role(SHARED, "kim"),
    {
        "type": "AssumedRole",
        "principalId": "AROA:one",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/one",
    },
    {"type": "Root", "accountId": ACCOUNT},
    {"type": "Root", "accountId": ACCOUNT, "sessionContext": {"assumedRoot": "true"}},
    {"type": "IAMUser", "userName": "nobody"},
    {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
    {"type": "AWSAccount", "accountId": "210987654321"},
    {"type": "Unknown"},
    {"onBehalfOf": {"userId": "u-1"}, "accountId": ACCOUNT},
    role(f"arn:aws:iam::{ACCOUNT}:user/odd", "one"),
    role(f"arn:aws:iam::{ACCOUNT}:root", "one"),
    alice(type="Unknown"),
    alice(arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/one"),
    {"type": "AWSAccount", "accountId": ACCOUNT, "principalId": "AIDAALICE"},
]
CALLS = [
    {},
    {"eventName": "GetObject", "userAgent": "another"},
    {"eventSource": "ec2.amazonaws.com"},
    {"eventType": "AwsServiceEvent"},
    {"errorCode": "AccessDenied"},
    {"errorCode": "Throttling"},
    {"errorCode": "InvalidClientTokenId"},
    {"errorCode": "Client.AuthFailure"},
    {"eventType": "AwsVpceEvent"},
    {"eventType": "AwsCloudTrailInsight"},
    *(
        {
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole",
            "requestParameters": {"roleArn": arn, "roleSessionName": session},
            "responseElements": {"assumedRoleUser": {"assumedRoleId": f"AROA:{session}"}} if told else None,
        }
        for arn in (ROLE, SHARED)
        for session in ("judy", "kim")
        for told in (True, False)
    ),
    *(
        {
            "eventSource": "signin.amazonaws.com",
            "eventName": name,
            "eventType": "AwsConsoleSignIn",
            "responseElements": {name: answer},
        }
        for name in ("ConsoleLogin", "CheckMfa", "EmailUpdated")
        for answer in ("Success", "Failure")
    ),
    *(
        {
            "eventSource": "iam.amazonaws.com",
            "eventName": "CreateAccessKey",
            "requestParameters": {"userName": user},
        }
        for user in (None, "alice")
    ),
    *(
        {
            "eventSource": "signin.amazonaws.com",
            "eventName": "UserAuthentication",
            "eventType": "AwsServiceEvent",
            "serviceEventDetails": {"UserAuthentication": answer},
        }
        for answer in ("Success", "Failure")
    ),
    *(
        {
            "eventSource": "signin.amazonaws.com",
            "eventName": "CreateOAuth2Token",
            "additionalEventData": {"success": answer},
        }
        for answer in ("true", "false")
    ),
    *(
        {"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "userAgent": agent}
        for agent in ("aws-cli/2", "Boto3/1 last-activity-canary")
    ),
    {"recipientAccountId": "210987654321"},
    {
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "eventType": "AwsCloudTrailInsight",
        "requestParameters": "odd",
    },
]


def made(identity, call, second=0, event="a", address="198.51.100.7", region="eu-west-1"):
    time = (datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {"eventTime": time, "eventID": event, "sourceIPAddress": address, "awsRegion": region}
    return wire.record(json.dumps(record(identity, **fields | call)))


def records(seconds):
    return st.lists(
        st.builds(
            made,
            st.sampled_from(IDENTITIES),
            st.sampled_from(CALLS),
            st.integers(0, seconds),
            st.sampled_from(["a", "b", None]),
            st.sampled_from(["198.51.100.7", "203.0.113.5", "ec2.amazonaws.com"]),
            st.sampled_from(["eu-west-1", "us-east-1"]),
        ),
        max_size=60,
    )


def gist(one):
    reading = read(one, arrived=NOW)
    return [(each.principal, each.facets) for each in reading.everything()], reading.ignored


@settings(max_examples=120)
@given(records(3))
def test_records_that_are_alike_sight_the_same_with_the_same(some):
    gists = defaultdict(list)
    for one in some:
        gists[likeness(one)].append(gist(one))

    assert all(each == alike[0] for alike in gists.values() for each in alike)


def test_every_kind_of_record_is_alike_only_to_its_like():
    """The same, for every identity with every call."""
    gists = defaultdict(list)
    for identity in IDENTITIES:
        for call in CALLS:
            for address in ("198.51.100.7", "203.0.113.5"):
                one = made(identity, call, address=address)
                gists[likeness(one)].append(gist(one))

    assert all(each == alike[0] for alike in gists.values() for each in alike)
    assert len(gists) > 100


ARNS = [
    None,
    "REDACTED",
    f"arn:aws:iam::{ACCOUNT}:user/alice",
    f"arn:aws:iam::{ACCOUNT}:user/odd:assumed-role/alice",
    f"arn:aws:iam::{ACCOUNT}:root",
    ROLE,
    SHARED,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/one",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/two",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_1/judy",
    f"arn:aws:sts::{ACCOUNT}:federated-user/report",
]
HELD = [None, "AIDAALICE", "AROA:one", f"{ACCOUNT}:aws:ec2-instance:i-1"]
TYPES = ["Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Unknown", "AWSAccount", "AWSService", None]
issuers = st.fixed_dictionaries(
    {
        "arn": st.sampled_from(ARNS),
        "principalId": st.sampled_from([None, "AROA", f"{ACCOUNT}:aws:ec2-instance"]),
    }
)
# Most of one kind, for two of many to be alike.
odd_identities = st.fixed_dictionaries(
    {
        "type": st.sampled_from([*TYPES, *["AssumedRole"] * 4]),
        "arn": st.sampled_from(ARNS),
        "principalId": st.sampled_from(HELD),
        "accessKeyId": st.sampled_from(["ASIAONE", "AKIAALICE"]),
        "accountId": st.sampled_from([ACCOUNT, None]),
    },
    optional={
        "sessionContext": st.fixed_dictionaries({"sessionIssuer": issuers}),
        "invokedBy": st.just("support.amazonaws.com"),
        "onBehalfOf": st.just({"userId": "u-1"}),
    },
)
given_roles = st.fixed_dictionaries(
    {
        "eventSource": st.just("sts.amazonaws.com"),
        "eventName": st.just("AssumeRole"),
        "requestParameters": st.fixed_dictionaries(
            {
                "roleArn": st.sampled_from([ROLE, SHARED, "REDACTED"]),
                "roleSessionName": st.sampled_from(["one", None]),
            }
        ),
        "responseElements": st.fixed_dictionaries(
            {
                "assumedRoleUser": st.fixed_dictionaries(
                    {"arn": st.sampled_from(ARNS), "assumedRoleId": st.sampled_from(HELD)}
                )
            }
        ),
    }
)
odd_calls = given_roles | st.sampled_from([{}, {"errorCode": "AccessDenied"}, {"errorCode": "AuthFailure"}])


def sisters(identity, call):
    """The same with one thing changed at a time, of what is mostly not kept."""
    yield made(identity, call)
    yield made(identity, call, address="203.0.113.5")
    for name, values in (("accessKeyId", ["ASIATWO", "AKIABOB"]), ("arn", ARNS), ("principalId", HELD)):
        for value in values:
            yield made(identity | {name: value}, call)
    if "sessionContext" in identity:
        for arn in ARNS:
            issuer = identity["sessionContext"]["sessionIssuer"] | {"arn": arn}
            yield made(identity | {"sessionContext": {"sessionIssuer": issuer}}, call)


@settings(max_examples=80)
@given(odd_identities, odd_calls)
def test_what_differs_in_one_thing_is_alike_only_if_it_comes_to_the_same(identity, call):
    gists = defaultdict(list)
    for one in sisters(identity, call):
        gists[likeness(one)].append(gist(one))

    assert all(each == alike[0] for alike in gists.values() for each in alike)


def truth(some):
    """Of each key, the first and the last sighting."""
    spans = {}
    for one in some:
        for sighting in read(one, arrived=NOW).everything():
            for facet in sighting.facets:
                first, last = spans.get((sighting.principal, facet), (sighting.at, sighting.at))
                spans[sighting.principal, facet] = min(first, sighting.at), max(last, sighting.at)
    return spans


def ingested(some, keeping, rng, sandboxes=2, most=10):
    """The table after sandboxes with memories of their own took the records in batches of any size."""
    table = EmbeddedTable(keeping)
    memories = [Memory(keeping.resolution_of) for _ in range(sandboxes)]
    while some:
        size = rng.randint(1, most)
        memory = rng.choice(memories)
        batch = Batch(memory, arrived=NOW)
        for one in some[:size]:
            batch.add_record(one, "m")
        some = some[size:]
        batch.remember(table.record_all(batch.activities()).stored)
    return {activity.key: activity for activity in table}


@settings(max_examples=120)
@given(records(1500), st.randoms(use_true_random=False))
def test_what_is_stored_is_within_the_resolution_of_the_truth_in_any_order(some, rng):
    keeping = Keeping(timedelta(seconds=300), timedelta(seconds=600))
    shuffled = some * 2
    rng.shuffle(shuffled)
    stored = ingested(shuffled, keeping, rng)

    spans = truth(some)
    assert stored.keys() == spans.keys()
    for key, (first, last) in spans.items():
        resolution = keeping.resolution_of(key[1])
        assert timedelta(0) <= last - stored[key].last_seen <= resolution
        assert timedelta(0) <= stored[key].first_seen - first <= resolution


busy = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3600)), min_size=40, max_size=120)


@settings(max_examples=80)
@given(busy, st.randoms(use_true_random=False))
def test_of_a_few_busy_principals_the_same_holds_for_one_sandbox(calls, rng):
    """The same likeness again and again, mostly in order of time: what the memory is for."""
    identities = alice(), role(ROLE, "one"), role(SHARED, "judy"), role(SHARED, "kim")
    some = [made(identities[who], {}, second) for who, second in sorted(calls, key=lambda call: call[1])]
    keeping = Keeping(timedelta(seconds=300), timedelta(seconds=600))
    stored = ingested(some, keeping, rng, sandboxes=1, most=3)

    for key, (first, last) in truth(some).items():
        resolution = keeping.resolution_of(key[1])
        assert timedelta(0) <= last - stored[key].last_seen <= resolution
        assert timedelta(0) <= stored[key].first_seen - first <= resolution


@settings(max_examples=80)
@given(records(5), st.randoms(use_true_random=False))
def test_where_times_are_exact_memory_changes_nothing(some, rng):
    shuffled = some * 2
    rng.shuffle(shuffled)

    assert ingested(shuffled, Keeping(), rng) == ingested(some, Keeping(), rng, sandboxes=1)


@pytest.mark.parametrize("later", [0, 300])
def test_what_is_known_costs_no_write_and_is_counted_as_saved(later):
    keeping = Keeping(timedelta(minutes=5), timedelta(hours=1))
    memory, table = Memory(keeping.resolution_of), EmbeddedTable(keeping)
    for seconds in (0, later, later):
        batch = Batch(memory, arrived=NOW)
        batch.add_record(made(alice(), {}, seconds), "m")
        activities = batch.activities()
        batch.remember(table.record_all(activities).stored)

    assert activities == []
    assert (batch.saved, batch.sightings) == (5, 1)


def test_all_records_of_which_everything_is_known_count_as_saved():
    keeping = Keeping(timedelta(minutes=5), timedelta(hours=1))
    memory, table = Memory(keeping.resolution_of), EmbeddedTable(keeping)
    saved = []
    for _ in range(3):  # In the third, it is known before any of them is looked at.
        batch = Batch(memory, arrived=NOW)
        for message in ("one", "two", "three"):
            batch.add_record(made(alice(), {}, 0), message)
        batch.remember(table.record_all(batch.activities()).stored)
        saved.append(batch.saved)

    assert saved == [0, 15, 15]


def test_what_a_batch_says_is_counted_by_record_and_told_by_message():
    batch = Batch(Memory(lambda _: timedelta(0)), arrived=NOW)
    for number, (identity, seconds) in enumerate(
        [(alice(), 5), (alice(), 5), (alice(), 3), ({"type": "AWSService"}, 1), ({"type": "AWSService"}, 2)]
    ):
        batch.add_record(made(identity, {}, seconds), f"m{number}")
    for message in ("x1", "x2"):
        batch.add(json.dumps({"source": "my.app", "detail": record()}), message)
    activities = {each.facet: each for each in batch.activities()}

    assert (batch.sightings, batch.saved) == (3, 0)
    assert batch.ignored == {Ignored.AWS_SERVICE: 2, Ignored.NOT_FROM_AWS: 2}
    assert batch.newest == made(alice(), {}, 5).event_time
    assert batch.messages_behind([activities["KEY#AKIAALICE"].key]) == {"m0", "m1", "m2"}
    assert batch.messages_behind([activities[f"{ACCOUNT}#eu-west-1"].key]) == {f"m{each}" for each in range(5)}


def test_a_clock_that_is_ahead_a_little_is_forgiven():
    batch = Batch(Memory(lambda _: timedelta(0)), arrived=NOW)
    batch.add_record(made(alice(), {}, (NOW - made(alice(), {}, 0).event_time).total_seconds() + 899), "m")

    assert batch.sightings == 1


@pytest.mark.parametrize(
    ("seconds", "later", "is_quiet"),
    [
        pytest.param(300, 0, True, id="as late as the resolution"),
        pytest.param(301, 0, False, id="a second later"),
        pytest.param(-300, 0, True, id="as early as the resolution"),
        pytest.param(-301, 0, False, id="a second earlier"),
        pytest.param(0, 359, True, id="just before it is asked again"),
        pytest.param(0, 360, False, id="when it is asked again"),
    ],
)
def test_what_is_known_is_not_written_within_the_resolution(seconds, later, is_quiet):
    keeping = Keeping(timedelta(minutes=5), timedelta(minutes=5))
    memory, table = Memory(keeping.resolution_of), EmbeddedTable(keeping)
    for _ in range(2):
        batch = Batch(memory, arrived=NOW)
        batch.add_record(made(alice(), {}, 0), "m")
        batch.remember(table.record_all(batch.activities()).stored)
    batch = Batch(memory, arrived=NOW + timedelta(seconds=later))
    batch.add_record(made(alice(), {}, seconds), "m")

    assert (batch.saved == 5) is is_quiet
    assert (batch.activities() == []) is is_quiet


def test_of_many_kinds_the_oldest_half_is_forgotten(monkeypatch):
    monkeypatch.setattr("ingest.batch._MOST_GISTS", 4)
    memory = Memory(lambda _: timedelta(0))
    batch = Batch(memory, arrived=NOW)
    kept = []
    for number in range(6):
        batch.add_record(made(alice(accessKeyId=f"AKIA{number}"), {}, 0), "m")
        kept.append(len(memory.gists))

    assert kept == [1, 2, 3, 4, 3, 4]
    keys = {facet for gist in memory.gists.values() for _, facet in gist.keys if facet.startswith("KEY#")}
    assert keys == {f"KEY#AKIA{number}" for number in (2, 3, 4, 5)}


def test_an_unreadable_record_is_so_each_time():
    memory = Memory(lambda _: timedelta(0))
    batch = Batch(memory, arrived=NOW)
    for message in ("one", "two"):
        envelope = {"source": "aws.s3", "detail": record({"type": "Robot"}, eventID=message)}
        batch.add(json.dumps(envelope), message)

    assert batch.unreadable == {
        message: f"event {message}: identity type 'Robot' is not a known one" for message in ("one", "two")
    }


def test_a_road_that_is_to_be_known_is_written_of_each_account_and_region():
    by_events = Batch(Memory(lambda _: timedelta(0)), arrived=NOW, road="events")
    by_events.add_record(made(alice(), {}, 0), "1")
    nobodys = Batch(Memory(lambda _: timedelta(0)), arrived=NOW)
    nobodys.add_record(made(alice(), {}, 0), "1")

    def roads(batch):
        return [each.facet for each in batch.activities() if each.facet.startswith("ROAD#")]

    assert roads(by_events) == [f"ROAD#{ACCOUNT}#eu-west-1#events"]
    assert roads(nobodys) == []
    (road,) = (each for each in by_events.activities() if each.principal == "road")
    assert road.evidence.delay == (NOW - road.last_seen).total_seconds() > 0


def test_a_batch_of_nothing_has_no_newest_record():
    assert Batch(Memory(lambda _: timedelta(0)), arrived=NOW).newest is None
