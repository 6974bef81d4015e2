"""The look-up commands, asked inside this process at a moment."""

from datetime import UTC, datetime, timedelta

import time_machine
from builders import ROOT, at
from typer.testing import CliRunner

from ingest.batch import Batch, Memory
from lastseen.__main__ import app


def ask(*words, now=None, **environment):
    """At noon of the builders' day, of the table `activity`."""
    moment = (now or at(0)).timestamp()  # A number: to a time of UTC, time_machine would set the zone as well.
    with time_machine.travel(moment, tick=False):
        return CliRunner().invoke(
            app, list(words), env={"ACTIVITY_TABLE": "activity", "COLUMNS": "200"} | environment
        )


def record_samples(table):
    """All of events/, as they are dated."""
    batch = Batch(Memory(lambda _: timedelta(0)), arrived=datetime.now(UTC))
    for path in (ROOT / "events").glob("*.json"):
        batch.add_event(path.read_bytes(), "")
    assert not table.record_all(batch.activities()).failed
