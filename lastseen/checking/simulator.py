"""Asks IAM's simulator what roles hold of what they are granted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lastseen.checking.answer import asked, at_once
from lastseen.checking.check import Unread
from lastseen.checking.granted import BY_BOUNDARY, BY_DENY, BY_ORGANIZATION, Denial, Grant

# Where the calls of services are made that are not regional; a policy may deny all regions but some.
_GLOBAL = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


@dataclass(frozen=True, slots=True)
class Simulator:
    """`client` makes one for a service and a region; `region` is the hub's."""

    client: Callable[[str, str], Any]
    region: str

    def denials(self, grants: Iterable[Grant]) -> dict[Grant, list[Denial] | Unread]:
        iam = self.client("iam", self.region)
        return at_once(
            grants,
            lambda grant: asked("iam:SimulatePrincipalPolicy", lambda: _denials(iam, grant, self.region)),
        )


def _denials(iam: Any, grant: Grant, region: str) -> list[Denial]:
    """With what a condition of a service control policy would look at."""
    partition = grant.role.split(":")[1]
    is_global = grant.actions[0].partition(":")[0] in ("iam", "account")
    context = {
        "aws:RequestedRegion": ("string", _GLOBAL.get(partition, region) if is_global else region),
        "aws:PrincipalArn": ("string", grant.role),
        "aws:SecureTransport": ("boolean", "true"),
    }
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=grant.role,
        ActionNames=list(grant.actions),
        ResourceArns=[grant.resource],
        ContextEntries=[
            {"ContextKeyName": name, "ContextKeyType": kind, "ContextKeyValues": [value]}
            for name, (kind, value) in context.items()
        ],
    )
    results = (each for page in pages for each in page["EvaluationResults"])
    return [
        Denial(each["EvalActionName"], grant.resource, _by(each))
        for each in results
        if each["EvalDecision"] != "allowed"
    ]


def _by(result: Mapping[str, Any]) -> str:
    if not result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True):
        return BY_ORGANIZATION
    if not result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary", True):
        return BY_BOUNDARY
    return BY_DENY if result["EvalDecision"] == "explicitDeny" else ""
