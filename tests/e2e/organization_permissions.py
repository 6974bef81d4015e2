"""What is allowed for an organization's report is taken away, permission by permission: the loss has to show.

As e2e/permissions.py does for one account, with which `make permissions` runs it.
"""

import json

import pytest
from e2e.organization import accounts, end, hub, start
from e2e.policies import allowing, singles
from e2e.unenforced import ELSEWHERE

__all__ = ["accounts", "hub"]  # Fixtures.
# What the server asks with other resources than AWS, or does not ask, and the tests that stand for it.
LISTED = "tests/reporter/organization/test_accounts.py"
ELSEWHERE_HELD = {
    "organizations:ListAccounts": LISTED,
    "organizations:ListRoots": LISTED,
    "organizations:ListAccountsForParent": LISTED,
    "organizations:ListOrganizationalUnitsForParent": LISTED,
}
POLICIES = {"ReporterRole": "organization", "OrganizationMachineRole": "organization"}


@pytest.mark.parametrize("role", POLICIES)
def test_the_loss_of_a_permission_is_noticed(hub, losses, role):
    iam, name = hub.server.client("iam"), hub.resources[role]
    document = iam.get_role_policy(RoleName=name, PolicyName=POLICIES[role])["PolicyDocument"]
    permissions = list(singles(document))

    def put(document):
        iam.put_role_policy(RoleName=name, PolicyName=POLICIES[role], PolicyDocument=json.dumps(document))

    unnoticed = []
    for number, (action, resource) in enumerate(permissions):
        put(allowing(permissions[:number] + permissions[number + 1 :]))
        told = shown(hub)
        if not told:
            unnoticed.append(action)
        losses.append((role, action, resource, told or f"{ELSEWHERE} {ELSEWHERE_HELD.get(action, '?')}"))
    put(document)

    assert sorted(set(unnoticed)) == sorted({action for action, _ in permissions} & ELSEWHERE_HELD.keys())


def shown(hub):
    """What shows that something is wrong: that the execution failed, or which accounts were not read."""
    told = end(hub, start(hub))
    if told["status"] != "SUCCEEDED":
        return f"OrganizationAlarm; {told['status']}"
    answer = json.loads(told["output"])
    return "" if answer["not_read"] == 1 else f"{answer['not_read']} accounts not read"
