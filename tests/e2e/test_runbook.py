"""Each command of docs/runbook.md that is not marked, run as it stands by the AWS CLI against the deployed stack."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ROOT

PAGE = (ROOT / "docs" / "runbook.md").read_text()
BLOCKS = re.findall(r"(?ms)(?<!account -->\n)^```sh\n(.*?)^```", PAGE)
NAME, *COMMANDS = BLOCKS
SAMPLE = "AKIAEXAMPLEALICE0001"
NOBODY_YET = "lastseen who"  # Exit status 1 says that the table does not know that key.


def there(block):
    """The AWS CLI 1 goes to queues by an address of its own, unless its option says otherwise."""
    return block.replace("aws sqs", 'aws --endpoint-url "$AWS_ENDPOINT_URL" sqs')


@pytest.fixture(scope="module")
def shell(server, stack, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runbook")
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)

    (made,) = server.client("iam").list_access_keys(UserName="alice")["AccessKeyMetadata"]
    key = made["AccessKeyId"]
    cases = "\n".join(f"{logical}) echo '{physical}';;" for logical, physical in stack.resources.items())
    known = f'name() {{ case "$1" in {cases}\nesac; }}'  # As fast as can be; the page's own is tried by itself.

    def run(block, name=None):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["sh", "-c", f"{known if name is None else name}\n{there(block).replace(SAMPLE, key)}"],
            cwd=folder,
            env=server.environment() | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def test_the_first_block_finds_the_resources_of_the_stack(shell, stack):
    assert shell("name DeadLetterQueue", NAME).stdout.strip() == stack.resources["DeadLetterQueue"]


@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: " ".join(block.split()[:3]))
def test_a_command_runs_as_it_stands(shell, block):
    done = shell(block)

    assert not re.search(r"(?i)usage:|error|ParamValidation|could not|does not exist", done.stderr), done.stderr
    assert done.returncode == 0 or NOBODY_YET in block or "coverage" in block, done.stdout


def test_all_rules_are_shown_in_the_state_that_lets_read_only_calls_through(shell):
    (block,) = [each for each in COMMANDS if "events list-rules" in each]

    assert shell(block).stdout.count("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS") >= 2


def test_whether_the_subscription_is_confirmed_is_shown(shell):
    (block,) = [each for each in COMMANDS if "list-subscriptions-by-topic" in each]

    assert "team@example.com" in shell(block).stdout


def test_both_schedules_are_shown(shell):
    (block,) = [each for each in COMMANDS if "list-schedules" in each]

    assert shell(block).stdout.count("ENABLED") >= 2
