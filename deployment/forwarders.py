"""The stack of each other region that forwards its events to the hub."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deployment import stacks
from deployment.stacks import Failed, Wait
from lastseen.checking.aws import Aws
from lastseen.checking.check import Unread

Client = Callable[[str, str], Any]  # By the names of a service and a region.
NONE = "none"  # FORWARD=none: those that are there are removed.
REFUSED = (BotoCoreError, ClientError, Failed)


@dataclass(frozen=True, slots=True)
class Hub:
    """`bus` may be unknown where its stack has gone."""

    stack: str
    region: str
    bus: str

    @property
    def forwarder(self) -> str:
        return f"{self.stack}-forwarder"

    def is_fed_by(self, forwarder: dict[str, Any]) -> bool:
        bus = stacks.parameters(forwarder).get("HubBusArn", "")
        if self.bus:
            return bus == self.bus
        return f":events:{self.region}:" in bus and bus.endswith(f"/{self.stack}-hub")


@dataclass(frozen=True, slots=True)
class Outcome:
    region: str
    told: str
    is_good: bool = True


def regions(client: Client, home: str, wanted: str = "all") -> list[str]:
    """All that are enabled, or those of `wanted`, separated by commas; but for `home`.

    Where none are to stay, it is of all that they go. Raises Failed if the enabled ones can't be listed.
    """
    if wanted not in ("", "all", NONE):
        return [each for each in wanted.replace(",", " ").split() if each != home]
    enabled = Aws(client, home).regions()
    if isinstance(enabled, Unread):
        remedy = "name those to forward from, as FORWARD=us-east-1,us-west-2"
        raise Failed(f"the enabled regions can't be listed ({enabled.reason}): {remedy}")
    return sorted({*enabled} - {home})


def deploy(
    client: Client, hub: Hub, wanted: Iterable[str], body: str, wait: Wait = time.sleep
) -> Iterator[Outcome]:
    """All are begun before the first is waited for. One that fails stops no other."""
    begun = [(region, *_begun(client, hub, region, body)) for region in wanted]
    for region, stack_id, told in begun:
        if not stack_id:
            yield Outcome(region, told, told == "unchanged")
            continue
        try:
            yield _ended(client("cloudformation", region), region, stack_id, told, wait)
        except REFUSED as error:
            yield Outcome(region, reason(error), False)


def remove(client: Client, hub: Hub, among: Iterable[str], wait: Wait = time.sleep) -> Iterator[Outcome]:
    """Only of the regions that have one of this hub's."""
    for region in among:
        try:
            cloudformation = client("cloudformation", region)
            found = stacks.find(cloudformation, hub.forwarder)
            if found and hub.is_fed_by(found):
                stacks.deleted(cloudformation, found, wait)
                yield Outcome(region, "removed")
        except REFUSED as error:
            yield Outcome(region, reason(error), False)


def reason(error: Exception) -> str:
    return "failed: " + " ".join(str(error).split())


def _begun(client: Client, hub: Hub, region: str, body: str) -> tuple[str, str]:
    """The stack's id, if there is something to wait for, and what became of it or is to become of it."""
    given: dict[str, Any] = {
        "StackName": hub.forwarder,
        "TemplateBody": body,
        "Parameters": [{"ParameterKey": "HubBusArn", "ParameterValue": hub.bus}],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    try:
        cloudformation = client("cloudformation", region)
        found = stacks.find(cloudformation, hub.forwarder)
        if found is None:
            # So that the next try finds nothing in its way; the events stay readable by the stack's id.
            return cloudformation.create_stack(OnFailure="DELETE", **given)["StackId"], "created"
        if not hub.is_fed_by(found):
            other = stacks.parameters(found).get("HubBusArn", "nowhere")
            return "", f"failed: the stack {hub.forwarder} is there already, and forwards to {other}"
        # What else it was given stays; without a word, CloudFormation would take the template's defaults.
        kept = [
            {"ParameterKey": name, "UsePreviousValue": True}
            for name in stacks.parameters(found)
            if name != "HubBusArn" and f"\n  {name}:" in body
        ]
        changed = given | {"Parameters": [*given["Parameters"], *kept]}
        return cloudformation.update_stack(**changed)["StackId"], "updated"
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return "", "unchanged"
        return "", reason(error)
    except BotoCoreError as error:
        return "", reason(error)


def _ended(cloudformation: Any, region: str, stack_id: str, told: str, wait: Wait) -> Outcome:
    status = stacks.settled(cloudformation, stack_id, wait)
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return Outcome(region, told)
    return Outcome(region, f"failed: {stacks.why(cloudformation, stack_id)} ({status})", False)


def tell(outcomes: Iterable[Outcome]) -> int:
    """The exit status: 1 if any of them failed."""
    failed = 0
    for outcome in outcomes:
        print(f"  {outcome.region}: {outcome.told}", flush=True)
        failed += not outcome.is_good
    if failed:
        print(f"{failed} failed; the same command tries again", file=sys.stderr)
    return min(failed, 1)
