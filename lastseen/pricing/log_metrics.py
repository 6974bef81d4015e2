"""What the log road of a deployed stack used, if it has one."""

from collections.abc import Mapping

from lastseen.pricing.metrics import Metric
from lastseen.pricing.usage import GB, MEMORY_GB, RECEIVED, Quantity, Reading

NAMES = "LogFunction", "LogLogs", "LogQueue", "LogDeadLetterQueue"
MESSAGES, SIGHTINGS = "log messages", "log sightings"


def metrics(names: Mapping[str, str]) -> dict[str, Metric]:
    """`names`: of the stack's resources, by their logical ids."""
    if not all(names.get(each) for each in NAMES):
        return {}
    queue, letters = (names[each].rpartition("/")[2] for each in ("LogQueue", "LogDeadLetterQueue"))
    found = {
        MESSAGES: Metric.of("LastActivity", "Messages", service="logs"),
        SIGHTINGS: Metric.of("LastActivity", "Sightings", service="logs"),
        "objects": Metric.of("LastActivity", "Objects", service="logs"),
        "log queue, empty": Metric.of("AWS/SQS", "NumberOfEmptyReceives", QueueName=queue),
        "log dead letters": Metric.of("AWS/SQS", "NumberOfMessagesSent", QueueName=letters),
        "LogLogs": Metric.of("AWS/Logs", "IncomingBytes", LogGroupName=names["LogLogs"]),
    }
    for name in ("Invocations", "Duration"):
        found[f"LogFunction {name}"] = Metric.of("AWS/Lambda", name, FunctionName=names["LogFunction"])
    return found


def reading(names: Mapping[str, str], used: Mapping[str, float]) -> Reading | None:
    """None for a stack without the log road."""
    if MESSAGES not in used:
        return None
    return Reading(
        objects=Quantity(used["objects"], "Objects of LastActivity"),
        requests=Quantity(
            used[MESSAGES] * (1 + 2 / RECEIVED) + used["log queue, empty"] + used["log dead letters"],
            "each message sent by itself, received and deleted by tens; NumberOfEmptyReceives, and"
            " NumberOfMessagesSent to the dead letters",
        ),
        told=Quantity(
            used[MESSAGES] if names.get("LogSubscription") else 0,
            "Messages of the log function, if CloudTrail's topic tells",
        ),
        invocations=Quantity(used["LogFunction Invocations"], "Invocations"),
        gb_seconds=Quantity(used["LogFunction Duration"] * MEMORY_GB / 1000, f"Duration x {MEMORY_GB} GB"),
        logs_gb=Quantity(used["LogLogs"] / GB, "IncomingBytes"),
    )
