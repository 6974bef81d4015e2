"""The version stands in pyproject.toml; all else that says it is held to that."""

import re
import tomllib
from importlib.metadata import version

from asking import ask
from builders import ROOT
from packaging.version import Version
from samtranslator.yaml_helper import yaml_parse

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_command_tells_its_version():
    assert ask("--version").stdout == f"lastseen {VERSION}\n"
    assert version("last-activity-tracker") == VERSION


def test_the_stack_tells_its_version():
    assert yaml_parse((ROOT / "template.yaml").read_text())["Outputs"]["Version"]["Value"] == VERSION


def test_the_changelog_has_this_version_with_its_date_once_it_is_released():
    headings = re.findall(r"(?m)^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", (ROOT / "CHANGELOG.md").read_text())
    released = [name for name, date in headings if date]

    assert headings[0] == ("Unreleased", "")
    assert len(released) == len(headings) - 1
    assert released[:1] == [VERSION] or (Version(VERSION).is_devrelease and base(VERSION) not in released)


def base(version):
    return Version(version).base_version
