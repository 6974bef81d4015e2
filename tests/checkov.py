"""What checkov is told to leave out, held against what it finds: `make checkov` runs this."""

import json
import subprocess

from builders import ROOT
from test_checkov import SETTINGS

CHECKOV = ROOT / ".venv-audit" / "bin" / "checkov"


def test_a_rule_is_left_out_only_where_something_fails_it():
    files = [word for name in SETTINGS["file"] for word in ("--file", str(ROOT / name))]
    rules = ",".join(SETTINGS["skip-check"])
    done = subprocess.run(
        [CHECKOV, "--framework", "cloudformation", "--skip-download", *files, "--check", rules, "-o", "json"],
        cwd=ROOT / "ingest",  # Where it finds no settings.
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )

    failed = {each["check_id"] for each in json.loads(done.stdout)["results"]["failed_checks"]}

    assert failed == {*SETTINGS["skip-check"]}
