"""The command `lastseen`."""

from importlib.metadata import version
from typing import Annotated

import typer

from lastseen.commands import coverage as coverages
from lastseen.commands import doctor as doctors
from lastseen.commands import list as listings
from lastseen.commands import replay as replays
from lastseen.commands import report as reports
from lastseen.commands import who as owners
from lastseen.commands.cost import cost
from lastseen.commands.demo import demo
from lastseen.terminal import Command

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"lastseen {version('last-activity-tracker')}")
        raise typer.Exit


@app.callback()
def lastseen(
    version: Annotated[  # told before anything else
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """When was each AWS IAM principal last active, with what, and from where."""


app.command(cls=Command, epilog=owners.EXAMPLES)(owners.who)
app.command("list", cls=Command, epilog=listings.EXAMPLES)(listings.list_principals)
app.command(cls=Command, epilog=coverages.EXAMPLES)(coverages.coverage)
app.command(cls=Command, epilog=doctors.EXAMPLES)(doctors.doctor)
app.command(cls=Command, epilog=reports.EXAMPLES)(reports.report)
app.command(cls=Command, epilog=replays.EXAMPLES)(replays.replay)
for command in (demo, cost):
    app.command(cls=Command)(command)


if __name__ == "__main__":
    app()
