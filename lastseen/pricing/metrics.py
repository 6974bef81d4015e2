"""What CloudWatch measured of a stack in the last 30 days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

SPAN = timedelta(days=30)
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Metric:
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, namespace: str, name: str, **dimensions: str) -> Self:
        return cls(namespace, name, tuple(dimensions.items()))


def sums(cloudwatch: Any, metrics: list[Metric], now: datetime) -> dict[Metric, float]:
    queries: list[Any] = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": metric.namespace,
                    "MetricName": metric.name,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
                },
                "Period": DAY,
                "Stat": "Sum",
            },
        }
        for number, metric in enumerate(metrics)
    ]
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=now - SPAN, EndTime=now
    )
    found = dict.fromkeys(metrics, 0.0)
    for page in pages:
        for result in page["MetricDataResults"]:
            found[metrics[int(result["Id"][1:])]] += sum(result["Values"])
    return found
