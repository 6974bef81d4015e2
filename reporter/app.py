"""The reporter Lambda: reviews the account, publishes what is stale and answers it."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Self

import boto3
from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from activity import settings
from activity.flags import Flags
from activity.item import Flag
from activity.keeping import Keeping, retention_from_env
from activity.model import CANARY, REPORT, Activity, Evidence
from activity.table import WRITERS, ActivityTable, connect
from reporter.document import warnings
from reporter.findings import Report
from reporter.inventory import Iam
from reporter.message import fitting_answer
from reporter.publisher import Publisher
from reporter.review import Sources, Terms, review
from reporter.subjects import Kind, Limits
from reporter.trails import Trails

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

NAMESPACE = "LastActivity"
# By then before its deadline the function asks IAM no more: a call that is being retried may take as long.
_MARGIN_MS = 180_000

logger = Logger(service="reporter")
metrics = Metrics(namespace=NAMESPACE, service="reporter")


class NothingRead(Exception):
    """Neither users nor roles could be listed. The mail that says so is out."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who the reporter is. `unique_id` is that of its role, by which CloudTrail's events name it."""

    account: str
    partition: str
    unique_id: str

    @classmethod
    def ask(cls, sts: "STSClient") -> Self:
        answer = sts.get_caller_identity()
        return cls(answer["Account"], answer["Arn"].split(":")[1], answer["UserId"].partition(":")[0])


@dataclass(frozen=True, slots=True)
class Reporter:
    sources: Sources
    terms: Terms
    publisher: Publisher
    sts: "STSClient"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        publisher = Publisher(
            sns=boto3.client("sns"),
            topic=settings.text(environ, "REPORT_TOPIC_ARN"),
            s3=boto3.client("s3"),
            bucket=environ.get("REPORT_BUCKET", "").strip(),
        )
        return cls(sources_from_env(environ), terms_from_env(environ), publisher, boto3.client("sts"))

    def report(
        self, now: datetime, *, publishes: bool = True, is_late: Callable[[], bool] = lambda: False
    ) -> tuple[Report, str]:
        """Reviews, publishes, and remembers; answers the report, and where its files are.

        If it is not to be published, all that is remembered is that IAM was asked. Once `is_late` answers True
        IAM is asked no more. Raises botocore's errors where SNS refuses.
        """
        caller, files = Caller.ask(self.sts), ""
        sources = replace(self.sources, iam=replace(self.sources.iam, is_late=is_late))
        with _counting(sources.iam.client) as calls:
            report = review(sources, caller.account, self.terms, now, partition=caller.partition)
        metrics.add_metric("IamCalls", MetricUnit.Count, calls["iam"])
        if publishes:
            report, files = self.publisher.publish(report)
        try:
            if not report.is_empty:
                self._remember(report, caller, is_published=publishes)
        except (ClientError, BotoCoreError) as error:  # The mail is out: the next report flags them again.
            logger.error("flags not remembered", reason=str(error))
        return report, files

    def _remember(self, report: Report, caller: Caller, *, is_published: bool) -> None:
        if is_published:
            self._remember_flags(report)
        evidence = Evidence(principal_id=caller.unique_id)
        for run in (REPORT, CANARY) if is_published else (CANARY,):
            self.sources.table.record(Activity(run, report.account, report.at, report.at, evidence))

    def _remember_flags(self, report: Report) -> None:
        flags, now = self.sources.flags, report.at
        gone = report.was_exempt - {*report.exempt_keys}
        # First of all: what is no longer exempt may be flagged now, and what is resolved may be exempt.
        _all_of([partial(flags.unflag, key) for key in (*(each.key for each in report.resolved), *gone)])
        # What is still flagged is flagged again in time, lest it be forgotten when its item expires.
        soon = now + self.terms.retention / 2
        jobs: list[Callable[[], object]] = [
            partial(flags.flag, each.key, report.account, Flag(each.first_flagged, each.idle_since), now=now)
            for each in report.findings
            if each.key[1] and (each.is_new or each.flag_expires is None or each.flag_expires < soon)
        ]
        jobs += [
            partial(flags.exempt, key, report.account, now=now)
            for key in report.exempt_keys
            if key not in report.was_exempt
        ]
        _all_of(jobs)


def _all_of(jobs: Iterable[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


@contextmanager
def _counting(client: "IAMClient") -> Iterator[Counter[str]]:
    """What is sent meanwhile, retries too."""
    sent: Counter[str] = Counter()
    events = client.meta.events
    events.register("before-send.iam", lambda **_: sent.update(["iam"]), unique_id="count")
    try:
        yield sent
    finally:
        events.unregister("before-send.iam", unique_id="count")


def patient_iam(session: boto3.Session) -> Iam:
    # IAM's rate limits are not published, and are shared by all who ask in the account.
    return Iam(session.client("iam", config=Config(retries={"mode": "standard", "total_max_attempts": 10})))


def sources_from_env(environ: Mapping[str, str]) -> Sources:
    keeping = Keeping(retention=retention_from_env(environ))
    return Sources(
        iam=patient_iam(boto3.Session()),
        trails=Trails(boto3.client("cloudtrail")),
        table=ActivityTable(connect(), settings.text(environ, "ACTIVITY_TABLE"), keeping),
        flags=Flags.from_env(environ),
    )


def terms_from_env(environ: Mapping[str, str]) -> Terms:
    def days(name: str) -> int:
        return settings.whole_number(environ, name, default=90, least=1)

    return Terms(
        limits=Limits(days("STALE_USER_DAYS"), days("STALE_KEY_DAYS"), days("STALE_ROLE_DAYS")),
        tag=environ.get("EXEMPT_TAG") or Terms().tag,
        retention=retention_from_env(environ),
    )


@cache
def reporter() -> Reporter:
    return Reporter.from_env(os.environ)


def lambda_handler(event: Any, context: Any) -> dict[str, Any]:
    """Takes any event; `{"publish": false}` has it review and measure only, and mail and flag nothing.

    Answers `{"findings", "gaps", "exempt", "counts"}`. If not all findings fit into an answer, `truncated` says
    how many there are, and where. Raises NothingRead.
    """
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))

    def is_late() -> bool:
        return context is not None and context.get_remaining_time_in_millis() < _MARGIN_MS

    publishes = not (isinstance(event, Mapping) and event.get("publish") is False)
    report, files = reporter().report(datetime.now(UTC), publishes=publishes, is_late=is_late)
    _tell(report)
    if report.is_empty:
        raise NothingRead(f"neither users nor roles of {report.account} could be listed: see the gaps above")
    return fitting_answer(report, files)


def _tell(report: Report) -> None:
    for gap in report.gaps:
        logger.warning("gap", account=report.account, what=gap.what, reason=gap.reason)
    for warning in warnings(report):
        logger.warning("tracker silent", account=report.account, reason=warning)
    metrics.add_metric("Gaps", MetricUnit.Count, len(report.gaps))
    metrics.add_metric("TrackerSilent", MetricUnit.Count, int(bool(warnings(report))))
    metrics.add_metric("MissedEvents", MetricUnit.Count, len(report.missed))
    for kind in Kind:
        count = sum(finding.subject.kind is kind for finding in report.findings)
        with single_metric("Findings", MetricUnit.Count, count, namespace=NAMESPACE) as metric:
            metric.add_dimension("kind", kind)
    metrics.flush_metrics()
