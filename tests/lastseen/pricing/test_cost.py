"""What a month costs: each line worked out by hand once, and its inputs held to where they were measured."""

import json
import re

import pytest
from alarms import ALWAYS
from builders import ROOT, envelope
from samtranslator.yaml_helper import yaml_parse

from benchmarks.cost import load
from benchmarks.writes import WINDOW
from ingest.app import lambda_handler
from lastseen.pricing import cost, limits, measured, organization, prices, usage
from lastseen.pricing.cost import bill, total
from lastseen.pricing.estimate import REPORT_SECONDS, estimate
from lastseen.pricing.load import Load
from lastseen.pricing.measured import in_an_hour
from lastseen.pricing.others import alternatives

BENCHMARKS = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
WHOLE = yaml_parse((ROOT / "template.yaml").read_text())
TEMPLATE, PARAMETERS = WHOLE["Resources"], WHOLE["Parameters"]


def dollars(usage):
    return {(line.service, line.item): line.dollars for line in bill(usage)}


def of_type(kind):
    """But for those of the log road."""
    made = (each for each in TEMPLATE.values() if "Condition" not in each or each["Condition"] == "HasNoKey")
    return [each["Properties"] for each in made if each["Type"] == kind]


@pytest.mark.parametrize(
    ("item", "by_hand"),
    [
        pytest.param(("EventBridge", "events of other regions"), 90.00, id="90 M events at a dollar a million"),
        pytest.param(
            ("EventBridge", "transfer between regions"), 3.70, id="90 M x 2,209 bytes = 185.2 GB at 2 cents"
        ),
        pytest.param(("SQS", "requests"), 48.00, id="100 M sent, 10 M received, 10 M deleted, at 40 cents"),
        pytest.param(("Lambda", "requests"), 0.0518, id="2,592,000 s / 10 s = 259,200, and 34.3 runs"),
        # 33.56 M writes x 2.92 ms + 100 M events x 6.84 us = 98,750 s, / 0.2894 vCPU = 341,120 s; 30,857 s
        # of the reporter's 34.3 runs; x 0.5 GB = 185,990 GB-s.
        pytest.param(("Lambda", "time"), 2.48, id="186,000 GB-seconds"),
        # 138,889 events an hour by 5,000 are 19,444 by 700, between 10,000 (4,932 writes) and 100,000 (13,000):
        # 4,932 x 1.9444 ^ 0.4209 = 6,525, x 5,000 / 700 x 720 hours = 33.6 M.
        pytest.param(("DynamoDB", "writes"), 20.97, id="33.6 M writes at 62.5 cents"),
        pytest.param(("DynamoDB", "writes to the index"), 0.0188, id="30,010 items"),
        # 6,664 x 1.9444 ^ 0.5197 = 9,415 reads, x 5,000 / 700 x 720 hours = 48.4 M.
        pytest.param(("DynamoDB", "reads before writes"), 3.026, id="48.4 M x 0.5 at 12.5 cents"),
        pytest.param(("DynamoDB", "reads"), 0.0643, id="30,010 items x 0.5 x 34.3 runs"),
        pytest.param(("DynamoDB", "table"), 0.0047, id="30,010 x 675 bytes = 0.0189 GB at 25 cents"),
        pytest.param(("DynamoDB", "index"), 0.0013, id="30,010 x 190 bytes = 0.0053 GB at 25 cents"),
        pytest.param(("DynamoDB", "point-in-time recovery"), 0.0038, id="0.0189 GB at 20 cents"),
        pytest.param(("DynamoDB", "stream reads"), 0, id="free to Lambda"),
        pytest.param(
            ("CloudWatch", "logs taken in"), 0.2414, id="259,234 x 2,000 bytes = 0.483 GB at 50 cents"
        ),
        pytest.param(("CloudWatch", "logs kept"), 0.0145, id="0.483 GB at 3 cents"),
        pytest.param(("SNS", "mails"), 0.0001, id="4.3 mails"),
        pytest.param(("KMS", "the topic's key"), 1.00, id="one key"),
        pytest.param(("KMS", "requests"), 0.0259, id="8,640 at 3 cents per 10,000"),
        pytest.param(("S3", "reports"), 0.00002, id="4.3 objects"),
        pytest.param(("S3", "reports kept"), 0.0055, id="4.29 x 12 x 5,000 KB = 0.239 GB at 2.3 cents"),
    ],
)
def test_a_line_is_what_it_comes_to_by_hand(item, by_hand):
    usage = estimate(Load(100_000_000, 5_000, 10))

    assert dollars(usage)[item] == pytest.approx(by_hand, rel=0.005, abs=0.00005)


def test_the_total_is_the_sum_of_all_lines():
    usage = estimate(Load(100_000_000, 5_000, 10))

    assert total(bill(usage)) == pytest.approx(sum(dollars(usage).values()))
    assert len(dollars(usage)) == len(bill(usage))


@pytest.mark.parametrize(
    ("item", "by_hand"),
    [
        pytest.param(
            ("EventBridge", "events of other accounts and regions"),
            999.67,
            id="2,999 of 3,000 places, 1 billion",
        ),
        pytest.param(("EventBridge", "transfer between regions"), 27.43, id="2 / 3 x 2,209 GB = 1,371.6 GB"),
        # 259,200 batches would be 500,000 full ones; 34.3 runs of 1,002.
        pytest.param(("Lambda", "requests"), 0.1069, id="500,000 batches and 34,354 invocations"),
        pytest.param(
            ("Step Functions", "state transitions"), 1.7169, id="34.3 runs x 2,003 at 2.5 cents a 1,000"
        ),
        pytest.param(("DynamoDB", "notes of the reviews"), 0.4929, id="34.3 x 1,000 x 23 at 62.5 cents"),
        pytest.param(("S3", "reports of the accounts"), 0.4286, id="4.3 x 6,000 and 30 x 2,000 at half a cent"),
        # 1,388,889 events an hour by 400,000 are 2,431 by 700: 1,304 x 2.431 ^ 0.7085 = 2,446 reads, x 400,000 /
        # 700 x 720 hours = 1,006 M.
        pytest.param(("DynamoDB", "reads before writes"), 62.91, id="1,006 M x 0.5 at 12.5 cents"),
        pytest.param(("DynamoDB", "reads"), 5.149, id="2,403,000 items x 0.5 x 34.3 runs"),
    ],
)
def test_a_line_of_an_organization_is_what_it_comes_to_by_hand(item, by_hand):
    usage = estimate(Load(1_000_000_000, 400_000, 3, accounts=1_000))

    assert dollars(usage)[item] == pytest.approx(by_hand, rel=0.005)


def test_an_organization_reviews_each_account_in_the_time_that_was_measured():
    (few, least), (many, most) = measured.REVIEW_SECONDS
    end = measured.SUMMING_SECONDS

    assert organization.seconds(10, 10 * few) == pytest.approx(10 * (least + end))
    assert organization.seconds(1_000, 1_000 * many) == pytest.approx(1_000 * (most + end))
    assert organization.seconds(100, 100 * (few + many) / 2) == pytest.approx(100 * ((least + most) / 2 + end))


def test_the_reviews_of_a_month_are_in_lambdas_time():
    alone, many = (estimate(Load(10**6, 400_000, 1, accounts)) for accounts in (1, 1_000))
    runs = 30 / 7 + 30

    assert many.gb_seconds.amount - alone.gb_seconds.amount == pytest.approx(
        usage.MEMORY_GB * runs * (organization.seconds(1_000, 400_000) - REPORT_SECONDS)
    )


def test_one_account_has_no_line_of_an_organization():
    assert "Step Functions" not in {line.service for line in bill(estimate(Load(10**6, 400, 1, accounts=1)))}


def test_a_run_of_a_thousand_accounts_costs_less_than_ten_cents_in_step_functions_and_lambda():
    seconds = organization.seconds(1_000, 400_000)

    assert 1_000 / organization.AT_ONCE * measured.REVIEW_SECONDS[1][1] < 10 * 60
    assert (
        prices.STATE_TRANSITION.of(organization.transitions(1_000))
        + prices.GB_SECOND.of(usage.MEMORY_GB * seconds)
        + prices.INVOCATION.of(organization.invocations(1_000))
    ) < 0.10


def test_one_region_forwards_nothing():
    usage = estimate(Load(100_000_000, 5_000, 1))

    assert dollars(usage)["EventBridge", "events of other regions"] == 0
    assert dollars(usage)["EventBridge", "transfer between regions"] == 0


def test_an_idle_queue_is_asked_all_the_same():
    assert estimate(Load(1, 1, 1)).requests.amount == pytest.approx(648_000, rel=0.001)


def test_few_events_are_no_more_batches_than_events():
    assert estimate(Load(10, 1, 1)).invocations.amount == pytest.approx(10 + 30 / 7 + 30)


def test_many_events_are_full_batches():
    assert estimate(Load(10**9, 5_000, 1)).invocations.amount == pytest.approx(500_000 + 30 / 7 + 30)


def test_the_others_are_what_they_come_to_by_hand():
    usage = estimate(Load(100_000_000, 5_000, 10))
    ours = total(bill(usage))
    other = {each.name: each.dollars for each in alternatives(usage)}

    assert other["one write for each event"] == pytest.approx(ours - 20.97 - 3.03 - 0.02 + 62.50, abs=0.02)
    assert other["one for each event and facet"] == pytest.approx(ours - 20.97 - 3.03 - 0.02 + 193.75, abs=0.02)
    assert other["IAM Access Analyzer"] == pytest.approx(1_000)
    assert other["Athena daily, over one day"] == pytest.approx(0.10)
    assert other["Athena daily, over 90 days"] == pytest.approx(9.00)


def test_a_query_is_paid_for_10_mb_at_least():
    other = {each.name: each.dollars for each in alternatives(estimate(Load(1, 1, 1)))}

    assert other["Athena daily, over one day"] == pytest.approx(30 * 10e6 / 1e12 * 5)


@pytest.mark.parametrize(("events", "writes"), measured.WRITES)
def test_at_a_measured_rate_writes_are_those_measured(events, writes):
    assert in_an_hour(measured.WRITES, events, measured.STREAM_PRINCIPALS) == pytest.approx(writes)


@pytest.mark.parametrize(
    ("events", "principals", "writes"),
    [
        pytest.param(10, 700, 20.6, id="below the first rate each event takes 2.06"),
        pytest.param(2_000, 1_400, 2 * 1_047, id="twice the principals and events, twice the writes"),
        pytest.param(31_622.8, 700, 8_007, id="halfway between two rates: the root of their product"),
        pytest.param(10**7, 700, 31_784, id="beyond the last: on the same line"),
    ],
)
def test_between_measured_rates_the_logarithms_lie_on_a_line(events, principals, writes):
    assert in_an_hour(measured.WRITES, events, principals) == pytest.approx(writes, rel=0.001)


@pytest.mark.parametrize("place", range(3))
def test_the_reads_and_writes_are_those_of_two_sandboxes(place):
    events, reads = measured.READS[place]
    found = load(events)

    assert (events, found.reads) == (events, reads)
    assert (events, found.writes) == measured.WRITES[place]


def test_an_item_is_as_large_as_the_stream_makes_it():
    measure = load(10_000)

    assert measure.item_bytes == pytest.approx(measured.ITEM_BYTES, rel=0.01)
    assert measure.index_bytes == pytest.approx(measured.INDEX_ENTRY_BYTES, rel=0.02)
    assert measure.largest_item < 1024  # So that each write is one write request unit.


def test_the_figures_are_those_of_the_benchmarks():
    told = BENCHMARKS.replace(",", "")

    for counts in (measured.READS, measured.WRITES):
        assert "; ".join(str(count) for _, count in counts) in told
    assert f"({measured.EVENT_SECONDS * 1e6:.2f} µs / " in told
    assert f"({measured.EVENTS_PER_SECOND} / " in told
    assert f"{measured.EVENTS_PER_WRITE} came to one write" in told
    assert f"the {measured.FACETS_PER_EVENT} that an event has" in told
    assert f"by {measured.STREAM_PRINCIPALS} principals in batches of {measured.BATCH}" in told
    assert f"has {measured.MESSAGE_BYTES} bytes on average" in told
    assert f"{measured.ITEM_BYTES} 673; {measured.INDEX_ENTRY_BYTES} |" in told
    for principals, seconds in measured.REVIEW_SECONDS:
        assert f"of {principals} users and roles | | {seconds} s |" in told
    assert f"| {measured.REVIEW_WRITES} writes |" in told
    assert f"| {measured.SUMMING_SECONDS * 1000:.0f} s |" in told


def test_the_figures_are_those_of_the_template():
    ingest = TEMPLATE["IngestFunction"]["Properties"]
    written = TEMPLATE["OrganizationMachine"]["Properties"]["DefinitionString"]["Fn::Sub"]
    machine = json.loads(written.replace('"MaxConcurrency": ${ReviewsAtOnce}', '"MaxConcurrency": 1'))
    mapping = ingest["Events"]["Queue"]["Properties"]

    busy = [TEMPLATE[name]["Properties"]["MemorySize"] for name in ("IngestFunction", "ReporterFunction")]
    assert [each / 1024 for each in busy] == [usage.MEMORY_GB] * 2
    assert mapping["MaximumBatchingWindowInSeconds"] == measured.WINDOW == WINDOW
    assert mapping["ScalingConfig"]["MaximumConcurrency"] == limits.SANDBOXES
    assert TEMPLATE["ReporterFunction"]["Properties"]["Timeout"] == REPORT_SECONDS
    assert PARAMETERS["ReviewsAtOnce"]["Default"] == organization.AT_ONCE
    assert list(machine["States"]) == ["List", "Review", "SumUp"]
    assert len(machine["States"]["Review"]["ItemProcessor"]["States"]) == 1
    assert len(ALWAYS) == cost.ALARMS
    assert len(of_type("AWS::CloudWatch::Dashboard")) == cost.DASHBOARDS
    assert len(of_type("AWS::KMS::Key")) == 1


def test_the_metrics_are_those_that_the_functions_emit(table, monkeypatch, capsys):
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    lambda_handler(envelope(), None)
    emitted = json.loads(capsys.readouterr().out.splitlines()[-1])["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    by_ingest = {each["Name"] for each in emitted}
    apps = [(ROOT / file).read_text() for file in ("reporter/telling.py", "awakened/app.py")]
    by_others = {name for text in apps for name in re.findall(r'add_metric\("(\w+)"', text)}

    assert len(by_ingest) + len(cost.Ignored) + len(by_others) + len(cost.Kind) == cost.METRICS


def test_the_fullest_limit_comes_first():
    first, *others = limits.limits(estimate(Load(10**9, 5_000, 1)))

    assert first.name == "ingest"
    assert all(first.rate / first.most >= each.rate / each.most for each in others)


def test_two_sandboxes_take_what_two_shares_of_a_vcpu_can():
    # Half a write an event: 6.84 us + 0.5 x 2.92 ms = 1.467 ms on a whole vCPU, 5.07 ms on 512 / 1,769 of one.
    assert 2 / limits.seconds_per_event(0.5) == pytest.approx(394.6, rel=0.005)


def test_a_price_says_whether_it_was_confirmed():
    assert str(prices.FORWARDED_EVENT) == "$1.00 per million events"
    assert str(prices.WRITE_UNIT) == "$0.625* per million write request units"
    assert str(prices.KEY_REQUEST) == "$0.03* per 10,000 requests"
