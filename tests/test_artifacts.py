"""What `sam build` makes of the template: the artifacts as they are deployed."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ROOT

LAMBDAS = ("awakened", "ingest", "quarantine", "reporter")
OURS = {package: {"activity", package} for package in LAMBDAS}
OURS["quarantine"].add("reporter")  # It judges by the same code.


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The artifacts, by package."""
    folder = tmp_path_factory.mktemp("build")
    build("template.yaml", folder)
    build("quarantine/template.yaml", folder / "quarantine")
    own = {"quarantine": folder / "quarantine"}
    return {package: own.get(package, folder) / f"{package.capitalize()}Function" for package in LAMBDAS}


def build(template, folder):
    environment = os.environ | {"ARCH": "arm64", "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}
    sam = Path(sys.executable).with_name("sam")
    done = subprocess.run(
        [sam, "build", "--template", template, "--build-dir", folder, "--build-in-source"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", LAMBDAS)
def test_an_artifact_holds_its_package_activity_and_its_locked_requirements(built, package):
    locked = re.findall(r"(?m)^([a-z0-9_.-]+)==([^ ;]+)", (ROOT / package / "requirements.txt").read_text())
    distributions = {f"{name.replace('-', '_')}-{version}.dist-info" for name, version in locked}
    modules = {"six.py", "typing_extensions.py", "dateutil"} | {name.replace("-", "_") for name, _ in locked}
    modules -= {"six", "typing_extensions", "python_dateutil"}

    held = {path.name for path in built[package].iterdir()}

    assert held == OURS[package] | distributions | modules


def test_an_artifact_describes_the_services_that_are_called_and_no_other(built):
    services = {service for names in OURS.values() for name in names for service in called(name)}

    for folder in built.values():
        assert {path.name for path in (folder / "botocore" / "data").iterdir() if path.is_dir()} == services


MAKERS = "client", "clients", "_client", "make"


def called(package):
    """The services that its code makes clients of."""
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(ast.Attribute(attr=made) | ast.Name(made), [ast.Constant(str(service)), *_]) if (
                    made in MAKERS
                ):
                    yield service


WEB = sorted(path.name for path in (ROOT / "reporter" / "publishing" / "web").iterdir())


@pytest.mark.parametrize(
    ("package", "pages"), [("ingest", []), ("quarantine", WEB), ("reporter", WEB), ("awakened", [])]
)
def test_of_our_own_code_an_artifact_holds_only_python_and_the_page(built, package, pages):
    held = [path.name for name in OURS[package] for path in (built[package] / name).rglob("*.*")]

    assert sorted(name for name in held if not name.endswith(".py")) == pages


def test_what_is_compiled_is_for_lambdas_python_and_processor(built):
    compiled = [path.name for path in built["ingest"].rglob("*.so")]

    assert compiled == ["_core.cpython-313-aarch64-linux-gnu.so"]
    assert not [*built["awakened"].rglob("*.so"), *built["reporter"].rglob("*.so")]


def test_an_artifact_stays_far_below_lambdas_limit(built):
    sizes = [
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) for folder in built.values()
    ]

    assert max(sizes) < 100 * 1024 * 1024  # of 250 MB unzipped


def test_the_page_lists_what_each_artifact_ships():
    rows = re.findall(
        r"(?m)^\| `([^`]+)` \| ([^ ]+) \| ([a-z, ]+) \|$", (ROOT / "docs" / "artifacts.md").read_text()
    )
    shipped = {}
    for package in LAMBDAS:
        for pin in re.findall(
            r"(?m)^([a-z0-9_.-]+)==([^ ;]+)", (ROOT / package / "requirements.txt").read_text()
        ):
            shipped.setdefault(pin, []).append(package)

    assert rows == [(*pin, ", ".join(packages)) for pin, packages in sorted(shipped.items())]
