"""The reporter Lambda: reviews the account, publishes what is stale and answers it."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from reporter.judgement.subjects import Kind
from reporter.publishing.message import fitting_answer
from reporter.run import Reporter, Run

NAMESPACE = "LastActivity"
# By then before its deadline the function asks IAM no more: a call that is being retried may take as long.
_MARGIN_MS = 180_000
# By then it remembers no more, for the mail has to go out.
_LAST_MS = 60_000

logger = Logger(service="reporter")
metrics = Metrics(namespace=NAMESPACE, service="reporter")


class NothingRead(Exception):
    """Neither users nor roles could be listed. The mail that says so is out."""


@cache
def reporter() -> Reporter:
    return Reporter.from_env(os.environ)


def lambda_handler(event: Any, context: Any) -> dict[str, Any]:
    """Takes any event; `{"publish": false}` has it review and measure only, and mail and flag nothing.

    So has `{"scheduled_at": …}` if a report was mailed since, or another run mails it: EventBridge Scheduler
    may deliver twice. Answers `{"findings", "gaps", "exempt", "counts"}`. If not all findings fit into an
    answer, `truncated` says how many there are, and where. Raises NothingRead.
    """
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))

    def is_left(margin: int) -> bool:
        return context is None or context.get_remaining_time_in_millis() >= margin

    asked = event if isinstance(event, Mapping) else {}
    run = reporter().report(
        datetime.now(UTC),
        publishes=asked.get("publish") is not False,
        scheduled_at=_time(asked.get("scheduled_at")),
        run=getattr(context, "aws_request_id", None) or str(uuid4()),
        is_late=lambda: not is_left(_MARGIN_MS),
        is_over=lambda: not is_left(_LAST_MS),
    )
    _tell(run)
    if run.report.is_empty:
        raise NothingRead(
            f"neither users nor roles of {run.report.account} could be listed: see the gaps above"
        )
    return fitting_answer(run.report, run.files)


def _tell(run: Run) -> None:
    report = run.report
    for reason, count in run.unsaved.reasons.items():
        logger.error("not remembered", account=report.account, items=count, reason=reason)
    for gap in report.gaps:
        logger.warning("gap", account=report.account, what=gap.what, reason=gap.reason)
    for warning in report.warnings:
        logger.warning("tracker silent", account=report.account, reason=warning)
    metrics.add_metric("IamCalls", MetricUnit.Count, run.iam_calls)
    metrics.add_metric("NotRemembered", MetricUnit.Count, sum(run.unsaved.reasons.values()))
    metrics.add_metric("Gaps", MetricUnit.Count, len(report.gaps))
    metrics.add_metric("TrackerSilent", MetricUnit.Count, int(bool(report.warnings)))
    metrics.add_metric("MissedEvents", MetricUnit.Count, len(report.missed))
    for kind in Kind:
        count = sum(finding.subject.kind is kind for finding in report.findings)
        with single_metric("Findings", MetricUnit.Count, count, namespace=NAMESPACE) as metric:
            metric.add_dimension("kind", kind)
    metrics.flush_metrics()


def _time(scheduled: object) -> datetime | None:
    """As EventBridge Scheduler fills it in; anything else is no time."""
    try:
        at = datetime.fromisoformat(str(scheduled))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
