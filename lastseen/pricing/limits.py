"""Where the next bottleneck is: the average rates of a month against what each part can take."""

from dataclasses import dataclass

from lastseen.pricing import logs, measured
from lastseen.pricing.load import Roads
from lastseen.pricing.measured import SECONDS
from lastseen.pricing.usage import VCPU, Reading, Usage

SANDBOXES = 2  # MaximumConcurrency of both mappings in template.yaml.
WAITS = "waits in the queue for up to 14 days; raise MaximumConcurrency"


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    rate: float
    most: float
    unit: str
    beyond: str


def limits(usage: Usage) -> tuple[Limit, ...]:
    """The fullest first. Rates are averages: an hour may well be ten times as busy."""
    every = [_table(usage)]
    if usage.roads.are_events:
        every += _by_events(usage)
    if usage.reading:
        every.append(_log_function(usage, usage.reading))
    return tuple(sorted(every, key=lambda each: each.rate / each.most, reverse=True))


def _table(usage: Usage) -> Limit:
    return Limit(
        "table", usage.writes.amount / SECONDS, 4_000, "writes", "tried again; on-demand doubles with its peak"
    )


def _by_events(usage: Usage) -> list[Limit]:
    events, writes = usage.events.amount / SECONDS, usage.writes.amount / SECONDS
    return [
        Limit("EventBridge", events, 18_750, "invocations", "delayed; 750 to 18,750 by region, can be raised"),
        Limit("ingest", events, SANDBOXES / seconds_per_event(writes / events), "events", WAITS),
    ]


def _log_function(usage: Usage, reading: Reading) -> Limit:
    events = usage.events.amount
    writes = usage.writes.amount if usage.roads is Roads.LOGS else 0
    each = logs.seconds(events, reading.objects.amount, writes) / VCPU / events
    return Limit("log function", events / SECONDS, SANDBOXES / each, "events", WAITS)


def seconds_per_event(writes_per_event: float) -> float:
    """Of one sandbox, by figures 1 and 2 of the benchmarks, with the part of a vCPU that 512 MB come with."""
    return (measured.EVENT_SECONDS + writes_per_event * measured.WRITE_SECONDS) / VCPU
