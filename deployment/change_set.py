"""What a deployment is about to change, as CloudFormation tells it, and the change itself."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deployment import stacks
from deployment.stacks import Failed, Wait

_MOST_NAMED = 15
_TOLD = {
    "AWS::IAM::Role": "IAM roles",
    "AWS::Lambda::Function": "Lambda functions",
    "AWS::KMS::Key": "KMS keys",
}
_TO_BEGIN = 60.0
_BETWEEN_WORDS = 30.0


@dataclass(frozen=True, slots=True)
class Change:
    """`action`: Add, Modify, Replace or Remove."""

    action: str
    resource: str
    kind: str


def named_in(output: str) -> str:
    """The ARN of the change set that SAM says it made; "" if there was nothing to change."""
    found = re.search(r"arn:[a-z-]+:cloudformation:[^\s:]+:\d+:changeSet/\S+", output)
    return found[0] if found else ""


def changes(cloudformation: Any, stack: str, arn: str) -> list[Change]:
    """A permission for a stack is one for its change sets only where the stack is named."""
    pages = cloudformation.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=arn)
    every = (each["ResourceChange"] for page in pages for each in page["Changes"])
    return [
        Change(
            "Replace" if each.get("Replacement") == "True" else each["Action"],
            each["LogicalResourceId"],
            each["ResourceType"],
        )
        for each in every
    ]


def lines(found: list[Change]) -> Iterator[str]:
    """What is added is counted, roles and functions apart; what is there already and changes is named."""
    counts = Counter(each.action for each in found)
    words = {"Add": "to add", "Modify": "to change", "Replace": "to replace", "Remove": "to remove"}
    told = [f"{counts[action]} {word}" for action, word in words.items() if counts[action]]
    yield f"Changes: {', '.join(told) or 'none of resources'}"
    added = Counter(each.kind for each in found if each.action == "Add")
    if telling := [f"{what}: {added[kind]}" for kind, what in _TOLD.items() if added[kind]]:
        yield f"  among what is added, {'; '.join(telling)}"
    named = [each for each in found if each.action != "Add"]
    for each in named[:_MOST_NAMED]:
        yield f"  {each.action.lower()} {each.resource} ({each.kind})"
    if len(named) > _MOST_NAMED:
        yield f"  and {len(named) - _MOST_NAMED} more"


def execute(cloudformation: Any, arn: str, stack: dict[str, Any], wait: Wait = time.sleep) -> None:
    """`stack` as it is before. Raises Failed with CloudFormation's reason if it is not made."""
    before, told = stacks.changed_at(stack), stack["StackId"]
    cloudformation.execute_change_set(StackName=told, ChangeSetName=arn)
    waited = 0.0
    while waited < _TO_BEGIN and stacks.changed_at(stacks.find(cloudformation, told)) == before:
        wait(1.0)
        waited += 1.0
    status = stacks.settled(cloudformation, told, wait)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise Failed(f"{status}: {stacks.why(cloudformation, told)}")


def aloud(wait: Wait = time.sleep, what: str = "deploying") -> Wait:
    """Waits, and says now and then for how long it has."""
    waited = said = 0.0

    def waiting(seconds: float) -> None:
        nonlocal waited, said
        wait(seconds)
        waited += seconds
        if waited - said >= _BETWEEN_WORDS:
            said = waited
            print(f"  still {what} after {waited:.0f} seconds", flush=True)

    return waiting
