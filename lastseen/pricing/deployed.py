"""What a deployed stack used in the last 30 days, by its own metrics and those of AWS."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, NoRegionError, ProfileNotFound

from lastseen.connection import failure
from lastseen.pricing import log_metrics, measured
from lastseen.pricing.load import Roads
from lastseen.pricing.metrics import Metric, sums
from lastseen.pricing.usage import GB, ITEM_OVERHEAD, MEMORY_GB, RECEIVED, Quantity, Reading, Usage

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


def usage_of(client: Client, stack: str, principals: int | None, now: datetime) -> Usage:
    """`principals`: None for the account's users and roles. Raises Unpriceable."""
    try:
        names = _resources(client("cloudformation"), stack)
        counted = sums(client("cloudwatch"), list(_metrics(names).values()), now)
        table = client("dynamodb").describe_table(TableName=names["ActivityTable"])["Table"]
        people = principals or _principals(client("iam"))
    except (NoRegionError, ProfileNotFound) as error:
        raise Unpriceable(failure(error)) from error
    except (ClientError, BotoCoreError, ValueError) as error:
        reason = " ".join(str(error).split())  # botocore's refusal of a parameter has several lines.
        raise Unpriceable(f"cannot read what {stack} used: {reason}") from error
    used = {name: counted[metric] for name, metric in _metrics(names).items()}
    if not used["events"] and not used.get(log_metrics.SIGHTINGS):
        raise Unpriceable(f"{stack} has counted no events in the last 30 days: give --events instead")
    return _usage(used, table, people, log_metrics.reading(names, used))


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
    return metrics | log_metrics.metrics(names)


def _principals(iam: Any) -> int:
    summary = iam.get_account_summary()["SummaryMap"]
    return int(summary["Users"] + summary["Roles"])


def _usage(
    used: Mapping[str, float], table: Mapping[str, Any], principals: int, reading: Reading | None
) -> Usage:
    def counted(*names: str, formula: str, scale: float = 1) -> Quantity:
        return Quantity(sum(used[name] for name in names) * scale, formula)

    events, (table_gb, index_gb) = used["events"], _sizes(table)
    forwarded = max(used["forwarded"], used["forwarded too"])
    seconds = _of_functions("Duration", used) / 1000
    return Usage(
        events=Quantity(
            max(events, used.get(log_metrics.SIGHTINGS, 0)),
            "Messages, or Sightings of the log function if more",
        ),
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
        invocations=Quantity(_of_functions("Invocations", used), "Invocations"),
        gb_seconds=Quantity(MEMORY_GB * seconds, f"Duration x {MEMORY_GB} GB"),
        writes=counted("writes", formula="ConsumedWriteCapacityUnits of the table"),
        index_writes=counted(
            "by_facet writes", "by_flag writes", formula="ConsumedWriteCapacityUnits of the indexes"
        ),
        reads=counted(
            "reads", "by_facet reads", "by_flag reads", formula="ConsumedReadCapacityUnits of table and indexes"
        ),
        table_gb=table_gb,
        index_gb=index_gb,
        logs_gb=counted("IngestLogs", "ReporterLogs", formula="IncomingBytes", scale=1 / GB),
        roads=Roads.EVENTS if reading is None else Roads.BOTH if events else Roads.LOGS,
        reading=reading,
    )


def _of_functions(metric: str, used: Mapping[str, float]) -> float:
    return sum(used.get(f"{each} {metric}", 0) for each in FUNCTIONS)


def _sizes(table: Mapping[str, Any]) -> tuple[Quantity, Quantity]:
    """Of the table, and of its indexes."""
    own = table["TableSizeBytes"] + ITEM_OVERHEAD * table["ItemCount"]
    indexed = sum(
        each.get("IndexSizeBytes", 0) + ITEM_OVERHEAD * each.get("ItemCount", 0)
        for each in table.get("GlobalSecondaryIndexes", [])
    )
    return (
        Quantity(own / GB, "TableSizeBytes, and 100 bytes an item"),
        Quantity(indexed / GB, "IndexSizeBytes, and 100 bytes an entry"),
    )
