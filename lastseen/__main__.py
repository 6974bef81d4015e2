"""The command `lastseen`."""

from typing import Annotated

import typer

from lastseen.commands import coverage as coverages
from lastseen.commands import doctor as doctors
from lastseen.commands import event as events
from lastseen.commands import list as listings
from lastseen.commands import replay as replays
from lastseen.commands import report as reports
from lastseen.commands import snooze as snoozes
from lastseen.commands import who as owners
from lastseen.commands.cost import cost
from lastseen.commands.demo import demo
from lastseen.commands.restore import EXAMPLES as RESTORING
from lastseen.commands.restore import restore_command
from lastseen.terminal import Command

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # Only --version needs it.

        print(f"lastseen {version('last-activity-tracker')}")
        raise typer.Exit


@app.callback()
def lastseen(
    version: Annotated[  # told before anything else
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """When was each AWS IAM principal last active, with what, and from where."""


# In the list of commands, each in a line, of 60 columns too.
for name, command, told, examples in (
    ("who", owners.who, "Find whose a key, an address or a name is.", owners.EXAMPLES),
    ("list", listings.list_principals, "List principals, the last seen first.", listings.EXAMPLES),
    ("coverage", coverages.coverage, "Show from where events arrive.", coverages.EXAMPLES),
    ("doctor", doctors.doctor, "Check whether the deployed tracker works.", doctors.EXAMPLES),
    ("report", reports.report, "Print the report as it would be mailed now.", reports.EXAMPLES),
    ("snooze", snoozes.snooze, "Leave a finding alone until a day.", snoozes.EXAMPLES),
    ("unsnooze", snoozes.unsnooze, "End a snooze.", snoozes.ENDING),
    ("replay", replays.replay, "Read the past from CloudTrail's log files.", replays.EXAMPLES),
    ("restore", restore_command, "Restore what quarantine has disabled.", RESTORING),
    ("event", events.event, "Print an example of an event on a finding.", events.EXAMPLES),
    ("demo", demo, "Run all of it on an AWS in this process.", None),
    ("cost", cost, "What a month costs, and what limits it.", None),
):
    app.command(name, cls=Command, short_help=told, epilog=examples)(command)


if __name__ == "__main__":
    app()
