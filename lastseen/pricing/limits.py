"""Where the next bottleneck is: the average rates of a month against what each part can take."""

from dataclasses import dataclass

from lastseen.pricing import measured
from lastseen.pricing.cost import VCPU
from lastseen.pricing.measured import SECONDS
from lastseen.pricing.usage import Usage

SANDBOXES = 2  # MaximumConcurrency in template.yaml.


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    rate: float
    most: float
    unit: str
    beyond: str


def limits(usage: Usage) -> tuple[Limit, ...]:
    """The fullest first. Rates are averages: an hour may well be ten times as busy."""
    events, writes = usage.events.amount / SECONDS, usage.writes.amount / SECONDS
    every = (
        Limit("EventBridge", events, 18_750, "invocations", "delayed; 750 to 18,750 by region, can be raised"),
        Limit(
            "ingest",
            events,
            SANDBOXES / seconds_per_event(writes / events),
            "events",
            "waits in the queue for up to 14 days; raise MaximumConcurrency",
        ),
        Limit("table", writes, 4_000, "writes", "tried again; on-demand doubles with its peak"),
    )
    return tuple(sorted(every, key=lambda each: each.rate / each.most, reverse=True))


def seconds_per_event(writes_per_event: float) -> float:
    """Of one sandbox, by figures 1 and 2 of the benchmarks, with the part of a vCPU that 512 MB come with."""
    return (measured.EVENT_SECONDS + writes_per_event * measured.WRITE_SECONDS) / VCPU
