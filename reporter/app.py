"""The reporter Lambda: reviews the account, mails what is stale and answers it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import boto3
from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from activity import settings
from activity.flags import Flags
from activity.item import Flag
from activity.table import ActivityTable
from reporter.findings import Report
from reporter.inventory import Iam
from reporter.report import body, subject_line
from reporter.review import review
from reporter.subjects import Kind, Limits

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

NAMESPACE = "LastActivity"

logger = Logger(service="reporter")
metrics = Metrics(namespace=NAMESPACE, service="reporter")


@dataclass(frozen=True, slots=True)
class Reporter:
    iam: Iam
    table: ActivityTable
    flags: Flags
    sns: "SNSClient"
    account: Callable[[], str]
    topic: str
    limits: Limits
    exempt_tag: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        def days(name: str) -> int:
            return settings.whole_number(environ, name, default=90, least=1)

        # IAM's rate limits are not published, and are shared by all who ask in the account.
        patient = Config(retries={"mode": "standard", "total_max_attempts": 10})
        return cls(
            iam=Iam(boto3.client("iam", config=patient)),
            table=ActivityTable.from_env(environ),
            flags=Flags.from_env(environ),
            sns=boto3.client("sns"),
            account=lambda: boto3.client("sts").get_caller_identity()["Account"],
            topic=settings.text(environ, "REPORT_TOPIC_ARN"),
            limits=Limits(days("STALE_USER_DAYS"), days("STALE_KEY_DAYS"), days("STALE_ROLE_DAYS")),
            exempt_tag=environ.get("EXEMPT_TAG") or "last-activity:exempt",
        )

    def report(self, now: datetime) -> Report:
        """Reviews, publishes, and remembers what was flagged. Raises botocore's errors where SNS refuses."""
        report = review(self.iam, self.table, self.account(), limits=self.limits, tag=self.exempt_tag, now=now)
        self.sns.publish(TopicArn=self.topic, Subject=subject_line(report), Message=body(report))
        self._remember(report, now)
        return report

    def _remember(self, report: Report, now: datetime) -> None:
        try:
            for key in report.to_flag:
                self.flags.flag(key, report.account, Flag(now), now=now)
            for key in report.to_unflag:
                self.flags.unflag(key)
        except (ClientError, BotoCoreError) as error:  # The mail is out: the next report flags them again.
            logger.error("flags not remembered", reason=str(error))


@cache
def reporter() -> Reporter:
    return Reporter.from_env(os.environ)


def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001  # any event will do
    """Takes any event. Answers `{"findings", "gaps", "exempt", "counts"}`: the report that was mailed."""
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    report = reporter().report(datetime.now(UTC))
    for gap in report.gaps:
        logger.warning("gap", account=report.account, what=gap.what, reason=gap.reason)
    metrics.add_metric("Gaps", MetricUnit.Count, len(report.gaps))
    for kind in Kind:
        count = sum(finding.subject.kind is kind for finding in report.findings)
        with single_metric("Findings", MetricUnit.Count, count, namespace=NAMESPACE) as metric:
            metric.add_dimension("kind", kind)
    metrics.flush_metrics()
    return report.as_dict()
