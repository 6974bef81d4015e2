"""The look-up commands, asked inside this process at a moment."""

import time_machine
from builders import ROOT, at
from typer.testing import CliRunner

from lastseen.__main__ import app
from lastseen.replay import replay


def ask(*words, now=None, **environment):
    """At noon of the builders' day, of the table `activity`."""
    with time_machine.travel(now or at(0), tick=False):
        return CliRunner().invoke(
            app, list(words), env={"ACTIVITY_TABLE": "activity", "COLUMNS": "200"} | environment
        )


def record_samples(table):
    """All of events/, as they are dated."""
    assert replay(sorted((ROOT / "events").glob("*.json")), table).is_complete
