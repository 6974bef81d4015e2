"""What the templates are excused from, held together with what they would fail."""

import re

import yaml
from builders import ROOT

TEXT = (ROOT / ".checkov.yaml").read_text()
SETTINGS = yaml.safe_load(TEXT)


def test_every_rule_that_is_left_out_has_its_reason():
    reasons = re.findall(r"  # (.+)\n  - (CKV2?_AWS_\d+)\n", TEXT)

    assert [rule for _, rule in reasons] == SETTINGS["skip-check"]
    assert all(len(reason) > 40 for reason, _ in reasons)


def test_all_templates_are_looked_at_without_a_network():
    integrations = sorted(str(each.relative_to(ROOT)) for each in ROOT.glob("integrations/*/template.yaml"))

    assert SETTINGS["file"] == [
        "template.yaml",
        "ingest/forwarder.yaml",
        "reporter/member.yaml",
        "quarantine/template.yaml",
        "quarantine/member.yaml",
        *integrations,
    ]
    assert SETTINGS["framework"] == ["cloudformation"]
    assert SETTINGS["skip-download"] is True
