"""What is said of a bucket with log files before anything is built."""

from collections.abc import Iterator

from deployment.logs import KEY, OWNER, PREFIX, TOPIC, Plan, Way
from lastseen.checking.check import Unread, some


def lines(plan: Plan) -> Iterator[str]:
    """What is said of it before anything is built."""
    where = f"s3://{plan.address.bucket}/{plan.values[PREFIX]}"
    whose = "this account" if plan.is_own else f"account {plan.owner}"
    by = f", from trail {some(each.name for each in plan.trails)}" if plan.trails else ""
    yield f"Log files: {where} in {whose}{by}; {plan.way} announces new ones"
    yield from _unknown(plan)
    if len({each.topic for each in plan.trails}) > 1 and plan.way is not Way.TOPIC:
        yield f"The trails have no topic in common. To be told by one of them, give {TOPIC}=..."
    yield from _foreign_topic(plan.values[TOPIC], plan.found.account)


def _foreign_topic(topic: str, account: str) -> Iterator[str]:
    """CloudFormation subscribes the queue as whoever deploys, and the topic's policy must allow it, too."""
    if topic and (owner := topic.split(":")[4]) != account:
        yield f"The deployment fails unless account {owner} allows this account to subscribe to the topic:"
        where = f"--region {topic.split(':')[3]} --topic-arn {topic}"
        whom = f"--label last-activity-{account} --aws-account-id {account}"
        yield f"  aws sns add-permission {where} {whom} --action-name Subscribe"


def _unknown(plan: Plan) -> Iterator[str]:
    found, by_hand = plan.found, f"If it has them, give {TOPIC}=... and {KEY}=..."
    if isinstance(found.trails, Unread):
        yield f"{_not_checked('the topic and key of the trail', found.trails)}. {by_hand}"
    elif not plan.trails:
        yield f"No trail that this account sees delivers there: its topic and key are not known. {by_hand}"
    if isinstance(found.is_own, Unread) and not plan.values[OWNER]:
        unknown = _not_checked("whose bucket it is", found.is_own)
        yield f"{unknown}. If it is another account's, give {OWNER}=..."
    if isinstance(found.tells_eventbridge, Unread) and plan.way is Way.EVENTBRIDGE:
        yield _not_checked("whether the bucket sends its events to EventBridge", found.tells_eventbridge)
    if isinstance(found.has_bucket_key, Unread) and plan.keys:
        yield _not_checked("whether the bucket has an S3 Bucket Key", found.has_bucket_key)


def _not_checked(what: str, why: Unread) -> str:
    return f"Not checked: {what}; {f'that needs {why.action}' if why.action else why.reason}"
