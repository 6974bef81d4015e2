"""Who may do everything, or give themselves that: by the policies that IAM lists with users, groups and roles.

Policies of the account's own that are attached are not looked into: IAM lists them without what they allow.
"""

from collections.abc import Iterable, Mapping
from typing import Any

# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
_OF_AWS = {"AdministratorAccess", "IAMFullAccess"}
_ALL = {"*", "*:*", "iam:*"}


def is_administrator(listed: Any) -> bool:
    """`listed`: a user, group or role of GetAccountAuthorizationDetails, with its policies."""
    attached = {each["PolicyArn"] for each in listed.get("AttachedManagedPolicies") or ()}
    names = ("UserPolicyList", "GroupPolicyList", "RolePolicyList")
    inline = [each["PolicyDocument"] for name in names for each in listed.get(name) or ()]
    return any(map(_is_of_aws, attached)) or any(map(_allows_all, inline))


def _is_of_aws(policy: str) -> bool:
    return ":iam::aws:policy/" in policy and policy.rpartition("/")[2] in _OF_AWS


def _allows_all(document: Any) -> bool:
    statements = document.get("Statement") if isinstance(document, Mapping) else ()
    return any(
        each.get("Effect") == "Allow"
        and not _ALL.isdisjoint(map(str.lower, _listed(each.get("Action"))))
        and "*" in _listed(each.get("Resource"))
        for each in _listed(statements)
    )


def _listed(value: Any) -> Iterable[Any]:
    """Policies may have one thing in place of a list of it."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str | Mapping) else value
