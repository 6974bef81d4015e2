"""How the stack's queue is told of new log files, and whether CloudTrail can deliver them."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Self

from lastseen.checking.check import DEPLOY, RESTORE, Check, State, Unread, right, unread, wrong
from lastseen.checking.notifications import Bucket
from lastseen.checking.rules import Found, Rule
from lastseen.checking.stack import Stack

_GUIDE = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide"
_MAY_WRITE = f"{_GUIDE}/create-s3-bucket-policy-for-cloudtrail.html"
_MAY_PUBLISH = f"{_GUIDE}/cloudtrail-permissions-for-sns-notifications.html"


@dataclass(frozen=True, slots=True)
class Logs:
    """What a stack reads. `topic`: "" where the bucket itself tells. `stack`: its name."""

    stack: str
    account: str
    bucket: Bucket
    prefix: str
    topic: str
    queue: str

    @classmethod
    def of(cls, stack: Stack) -> Self | None:
        """None for a stack that reads no log files."""
        given, queue = stack.parameters, stack.outputs.get("LogQueueArn")
        if not (stack.is_by_logs and queue):
            return None
        name, owner = given["LogBucketArn"].rpartition(":")[2], given.get("LogBucketOwner") or stack.account
        bucket = Bucket(name, owner, stack.region)
        prefix, topic = given.get("LogPrefix", ""), given.get("LogTopicArn", "")
        return cls(stack.name, stack.account, bucket, prefix, topic, queue)

    @property
    def is_own(self) -> bool:
        return self.bucket.owner == self.account

    @property
    def place(self) -> str:
        return f"s3://{self.bucket.name}/{self.prefix}"


@dataclass(frozen=True, slots=True)
class Notified:
    """Whom a bucket tells of new objects. `queues`: ARNs, each with what the keys begin with."""

    eventbridge: bool
    queues: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """As GetBucketNotificationConfiguration has it."""
        queues = [
            (each["QueueArn"], _prefix(each))
            for each in said.get("QueueConfigurations", [])
            if any(event.startswith("s3:ObjectCreated:") for event in each["Events"])
        ]
        return cls("EventBridgeConfiguration" in said, tuple(queues))

    def tells(self, queue: str, prefix: str) -> bool:
        """Whether the queue hears of all objects below the prefix."""
        return any(arn == queue and prefix.startswith(begin) for arn, begin in self.queues)


@dataclass(frozen=True, slots=True)
class Trail:
    """What CloudTrail could not do for it last, in words of S3's and SNS's; "" if it could."""

    arn: str
    undelivered: str = ""
    untold: str = ""

    @classmethod
    def of(cls, arn: str, status: Mapping[str, Any]) -> Self:
        """As GetTrailStatus has it."""
        return cls(arn, status.get("LatestDeliveryError") or "", status.get("LatestNotificationError") or "")

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]


def _prefix(configuration: Mapping[str, Any]) -> str:
    rules = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    return next((each["Value"] for each in rules if each["Name"].lower() == "prefix"), "")


def topic_check(logs: Logs, subscribed: Set[str] | Unread) -> Check:
    if isinstance(subscribed, Unread):
        return unread("log files", subscribed)
    if logs.queue in subscribed:
        return right("log files", f"{logs.topic} tells the stack's queue of new files in {logs.place}")
    where = f"--region {logs.topic.split(':')[3]} --topic-arn {logs.topic}"
    raw = "--attributes RawMessageDelivery=true"
    remedy = f"aws sns subscribe {where} --protocol sqs --notification-endpoint {logs.queue} {raw}"
    said = f"the stack's queue is not subscribed to {logs.topic}: no log files are read"
    return wrong("log files", said, remedy)


def bucket_check(logs: Logs, notified: Notified | Unread, rule: Found) -> Check:
    """`rule`: the stack's own, which takes what EventBridge gets of the bucket."""
    name, owner = logs.bucket.name, logs.bucket.owner
    if isinstance(notified, Unread):
        return _theirs(logs, notified) if notified.action and not logs.is_own else unread("log files", notified)
    if notified.tells(logs.queue, logs.prefix):
        return right("log files", f"bucket {name} tells the stack's queue of new files in {logs.place}")
    if not logs.is_own:
        said = f"bucket {name} does not notify the stack's queue: no log files are read"
        return wrong("log files", said, f"have account {owner} run: {_tell_queue(logs)}")
    if not notified.eventbridge:
        said = f"EventBridge is off for bucket {name}: no log files are read"
        return wrong("log files", said, logs.bucket.tell_eventbridge())
    return _rule_check(logs, rule)


def _theirs(logs: Logs, why: Unread) -> Check:
    """Only the bucket's owner may look. What is printed changes nothing where it was run before."""
    name, owner = logs.bucket.name, logs.bucket.owner
    said = f"needs {why.action} on bucket {name} of account {owner}, to see that it notifies the stack's queue"
    remedy = f"if no log files are read, have account {owner} run: {_tell_queue(logs)}"
    return Check("log files", State.NOT_PERMITTED, said, remedy, why.action, is_unread=True)


def _tell_queue(logs: Logs) -> str:
    return logs.bucket.tell_queue(logs.stack, logs.queue, logs.prefix)


def _rule_check(logs: Logs, rule: Found) -> Check:
    match rule:
        case Unread():
            return unread("log files", rule)
        case None:
            return wrong("log files", "LogRule is gone: no log files are read", DEPLOY)
        case Rule() if not rule.state.startswith("ENABLED"):
            remedy = f"aws events enable-rule --region {rule.region} --name {rule.name}"
            return wrong("log files", f"LogRule is {rule.state}: no log files are read", remedy)
        case Rule() if logs.queue not in rule.targets:
            return wrong("log files", f"LogRule does not feed {logs.queue}: no log files are read", RESTORE)
    return right("log files", f"EventBridge tells the stack's queue of new files in {logs.place}")


def delivery_checks(logs: Logs, trails: Iterable[Trail]) -> Iterator[Check]:
    """Only what is wrong; what a trail can't tell its topic matters where the stack listens to one."""
    for each in trails:
        if each.undelivered:
            said = f"trail {each.name} cannot deliver to bucket {logs.bucket.name}: {each.undelivered}"
            yield wrong("log files", said, f"have the bucket's policy let it: {_MAY_WRITE}")
        if each.untold and logs.topic:
            said = f"trail {each.name} cannot tell its topic of new files: {each.untold}"
            yield wrong("log files", said, f"have the topic's policy let it: {_MAY_PUBLISH}")
