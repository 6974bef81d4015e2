"""The demo is the README's first screen, and is held to it."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import time_machine
from builders import ROOT

from lastseen import demo
from lastseen.lookup import lines

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

    assert (ran.events, ran.again) == (len(list((ROOT / "events").glob("*.json"))), [])


def test_the_look_ups_find_the_owner_of_a_key_and_who_came_from_an_address():
    ran = outcome()

    assert {activity.principal for activity in ran.owner_of_key} == {
        "arn:aws:iam::123456789012:user/people/alice"
    }
    assert [activity.principal.rpartition(":")[2] for activity in ran.came_from_office] == [
        "user/people/alice",
        "root",
    ]
    assert list(lines(ran.came_from_office))[1].startswith("  IP#198.51.100.7")


def test_the_command_prints_the_mail_and_two_look_ups():
    command = Path(sys.executable).with_name("lastseen")
    done = subprocess.run([command, "demo"], capture_output=True, text=True, timeout=60, check=True)

    assert "Subject: IAM last activity 123456789012 (acme-prod): stale: " in done.stdout
    assert "User grace has not used access key AKIAEXAMPLEGRACE0001 since " in done.stdout
    assert "Whose is AKIAEXAMPLEALICE0001" in done.stdout
    assert "Who came from 198.51.100.7?" in done.stdout
    assert '"_aws"' not in done.stdout
    assert done.stderr == ""
