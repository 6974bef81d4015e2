"""Who may snooze may write snoozes, and nothing else of the table: by a simulator of IAM."""

import pytest
import templates
from builders import ACCOUNT
from simulated import IS_THERE, Request, Stack, simulate

HUB = Stack.of(templates.hub(), **templates.KEYLESS, HasOrganization=False)
PERSON = f"arn:aws:iam::{ACCOUNT}:role/team"


def of(action, *keys, index=""):
    policy = {"Version": "2012-10-17"} | HUB.policy("SnoozePolicy")
    context = {"dynamodb:LeadingKeys": list(keys)} if keys else {}
    return Request(PERSON, action, HUB.arn("ActivityTable") + index, policy, context=context)


ACTS = {
    "writes a snooze": (True, of("dynamodb:UpdateItem", "snoozed")),
    "flags": (False, of("dynamodb:UpdateItem", f"arn:aws:iam::{ACCOUNT}:user/alice")),
    "says that a report was mailed": (False, of("dynamodb:UpdateItem", "report")),
    "writes a snooze and more": (False, of("dynamodb:UpdateItem", "snoozed", "report")),
    "writes without keys": (False, of("dynamodb:UpdateItem")),
    "writes a whole item": (False, of("dynamodb:PutItem", "snoozed")),
    "deletes a snooze": (False, of("dynamodb:DeleteItem", "snoozed")),
    "looks up": (True, of("dynamodb:Query", f"arn:aws:iam::{ACCOUNT}:user/alice")),
    "looks up in an index": (True, of("dynamodb:Query", index="/index/by_flag")),
}


@pytest.mark.skipif(not IS_THERE, reason="needs node, and once `make npm`")
def test_only_snoozes_may_be_written():
    said = dict(zip(ACTS, simulate([request for _, request in ACTS.values()]), strict=True))

    assert {name: answer == "Allowed" for name, answer in said.items()} == {
        name: may for name, (may, _) in ACTS.items()
    }, said
