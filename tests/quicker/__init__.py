"""moto, botocore and typer find out again, for each test and call, what is always the same; from here on, only once.

pytest-xdist tells less of what passed. What they answer stays what it was. `quicken` once, before the first client is made.
"""

from contextlib import suppress
from functools import cache

import typer.testing
import yaml

from quicker.answers import quicken_answers
from quicker.clients import quicken_clients
from quicker.updates import quicken_updates


def quicken():
    # samtranslator reads the templates by the slow one, and CliRunner makes all commands anew for each that it runs.
    yaml.SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    typer.testing._get_command = cache(typer.testing._get_command)
    with suppress(ImportError):  # Tests of mutants run without it.
        _tell_less()
    quicken_clients()
    quicken_answers()
    quicken_updates()


def _tell_less():
    """A process tells the one that prints."""
    from xdist.remote import WorkerInteractor

    send = WorkerInteractor.sendevent
    WorkerInteractor.sendevent = lambda self, name, **what: (
        None if _is_silent(name, **what) else send(self, name, **_in_short(**what))
    )


def _is_silent(event, data=None, **_):
    """Of six messages about each test, pytest prints one; the rest only if something is wrong, or slow."""
    if event != "testreport":
        return event in ("logstart", "logfinish")
    return data["outcome"] == "passed" and data["when"] != "call" and data["duration"] < 0.1


def _in_short(data=None, **more):
    """Of a test that passed, neither its keywords nor its output."""
    if data and data.get("outcome") == "passed":
        data |= {"keywords": {}, "sections": []}
    return more | ({"data": data} if data else {})
