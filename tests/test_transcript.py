"""The look-ups that README shows, asked again."""

import re
import shlex
from datetime import UTC, datetime

from asking import ask, record_samples
from builders import ROOT

THEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def test_the_readme_shows_what_the_look_ups_print(table):
    record_samples(table)
    (shown,) = re.findall(r"```text\n(\$ lastseen .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    commands = re.findall(r"(?m)^\$ lastseen (.*)$", shown)
    printed = [f"$ lastseen {each}\n{ask(*shlex.split(each), now=THEN).stdout}" for each in commands]

    assert len(commands) == 3
    assert shown == "\n".join(printed)
