"""The README is held to the code, the template and the commands that it tells of."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ROOT
from samtranslator.yaml_helper import yaml_parse

from activity import model

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_screen_is_a_sentence_the_mail_and_the_commands():
    before, mail, after = re.split(r"```text\n|```\n", README, maxsplit=2)

    assert len(before.strip().splitlines()) == 3
    assert mail.startswith("Subject: ")
    assert [line.split()[:2] for line in after.split("```")[1].splitlines()[1:]] == [
        ["make", "demo"],
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


def test_the_help_is_the_commands():
    command = Path(sys.executable).with_name("lastseen")
    done = subprocess.run(
        [command, "replay", "--help"],
        env=os.environ | {"COLUMNS": "80", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"```text\n{done.stdout.strip()}\n```" in README


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
        )
    }

    assert set(re.findall(r"(?m)^\| `([A-Z]+)[#`]", README)) == facets
