"""docs/verify.md: its policy permits what the checks call and no more, and its table has each check."""

import ast
import json
import re

import pytest
from arns import listed
from builders import ACCOUNT, ROOT
from checked import REGION, TOPIC, stack
from templates import calls
from test_policies import fits, takes

from lastseen.checking.parts import UNCONFIRMED, subscription_check
from lastseen.checking.stack import Caller, caller_check, stack_checks
from lastseen.checking.trails import trail_checks
from lastseen.commands.doctor import _told
from reporter.listening.coverage import Trails

PAGE = (ROOT / "docs" / "verify.md").read_text()
POLICY = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
ALLOWED = {
    action: statement["Resource"] for statement in POLICY["Statement"] for action in listed(statement["Action"])
}
FILES = ("aws", "buses", "simulator")
SERVICES = (
    "account", "cloudformation", "cloudtrail", "cloudwatch", "events", "iam", "lambda", "s3", "scheduler", "sns",
    "sqs",
)  # fmt: skip


def called():
    own = calls(*(f"lastseen/checking/{each}.py" for each in FILES), services=SERVICES)
    listening = calls("reporter/listening/trails.py", "reporter/listening/canaries.py")
    return {*own, *listening, "dynamodb:BatchGetItem"}


def test_the_policy_permits_what_is_called_and_nothing_else():
    assert ALLOWED.keys() == called()


def test_each_action_that_is_missing_is_named_as_it_is_called():
    text = "".join(
        (ROOT / "lastseen" / "checking" / f"{each}.py").read_text() for each in (*FILES, "returning")
    )
    named = {each for each in re.findall(r'"([a-z0-9]+:[A-Z]\w+)"', text) if not each.startswith("aws:")}

    assert named | {each for each in called() if each.startswith("cloudtrail:")} == called()


@pytest.mark.parametrize("action", sorted(ALLOWED))
def test_an_action_exists_and_takes_the_resource_that_it_is_allowed_for(action):
    """ListRuleNamesByTarget lists: AWS's reference names rules, and not which of them it asks for."""
    here = ALLOWED[action].replace("REGION", "eu-west-1").replace("ACCOUNT", ACCOUNT)
    is_listing = action == "events:ListRuleNamesByTarget"

    assert any(fits(here, form) for form in takes(action)) or (here == "*" and is_listing), takes(action)


def test_the_table_has_each_check():
    found = set()
    for path in sorted((ROOT / "lastseen" / "checking").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            is_check = isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "right",
                "wrong",
                "unread",
            )
            if is_check and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    rows = re.findall(r"(?m)^\| (`.*?) \|", PAGE)

    assert found == {each for row in rows for each in re.findall(r"`([\w ]+)`", row)}


def test_the_lines_shown_are_those_that_are_printed(capsys):
    user = Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice")
    mail = subscription_check({"team@example.com": UNCONFIRMED}, "team@example.com", TOPIC)
    found = (
        caller_check(user),
        *stack_checks(stack(), "last-activity", REGION, user),
        *trail_checks(Trails(by=("management-events",))),
        mail,
    )
    _told(iter(found), as_json=False)
    (shown,) = re.findall(r"```text\n\$ lastseen doctor --wait 15m\n(.*?)```", PAGE, re.DOTALL)

    assert capsys.readouterr().out == shown
