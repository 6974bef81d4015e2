"""A CloudFormation stack: what it is in, how it ends, and why it failed."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

Wait = Callable[[float], None]
LONGEST = 5.0
PATIENCE = 1800.0


class Failed(Exception):
    """What AWS could not do; the message has its reason."""


def find(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """By name or id; by its id also when it is deleted."""
    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    found: dict[str, Any] = stack
    return found


def deployed(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """The same, unless nothing of it was ever made: its first change set was declined."""
    stack = find(cloudformation, name)
    return None if stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS" else stack


def changed_at(stack: dict[str, Any] | None) -> Any:
    return stack and (stack.get("LastUpdatedTime") or stack["CreationTime"])


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def parameters(stack: dict[str, Any]) -> dict[str, str]:
    return {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", [])}


def settled(cloudformation: Any, stack_id: str, wait: Wait = time.sleep) -> str:
    """The status in which it comes to rest."""
    pause, waited = 0.25, 0.0
    while waited < PATIENCE:
        stack = find(cloudformation, stack_id)
        if stack is None:
            return "DELETE_COMPLETE"
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return str(stack["StackStatus"])
        wait(pause)
        waited, pause = waited + pause, min(2 * pause, LONGEST)
    raise Failed(f"still not done after {PATIENCE / 60:.0f} minutes")


def why(cloudformation: Any, stack_id: str) -> str:
    """The first failure of the last operation, whose events come newest first."""
    first = ""
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for event in page["StackEvents"]:
            status, reason = event.get("ResourceStatus", ""), event.get("ResourceStatusReason", "")
            if status.endswith("_FAILED"):
                first = f"{event['LogicalResourceId']}: {reason}"
            if event.get("PhysicalResourceId") == stack_id and reason == "User Initiated":
                return first or "CloudFormation gives no reason"
    return first or "CloudFormation gives no reason"


def deleted(cloudformation: Any, stack: dict[str, Any], wait: Wait = time.sleep) -> None:
    """Raises Failed if it, or a part of it, remains."""
    cloudformation.delete_stack(StackName=stack["StackName"])
    status = settled(cloudformation, stack["StackId"], wait)
    if status != "DELETE_COMPLETE":
        raise Failed(f"{status}: {why(cloudformation, stack['StackId'])}")
