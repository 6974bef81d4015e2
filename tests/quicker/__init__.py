"""moto, botocore and typer find out again, for each test and call, what is always the same; from here on, only once.

What they answer stays what it was. `quicken` once, before the first client is made.
"""

from functools import cache

import typer.testing
import yaml

from quicker.answers import quicken_answers
from quicker.calls import shorten_calls
from quicker.clients import quicken_clients
from quicker.updates import quicken_updates


def quicken():
    # samtranslator reads the templates by the slow one, and CliRunner makes all commands anew for each that it runs.
    yaml.SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    typer.testing._get_command = cache(typer.testing._get_command)
    quicken_clients()
    shorten_calls()
    quicken_answers()
    quicken_updates()
