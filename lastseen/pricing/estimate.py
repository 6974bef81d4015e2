"""What a stack would use: by the benchmarks' figures, and events spread evenly."""

from dataclasses import replace

from lastseen.pricing import logs, measured, organization, writes
from lastseen.pricing.load import DETAIL_RESOLUTION, RESOLUTION, Load, Roads
from lastseen.pricing.measured import SECONDS
from lastseen.pricing.usage import (
    GB,
    IDLE_RECEIVES,
    ITEM_OVERHEAD,
    LOG_BYTES,
    MEMORY_GB,
    RECEIVED,
    RUNS,
    VCPU,
    Quantity,
    Usage,
)

REPORT_SECONDS = 900


def estimate(load: Load) -> Usage:
    """By both roads, everything comes twice, but for `unforwarded`, and is written once."""
    usage = _usage(load, load.events, _writes(load))
    if load.roads is not Roads.BOTH or load.places == 1:
        return usage
    own = replace(
        load, events=max(1, load.events // load.places), principals=max(1, load.principals // load.accounts)
    )
    nothing = Quantity(0, "no forwarders")
    others = logs.written(load).amount - logs.written(own).amount
    formula = (
        f"{(_writes(own).amount + others) / load.events:.3g} an event: each by the road that it comes by first"
    )
    alone = _usage(load, own.events, Quantity(_writes(own).amount + others, formula))
    return replace(usage, unforwarded=replace(alone, forwarded=nothing, transferred=nothing))


def _usage(load: Load, events: int, written: Quantity) -> Usage:
    """`events`, `written`: by EventBridge's road, if it is one of them."""
    items = measured.ITEMS_PER_PRINCIPAL * load.principals + load.places
    by_events = load.roads.are_events
    invocations = _invocations(events if by_events else 0, load.accounts)
    return Usage(
        events=Quantity(load.events, "as given"),
        principals=load.principals,
        forwarded=_forwarded(load),
        transferred=_transferred(load),
        requests=_requests(events)
        if by_events
        else Quantity(IDLE_RECEIVES, "five pollers ask every 20 s, though no events come"),
        invocations=invocations,
        gb_seconds=_gb_seconds(events, written.amount, load) if by_events else _reporting(load),
        writes=written,
        index_writes=Quantity(items, f"{measured.ITEMS_PER_PRINCIPAL} items a principal, each new once"),
        reads=Quantity(RUNS * items / 2, "all items, at half a unit, for each run of the reporter"),
        table_gb=Quantity(
            items * (measured.ITEM_BYTES + ITEM_OVERHEAD) / GB,
            f"items x {measured.ITEM_BYTES} bytes and {ITEM_OVERHEAD} of DynamoDB's own",
        ),
        index_gb=Quantity(
            items * (measured.INDEX_ENTRY_BYTES + ITEM_OVERHEAD) / GB,
            f"items x {measured.INDEX_ENTRY_BYTES} bytes and {ITEM_OVERHEAD} of DynamoDB's own",
        ),
        logs_gb=Quantity(invocations.amount * LOG_BYTES / GB, f"{LOG_BYTES:,} bytes an invocation"),
        read_first=_read_first(load),
        accounts=load.accounts,
        roads=load.roads,
        reading=logs.reading(load) if load.roads.are_logs else None,
    )


def _writes(load: Load) -> Quantity:
    """By both roads, the log function finds all stored that ingest has written some minutes before."""
    if not load.roads.are_events:
        return logs.written(load)
    count = writes.in_a_month(load, Roads.EVENTS)
    usual = (load.resolution, load.detail_resolution) == (RESOLUTION, DETAIL_RESOLUTION)
    figures = "figure 7" if usual else "figures 7 and 12"
    return Quantity(count, f"{count / load.events:.3g} an event: two sandboxes in {figures} of the benchmarks")


def _read_first(load: Load) -> Quantity:
    roads = [each for each in (Roads.EVENTS, Roads.LOGS) if load.roads in (each, Roads.BOTH)]
    count = sum(writes.read_in_a_month(load, each) for each in roads)
    return Quantity(
        count / 2,
        f"{count / load.events:.3g} items an event at half a unit: figures 7 and 12 of the benchmarks",
    )


def _forwarded(load: Load) -> Quantity:
    """Whatever happens elsewhere: an account of an organization forwards from the hub's region, too."""
    home = "account's in this region" if load.accounts > 1 else "region's"
    formula = f"events x {load.places - 1:,} / {load.places:,}: spread evenly, and all but this {home}"
    return Quantity(load.events * (load.places - 1) / load.places, formula)


def _transferred(load: Load) -> Quantity:
    whose = f"events x {load.regions - 1} / {load.regions}" if load.accounts > 1 else "these"
    size = load.events * (load.regions - 1) / load.regions * measured.MESSAGE_BYTES / GB
    return Quantity(size, f"{measured.MESSAGE_BYTES:,} bytes for each of {whose}")


def _requests(events: int) -> Quantity:
    return Quantity(
        events + max(events / RECEIVED, IDLE_RECEIVES) + events / RECEIVED,
        "each event sent by itself, received and deleted by tens; five pollers ask every 20 s at least",
    )


def _invocations(events: int, accounts: int) -> Quantity:
    batches = min(events, max(events / measured.BATCH, SECONDS / measured.WINDOW))
    steps = organization.invocations(accounts)
    whose = f"the reporter: {steps:,} a run" if accounts > 1 else "the reporter"
    by_ingest = f"a batch every {measured.WINDOW} s or {measured.BATCH:,} events, and " if events else ""
    return Quantity(batches + RUNS * steps, f"{by_ingest}{whose}")


def _gb_seconds(events: int, written: float, load: Load) -> Quantity:
    reporting = _reporting(load)
    ingest = (events * measured.EVENT_SECONDS + written * measured.WRITE_SECONDS) / VCPU
    return Quantity(
        MEMORY_GB * ingest + reporting.amount,
        f"{MEMORY_GB} GB x (events x {measured.EVENT_SECONDS * 1e6:.2f} µs + writes x"
        f" {measured.WRITE_SECONDS * 1e3:.1f} ms) / {VCPU:.2f} of a vCPU; {reporting.formula}",
    )


def _reporting(load: Load) -> Quantity:
    if load.accounts == 1:
        return Quantity(MEMORY_GB * RUNS * REPORT_SECONDS, f"at most {REPORT_SECONDS} s a report")
    taken = organization.seconds(load.accounts, load.principals)
    return Quantity(MEMORY_GB * RUNS * taken, f"{taken / load.accounts:.1f} s a review")
