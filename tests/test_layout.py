"""The rooms of the house and which way one may walk: imports point from the shell to the core."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache

import pytest
from builders import ROOT

PACKAGES = (
    "activity",
    "awakened",
    "deployment",
    "error_codes",
    "ingest",
    "integrations",
    "quarantine",
    "reporter",
    "lastseen",
)
MAY_IMPORT = {
    "activity": {"activity"},
    "awakened": {"awakened", "activity"},
    "deployment": {"deployment", "lastseen", "reporter", "activity"},
    "error_codes": {"error_codes"},
    "ingest": {"ingest", "activity"},
    "integrations": {"integrations"},
    "quarantine": {"quarantine", "reporter", "activity"},
    "reporter": {"reporter", "activity"},
    "lastseen": set(PACKAGES) - {"deployment", "error_codes", "integrations"},
}
# From the ground up: a room may be entered from those above it.
FLOORS = {
    "quarantine": (
        {"mark", "brakes", "accounts"},
        {"recheck"},
        {"plan", "hands"},
        {"told", "acting", "restore"},
        {"mail", "run"},
        {"message"},
        {"telling"},
        {"app"},
    ),
    "reporter": (
        {"inventory"},
        {"listening"},
        {"judgement"},
        {"review", "publishing", "remembering"},
        {"run"},
        {"telling"},
        {"organization"},
        {"app"},
    ),
    "lastseen": (
        {"terminal", "times", "samples"},
        {"screen", "connection"},
        {"asking", "casefile", "checking", "past", "pricing"},
        {"backdating", "demo"},
        {"commands"},
        {"__main__"},
        {"entry"},
    ),
}
CORE = (
    "activity.accounts",
    "activity.arn",
    "activity.chat",
    "activity.commands",
    "activity.days",
    "activity.finding",
    "activity.finding_events",
    "activity.item",
    "activity.keeping",
    "activity.model",
    "activity.plain",
    "activity.quarantine.entry",
    "activity.quarantine.target",
    "activity.whose",
    "awakened.changes",
    "awakened.chat",
    "awakened.commands",
    "awakened.finding_events",
    "awakened.flagged",
    "awakened.message",
    "awakened.notice",
    "awakened.stream",
    "awakened.subject",
    "awakened.waking",
    "deployment.by_hand",
    "deployment.instances",
    "deployment.log_found",
    "deployment.log_notes",
    "deployment.log_owner",
    "deployment.logs",
    "deployment.next_steps",
    "deployment.overrides",
    "deployment.settings",
    "ingest.batch",
    "ingest.changes",
    "ingest.cloudtrail",
    "ingest.coalesce",
    "ingest.documents",
    "ingest.error_codes",
    "ingest.identity",
    "ingest.layout",
    "ingest.likeness",
    "ingest.logfile",
    "ingest.parts",
    "ingest.principals",
    "ingest.refusals",
    "ingest.unpacking",
    "ingest.wire",
    "integrations.security_hub.asff",
    "activity.reading",
    "lastseen.asking.accounts",
    "lastseen.asking.forms",
    "lastseen.asking.handle",
    "lastseen.asking.heard",
    "lastseen.asking.lengths",
    "lastseen.asking.listing",
    "lastseen.asking.matches",
    "lastseen.asking.names",
    "lastseen.asking.plain",
    "lastseen.asking.profile",
    "lastseen.asking.roles",
    "lastseen.asking.words",
    "lastseen.checking.check",
    "lastseen.checking.granted",
    "lastseen.checking.log_files",
    "lastseen.checking.notifications",
    "lastseen.checking.parts",
    "lastseen.checking.patterns",
    "lastseen.checking.rules",
    "lastseen.checking.stack",
    "lastseen.checking.trails",
    "lastseen.past.addresses",
    "lastseen.past.gathering",
    "lastseen.past.wanted",
    "lastseen.past.when",
    "lastseen.pricing.columns",
    "lastseen.pricing.cost",
    "lastseen.pricing.estimate",
    "lastseen.pricing.limits",
    "lastseen.pricing.load",
    "lastseen.pricing.log_metrics",
    "lastseen.pricing.logs",
    "lastseen.pricing.measured",
    "lastseen.pricing.metrics",
    "lastseen.pricing.organization",
    "lastseen.pricing.others",
    "lastseen.pricing.plain",
    "lastseen.pricing.prices",
    "lastseen.pricing.usage",
    "lastseen.pricing.writes",
    "lastseen.times",
    "quarantine.brakes",
    "quarantine.mail",
    "quarantine.mark",
    "quarantine.message",
    "quarantine.plan",
    "quarantine.recheck",
    "quarantine.told",
    "reporter.inventory.account",
    "reporter.inventory.credential_report",
    "reporter.inventory.listed",
    "reporter.judgement.cadence",
    "reporter.judgement.candidates",
    "reporter.judgement.danger",
    "reporter.judgement.dormancy",
    "reporter.judgement.exemption",
    "reporter.judgement.findings",
    "reporter.judgement.gaps",
    "reporter.judgement.judging",
    "reporter.judgement.known",
    "reporter.judgement.missed",
    "reporter.judgement.owners",
    "reporter.judgement.questions",
    "reporter.judgement.report",
    "reporter.judgement.resolution",
    "reporter.judgement.seen",
    "reporter.judgement.staleness",
    "reporter.judgement.subjects",
    "reporter.judgement.tidying",
    "reporter.judgement.to_remember",
    "reporter.judgement.undated",
    "reporter.listening.coverage",
    "reporter.listening.region",
    "reporter.listening.times",
    "reporter.organization.accounts",
    "reporter.organization.chat",
    "reporter.organization.digest",
    "reporter.organization.index",
    "reporter.organization.mail",
    "reporter.organization.summary",
    "reporter.publishing.active",
    "reporter.publishing.chat",
    "reporter.publishing.console",
    "reporter.publishing.document",
    "reporter.publishing.finding_events",
    "reporter.publishing.judged",
    "reporter.publishing.mail",
    "reporter.publishing.message",
    "reporter.publishing.page",
    "reporter.publishing.spreadsheet",
    "reporter.publishing.todo",
    "reporter.publishing.trend",
    "reporter.publishing.wording",
)


def sources(package):
    return sorted((ROOT / package).rglob("*.py"))


@cache
def statements(path):
    """Its imports and its functions."""
    every = ast.walk(ast.parse(path.read_text()))
    return [node for node in every if isinstance(node, ast.ImportFrom | ast.Import | ast.FunctionDef)]


def imported(path):
    for node in statements(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{each.name}" for each in node.names))
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def room_of(path):
    return path.relative_to(ROOT).with_suffix("").parts[1]


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_it_may(package):
    for path in sources(package):
        ours = {name.partition(".")[0] for name in imported(path)} & set(PACKAGES)
        assert ours <= MAY_IMPORT[package], path


def test_every_package_of_the_command_is_installed():
    """By `pipx install`, not only in a checkout."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    ours = {
        module_of(path.parent)
        for name in MAY_IMPORT["lastseen"]
        for path in sources(name)
        if path.name == "__init__.py"
    }

    assert {*listed} - {"lastseen.events"} == ours


@pytest.mark.parametrize("package", FLOORS)
def test_imports_point_down_the_floors_of_a_package(package):
    floors = {room: floor for floor, rooms in enumerate(FLOORS[package]) for room in rooms}
    found = {
        (room_of(path), name.split(".")[1])
        for path in sources(package)
        for name in imported(path)
        if name.startswith(f"{package}.") and room_of(path) != "__init__"
    }

    assert {room for pair in found for room in pair} <= floors.keys()
    assert [pair for pair in sorted(found) if pair[0] != pair[1] and floors[pair[0]] <= floors[pair[1]]] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_needs_itself(package):
    needs = {module_of(path): set(imported(path)) for path in sources(package)}
    while free := [module for module, needed in needs.items() if not needed & needs.keys()]:
        for module in free:
            del needs[module]

    assert needs == {}


def test_the_core_brings_no_boto3():
    check = f"""
import importlib, sys
for module in {CORE}:
    importlib.import_module(module)
    if {{"boto3", "botocore"}} & sys.modules.keys():
        sys.exit(module)
"""
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_core_reads_no_clock_and_no_environment():
    reading = re.compile(r"\.now\(|\.today\(|utcnow|time\.time|os\.environ|getenv")
    texts = {module: (ROOT / f"{module.replace('.', '/')}.py").read_text() for module in CORE}

    assert [module for module, text in texts.items() if reading.search(text)] == []


@pytest.mark.parametrize("package", ["awakened", "ingest", "quarantine", "reporter"])
def test_a_lambda_ships_what_its_group_asks_for_at_the_versions_that_are_tested(package):
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"][package]
    shipped = pins(f"{package}/requirements.txt")

    assert {re.split("[<>=]", each)[0] for each in wanted} <= shipped.keys()
    assert shipped.items() <= pins("requirements-dev.txt").items()


@pytest.mark.parametrize(
    "name",
    [
        "requirements-dev.txt",
        "requirements-audit.txt",
        "requirements-mutation.txt",
        *(f"{each}/requirements.txt" for each in ("awakened", "ingest", "quarantine", "reporter")),
    ],
)
def test_every_requirement_is_locked_by_hashes_and_by_no_address(name):
    text = (ROOT / name).read_text()
    blocks = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text).strip())

    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_no_file_speaks_of_one_machine():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    for name in listed:
        text = (ROOT / name).read_bytes().decode(errors="replace") if (ROOT / name).is_file() else ""
        assert not re.search(r"/(home|root|Users|work)/\w", text), name


@pytest.mark.parametrize("package", PACKAGES)
def test_a_function_can_be_read_at_a_glance(package):
    for path in sources(package):
        for node in statements(path):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, f"{path}: {node.name}"


def pins(name):
    return dict(re.findall(r"(?m)^([a-z0-9_.-]+)==([^ ;]+)", (ROOT / name).read_text()))
