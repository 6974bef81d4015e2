"""`lastseen demo`: the main job, without an AWS account."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from activity.item import attributes
from lastseen.asking.calendar import ranges
from lastseen.asking.plain import told
from lastseen.asking.words import lines
from lastseen.terminal import piped, print_json, write


@piped()
def demo(
    as_json: Annotated[
        bool, typer.Option("--json", help="The findings, and what was looked up, one a line.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report's page.")
    ] = None,
) -> None:
    """Run the main job on an AWS inside this process: events in, mails out, and some look-ups."""
    # Here, since moto takes as long to load as all other commands take to start.
    from lastseen.demo import run as demonstration
    from lastseen.demo.cast import ALICE_KEY, DENIED, NOT_CONNECTED, OFFICE

    now = datetime.now(UTC)
    outcome = demonstration.run(now)
    if html:
        write(html, outcome.page)
    if as_json:
        print_json(outcome.answer["findings"])
        print_json(told(attributes(each)) for each in [*outcome.owner_of_key, *outcome.came_from_office])
        return
    failed = f"{len(outcome.again)} of them failed" if outcome.again else "all of them were recorded"
    print(f"The ingest Lambda was given {outcome.events} events; {failed}.")
    print("A week after its first report, the reporter Lambda mailed:\n")
    print(outcome.report)
    print(f"Once {NOT_CONNECTED} is connected, and the keys of {DENIED} can be read, quarantine")
    print("mails what it would disable, and when (Mode=plan; docs/quarantine.md):\n")
    print(outcome.plan)
    print(f"Whose is {ALICE_KEY}, and what was its owner seen with?\n")
    print(*lines(outcome.owner_of_key), sep="\n")
    print(f"\nWho came from {OFFICE}?\n")
    print(*lines(outcome.came_from_office), sep="\n")
    print(f"\nWho was active {outcome.nights}?\n")
    for row in outcome.there:
        days = {"": ranges(row.active), "refused ": ranges(row.refused)}
        print(f"{row.principal}\n  {'; '.join(how + those for how, those in days.items() if those)}")
    print("\nOn how many days of each week was the role quarter-close active? (· none, blank: not known)\n")
    print(*outcome.quarterly.strip(now.date()), sep="\n")
    if html:
        print(f"\nThe report's page, for a browser: {html}")
