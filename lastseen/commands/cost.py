"""`lastseen cost`: what a month costs, of a deployed stack or of one that might be."""

import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from textwrap import TextWrapper
from typing import Annotated, Any

import boto3
import typer

from lastseen.commands.options import Profile, Region
from lastseen.pricing.cost import bill, estimate, total
from lastseen.pricing.deployed import Unpriceable, usage_of
from lastseen.pricing.limits import limits
from lastseen.pricing.others import alternatives
from lastseen.pricing.plain import as_plain
from lastseen.pricing.prices import AS_OF, REGION
from lastseen.pricing.usage import Line, Usage
from lastseen.terminal import misused, piped, print_json

PRINCIPALS = 1_000
EVENTS_EACH, PRINCIPALS_EACH = 1_000_000, 400  # Of an organization, for each account.
BY_LETTER = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
HEADING = f"Dollars for 30 days at list prices of {AS_OF} in {REGION}; free tiers are not counted."
NOT_CONFIRMED = "* as others quote AWS's page; not confirmed on it. docs/cost.md says more."


@dataclass(frozen=True, slots=True)
class Case:
    """One month to price, the two lines above its column, and what --json says of it."""

    title: str
    head: tuple[str, str]
    usage: Usage
    load: dict[str, Any]


@piped()
def cost(
    events: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER", help="Events a month, such as 250000, 100M or 1B.")
    ] = None,
    principals: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Users and roles: 1,000, or with --stack those of the account."),
    ] = None,
    accounts: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Of an organization; each has 1M events and 400 principals."),
    ] = None,
    regions: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER", help="Regions whose events come in: 1.")
    ] = None,
    stack: Annotated[
        str | None, typer.Option(metavar="NAME", help="The last 30 days of this deployed stack instead.")
    ] = None,
    region: Region = None,
    profile: Profile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """What a month costs at list prices, by service, and where the next bottleneck is.

    --events and --regions may be given several times, to be set side by side.
    """
    if stack and (events or regions or accounts):
        misused("--stack has its own events, accounts and regions: leave these options out")
    if stack:
        cases = [_deployed(stack, principals, region, profile)]
    elif events or accounts:
        cases = list(_imagined(events, regions, principals, accounts))
    else:
        misused("give --events, such as 100M, --accounts, or --stack with the name of the deployed stack")
    if as_json:
        print_json(each for case in cases for each in as_plain(case.load, case.usage))
    elif len(cases) == 1:
        _print_bill(cases[0])
    else:
        _print_side_by_side(cases)


def _number(option: str, text: str) -> int:
    parts = re.fullmatch(r"([0-9][0-9_,]{0,15}(?:\.[0-9]{1,9})?)([kmb]?)", text.strip().lower())
    number = Decimal(re.sub("[_,]", "", parts[1])) * BY_LETTER[parts[2]] if parts else Decimal(0)
    if number < 1 or number != int(number):
        misused(f"{option} must be a whole number from 1, such as 250000, 250k, 100M or 1B, not {text!r}")
    return int(number)


def _imagined(
    events: list[str] | None, regions: list[str] | None, principals: str | None, accounts: str | None
) -> Iterator[Case]:
    """One for each number of events and of regions. Of an organization, both defaults are for each account."""
    many = _number("--accounts", accounts or "1")
    each = PRINCIPALS_EACH * many if accounts else PRINCIPALS
    people = _number("--principals", principals or str(each))
    counts = [_number("--events", each) for each in events or [str(EVENTS_EACH * many)]]
    places = [_number("--regions", each) for each in regions or ["1"]]
    whole = f"accounts: {many:,}; " if many > 1 else ""
    for count, place in product(counts, places):
        yield Case(
            title=f"{count:,} events a month; {whole}principals: {people:,}; regions: {place:,}",
            head=(_short(count), f"{place:,}"),
            usage=estimate(count, people, place, many),
            load={"events": count, "accounts": many, "principals": people, "regions": place},
        )


def _deployed(stack: str, principals: str | None, region: str | None, profile: str | None) -> Case:
    def client(service: Any) -> Any:
        return boto3.Session(region_name=region, profile_name=profile).client(service)

    people = None if principals is None else _number("--principals", principals)
    try:
        usage = usage_of(client, stack, people, datetime.now(UTC))
    except Unpriceable as reason:
        misused(str(reason))
    return Case(
        title=f"{stack}, last 30 days: {usage.events.amount:,.0f} events; principals: {usage.principals:,}",
        head=("", ""),
        usage=usage,
        load={"stack": stack, "events": round(usage.events.amount), "principals": usage.principals},
    )


def _short(events: int) -> str:
    letter = next(each for each in reversed(BY_LETTER) if events % BY_LETTER[each] == 0)
    return f"{events // BY_LETTER[letter]:,}{letter.upper()}"


def _print_bill(case: Case) -> None:
    lines = bill(case.usage)
    _tell(f"{case.title}.\n{HEADING}\n")
    for line in lines:
        _tell(f"{line.dollars:>10,.2f}  {line.service}, {line.item}: {_amount(line)} at {line.price}")
        _tell(f"{'':12}{line.quantity.formula}")
    _tell(f"{total(lines):>10,.2f}  in all\n\nIn comparison:\n")
    for each in alternatives(case.usage):
        _tell(f"{each.dollars:>10,.2f}  {each.name}\n{'':12}{each.formula}")
    _tell("\nThe next bottleneck, by average rates a second:\n")
    for limit in limits(case.usage):
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


def _print_side_by_side(cases: list[Case]) -> None:
    ours: dict[str, list[float]] = defaultdict(list)
    others: dict[str, list[float]] = defaultdict(list)
    for case in cases:
        lines = bill(case.usage)
        for service in dict.fromkeys(line.service for line in lines):
            ours[service].append(sum(line.dollars for line in lines if line.service == service))
        ours["in all"].append(total(lines))
        for each in alternatives(case.usage):
            others[each.name].append(each.dollars)
    width = max(map(len, others))
    usage = cases[0].usage
    print(f"Accounts: {usage.accounts:,}; principals: {usage.principals:,}.\n{HEADING}\n")
    for number, name in enumerate(("events a month", "regions")):
        print(f"{name:<{width}}", *(f"{case.head[number]:>9}" for case in cases))
    for rows in (ours, others):
        print()
        for name, dollars in rows.items():
            print(f"{name:<{width}}", *(f"{each:>9,.2f}" for each in dollars))
