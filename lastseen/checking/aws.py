"""Asks AWS what the checks look at. Only reads; what cannot be asked comes back as the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lastseen.checking.answer import asked, unless_gone
from lastseen.checking.check import Unread
from lastseen.checking.log_files import Notified, Trail
from lastseen.checking.parts import Mapped
from lastseen.checking.stack import Caller, Stack
from reporter.inventory.account import Gap
from reporter.listening.canaries import enabled_regions
from reporter.listening.coverage import Trails
from reporter.listening.trails import CloudTrail


@dataclass(frozen=True, slots=True)
class Aws:
    """`client` makes one for a service and a region; making them is not thread-safe."""

    client: Callable[[str, str], Any]
    region: str

    def caller(self) -> Caller:
        """Raises botocore's errors: without an answer, nothing can be asked."""
        said = self.client("sts", self.region).get_caller_identity()
        return Caller(said["Account"], said["Arn"])

    def stack(self, name: str) -> Stack | Unread | None:
        cloudformation = self.client("cloudformation", self.region)
        said = asked(
            "cloudformation:DescribeStacks", lambda: cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        )
        if isinstance(said, Unread):
            return None if "does not exist" in said.reason else said
        listed = asked("cloudformation:ListStackResources", lambda: _resources(cloudformation, said["StackId"]))
        return Stack(
            said["StackId"],
            said["StackStatus"],
            {each["ParameterKey"]: each.get("ParameterValue", "") for each in said.get("Parameters", [])},
            {each["OutputKey"]: each["OutputValue"] for each in said.get("Outputs", [])},
            listed,
        )

    def trails(self) -> Trails | Gap:
        return CloudTrail(lambda region: self.client("cloudtrail", region or self.region)).check()

    def regions(self) -> list[str] | Unread:
        """All that are enabled."""
        account_management = self.client("account", self.region)
        return asked("account:ListRegions", lambda: enabled_regions(account_management))

    def subscriptions(self, topic: str) -> dict[str, str] | Unread:
        pages = self.client("sns", self.region).get_paginator("list_subscriptions_by_topic")
        return asked(
            "sns:ListSubscriptionsByTopic",
            lambda: {
                each["Endpoint"]: each["SubscriptionArn"]
                for page in pages.paginate(TopicArn=topic)
                for each in page["Subscriptions"]
            },
        )

    def subscribed(self, topic: str) -> set[str] | Unread:
        """What this account has subscribed to a topic, which may be another account's and region's."""
        pages = self.client("sns", topic.split(":")[3]).get_paginator("list_subscriptions")
        return asked(
            "sns:ListSubscriptions",
            lambda: {
                each["Endpoint"]
                for page in pages.paginate()
                for each in page["Subscriptions"]
                if each["TopicArn"] == topic and each["SubscriptionArn"].startswith("arn:")
            },
        )

    def notified(self, bucket: str) -> Notified | Unread:
        s3 = self.client("s3", self.region)
        return asked(
            "s3:GetBucketNotification",
            lambda: Notified.of(s3.get_bucket_notification_configuration(Bucket=bucket)),
        )

    def delivering(self, bucket: str) -> list[Trail]:
        """The trails whose files are there, as far as they can be asked; trails() has what can't."""
        here = self.client("cloudtrail", self.region)
        homes = asked(
            "cloudtrail:DescribeTrails",
            lambda: {
                each["TrailARN"]: each["HomeRegion"]
                for each in here.describe_trails()["trailList"]
                if each["S3BucketName"] == bucket
            },
        )
        found = [] if isinstance(homes, Unread) else [self._delivered(*each) for each in homes.items()]
        return [each for each in found if not isinstance(each, Unread)]

    def _delivered(self, trail: str, home: str) -> Trail | Unread:
        cloudtrail = self.client("cloudtrail", home)
        return asked(
            "cloudtrail:GetTrailStatus", lambda: Trail.of(trail, cloudtrail.get_trail_status(Name=trail))
        )

    def mappings(self, function: str) -> list[Mapped] | Unread:
        functions = self.client("lambda", self.region)
        return asked(
            "lambda:ListEventSourceMappings",
            lambda: [
                Mapped(
                    each["UUID"], each["State"], each["EventSourceArn"], each.get("LastProcessingResult", "")
                )
                for each in functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
            ],
        )

    def depth(self, url: str) -> int | Unread:
        """How many messages are in a queue, those that somebody looks at included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = self.client("sqs", self.region)
        return asked(
            "sqs:GetQueueAttributes",
            lambda: sum(
                int(count)
                for count in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()
            ),
        )

    def schedule(self, name: str) -> str | Unread | None:
        scheduler = self.client("scheduler", self.region)
        return unless_gone("scheduler:GetSchedule", lambda: str(scheduler.get_schedule(Name=name)["State"]))

    def alarms(self, names: list[str]) -> dict[str, str] | Unread:
        if not names:
            return {}  # Asked for none, CloudWatch answers all of the account's.
        cloudwatch = self.client("cloudwatch", self.region)
        return asked(
            "cloudwatch:DescribeAlarms",
            lambda: {
                each["AlarmName"]: each["StateValue"]
                for each in cloudwatch.describe_alarms(AlarmNames=names, MaxRecords=100)["MetricAlarms"]
            },
        )


def _resources(cloudformation: Any, stack: str) -> dict[str, str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
        for page in pages
        for each in page["StackResourceSummaries"]
    }
