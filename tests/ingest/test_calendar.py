"""On which days something was active: the same whoever records it, in any order, any batches and any number of times."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations
from threading import Lock

import pytest
from builders import ACCOUNT, ALICE, alice, at, record
from hypothesis import given, settings
from hypothesis import strategies as st

from activity.item import stored as as_item
from activity.keeping import Keeping
from activity.model import COVERAGE, to_text
from activity.table import ActivityTable
from ingest.batch import Batch, Memory
from ingest.wire import record as decoded
from lastseen.demo.embedded import EmbeddedTable
from lastseen.past.gathering import Gathering

A_DAY, FIVE_MINUTES = 86_400, timedelta(minutes=5)
KEEPING = Keeping(FIVE_MINUTES, timedelta(hours=1))
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
WHO = {
    "alice": alice(),
    "alice's session": alice(accessKeyId="ASIA1"),
    "a role": {
        "type": "AssumedRole",
        "principalId": "AROADEPLOY:build",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build",
        "sessionContext": {"sessionIssuer": {"arn": ROLE, "principalId": "AROADEPLOY"}},
    },
}
# Around midnights, where days change, and anywhere within 400 days.
moments = st.one_of(
    st.builds(lambda day, second: day * A_DAY + 43_200 + second, st.integers(-4, 0), st.integers(-400, 400)),
    st.integers(-398 * A_DAY, 0),
)
happenings = st.lists(st.tuples(st.sampled_from(list(WHO)), moments, st.booleans()), min_size=1, max_size=25)


def happened(who, seconds, is_refused):
    refused = {"errorCode": "AccessDenied"} if is_refused else {}
    fields = record(WHO[who], eventTime=to_text(at(seconds)), eventID=f"{who} at {seconds}", **refused)
    return decoded(json.dumps(fields))


def truth(those):
    """When each item that keeps days was seen, worked out without the code that keeps them."""
    times = {}
    for who, seconds, is_refused in those:
        role = who == "a role"
        unique_id = "AROADEPLOY" if role else "AIDAALICE"
        held = [unique_id] + (["AKIAALICE"] if who == "alice" else [])
        facets = [
            f"DENIED#{each}" if is_refused else f"{'KEY' if each[0:4] == 'AKIA' else 'ID'}#{each}"
            for each in held
        ]
        keys = [(ROLE if role else ALICE, facet) for facet in facets]
        for key in [*keys, (COVERAGE, f"{ACCOUNT}#eu-west-1")]:
            times.setdefault(key, set()).add(at(seconds))
    return times


def days_of(times):
    return {key: {each.date() for each in those} for key, those in times.items()}


def days_in(table):
    return {each.key: set(each.days) for each in table if each.days}


def live(table, memory, those):
    batch = Batch(memory, arrived=at(A_DAY))
    for number, each in enumerate(those):
        batch.add_record(happened(*each), str(number))
    batch.remember(table.record_all(batch.activities()).stored)


def replayed(table, those):
    gathering = Gathering(arrived=at(A_DAY))
    assert not list(gathering.add(("", happened(*each)) for each in those))
    table.record_all(gathering.hand_over().activities)


def batches(those, rng):
    """In any order, half of them twice, a few at a time."""
    rest = those + rng.sample(those, len(those) // 2)
    rng.shuffle(rest)
    while rest:
        size = rng.randint(1, 4)
        yield rest[:size]
        rest = rest[size:]


@settings(max_examples=150)
@given(happenings, st.randoms(use_true_random=False))
def test_two_sandboxes_and_a_replay_beside_them_keep_exactly_the_days(those, rng):
    table = EmbeddedTable(KEEPING)
    sandboxes = [Memory(KEEPING.resolution_of) for _ in range(2)]
    for each in batches(those, rng):
        writer = rng.choice([*sandboxes, None])
        if writer:
            live(table, writer, each)
        else:
            replayed(table, each)

    assert days_in(table) == days_of(truth(those))
    for each in table:
        assert not each.days or max(each.days) == each.last_seen.date()


@pytest.mark.parametrize(
    "order", list(permutations(["10-14T12:00:00Z", "10-11T00:30:00+02:00", "10-11T10:00:00Z"]))
)
def test_a_replay_reads_times_of_any_zone(order):
    """CloudTrail writes UTC; 00:30 in Berlin is of the day before."""
    table, gathering = EmbeddedTable(KEEPING), Gathering(arrived=at(A_DAY))
    those = [decoded(json.dumps(record(eventTime=f"2026-{each}", eventID=each))) for each in order]
    assert not list(gathering.add(("", each) for each in those))
    table.record_all(gathering.hand_over().activities)

    assert {each.day for item in table if item.facet == "ID#AIDAALICE" for each in item.days} == {10, 11, 14}


@pytest.mark.parametrize("seed", range(6))
def test_writers_at_the_same_time_keep_exactly_the_days(dynamodb, seed):
    rng = random.Random(seed)  # noqa: S311  # an order, not a secret
    those = [
        (who, rng.choice([43_200 + rng.randint(-400, 400), -rng.randint(0, 398 * A_DAY)]), rng.random() < 0.2)
        for who in rng.choices(list(WHO), k=40)
    ]
    one_at_a_time = Lock()  # In moto, a call is not one step, as it is in DynamoDB.
    dynamodb.meta.events.register("before-call.dynamodb", lambda **_: one_at_a_time.acquire() and None)
    dynamodb.meta.events.register("after-call.dynamodb", lambda **_: one_at_a_time.release())
    table = ActivityTable(dynamodb, "activity", KEEPING)

    def write(mine):
        memory = Memory(KEEPING.resolution_of)
        for each in mine:
            live(table, memory, each)

    work = list(batches(those, rng))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [work[number::4] for number in range(4)]))

    found = [each for principal in (ALICE, ROLE, COVERAGE) for each in table.of(principal)]
    times = truth(those)
    assert days_in(found) == days_of(times)
    for each in found:
        assert not each.days or timedelta(0) <= max(times[each.key]) - each.last_seen <= FIVE_MINUTES


@pytest.mark.parametrize("hour", [0, 6, 12])
def test_a_day_is_written_once_and_no_more_than_without_a_calendar(hour):
    """An event a minute for two days, at any time of day: one write each five minutes, and one more at midnight."""
    table, memory = EmbeddedTable(KEEPING), Memory(KEEPING.resolution_of)
    start = datetime(2026, 11, 20, hour, tzinfo=UTC)
    written = 0
    for minute in range(2 * 24 * 60):
        when = start + timedelta(minutes=minute)
        batch = Batch(memory, arrived=when)
        batch.add_record(decoded(json.dumps(record(eventTime=to_text(when), recipientAccountId=None))), "m")
        outcome = table.record_all([each for each in batch.activities() if each.days])
        batch.remember(outcome.stored)
        written += outcome.written

    ids_and_keys, midnights = 2, 2
    assert written <= ids_and_keys * (2 * 24 * 60 / 6 + midnights)


def test_an_item_that_is_active_each_day_stays_below_one_write():
    """One kilobyte, with 400 days and all that an item can say; a flag adds 113 bytes."""
    table = EmbeddedTable(KEEPING)
    agent = "x" * 256
    for day in range(-420, 1):
        identity = alice(sessionContext={"attributes": {"mfaAuthenticated": "true"}})
        each = record(identity, eventTime=to_text(at(day * A_DAY)), userAgent=agent, eventID="0" * 36)
        batch = Batch(Memory(KEEPING.resolution_of), arrived=at(A_DAY))
        batch.add_record(decoded(json.dumps(each)), "m")
        table.record_all(batch.activities())

    (item,) = [each for each in table if each.facet == "ID#AIDAALICE"]
    size = sum(
        len(name) + (len(value) // 2 + 2 if kind == "N" else len(str(value)))
        for name, typed in as_item(item).items()
        for kind, value in typed.items()
    )
    assert 400 <= len(item.days) <= 431
    assert size + 113 < 1024
    months = sum(len(name) + len(str(bits)) // 2 + 2 for name, bits in item.days.months().items())
    assert months <= 165
