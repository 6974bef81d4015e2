"""What the templates are excused from, held together with what they would fail."""

import json
import re
import subprocess

import pytest
import yaml
from builders import ROOT

CHECKOV = ROOT / ".venv-audit" / "bin" / "checkov"
TEXT = (ROOT / ".checkov.yaml").read_text()
SETTINGS = yaml.safe_load(TEXT)


def test_every_rule_that_is_left_out_has_its_reason():
    reasons = re.findall(r"  # (.+)\n  - (CKV2?_AWS_\d+)\n", TEXT)

    assert [rule for _, rule in reasons] == SETTINGS["skip-check"]
    assert all(len(reason) > 40 for reason, _ in reasons)


def test_all_templates_are_looked_at_without_a_network():
    assert SETTINGS["file"] == ["template.yaml", "ingest/forwarder.yaml", "reporter/member.yaml"]
    assert SETTINGS["framework"] == ["cloudformation"]
    assert SETTINGS["skip-download"] is True


@pytest.mark.skipif(not CHECKOV.exists(), reason="`make checkov` brings it")
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
