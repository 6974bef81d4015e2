"""Records that are broken in every way one can think of, and in many that one cannot.

FUZZ=1000 in the environment makes a thousand examples of 200 records each.
"""

import copy
import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from builders import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.batch import Batch, Memory
from ingest.cloudtrail import read
from ingest.principals import Ignored
from ingest.wire import UnreadableRecord, envelope

SAMPLES = [json.loads(path.read_text()) for path in sorted((ROOT / "events").glob("*.json"))]
ARRIVED = datetime(2026, 12, 1, tzinfo=UTC)
RECORDS = 200
WORDS = [
    "AWSService",
    "AssumedRole",
    "AssumeRole",
    "AwsApiCall",
    "ConsoleLogin",
    "FederatedUser",
    "IAMUser",
    "IdentityCenterUser",
    "Root",
    "Success",
    "Unknown",
    "UserAuthentication",
    "arn:aws:iam::123456789012:root",
    "arn:aws:iam::123456789012:user/x",
    "arn:aws:sts::123456789012:assumed-role/x",
    "arn:aws:sts::123456789012:assumed-role/x/y",
    "arn:::::",
    "AccessDenied",
    "InvalidToken",
    "2026-11-20T12:00:00Z",
    "2026-11-20T12:00:00.5+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "signin.amazonaws.com",
    "sts.amazonaws.com",
    "::1",
    "\x00",
    "\ud800",
    "é",
    "x" * 3000,
]
VALUES = [None, True, False, 0, -1, 1e308, [], {}, [{}], {"a": []}, "", *WORDS]


def paths(value, here=()):
    yield here
    if isinstance(value, dict):
        for name, each in value.items():
            yield from paths(each, (*here, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from paths(each, (*here, number))


PATHS = [[path for path in paths(sample) if path] for sample in SAMPLES]


def mutated(rng):
    """A sample with up to five of its values replaced, left out, or taken from another sample."""
    number = rng.randrange(len(SAMPLES))
    event = copy.deepcopy(SAMPLES[number])
    for _ in range(rng.randint(1, 5)):
        *parents, last = rng.choice(PATHS[number])
        try:
            inside = event
            for name in parents:
                inside = inside[name]
            inside[last]  # that it is there still
        except (KeyError, IndexError, TypeError):
            continue
        if isinstance(inside, str):
            continue
        match rng.randrange(4):
            case 0:
                del inside[last]
            case 1:
                other = rng.randrange(len(SAMPLES))
                inside[last] = copy.deepcopy(SAMPLES[other]["detail"].get("userIdentity"))
            case _:
                inside[last] = rng.choice(VALUES)
    text = json.dumps(event)
    return text[: rng.randrange(len(text))] if rng.random() < 0.02 else text


def comes_to(text):
    try:
        reading = read(envelope(text).detail, arrived=ARRIVED)
    except UnreadableRecord:
        return "unreadable"
    assert bool(reading.sightings) is (reading.ignored is None)
    return "sighted" if reading.sightings else Ignored(reading.ignored)


@settings(
    max_examples=int(os.environ.get("FUZZ", "25")), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.randoms(use_true_random=True))
def test_a_broken_record_sights_or_says_why_not_or_is_unreadable(rng):
    texts = [mutated(rng) for _ in range(RECORDS)]
    batch = Batch(Memory(lambda _: timedelta(0)), arrived=ARRIVED)
    for number, text in enumerate(texts):
        batch.add(text, str(number))
    batch.activities()

    found = [comes_to(text) for text in texts]
    sources = [source_of(text) for text in texts]
    unreadable = {str(number) for number, each in enumerate(found) if each == "unreadable"}
    assert {number for number in unreadable if sources[int(number)]} <= batch.unreadable.keys()
    assert set(batch.unreadable) <= unreadable


def source_of(text):
    """Whether a record would be looked at: what is not from AWS is not."""
    try:
        return envelope(text).source.startswith("aws.")
    except UnreadableRecord:
        return True


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_a_sample_is_readable_as_it_is(number):
    assert comes_to(json.dumps(SAMPLES[number])) != "unreadable"
