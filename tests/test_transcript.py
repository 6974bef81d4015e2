"""What README shows of replay and look-ups, asked again."""

import re
import shlex
from datetime import UTC, datetime

import pytest
from asking import ask, record_samples
from builders import ROOT

from lastseen.asking.forms import recognise

THEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
# All that a handle may mean, but ARNs and ids that are read the same way as those.
MEANT = {
    "a user's ARN",
    "a role session's ARN",
    "a name",
    "an access key id",
    "a unique id",
    "an address",
    "a network",
    "a service",
    "an Identity Center user's id",
    "an account's id, and so its root user's",
}


@pytest.fixture
def home(table, tmp_path, monkeypatch):
    """Where a checkout is, with a table that is empty."""
    monkeypatch.chdir(ROOT)
    return {"XDG_STATE_HOME": str(tmp_path), "AWS_DEFAULT_REGION": "us-east-1"}


def test_the_readme_shows_what_replay_and_the_look_ups_print(home):
    (shown,) = re.findall(r"```text\n(\$ lastseen replay .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    commands = re.findall(r"(?m)^\$ lastseen (.*)$", shown)
    printed = [f"$ lastseen {each}\n{ask(*shlex.split(each), now=THEN, **home).stdout}" for each in commands]

    assert [each.split()[0] for each in commands] == ["replay", "who", "who", "who", "list", "who"]
    assert shown == "\n".join(printed)


def test_before_the_samples_are_replayed_the_readme_says_where_that_does_no_harm():
    before, _, _ = (ROOT / "README.md").read_text().partition("$ lastseen replay events/")
    told = before[before.index("## Ask") :]

    assert "Do not replay `events/` into the table of a deployed stack" in told
    assert "`lastseen replay events/ --local`" in told


def test_the_readme_shows_whom_each_kind_of_handle_leads_to(table):
    record_samples(table)
    (shown,) = re.findall(
        r"```text\n(\$ lastseen who \S+ \| head -1\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    handles = re.findall(r"(?m)^\$ lastseen who (\S+) \| head -1$", shown)
    printed = [
        f"$ lastseen who {each} | head -1\n{ask('who', each, now=THEN).stdout.splitlines()[0]}\n"
        for each in handles
    ]

    assert shown == "".join(printed)
    assert {recognise(each).means for each in handles} == MEANT
