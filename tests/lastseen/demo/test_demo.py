"""The demo is the README's first screen, and is held to it."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import time_machine
from builders import ROOT

from lastseen.asking.words import lines
from lastseen.demo import run as demo

# When the README's mail was printed.
THEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def outcome():
    with time_machine.travel(THEN, tick=False):
        return demo.run(THEN)


def test_the_readme_shows_the_mail_of_the_demo():
    ran = outcome()
    readme = (ROOT / "README.md").read_text()
    (shown,) = re.findall(r"```text\n(Subject: .*?)```", readme, re.DOTALL)

    assert shown == f"Subject: {ran.subject}\n\n{ran.mail}"


def test_every_sample_is_recorded_by_the_demo():
    ran = outcome()

    assert (ran.events, ran.again) == (len(list((ROOT / "events").glob("*.json"))) + 4, [])


def test_the_demo_shows_all_that_a_report_can_tell():
    ran = outcome()
    findings = {each["name"]: each["first_flagged"] for each in ran.answer["findings"]}

    assert findings["legacy-batch"] == "2026-11-23T07:00:00Z"
    assert findings["carol"] == "2026-11-16T07:00:00Z"
    assert [each["what"] for each in ran.answer["gaps"]] == [
        "access keys of arn:aws:iam::123456789012:user/vault/ines"
    ]
    assert {each["name"] for each in ran.answer["exempt"]} == {"frank", "dr-failover"}
    for title in (
        "WHAT TO DO",
        "TO MEND IN THE TRACKER",
        "WHAT CHANGED",
        "EXEMPT BY TAG",
        "HOW THIS WAS JUDGED",
    ):
        assert f"\n{title}" in ran.mail
    assert "NOT ARRIVING" not in ran.subject
    assert (
        "- Exemption of arn:aws:iam::123456789012:role/dr-failover: 'disaster recovery until=next year' does not"
        in ran.mail
    )
    assert "- role old-importer, idle since 2026-01-27: deleted\n" in ran.mail
    assert "- access key AKIAEXAMPLENINA00001 of user nina, idle since 2026-06-16: used again on" in ran.mail
    assert "legacy-batch" in ran.page


def test_the_look_ups_find_the_owner_of_a_key_and_who_came_from_an_address():
    ran = outcome()

    assert {activity.principal for activity in ran.owner_of_key} == {
        "arn:aws:iam::123456789012:user/people/alice"
    }
    assert [activity.principal.rpartition(":")[2] for activity in ran.came_from_office] == [
        "user/people/alice",
        "root",
    ]
    assert list(lines(ran.came_from_office))[1].startswith("  address 198.51.100.7 ")


def test_the_command_prints_the_mail_and_two_look_ups():
    command = Path(sys.executable).with_name("lastseen")
    done = subprocess.run([command, "demo"], capture_output=True, text=True, timeout=60, check=True)

    assert "Subject: IAM in acme-prod: 1 new, 6 open, 4 resolved, 1 not checked\n" in done.stdout
    assert "access key  grace         AKIAEXAMPLEGRACE0001  132 days" in done.stdout
    assert "Whose is AKIAEXAMPLEALICE0001" in done.stdout
    assert "Who came from 198.51.100.7?" in done.stdout
    assert '"_aws"' not in done.stdout
    assert done.stderr == ""


def test_the_page_is_written_where_asked(tmp_path):
    command, page = Path(sys.executable).with_name("lastseen"), tmp_path / "demo.html"
    done = subprocess.run([command, "demo", "--html", page], capture_output=True, text=True, check=True)

    assert done.stdout.endswith(f"\nThe report's page, for a browser: {page}\n")
    assert "legacy-batch" in page.read_text()
