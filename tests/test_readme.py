"""The README is held to the code, the template and the commands that it tells of."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders import NOON, ROOT
from samtranslator.yaml_helper import yaml_parse

from activity import model
from activity.model import Activity, Evidence
from awakened.flagged import Notice
from awakened.message import message
from awakened.notice import subject_line, text
from awakened.subject import Kind, Subject
from awakened.waking import Use
from ingest.layout import Skipped
from ingest.principals import Ignored
from reporter.inventory.account import Inventory
from reporter.judgement.judging import judge_account
from reporter.judgement.known import Known
from reporter.publishing.message import message as report_message

README, REPORT, TABLE, REPLAY = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "docs/report.md", "docs/table.md", "docs/replay.md")
)


def test_the_first_screen_is_a_sentence_a_picture_the_mail_and_the_commands():
    before, mail, after = re.split(r"```text\n|```\n", README, maxsplit=2)

    _, sentence, picture = before.strip().split("\n\n")
    assert sentence.count(". ") == 0
    assert picture.endswith("(docs/report.png)")
    assert mail.startswith("Subject: ")
    assert [line.split()[:2] for line in after.split("```")[1].splitlines()[1:]] == [
        ["make", "demo"],
        [".venv/bin/lastseen", "replay"],
        ["make", "test"],
        ["make", "deploy"],
    ]


def test_every_parameter_is_told_with_its_default():
    parameters = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    (table,) = re.findall(r"\| parameter \|.*?\n\n", README, re.DOTALL)
    told = dict(re.findall(r"(?m)^\| `(\w+)` \|(.*?)\|", table))

    assert {name: str(each.get("Default", "")) for name, each in parameters.items()} == {
        name: default.strip(" `") for name, default in told.items()
    }


def test_the_notice_is_as_it_is_sent():
    carol = "arn:aws:iam::123456789012:user/people/carol"
    evidence = Evidence(
        event_id="7f3c2a10-9a4e-4c1b-8d55-0e6f2b9c1d77",
        event_source="s3.amazonaws.com",
        event_name="ListBuckets",
        region="eu-west-1",
        source_ip="203.0.113.24",
        user_agent="aws-cli/2.17.9",
    )
    at = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
    seen = Activity(carol, model.key_facet("AKIAEXAMPLECAROL0001"), at, at, evidence)
    key = Subject(Kind.ACCESS_KEY, carol, "AKIAEXAMPLECAROL0001")
    use = Use(key, seen, since=at - timedelta(days=214), first_flagged=at - timedelta(days=7))

    assert f"The subject is `{subject_line(use)}`, and the mail:" in README
    assert f"```text\n{text(Notice(use, also=(key.owner,)))}```" in README


def test_every_kind_and_attribute_of_a_notice_is_told():
    (told,) = re.findall(r"Its attributes are there for filter policies: (`event` is.*)", REPORT)
    use = Use(
        Subject(Kind.ROLE, "arn:aws:iam::1:role/x"),
        Activity("arn:aws:iam::1:role/x", "ID#", NOON, NOON, Evidence()),
        NOON,
    )
    names = message(Notice(use))["MessageAttributes"].keys()

    assert {*map(str, Kind), *names} <= set(re.findall(r"`(\w+)`", told))


def test_the_help_is_the_commands():
    command = Path(sys.executable).with_name("lastseen")
    done = subprocess.run(
        [command, "replay", "--help"],
        env=os.environ | {"COLUMNS": "80", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"```text\n{done.stdout.strip()}\n```" in REPLAY


def test_every_reason_that_a_replay_counts_is_told():
    told = re.findall(r"(?m)^\| (`.*?) \|", REPLAY)

    assert {name for names in told for name in re.findall(r"`(\w+)`", names)} == {*Ignored, *Skipped}


@pytest.mark.parametrize("command", sorted(set(re.findall(r"(?m)(?:`|^)make ([a-z0-9]+)", README))))
def test_every_make_target_that_is_told_of_exists(command):
    assert re.search(rf"(?m)^{command}:", (ROOT / "Makefile").read_text())


def test_every_folder_that_is_told_of_exists():
    for name in re.findall(r"(?m)^\| `([a-z./]+)` \|", README):
        assert (ROOT / name).exists(), name


def test_every_facet_is_told_of():
    facets = {
        each.partition("#")[0]
        for each in (
            model.id_facet("x"),
            model.key_facet("x"),
            model.denied_facet("x"),
            model.SIGNIN,
            model.service_facet("x"),
            model.ip_facet("x"),
            model.session_facet("x"),
            model.change_facet("x", NOON),
            model.road_facet("x"),
        )
    }

    assert set(re.findall(r"(?m)^\| `([A-Z]+)[#`]", TABLE)) == facets


def test_every_attribute_of_a_report_is_told():
    sent = report_message(judge_account(Known(Inventory("123456789012", ""), NOON)))
    (table,) = re.findall(r"\| attribute \| type \|.*?\n\n", REPORT, re.DOTALL)
    told = {
        name: kind
        for names, kind in re.findall(r"(?m)^\| (`.*?) \| (\w+) \|", table)
        for name in re.findall(r"`(\w+)`", names)
    }

    assert told == {name: each["DataType"] for name, each in sent.attributes.items()}
    plain = json.loads(json.loads(sent.text)["default"])
    assert plain.keys() <= set(re.findall(r"`(\w+)`", REPORT))
