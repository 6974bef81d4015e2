"""What a deployed stack used in the last 30 days, by its own metrics and those of AWS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError, NoRegionError, ProfileNotFound

from lastseen.connection import failure
from lastseen.pricing import measured
from lastseen.pricing.cost import GB, ITEM_OVERHEAD, MEMORY_GB, RECEIVED
from lastseen.pricing.usage import Quantity, Usage

SPAN = timedelta(days=30)
DAY = 86_400
NEEDED = (
    "IngestFunction",
    "ReporterFunction",
    "IngestLogs",
    "ReporterLogs",
    "Queue",
    "HubBus",
    "HubBusRule",
    "ActivityTable",
)
FUNCTIONS = "IngestFunction", "ReporterFunction"

Client = Callable[[str], Any]  # By the name of a service, as boto3.client.


class Unpriceable(Exception):
    """A stack that cannot be asked what it used; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Metric:
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, namespace: str, name: str, **dimensions: str) -> Self:
        return cls(namespace, name, tuple(dimensions.items()))


def usage_of(client: Client, stack: str, principals: int | None, now: datetime) -> Usage:
    """`principals`: None for the account's users and roles. Raises Unpriceable."""
    try:
        names = _resources(client("cloudformation"), stack)
        sums = _sums(client("cloudwatch"), list(_metrics(names).values()), now)
        table = client("dynamodb").describe_table(TableName=names["ActivityTable"])["Table"]
        people = principals or _principals(client("iam"))
    except (NoRegionError, ProfileNotFound) as error:
        raise Unpriceable(failure(error)) from error
    except (ClientError, BotoCoreError, ValueError) as error:
        reason = " ".join(str(error).split())  # botocore's refusal of a parameter has several lines.
        raise Unpriceable(f"cannot read what {stack} used: {reason}") from error
    used = {name: sums[metric] for name, metric in _metrics(names).items()}
    if not used["events"]:
        raise Unpriceable(f"{stack} has counted no events in the last 30 days: give --events instead")
    return _usage(used, table, people)


def _resources(cloudformation: Any, stack: str) -> dict[str, str]:
    """The physical names of the resources that are asked about."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    names = {
        each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
        for page in pages
        for each in page["StackResourceSummaries"]
    }
    missing = [name for name in NEEDED if not names.get(name)]
    if missing:
        raise Unpriceable(f"{stack} is not a stack of this template: it has no {', '.join(missing)}")
    return names


def _metrics(names: Mapping[str, str]) -> dict[str, Metric]:
    table, rule = names["ActivityTable"], names["HubBusRule"].rpartition("|")[2]
    bus = names["HubBus"]
    queue = names["Queue"].rpartition("/")[2]
    metrics = {
        "events": Metric.of("LastActivity", "Messages", service="ingest"),
        "empty": Metric.of("AWS/SQS", "NumberOfEmptyReceives", QueueName=queue),
        # Of a rule on a bus other than the default, AWS documents both dimensions, and not for which metrics.
        "forwarded": Metric.of("AWS/Events", "MatchedEvents", EventBusName=bus, RuleName=rule),
        "forwarded too": Metric.of("AWS/Events", "MatchedEvents", RuleName=rule),
        "writes": Metric.of("AWS/DynamoDB", "ConsumedWriteCapacityUnits", TableName=table),
        "reads": Metric.of("AWS/DynamoDB", "ConsumedReadCapacityUnits", TableName=table),
    }
    for index in ("by_facet", "by_flag"):
        at = {"TableName": table, "GlobalSecondaryIndexName": index}
        metrics[f"{index} writes"] = Metric.of("AWS/DynamoDB", "ConsumedWriteCapacityUnits", **at)
        metrics[f"{index} reads"] = Metric.of("AWS/DynamoDB", "ConsumedReadCapacityUnits", **at)
    for function in filter(names.get, FUNCTIONS):
        for name in ("Invocations", "Duration"):
            metrics[f"{function} {name}"] = Metric.of("AWS/Lambda", name, FunctionName=names[function])
    for group in ("IngestLogs", "ReporterLogs"):
        metrics[group] = Metric.of("AWS/Logs", "IncomingBytes", LogGroupName=names[group])
    return metrics


def _sums(cloudwatch: Any, metrics: list[Metric], now: datetime) -> dict[Metric, float]:
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
    sums = dict.fromkeys(metrics, 0.0)
    for page in pages:
        for result in page["MetricDataResults"]:
            sums[metrics[int(result["Id"][1:])]] += sum(result["Values"])
    return sums


def _principals(iam: Any) -> int:
    summary = iam.get_account_summary()["SummaryMap"]
    return int(summary["Users"] + summary["Roles"])


def _usage(used: Mapping[str, float], table: Mapping[str, Any], principals: int) -> Usage:
    def counted(*names: str, formula: str, scale: float = 1) -> Quantity:
        return Quantity(sum(used[name] for name in names) * scale, formula)

    events, items = used["events"], table["ItemCount"]
    forwarded = max(used["forwarded"], used["forwarded too"])
    functions = [each for each in FUNCTIONS if f"{each} Invocations" in used]
    indexes = table.get("GlobalSecondaryIndexes", [])
    indexed = sum(each.get("IndexSizeBytes", 0) + ITEM_OVERHEAD * each.get("ItemCount", 0) for each in indexes)
    return Usage(
        events=counted("events", formula="Messages of LastActivity"),
        principals=principals,
        forwarded=Quantity(forwarded, "MatchedEvents of the hub's rule"),
        transferred=Quantity(
            forwarded * measured.MESSAGE_BYTES / GB,
            f"{measured.MESSAGE_BYTES:,} bytes for each of these, as if all came from other regions",
        ),
        requests=Quantity(
            events * (1 + 2 / RECEIVED) + used["empty"],
            "each event sent by itself, received and deleted by tens; and NumberOfEmptyReceives",
        ),
        invocations=counted(*(f"{each} Invocations" for each in functions), formula="Invocations"),
        gb_seconds=counted(
            *(f"{each} Duration" for each in functions),
            formula=f"Duration x {MEMORY_GB} GB",
            scale=MEMORY_GB / 1000,
        ),
        writes=counted("writes", formula="ConsumedWriteCapacityUnits of the table"),
        index_writes=counted(
            "by_facet writes", "by_flag writes", formula="ConsumedWriteCapacityUnits of the indexes"
        ),
        reads=counted(
            "reads", "by_facet reads", "by_flag reads", formula="ConsumedReadCapacityUnits of table and indexes"
        ),
        table_gb=Quantity(
            (table["TableSizeBytes"] + ITEM_OVERHEAD * items) / GB, "TableSizeBytes, and 100 bytes an item"
        ),
        index_gb=Quantity(indexed / GB, "IndexSizeBytes, and 100 bytes an entry"),
        logs_gb=counted("IngestLogs", "ReporterLogs", formula="IncomingBytes", scale=1 / GB),
    )
