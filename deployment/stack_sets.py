"""A StackSet of CloudFormation's, service-managed: brought to what it is to be, and taken away.

It runs one operation at a time, which goes on in all accounts and regions whatever becomes of one of them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployment import stacks
from deployment.instances import Instance
from deployment.stacks import Failed, Wait

PATIENCE = 3600.0
_PAUSE = 5.0
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html
_MOST_UNITS = 50
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html
_PREFERENCES = {
    "RegionConcurrencyType": "PARALLEL",
    "FailureTolerancePercentage": 100,
    "MaxConcurrentPercentage": 100,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`targets`: DeploymentTargets. `joins`: whether accounts that join later get a stack by themselves."""

    name: str
    description: str
    body: str
    capability: str
    parameters: Mapping[str, str]
    targets: Mapping[str, Any]
    regions: tuple[str, ...]
    joins: bool

    @property
    def auto_deployment(self) -> dict[str, bool]:
        return {"Enabled": True, "RetainStacksOnAccountRemoval": False} if self.joins else {"Enabled": False}


@dataclass(frozen=True, slots=True)
class StackSets:
    """As the management account (`call_as` SELF) or a delegated administrator (DELEGATED_ADMIN)."""

    cloudformation: Any
    call_as: str
    wait: Wait = time.sleep

    def find(self, name: str) -> dict[str, Any] | None:
        try:
            found = self.cloudformation.describe_stack_set(StackSetName=name, CallAs=self.call_as)
        except self.cloudformation.exceptions.StackSetNotFoundException:
            return None
        stack_set: dict[str, Any] = found["StackSet"]
        return stack_set

    def instances(self, name: str) -> list[Instance]:
        pages = self.cloudformation.get_paginator("list_stack_instances").paginate(
            StackSetName=name, CallAs=self.call_as
        )
        return [Instance.of(each) for page in pages for each in page["Summaries"]]

    def create(self, wanted: Wanted) -> None:
        self.cloudformation.create_stack_set(
            **self._described(wanted), Parameters=_given(wanted.parameters), PermissionModel="SERVICE_MANAGED"
        )

    def update(self, wanted: Wanted, found: Mapping[str, Any]) -> None:
        """Of all its stacks; those that failed are tried again. What else it was given stays."""
        kept = [
            {"ParameterKey": name, "UsePreviousValue": True}
            for name in stacks.parameters(dict(found))
            if name not in wanted.parameters and f"\n  {name}:" in wanted.body
        ]
        self._operate(
            self.cloudformation.update_stack_set,
            wanted.name,
            **self._described(wanted),
            Parameters=[*_given(wanted.parameters), *kept],
        )

    def deploy(self, wanted: Wanted) -> None:
        """To all its targets."""
        self._operate_on_units(
            self.cloudformation.create_stack_instances,
            wanted.name,
            wanted.targets,
            Regions=list(wanted.regions),
        )

    def empty(self, name: str, units: Sequence[str], regions: Sequence[str]) -> None:
        """Deletes its stacks, where that can be."""
        self._operate_on_units(
            self.cloudformation.delete_stack_instances,
            name,
            {"OrganizationalUnitIds": units},
            Regions=list(regions),
            RetainStacks=False,
        )

    def delete(self, name: str) -> None:
        """An empty one."""
        self.cloudformation.delete_stack_set(StackSetName=name, CallAs=self.call_as)

    def _described(self, wanted: Wanted) -> dict[str, Any]:
        return {
            "StackSetName": wanted.name,
            "Description": wanted.description,
            "TemplateBody": wanted.body,
            "Capabilities": [wanted.capability],
            "AutoDeployment": wanted.auto_deployment,
            "CallAs": self.call_as,
        }

    def _operate_on_units(
        self, call: Callable[..., Any], name: str, targets: Mapping[str, Any], **asked: Any
    ) -> None:
        units = targets["OrganizationalUnitIds"]
        for first in range(0, len(units), _MOST_UNITS):
            some = {**targets, "OrganizationalUnitIds": list(units[first : first + _MOST_UNITS])}
            self._operate(call, name, StackSetName=name, CallAs=self.call_as, DeploymentTargets=some, **asked)

    def _operate(self, call: Callable[..., Any], name: str, **asked: Any) -> None:
        """Waits for an operation that runs already, as of an account that has just joined, and for its own."""
        waited = 0.0
        while True:
            try:
                begun = call(OperationPreferences=_PREFERENCES, **asked)["OperationId"]
                break
            except self.cloudformation.exceptions.OperationInProgressException:
                waited = self._waited(waited, f"another operation of StackSet {name} is not done")
        while True:
            operation = self.cloudformation.describe_stack_set_operation(
                StackSetName=name, OperationId=begun, CallAs=self.call_as
            )["StackSetOperation"]
            if operation["Status"] not in ("QUEUED", "RUNNING", "STOPPING"):
                break
            waited = self._waited(waited, f"operation {begun} of StackSet {name} goes on, and is not done")
        if operation["Status"] != "SUCCEEDED":
            why = operation.get("StatusReason") or "CloudFormation gives no reason"
            raise Failed(f"operation {begun} of StackSet {name}: {operation['Status']}: {why}")

    def _waited(self, waited: float, what: str) -> float:
        if waited >= PATIENCE:
            raise Failed(f"{what} after {PATIENCE / 60:.0f} minutes; the same command shows what came of it")
        self.wait(_PAUSE)
        return waited + _PAUSE


def differs(wanted: Wanted, found: Mapping[str, Any]) -> bool:
    """Whether the StackSet that is there is to be changed, apart from where its stacks are."""
    there = stacks.parameters(dict(found))
    return (
        found["TemplateBody"] != wanted.body
        or any(there.get(name) != value for name, value in wanted.parameters.items())
        or found.get("AutoDeployment", {}).get("Enabled") != wanted.joins
    )


def _given(parameters: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
