"""What the log road costs: each line by hand, and its inputs held to the template and the benchmarks."""

from dataclasses import replace

import pytest
from builders import ROOT
from samtranslator.yaml_helper import yaml_parse

from benchmarks import objects
from ingest.layout import Skipped
from lastseen.pricing import logs, measured
from lastseen.pricing.cost import bill, total
from lastseen.pricing.estimate import estimate
from lastseen.pricing.limits import limits
from lastseen.pricing.load import DETAIL_RESOLUTION, RESOLUTION, Load, Roads
from lastseen.pricing.others import alternatives

TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text())
BENCHMARKS = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
BILLION = Load(1_000_000_000, 5_000, 10, roads=Roads.LOGS)


def dollars(load):
    return {(line.service, line.item): line.dollars for line in bill(estimate(load))}


@pytest.mark.parametrize(
    ("item", "by_hand"),
    [
        # 10 pairs x 8,640 would be 86,400; 1 billion records in objects of 2,000 are 500,000.
        pytest.param(("S3", "log files read"), 0.20, id="500,000 at 40 cents a million"),
        pytest.param(("SNS", "CloudTrail's topic"), 0.25, id="500,000 at 50 cents a million"),
        pytest.param(("KMS", "log files decrypted"), 0.015, id="5,000 at 3 cents per 10,000"),
        pytest.param(
            ("SQS", "requests for log files"), 0.4792, id="500,000 sent, 648,000 received, 50,000 deleted"
        ),
        pytest.param(("Lambda", "requests of the log function"), 0.0259, id="2,592,000 s / 20 s = 129,600"),
        pytest.param(("CloudWatch", "metrics of the log function"), 4.20, id="14 at 30 cents"),
        pytest.param(("CloudWatch", "alarms of the log road"), 0.20, id="two at 10 cents"),
        pytest.param(("CloudWatch", "logs of the log function taken in"), 0.1207, id="129,600 x 2,000 bytes"),
        pytest.param(("CloudWatch", "logs of the log function kept"), 0.00724, id="the same at 3 cents"),
        pytest.param(("CloudWatch", "metrics"), 8.10, id="35, but for the 8 of ingest"),
        pytest.param(("SQS", "requests"), 0.2592, id="648,000 of an idle queue"),
    ],
)
def test_a_line_of_the_log_road_is_what_it_comes_to_by_hand(item, by_hand):
    assert dollars(BILLION)[item] == pytest.approx(by_hand, rel=0.005)


def test_the_log_functions_time_is_that_of_records_objects_and_writes():
    usage = estimate(BILLION)
    # 10^9 x 7.83 us + 500,000 x 0.933 ms = 8,300 s, and 2.92 ms a write, / 0.2894 vCPU, x 0.5 GB.
    by_hand = (8_300 + usage.writes.amount * measured.WRITE_SECONDS) / 0.2894 * 0.5

    assert usage.reading.gb_seconds.amount == pytest.approx(by_hand, rel=0.001)


@pytest.mark.parametrize(
    ("load", "count"),
    [
        pytest.param(Load(10_000_000, 1, 10), 86_400, id="one in 5 minutes for each account and region"),
        pytest.param(Load(10**9, 1, 3, accounts=1_000), 25_920_000, id="of a thousand accounts in 3 regions"),
        pytest.param(Load(10**9, 1), 500_000, id="no more than 2,000 records each"),
        pytest.param(Load(1_000, 1, 10), 1_000, id="no more objects than events"),
    ],
)
def test_objects_are_counted_by_accounts_and_regions(load, count):
    assert logs.reading(load).objects.amount == pytest.approx(count)


def test_many_objects_are_full_batches():
    load = Load(10**10, 1, 20, accounts=10_000, roads=Roads.LOGS)

    assert logs.reading(load).invocations.amount == pytest.approx(200_000 * 8_640 / 500)


def test_by_logs_nothing_is_forwarded():
    assert "EventBridge" not in {line.service for line in bill(estimate(BILLION))}


def test_by_both_roads_each_is_paid_for_in_full_but_for_what_they_share():
    events, logs_alone, both = (dollars(replace(BILLION, roads=each)) for each in Roads)

    assert both["DynamoDB", "writes"] == events["DynamoDB", "writes"]
    read = "DynamoDB", "reads before writes"
    assert both[read] == pytest.approx(events[read] + logs_alone[read])
    assert both["EventBridge", "events of other regions"] == events["EventBridge", "events of other regions"]
    assert both["S3", "log files read"] == logs_alone["S3", "log files read"]
    assert both["KMS", "the topic's key"] == 1.00


def test_without_a_bucket_key_each_object_is_a_decrypt():
    load = Load(10**9, 400_000, 3, accounts=1_000, roads=Roads.LOGS)
    usage = estimate(load)
    other = {each.name: each.dollars for each in alternatives(usage)}

    # 25.92 M requests at 3 cents per 10,000 are $77.76, of which the bill has one in 100.
    assert other["without an S3 Bucket Key"] - total(bill(usage)) == pytest.approx(77.76 * 0.99)


def test_both_roads_without_forwarders_have_only_this_accounts_events_twice():
    load = Load(10**9, 5_000, 10, roads=Roads.BOTH)
    usage = estimate(load).unforwarded
    own = estimate(Load(10**8, 5_000))

    assert (usage.forwarded.amount, usage.transferred.amount) == (0, 0)
    assert usage.requests == own.requests
    others = logs.written(load).amount - logs.written(Load(10**8, 5_000)).amount
    assert usage.writes.amount == pytest.approx(own.writes.amount + others)
    assert usage.reading == estimate(load).reading
    assert total(bill(usage)) in [each.dollars for each in alternatives(estimate(load))]


def test_in_one_account_and_region_nobody_forwards_anyway():
    assert estimate(Load(10**9, 5_000, roads=Roads.BOTH)).unforwarded is None


def test_what_writes_each_event_does_so_twice_by_both_roads():
    events, both = (
        {each.name: each.dollars for each in alternatives(estimate(Load(10**9, 5_000, roads=roads)))}
        for roads in (Roads.EVENTS, Roads.BOTH)
    )

    assert both["one write for each event"] - events["one write for each event"] == pytest.approx(
        625 + 6, abs=4
    )


@pytest.mark.parametrize(
    ("roads", "names"),
    [
        (Roads.EVENTS, {"EventBridge", "ingest", "table"}),
        (Roads.LOGS, {"log function", "table"}),
        (Roads.BOTH, {"EventBridge", "ingest", "log function", "table"}),
    ],
)
def test_the_limits_are_those_of_the_roads(roads, names):
    assert {each.name for each in limits(estimate(Load(10**9, 5_000, roads=roads)))} == names


def test_the_figures_of_the_log_road_are_those_of_the_template():
    function = TEMPLATE["Resources"]["LogFunction"]["Properties"]
    mapping = function["Events"]["Queue"]["Properties"]

    assert function["MemorySize"] == TEMPLATE["Resources"]["IngestFunction"]["Properties"]["MemorySize"]
    assert mapping["BatchSize"] == logs.BATCH == objects.OBJECTS
    assert mapping["MaximumBatchingWindowInSeconds"] == logs.WINDOW == objects.LOG_WINDOW.total_seconds()
    assert mapping["ScalingConfig"]["MaximumConcurrency"] == 2
    assert TEMPLATE["Parameters"]["Resolution"]["Default"] == RESOLUTION
    assert TEMPLATE["Parameters"]["DetailResolution"]["Default"] == DETAIL_RESOLUTION
    assert TEMPLATE["Parameters"]["Roads"]["AllowedValues"] == list(Roads)
    assert objects.SPAN.total_seconds() == logs.SPAN
    alarms = [
        name
        for name, each in TEMPLATE["Resources"].items()
        if each["Type"] == "AWS::CloudWatch::Alarm" and each.get("Condition") == "ByLogs"
    ]
    assert len(alarms) == logs.ALARMS


def test_the_time_of_a_record_is_that_of_the_benchmarks():
    for size, seconds in measured.RECORD_TIMES:
        name = f"objects of {size:,} records" if size > 500 else f"log objects of {size:,} records"
        assert f"({seconds * 1e6:.1f} µs / " in next(line for line in BENCHMARKS.splitlines() if name in line)
        assert measured.RECORD_SECONDS + measured.OBJECT_SECONDS / size == pytest.approx(seconds)


def test_the_metrics_are_those_of_the_log_function():
    recording = (ROOT / "ingest" / "recording.py").read_text()
    delivery = (ROOT / "ingest" / "delivery.py").read_text()
    names = ("Sightings", "Writes", "Superseded", "WritesSaved", "FailedWrites", "NewestEventAge")

    assert all(f'"{name}"' in recording for name in names)
    assert "Messages=len(bodies), Objects=len(self._messages), Unreadable=len(unknown)" in delivery
    assert len(names) + 3 + len(Skipped) == logs.METRICS
