"""The organization that a deployment spreads over: who deploys, whether StackSets may, and its accounts.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from activity.accounts import Account
from deployment.forwarders import Client
from deployment.settings import Unusable

PRINCIPAL = "member.org.stacksets.cloudformation.amazonaws.com"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html
_UNIT = re.compile(r"ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32}")


class Unavailable(Exception):
    """StackSets cannot deploy to the organization; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Organization:
    """`caller`: the account that deploys. `management`: the one to which StackSets never deploys."""

    caller: str
    management: str

    @property
    def call_as(self) -> str:
        return "SELF" if self.caller == self.management else "DELEGATED_ADMIN"

    @property
    def who(self) -> str:
        is_management = self.caller == self.management
        return "the management account" if is_management else f"its delegated administrator {self.caller}"


def units(text: str) -> tuple[str, ...]:
    """Those of OU=..., each once. Raises Unusable."""
    found = tuple(dict.fromkeys(text.replace(",", " ").split()))
    for each in found:
        if not _UNIT.fullmatch(each):
            raise Unusable(f"OU={each}: ids of organizational units are needed, such as ou-ab12-cd34ef56")
    return found


def organization(client: Client, region: str) -> Organization:
    """Raises Unavailable unless StackSets may be used by this caller."""
    caller = client("sts", region).get_caller_identity()["Account"]
    try:
        described = client("organizations", region).describe_organization()["Organization"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "AWSOrganizationsNotInUseException":
            raise Unavailable(f"account {caller} is in no organization") from error
        raise Unavailable(_refused(error)) from error
    found = Organization(caller, described["MasterAccountId"])
    _check_access(client("cloudformation", region), found)
    return found


def _check_access(cloudformation: Any, found: Organization) -> None:
    in_management = f"in the management account {found.management}"
    try:
        status = cloudformation.describe_organizations_access(CallAs=found.call_as)["Status"]
    except ClientError as error:
        # Also said to a delegated administrator who may not call ListDelegatedAdministrators.
        if "delegated admin" not in str(error):
            raise Unavailable(_refused(error)) from error
        raise Unavailable(
            f"account {found.caller} is no delegated administrator of StackSets, or you may not call"
            f" organizations:ListDelegatedAdministrators. Fix, {in_management}: aws organizations"
            f" register-delegated-administrator --service-principal {PRINCIPAL} --account-id {found.caller}"
        ) from error
    if status != "ENABLED":
        raise Unavailable(
            "StackSets' trusted access to the organization is not activated."
            f" Fix, {in_management}: aws cloudformation activate-organizations-access"
        )


def _refused(error: ClientError) -> str:
    told = error.response["Error"]
    return f"{error.operation_name} failed: {told['Code']}: {' '.join(told['Message'].split())}"


def accounts(organizations: Any) -> tuple[Account, ...]:
    """All of the organization, by id. Raises botocore's errors."""
    pages = organizations.get_paginator("list_accounts").paginate()
    listed = (Account.of(each) for page in pages for each in page["Accounts"])
    return tuple(sorted(listed, key=lambda each: each.id))


def root(organizations: Any) -> str:
    found: str = organizations.list_roots()["Roots"][0]["Id"]
    return found


def within(organizations: Any, units: Iterable[str]) -> set[str]:
    """The ids of the accounts in these units and in those below them."""
    found, below = set(), list(units)
    for unit in below:  # It grows meanwhile.
        of_unit = {"ParentId": unit}
        for page in organizations.get_paginator("list_accounts_for_parent").paginate(**of_unit):
            found |= {each["Id"] for each in page["Accounts"]}
        for page in organizations.get_paginator("list_organizational_units_for_parent").paginate(**of_unit):
            below += [each["Id"] for each in page["OrganizationalUnits"]]
    return found
