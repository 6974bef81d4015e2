"""`lastseen event`: examples that a rule would match, made by the code that sends events."""

import json
from functools import cache

import pytest
from asking import ask
from builders import ROOT
from jsonschema import Draft202012Validator

from lastseen.demo import run as demonstration
from lastseen.demo.cast import CONNECTED, NOT_CONNECTED

TYPES = {
    "opened": "Stale Access Opened",
    "resolved": "Stale Access Resolved",
    "used-again": "Stale Access Used Again",
    "quarantine": "Stale Access Quarantine",
}


@pytest.fixture(scope="module", autouse=True)
def one_demo():
    """Of the same moment, once for all examples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demonstration, "run", cache(demonstration.run))
        yield


@pytest.mark.parametrize(("example", "kind"), TYPES.items())
def test_an_example_is_a_whole_event_as_its_schema_says(example, kind, lists):
    lists(regions=(*CONNECTED, NOT_CONNECTED))
    done = ask("event", "--example", example)
    event = json.loads(done.stdout)
    schema = (ROOT / "docs" / "schemas" / f"{kind.lower().replace(' ', '-')}.json").read_text()

    Draft202012Validator(json.loads(schema)).validate(event)
    assert event.keys() == {*"version id detail-type source account time region resources detail".split()}
    assert event["detail-type"] == kind
    assert event["detail"]["kind"] == "access_key"
    assert event["resources"] == [event["detail"]["arn"]]


def test_as_json_it_is_one_line():
    done = ask("event", "--example", "used-again", "--json")

    assert len(done.stdout.splitlines()) == 1
    assert json.loads(done.stdout)["source"] == "last-activity"


def test_another_example_is_refused_with_those_that_there_are():
    done = ask("event", "--example", "closed")

    assert done.exit_code == 2
    assert all(example in done.output for example in TYPES)
