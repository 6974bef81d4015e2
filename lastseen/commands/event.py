"""`lastseen event`: an example of the events about findings, to try rules and their targets with."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from activity.finding_events import DetailType
from lastseen.commands.options import AsJson
from lastseen.terminal import piped, print_json

EXAMPLES = """\b
lastseen event --example opened > event.json
aws events test-event-pattern --event file://event.json \\
    --event-pattern '{"source": ["last-activity"]}'
"""


class Example(StrEnum):
    OPENED = "opened"
    RESOLVED = "resolved"
    USED_AGAIN = "used-again"
    QUARANTINE = "quarantine"


_TYPES = {
    Example.OPENED: DetailType.OPENED,
    Example.RESOLVED: DetailType.RESOLVED,
    Example.USED_AGAIN: DetailType.USED_AGAIN,
    Example.QUARANTINE: DetailType.QUARANTINE,
}


@piped()
def event(
    example: Annotated[Example, typer.Option("--example", help="Which event to print.")],
    as_json: AsJson = False,
) -> None:
    """Print an example of an event about a finding, as a rule of EventBridge gets it.

    It is made by the demo's functions on an AWS inside this process, which
    takes some seconds. docs/events.md has the patterns that match it.
    """
    # Here, since moto takes as long to load as all other commands take to start.
    from lastseen.demo.examples import example as made

    told = made(_TYPES[example], datetime.now(UTC))
    if as_json:
        print_json([told])
    else:
        print(json.dumps(told, indent=2))
