"""`lastseen cost`, and docs/cost.md, which shows what it prints."""

import json
import os
import pty
import re
import shlex
import subprocess
import sys

import pytest
from builders import ROOT
from typer.testing import CliRunner

from lastseen.__main__ import app
from lastseen.pricing import prices
from lastseen.pricing.limits import SANDBOXES, seconds_per_event
from lastseen.pricing.measured import SECONDS

DOC = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
ROADS = ("--roads", "events", "--roads", "logs", "--roads", "both")
SHOWN = re.findall(r"```text\n\$ lastseen (.*)\n\n([^`]*)```", DOC)


def run(*arguments, **environment):
    return CliRunner().invoke(app, ["cost", *arguments], env=environment)


@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_the_page_shows_what_the_command_prints(command, output):
    done = CliRunner().invoke(app, shlex.split(command))

    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == output.strip(), "run the command and paste what it prints"


BILLS = {
    "a bill": (80,),
    "a bill, on a narrow one": (60,),
    "by both roads": (80, "--roads", "both", "--regions", "2"),
    "nine side by side": (80, "--events", "1B", "--events", "2B", *ROADS),
}
PRINT_ALL = f"""
import os
from lastseen.__main__ import app
for columns, *arguments in {[*BILLS.values()]}:
    os.environ["COLUMNS"] = str(columns)
    assert not app(["cost", "--events", "1000000", *arguments], standalone_mode=False)
    print("\\f", flush=True)
"""


@pytest.fixture(scope="module")
def on_a_terminal():
    """What each bill prints there, all by one process."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", PRINT_ALL], stdout=theirs, cwd=ROOT) as process:
        os.close(theirs)
        shown = b""
        while chunk := read(ours):
            shown += chunk
    os.close(ours)
    assert process.returncode == 0
    *bills, rest = shown.decode().replace("\r\n", "\n").split("\f\n")
    assert rest == ""
    return dict(zip(BILLS, bills, strict=True))


@pytest.mark.parametrize("bill", BILLS)
def test_on_a_terminal_no_line_is_wider_than_it(on_a_terminal, bill):
    columns, *arguments = BILLS[bill]
    lines = on_a_terminal[bill].splitlines()

    assert [line for line in lines if len(line) > columns] == []
    assert " ".join(" ".join(lines).split()) == " ".join(run("--events", "1000000", *arguments).stdout.split())


def read(terminal):
    """Nothing once its other side is closed, which Linux tells by an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_the_page_shows_two_tables_and_a_bill():
    assert len(SHOWN) == 3


@pytest.mark.parametrize(
    ("first", "load"),
    [
        ("events a month", lambda events, regions: {"events": events, "regions": regions}),
        (
            "`Resolution`",
            lambda short, details: {"regions": "10", "resolution": short, "detail-resolution": details},
        ),
    ],
)
def test_the_pages_own_tables_have_what_the_command_says(first, load):
    (table,) = re.findall(rf"(?m)^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)+)", DOC)
    for row in table.splitlines():
        one, other, *dollars = row.strip("| ").split(" | ")
        options = {"events": "1B", "principals": "5000"} | load(one, other)
        done = run(*(word for name, value in options.items() for word in (f"--{name}", value)), *ROADS)

        assert re.search("(?m)^in all +(.*)$", done.stdout)[1].split() == dollars


def test_the_pages_on_roads_name_their_price():
    one, ten = (totals("--regions", regions) for regions in ("1", "10"))
    readme, logs = ((ROOT / path).read_text(encoding="utf-8") for path in ("README.md", "docs/logs.md"))

    assert (
        f"[${ten['logs']} a month for a billion events](docs/cost.md), not ${one['events']} to ${ten['events']}"
        in readme
    )
    assert (
        f"cost ${ten['events']} by events, ${ten['logs']} by logs,"
        f" and by both ${ten['alone']} without forwarders or ${ten['both']} with them" in logs
    )


def totals(*arguments):
    """Of a billion events by either road, in whole dollars."""
    shown = run("--events", "1B", "--principals", "5000", *ROADS, *arguments).stdout
    found = re.search("(?m)^in all +(.*)$", shown)[1].split()
    alone = re.search("(?m)^both, without forwarders +(.*)$", shown)
    named = dict(zip(("events", "logs", "both"), found, strict=True)) | {"alone": alone[1] if alone else "0"}
    return {name: f"{float(each.replace(',', '')):,.0f}" for name, each in named.items()}


def test_the_page_has_the_date_and_the_region_of_the_prices():
    assert f"in {prices.REGION}, as of {prices.AS_OF}" in DOC


def test_the_page_names_the_source_of_each_confirmed_price():
    every = [each for each in vars(prices).values() if isinstance(each, prices.Price)]

    assert all(each.source in DOC for each in every if each.is_confirmed)
    assert not all(each.is_confirmed for each in every)


def test_the_page_has_the_rates_that_are_reckoned():
    rates = [SANDBOXES / seconds_per_event(writes) for writes in (1, 0.5, 0.14)]

    assert (
        "{:.0f} events a second if each takes a write, {:.0f} at a half, {:,.0f} at 0.14".format(*rates) in DOC
    )
    assert "{:.1f}, {:.1f} and {:.1f} billion a month".format(*(rate * SECONDS / 1e9 for rate in rates)) in DOC
    assert f"{750 * SECONDS / 1e9:.1f} to {18_750 * SECONDS / 1e9:.1f} billion events" in DOC


def test_as_json_there_is_an_object_a_line_for_all_that_is_printed():
    done = run("--events", "100M", "--principals", "5000", "--regions", "10", "--json")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    (writes,) = [line for line in lines if (line.get("service"), line.get("item")) == ("DynamoDB", "writes")]
    (total,) = [line["total"] for line in lines if "total" in line]
    assert done.stderr == ""
    assert {line["events"] for line in lines} == {100_000_000}
    assert writes["dollars"] == pytest.approx(writes["quantity"] / writes["per"] * writes["price"], abs=1e-6)
    assert writes["price_is_confirmed"] is False
    assert writes["price_source"] == "https://aws.amazon.com/dynamodb/pricing/on-demand/"
    assert total == pytest.approx(sum(line["dollars"] for line in lines if "service" in line), abs=1e-4)
    assert sum("alternative" in line for line in lines) == 5
    assert {line["limit"] for line in lines if "limit" in line} == {"EventBridge", "ingest", "table"}


def test_as_json_each_case_says_which_it_is():
    done = run("--events", "1M", "--events", "2M", "--regions", "1", "--regions", "3", "--json")

    cases = {(line["events"], line["regions"]) for line in map(json.loads, done.stdout.splitlines())}
    assert cases == {(1_000_000, 1), (1_000_000, 3), (2_000_000, 1), (2_000_000, 3)}


def test_as_json_each_line_has_its_roads_and_resolutions():
    roads = ("--roads", "events", "--roads", "logs")
    done = run("--events", "1M", *roads, "--resolution", "900", "--detail-resolution", "0", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]

    assert {(line["roads"], line["resolution"], line["detail_resolution"]) for line in lines} == {
        ("events", 900, 0),
        ("logs", 900, 0),
    }
    (objects,) = [line for line in lines if line.get("item") == "log files read"]
    assert objects["roads"] == "logs"
    assert objects["formula"].startswith(
        "assumed: one in 5 minutes for each account and region with events (1)"
    )
    assert (objects["price_source"], objects["price_is_confirmed"]) == (
        "https://aws.amazon.com/s3/pricing/",
        False,
    )


def test_a_bill_says_its_road_and_resolution_if_they_are_not_the_usual_ones():
    done = run("--events", "1M", "--roads", "logs", "--resolution", "3600")

    assert done.stdout.startswith(
        "1,000,000 events a month; principals: 1,000; regions: 1; roads: logs;"
        " resolution: 3,600 s, of details 3,600 s.\n"
    )
    assert "roads" not in run("--events", "1M").stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "events", "principals"),
    [
        pytest.param((), 1_000_000_000, 400_000, id="a million events and 400 principals for each account"),
        pytest.param(
            ("--events", "5M", "--principals", "7k"), 5_000_000, 7_000, id="those given, of all accounts"
        ),
    ],
)
def test_an_organization_is_reckoned_by_its_accounts(arguments, events, principals):
    lines = [json.loads(line) for line in run("--accounts", "1k", *arguments, "--json").stdout.splitlines()]

    assert {(line["events"], line["accounts"], line["principals"]) for line in lines} == {
        (events, 1_000, principals)
    }
    (step,) = [line for line in lines if line.get("service") == "Step Functions"]
    assert (step["price_source"], step["price_is_confirmed"]) == (
        "https://aws.amazon.com/step-functions/pricing/",
        True,
    )
    (analyzer,) = [line for line in lines if line.get("alternative") == "IAM Access Analyzer"]
    assert analyzer["dollars"] == pytest.approx(0.20 * principals)


def test_compared_md_has_what_the_command_says_of_an_organization():
    lines = [json.loads(line) for line in run("--accounts", "1000", "--json").stdout.splitlines()]
    (total,) = [line["total"] for line in lines if "total" in line]
    (analyzer,) = [line["dollars"] for line in lines if line.get("alternative") == "IAM Access Analyzer"]
    text = (ROOT / "docs" / "compared.md").read_text(encoding="utf-8")

    assert "`lastseen cost --accounts 1000`" in text
    assert f"${total:,.0f}" in text
    assert f"${analyzer:,.0f}" in text


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("250000", 250_000),
        ("250k", 250_000),
        ("1.1M", 1_100_000),
        ("1_000", 1_000),
        ("1,000", 1_000),
        ("2b", 2 * 10**9),
    ],
)
def test_numbers_may_be_written_as_people_do(written, number):
    done = run("--events", written, "--json")

    assert json.loads(done.stdout.splitlines()[0])["events"] == number


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "give --events, such as 100M, --accounts, or --stack with the name of the deployed stack"),
        (
            ["--regions", "2"],
            "give --events, such as 100M, --accounts, or --stack with the name of the deployed stack",
        ),
        (
            ["--events", "many"],
            "--events must be a whole number from 1, such as 250000, 250k, 100M or 1B, not 'many'",
        ),
        (
            ["--events", "1.5"],
            "--events must be a whole number from 1, such as 250000, 250k, 100M or 1B, not '1.5'",
        ),
        (
            ["--events", "0"],
            "--events must be a whole number from 1, such as 250000, 250k, 100M or 1B, not '0'",
        ),
        (
            ["--events", "1", "--regions", "-1"],
            "--regions must be a whole number from 1, such as 250000, 250k, 100M or 1B, not '-1'",
        ),
        (
            ["--accounts", "0"],
            "--accounts must be a whole number from 1, such as 250000, 250k, 100M or 1B, not '0'",
        ),
        (
            ["--events", "1", "--principals", ""],
            "--principals is empty: is a variable of the shell not set?",
        ),
        (
            ["--events", "1", "--roads", "log"],
            "--roads must be events, logs or both, not 'log'",
        ),
        (
            ["--events", "1", "--resolution", "5m"],
            "--resolution must be a whole number of seconds, such as 300 or 3600, not '5m'",
        ),
        (
            ["--events", "1", "--detail-resolution", "-1"],
            "--detail-resolution must be a whole number of seconds, such as 300 or 3600, not '-1'",
        ),
        (
            ["--resolution", "300", "--stack", "tracker"],
            "--stack has its own events, accounts, regions, roads and resolutions: leave these options out",
        ),
        (
            ["--events", "1", "--stack", "tracker"],
            "--stack has its own events, accounts, regions, roads and resolutions: leave these options out",
        ),
    ],
)
def test_what_cannot_be_priced_is_one_line(arguments, says):
    done = run(*arguments)

    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"lastseen: {says}\n")


def test_a_stack_without_a_region_is_one_line():
    done = run("--stack", "tracker", AWS_DEFAULT_REGION=None)

    assert done.exit_code == 2
    assert done.stderr == (
        "lastseen: no AWS region: give --region, or set AWS_DEFAULT_REGION or the profile's region\n"
    )
