"""Who may do everything, or give themselves that: by the policies of users, groups and roles."""

from collections.abc import Iterable, Mapping
from typing import Any

# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
_OF_AWS = {"AdministratorAccess", "IAMFullAccess"}
_ALL = {"*", "*:*", "iam:*"}


def is_administrator(listed: Any) -> bool:
    """`listed`: a user, group or role of GetAccountAuthorizationDetails, with its policies."""
    names = ("UserPolicyList", "GroupPolicyList", "RolePolicyList")
    inline = [each["PolicyDocument"] for name in names for each in listed.get(name) or ()]
    return any(map(_is_of_aws, attached_to(listed))) or any(map(_allows_all, inline))


def attached_to(listed: Any) -> frozenset[str]:
    """The ARNs of the managed policies of a user, group or role."""
    return frozenset(each["PolicyArn"] for each in listed.get("AttachedManagedPolicies") or ())


def allows_all(policy: Any) -> bool:
    """`policy`: one of the account's own, with its versions, of which the default is in force."""
    versions = policy.get("PolicyVersionList") or ()
    return any(each.get("IsDefaultVersion") and _allows_all(each.get("Document")) for each in versions)


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
