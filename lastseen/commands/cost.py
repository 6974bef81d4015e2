"""`lastseen cost`: what a month costs, of a deployed stack or of one that might be."""

import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from textwrap import TextWrapper
from typing import Annotated, Any

import boto3
import typer

from lastseen.commands import numbers
from lastseen.commands.months import Months
from lastseen.commands.options import Profile, Region, with_options
from lastseen.pricing.columns import common, side_by_side
from lastseen.pricing.cost import bill, total
from lastseen.pricing.deployed import Unpriceable, usage_of
from lastseen.pricing.estimate import estimate
from lastseen.pricing.limits import limits
from lastseen.pricing.load import DETAIL_RESOLUTION, RESOLUTION, Load, Roads
from lastseen.pricing.others import alternatives
from lastseen.pricing.plain import as_plain
from lastseen.pricing.prices import AS_OF, REGION
from lastseen.pricing.usage import Line, Usage
from lastseen.terminal import misused, piped, print_json

HEADING = f"Dollars for 30 days at list prices of {AS_OF} in {REGION}; free tiers are not counted."
NOT_CONFIRMED = "* as others quote AWS's page; not confirmed on it. docs/cost.md says more."


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose month, if not an imagined one, and how it is printed."""

    stack: Annotated[
        str | None, typer.Option(metavar="NAME", help="The last 30 days of this deployed stack instead.")
    ] = None
    region: Region = None
    profile: Profile = None
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False


@with_options
@piped()
def cost(months: Months, asked: Asked) -> None:
    """What a month costs at list prices, by service, and where the next bottleneck is.

    --events, --roads, --regions and both resolutions may be given several times, to be set side by side.
    """
    if asked.stack and months.are_imagined:
        misused("--stack has its own events, accounts, regions, roads and resolutions: leave these options out")
    if asked.stack:
        _print_deployed(asked.stack, months.principals, asked)
        return
    if not months.are_given:
        misused("give --events, such as 100M, --accounts, or --stack with the name of the deployed stack")
    loads = months.loads()
    if asked.as_json:
        print_json(each for load in loads for each in as_plain(asdict(load), estimate(load)))
    elif len(loads) == 1:
        _print_bill(_title(loads[0]), estimate(loads[0]))
    else:
        _tell(f"{common(loads)}\n{HEADING}\n")
        print("\n".join(side_by_side(loads)))


def _title(load: Load) -> str:
    whole = f"accounts: {load.accounts:,}; " if load.accounts > 1 else ""
    usual = (load.resolution, load.detail_resolution) == (RESOLUTION, DETAIL_RESOLUTION)
    return (
        f"{load.events:,} events a month; {whole}principals: {load.principals:,}; regions: {load.regions:,}"
        + ("" if load.roads is Roads.EVENTS else f"; roads: {load.roads}")
        + ("" if usual else f"; resolution: {load.resolution:,} s, of details {load.detail_resolution:,} s")
    )


def _print_deployed(stack: str, principals: str | None, asked: Asked) -> None:
    def client(service: Any) -> Any:
        return boto3.Session(region_name=asked.region, profile_name=asked.profile).client(service)

    people = None if principals is None else numbers.whole("--principals", principals)
    try:
        usage = usage_of(client, stack, people, datetime.now(UTC))
    except Unpriceable as reason:
        misused(str(reason))
    events = round(usage.events.amount)
    load = {"stack": stack, "events": events, "principals": usage.principals, "roads": usage.roads}
    if asked.as_json:
        print_json(as_plain(load, usage))
    else:
        _print_bill(f"{stack}, last 30 days: {events:,} events; principals: {usage.principals:,}", usage)


def _print_bill(title: str, usage: Usage) -> None:
    lines = bill(usage)
    _tell(f"{title}.\n{HEADING}\n")
    for line in lines:
        _tell(f"{line.dollars:>10,.2f}  {line.service}, {line.item}: {_amount(line)} at {line.price}")
        _tell(f"{'':12}{line.quantity.formula}")
    _tell(f"{total(lines):>10,.2f}  in all\n\nIn comparison:\n")
    for each in alternatives(usage):
        _tell(f"{each.dollars:>10,.2f}  {each.name}\n{'':12}{each.formula}")
    _tell("\nThe next bottleneck, by average rates a second:\n")
    for limit in limits(usage):
        share = limit.rate / limit.most
        _tell(f"{share:>10.2%}  {limit.name}: {limit.rate:,.1f} of {limit.most:,.0f} {limit.unit}")
        _tell(f"{'':12}beyond that: {limit.beyond}")
    _tell(f"\n{NOT_CONFIRMED}")


def _tell(text: str) -> None:
    """A line that is too long for the terminal goes on below its words, not below its number."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    fitted = TextWrapper(width, subsequent_indent=" " * 12, break_long_words=False, break_on_hyphens=False)
    for line in text.split("\n"):
        print(fitted.fill(line) if 0 < width < len(line) else line)


def _amount(line: Line) -> str:
    amount = line.quantity.amount
    return f"{amount:,.0f}" if amount >= 100 or amount == int(amount) else f"{amount:,.4g}"
