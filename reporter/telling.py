"""What each call of the function needs besides its work: log and metrics, deadline, and its schedule's time."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from activity.finding import Kind
from reporter.run import Run

NAMESPACE = "LastActivity"
# By then before its deadline the function asks IAM no more: a call that is being retried may take as long.
_MARGIN_MS = 180_000
# By then it remembers no more, for the mail has to go out.
_LAST_MS = 60_000

logger = Logger(service="reporter")
metrics = Metrics(namespace=NAMESPACE, service="reporter")


class Deadline:
    """Of a call of the function; a call without a context has none."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def is_late(self) -> bool:
        return self._is_within(_MARGIN_MS)

    def is_over(self) -> bool:
        return self._is_within(_LAST_MS)

    def _is_within(self, milliseconds: int) -> bool:
        return self._context is not None and self._context.get_remaining_time_in_millis() < milliseconds


def tell(run: Run) -> None:
    report = run.report
    for reason, count in run.unsaved.reasons.items():
        logger.error("not remembered", account=report.account, items=count, reason=reason)
    if run.unsent.count:
        unsent = run.unsent
        logger.error("events not sent", account=report.account, events=unsent.count, reason=unsent.reason)
    for gap in report.gaps:
        logger.warning("gap", account=report.account, what=gap.what, reason=gap.reason)
    for warning in report.warnings:
        logger.warning("tracker silent", account=report.account, reason=warning)
    metrics.add_metric("IamCalls", MetricUnit.Count, run.iam_calls)
    metrics.add_metric("NotRemembered", MetricUnit.Count, sum(run.unsaved.reasons.values()))
    metrics.add_metric("EventsNotSent", MetricUnit.Count, run.unsent.count)
    metrics.add_metric("Gaps", MetricUnit.Count, len(report.gaps))
    metrics.add_metric("TrackerSilent", MetricUnit.Count, int(bool(report.warnings)))
    metrics.add_metric("MissedEvents", MetricUnit.Count, len(report.missed))
    for kind in Kind:
        count = sum(finding.subject.kind is kind for finding in report.findings)
        with single_metric("Findings", MetricUnit.Count, count, namespace=NAMESPACE) as metric:
            metric.add_dimension("kind", kind)
    metrics.flush_metrics()


def time(scheduled: object) -> datetime | None:
    """As EventBridge Scheduler fills it in; anything else is no time."""
    try:
        at = datetime.fromisoformat(str(scheduled))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
