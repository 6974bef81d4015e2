"""A batch's activities into the table, and the counts of what became of them: the same for either road."""

import os
from collections import Counter
from datetime import datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from activity.keeping import Keeping, Key, Outcome
from activity.table import ActivityTable
from ingest.batch import Batch, Memory

NAMESPACE = "LastActivity"
# Time to finish the current call to the table, with all of its retries, and to return.
MARGIN_MS = 15_000


@cache
def table() -> ActivityTable:
    return ActivityTable.from_env(os.environ)


@cache
def memory() -> Memory:
    return Memory(Keeping.from_env(os.environ).resolution_of)


def is_late(context: Any, margin: int = MARGIN_MS) -> bool:
    return context is not None and context.get_remaining_time_in_millis() < margin


class Recorder:
    """`service`: the name that stands in the log and beside the metrics."""

    def __init__(self, service: str) -> None:
        self.logger = Logger(service=service)
        self.metrics = Metrics(namespace=NAMESPACE, service=service)

    def record(self, batch: Batch, context: Any, now: datetime, **counts: int) -> dict[Key, str]:
        """Returns the keys that could not be written, each with its reason. `counts` are measured as well."""
        outcome = table().record_all(batch.activities(), is_late=lambda: is_late(context))
        batch.remember(outcome.stored)
        for reason, count in Counter(outcome.failed.values()).items():
            self.logger.error("not written", activities=count, reason=reason)
        self._measure(batch, outcome, now, counts)
        return outcome.failed

    def count_by_reason(self, name: str, counted: Counter[Any]) -> None:
        for reason, count in counted.items():
            with single_metric(name, MetricUnit.Count, count, namespace=NAMESPACE) as metric:
                metric.add_dimension("reason", reason)

    def _measure(self, batch: Batch, outcome: Outcome, now: datetime, counts: dict[str, int]) -> None:
        counts |= {
            "Sightings": batch.sightings,
            "Writes": outcome.written,
            "Superseded": outcome.superseded,
            "WritesSaved": batch.saved,
            "FailedWrites": len(outcome.failed),
        }
        for name, count in counts.items():
            self.metrics.add_metric(name, MetricUnit.Count, count)
        if batch.newest:
            age = max(0, (now - batch.newest).total_seconds())
            self.metrics.add_metric("NewestEventAge", MetricUnit.Seconds, age)
        self.count_by_reason("Ignored", batch.ignored)
        self.metrics.flush_metrics()
