"""The built ingest artifact under AWS's own runtime client."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from builders import ALICE, ALICE_ID, ROOT, envelope, message, record
from e2e.runtime_api import Said
from e2e.sandbox import running

from activity.model import id_facet, to_text
from activity.table import ActivityTable
from lastseen.demo.local_aws import make_table

TABLE = "runtime"


@pytest.fixture(scope="module")
def table(server):
    client = server.client("dynamodb")
    make_table(client, TABLE)
    yield ActivityTable(client, TABLE)
    client.delete_table(TableName=TABLE)


@pytest.fixture(scope="module")
def sandbox(server, stack, artifacts, table, tmp_path_factory):
    folder, artifact = tmp_path_factory.mktemp("sandbox"), artifacts / "IngestFunction"
    role = stack.as_role("IngestRole", table=TABLE)
    settings = role | {"ACTIVITY_TABLE": TABLE}
    with running(server, artifact, "ingest.app.lambda_handler", folder, **settings) as sandbox:
        yield sandbox


def call(minutes_ago):
    return envelope(record(eventTime=to_text(datetime.now(UTC) - timedelta(minutes=minutes_ago))))


def minutes_since(time):
    return round((datetime.now(UTC) - time) / timedelta(minutes=1))


def stored(table):
    return table.get([(ALICE, id_facet(ALICE_ID))])[ALICE, id_facet(ALICE_ID)].activity.last_seen


@pytest.fixture(scope="module")
def conversation(sandbox, table):
    """Three invocations and one more after the error, what was posted for each, and alice in the table then."""
    api, _ = sandbox
    events = {
        "cold": {"Records": [message("1", call(60)), message("2", "no JSON")]},
        "warm": {"Records": [message("3", call(20))]},
        "error": {"no": "envelope"},
        "again": call(10),
    }
    return {name: (api.invoke(name, event), stored(table)) for name, event in events.items()}


def test_a_cold_process_records_and_answers_what_it_could_not_read(conversation):
    said, seen = conversation["cold"]

    assert said == Said("cold", "response", {"batchItemFailures": [{"itemIdentifier": "2"}]})
    assert minutes_since(seen) == 60


def test_the_same_process_records_and_answers_warm(conversation):
    said, seen = conversation["warm"]

    assert said == Said("warm", "response", {"batchItemFailures": []})
    assert minutes_since(seen) == 20


def test_an_event_that_is_no_envelope_is_reported_as_an_error_of_its_type(conversation):
    said, seen = conversation["error"]

    assert (said.request, said.about, said.body["errorType"]) == ("error", "error", "UnreadableRecord")
    assert minutes_since(seen) == 20


def test_the_same_process_goes_on_after_an_error(conversation, sandbox):
    said, seen = conversation["again"]
    _, process = sandbox

    assert said == Said("again", "response", {"batchItemFailures": []})
    assert minutes_since(seen) == 10
    assert process.poll() is None


def test_the_artifact_brings_all_that_it_imports(artifacts):
    folder = artifacts / "IngestFunction"
    show = (
        "import ingest.app, sys; print(*(m.__file__ for m in sys.modules.values() if hasattr(m, '__file__')))"
    )

    done = subprocess.run(
        [sys.executable, "-BS", "-c", show], cwd=folder, env={}, capture_output=True, text=True, check=True
    )

    places = done.stdout.split()
    assert any(place.startswith(f"{folder}/msgspec/") for place in places)
    assert not any("site-packages" in place or place.startswith(f"{ROOT}/") for place in places)
