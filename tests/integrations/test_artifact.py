"""What `sam build` makes of integrations/security_hub/template.yaml."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ROOT

SAM = Path(sys.executable).with_name("sam")
TEMPLATE = ROOT / "integrations" / "security_hub" / "template.yaml"


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("build")
    done = subprocess.run(
        [SAM, "build", "--template", TEMPLATE, "--build-dir", folder, "--build-in-source"],
        cwd=ROOT,
        env=os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "SecurityHubFunction"


def test_it_holds_its_own_package_alone(artifact):
    package = ROOT / "integrations" / "security_hub"
    wanted = {
        "integrations/__init__.py",
        *(f"integrations/security_hub/{each.name}" for each in package.glob("*.py")),
    }

    assert {str(each.relative_to(artifact)) for each in artifact.rglob("*") if each.is_file()} == wanted


def test_its_handler_loads_with_nothing_but_what_lambda_has(artifact):
    """boto3 is Lambda's."""
    check = (
        "import boto3, sys; before = {*sys.modules}; import integrations.security_hub.app;"
        " print(*({each.partition('.')[0] for each in {*sys.modules} - before} - sys.stdlib_module_names))"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=artifact, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout.split()) == (0, ["integrations"]), done.stderr
