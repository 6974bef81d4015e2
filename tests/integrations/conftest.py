"""The events that the demo's functions put, as rules get them."""

from json import loads

import localaws
import pytest
from screenshot import outcome

from activity.model import to_text
from lastseen.demo.run import REGION


@pytest.fixture(scope="session")
def sent():
    """All of them, of each kind of finding."""
    return [
        {
            "version": "0",
            "id": f"6a7e8feb-b491-4cf7-a9f1-{number:012}",
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": "123456789012",
            "time": to_text(entry["Time"]),
            "region": REGION,
            "resources": entry["Resources"],
            "detail": loads(entry["Detail"]),
        }
        for number, entry in enumerate(outcome().sent)
    ]


@pytest.fixture
def opened(sent):
    """Of an access key."""
    return _first(sent, "Stale Access Opened")


@pytest.fixture
def resolved(sent):
    return _first(sent, "Stale Access Resolved")


def _first(sent, kind):
    found = next(
        each for each in sent if each["detail-type"] == kind and each["detail"]["kind"] == "access_key"
    )
    return {**found, "detail": dict(found["detail"])}


@pytest.fixture(scope="package")
def local_aws():
    with localaws.serving() as clients:
        yield clients
