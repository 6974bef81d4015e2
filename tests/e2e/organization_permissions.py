"""What is allowed for an organization's report is taken away, permission by permission: the loss has to show.

As e2e/permissions.py does for one account, with which `make permissions` runs it.
"""

import json

import pytest
from e2e.organization import accounts, end, hub, start
from e2e.policies import allowing, singles
from e2e.unenforced import ELSEWHERE, UNNOTICED

__all__ = ["accounts", "hub"]  # Fixtures.
# What the server asks with other resources than AWS, or does not ask, and the tests that stand for it.
LISTED = "tests/reporter/organization/test_accounts.py"
ELSEWHERE_HELD = {
    "organizations:ListAccounts": LISTED,
    "organizations:ListRoots": LISTED,
    "organizations:ListAccountsForParent": LISTED,
    "organizations:ListOrganizationalUnitsForParent": LISTED,
}


@pytest.fixture
def policy(hub):
    """What the reporter may do for an organization, and what puts another document in its place until it is over."""
    iam, named = (
        hub.server.client("iam"),
        {"RoleName": hub.resources["ReporterRole"], "PolicyName": "organization"},
    )
    document = iam.get_role_policy(**named)["PolicyDocument"]
    yield list(singles(document)), lambda other: iam.put_role_policy(**named, PolicyDocument=json.dumps(other))
    iam.put_role_policy(**named, PolicyDocument=json.dumps(document))


def test_the_loss_of_a_permission_is_noticed(hub, policy, losses):
    """Step Functions asks for nothing here in its own role's name: tests/e2e/unenforced.py."""
    permissions, put = policy
    unasked = [each for each in permissions if each[0] in ELSEWHERE_HELD]
    put(allowing([each for each in permissions if each not in unasked]))
    assert shown(hub) == ""
    losses += [("ReporterRole", *each, f"{ELSEWHERE} {ELSEWHERE_HELD[each[0]]}") for each in unasked]
    for taken in permissions:
        if taken not in unasked:
            put(allowing([each for each in permissions if each != taken]))
            told = shown(hub)
            losses.append(("ReporterRole", *taken, told or UNNOTICED))
            assert told, taken


def shown(hub):
    """What shows that something is wrong: that the execution failed, or which accounts were not read."""
    told = end(hub, start(hub))
    if told["status"] != "SUCCEEDED":
        return f"OrganizationAlarm; {told['status']}"
    answer = json.loads(told["output"])
    return "" if answer["not_read"] == 1 else f"{answer['not_read']} accounts not read"
