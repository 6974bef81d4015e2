"""The version stands in pyproject.toml; all else that says it is held to that."""

import re
import tomllib
from importlib.metadata import version

from asking import ask
from builders import ROOT
from samtranslator.yaml_helper import yaml_parse

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_command_tells_its_version():
    assert ask("--version").stdout == f"lastseen {VERSION}\n"
    assert version("last-activity-tracker") == VERSION


def test_the_stack_tells_its_version():
    assert yaml_parse((ROOT / "template.yaml").read_text())["Outputs"]["Version"]["Value"] == VERSION


def test_the_changelog_has_this_version_below_what_is_unreleased():
    headings = re.findall(r"(?m)^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", (ROOT / "CHANGELOG.md").read_text())

    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == VERSION
    assert all(date for _, date in headings[1:])
