"""The tracker's stack as CloudFormation knows it, and the ARNs of what is in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lastseen.checking.check import DEPLOY, Check, Unread, right, unread, wrong

_GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "IMPORT_COMPLETE")
# CloudFormation updates no stack whose creation failed.
_FAILED = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
# What only this template has, and the checks look at.
NEEDED = (
    "AwakenedFunction", "AwakenedRole", "DefaultBusRule", "ForwarderAlarmRule", "HubBus", "HubBusRule",
    "IngestFunction", "IngestRole", "Queue", "ReporterFunction", "ReporterRole", "ScheduleRole",
)  # fmt: skip
_OUTPUTS = ("ActivityTableName", "EventBusArn", "ReportTopicArn")


@dataclass(frozen=True, slots=True)
class Caller:
    account: str
    arn: str


@dataclass(frozen=True, slots=True)
class Stack:
    """`resources`: physical ids by logical ones, or why they are not known."""

    id: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    resources: Mapping[str, str] | Unread

    @property
    def partition(self) -> str:
        return self.id.split(":")[1]

    @property
    def region(self) -> str:
        return self.id.split(":")[3]

    @property
    def account(self) -> str:
        return self.id.split(":")[4]

    @property
    def name(self) -> str:
        return self.id.split("/")[1]

    @property
    def is_ours(self) -> bool:
        return all(self.outputs.get(each) for each in _OUTPUTS)

    @property
    def is_by_logs(self) -> bool:
        """Whether its events come by CloudTrail's log files, with or without EventBridge."""
        return self.parameters.get("Roads") != "events" and bool(self.parameters.get("LogBucketArn"))

    @property
    def is_by_logs_alone(self) -> bool:
        """Whether they no longer come by EventBridge."""
        return self.is_by_logs and self.parameters.get("Roads") == "logs"

    @property
    def known(self) -> Mapping[str, str]:
        return {} if isinstance(self.resources, Unread) else self.resources

    def names(self) -> dict[str, str]:
        """The name of each resource: of a queue without its address, of a rule without its bus."""
        return {logical: own_name(physical) for logical, physical in self.known.items()}

    def role(self, logical: str) -> str:
        return f"arn:{self.partition}:iam::{self.account}:role/{self.known[logical]}"


def own_name(physical: str) -> str:
    if physical.startswith("http"):
        return physical.rpartition("/")[2]
    return physical.rpartition("|")[2]


def caller_check(caller: Caller) -> Check:
    return right("caller", f"{caller.arn}, account {caller.account}")


def stack_checks(stack: Stack | Unread | None, name: str, region: str, caller: Caller) -> Iterator[Check]:
    where = f"account {caller.account}, {region}"
    match stack:
        case Unread():
            yield unread("stack", stack)
        case None:
            yield wrong(
                "stack", f"there is no stack {name} in {where}", "make deploy, or another --profile or --region"
            )
        case _ if stack.status not in _GOOD:  # First, for a stack that was never deployed has no outputs.
            remedy = "make destroy, then make deploy" if stack.status in _FAILED else "make deploy"
            yield wrong("stack", f"{stack.name} in {stack.region} is {stack.status}", remedy)
        case _ if not stack.is_ours:
            yield wrong("stack", f"{name} is not a stack of this tool: name the tracker's with --stack")
        case _ if stack.account != caller.account:
            yield wrong("stack", f"{name} is of account {stack.account}", "another --profile")
        case _:
            yield right("stack", f"{stack.name} in {where}: {stack.status}")
            yield from _resource_checks(stack)


def _resource_checks(stack: Stack) -> Iterator[Check]:
    if isinstance(stack.resources, Unread):
        yield unread("resources", stack.resources)
        return
    missing = [each for each in NEEDED if not stack.resources.get(each)]
    if missing:
        yield wrong("resources", f"the stack has no {', '.join(missing)}", DEPLOY)
