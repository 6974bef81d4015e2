"""What a stack used, out of its metrics: on an AWS in this process, whose CloudWatch has what the tests put there."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.stub import Stubber
from builders import ROOT
from samtranslator.yaml_helper import yaml_parse

from lastseen.pricing import log_metrics
from lastseen.pricing.cost import bill
from lastseen.pricing.deployed import NEEDED, Unpriceable, usage_of
from lastseen.pricing.limits import limits
from lastseen.pricing.load import Roads

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)


NAMES = {
    "IngestFunction": "tracker-IngestFunction-1",
    "ReporterFunction": "tracker-ReporterFunction-1",
    "IngestLogs": "tracker-IngestLogs-1",
    "ReporterLogs": "tracker-ReporterLogs-1",
    "Queue": "https://sqs.us-east-1.amazonaws.com/123456789012/tracker-Queue-1",
    "HubBus": "tracker-hub",
    "HubBusRule": "tracker-hub|tracker-HubBusRule-1",
    "ActivityTable": "activity",
}


@pytest.fixture
def client(aws, dynamodb):
    """Makes clients of an AWS whose one stack, tracker, has the resources of `names`."""

    def make(names=NAMES):
        cloudformation = aws("cloudformation")
        stubber = Stubber(cloudformation)
        summaries = [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": physical,
                "ResourceType": "AWS::Any::Thing",
                "LastUpdatedTimestamp": NOW,
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for name, physical in names.items()
        ]
        listed = {"StackResourceSummaries": summaries}
        stubber.add_response("list_stack_resources", listed, {"StackName": "tracker"})
        stubber.activate()
        return lambda service: cloudformation if service == "cloudformation" else aws(service)

    return make


@pytest.fixture
def measure(aws):
    def put(namespace, name, value, at=YESTERDAY, **dimensions):
        named = [{"Name": key, "Value": each} for key, each in dimensions.items()]
        point = {"MetricName": name, "Dimensions": named, "Timestamp": at, "Value": value}
        aws("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[point])

    return put


def test_a_stack_is_priced_by_what_it_used(client, measure):
    table = {"TableName": "activity"}
    measure("LastActivity", "Messages", 1_000_000, service="ingest")
    measure("LastActivity", "Messages", 500_000, YESTERDAY - timedelta(days=20), service="ingest")
    measure("LastActivity", "Messages", 7_000, YESTERDAY - timedelta(days=40), service="ingest")
    measure("AWS/Lambda", "Invocations", 4_000, FunctionName=NAMES["IngestFunction"])
    measure("AWS/Lambda", "Invocations", 4, FunctionName=NAMES["ReporterFunction"])
    measure("AWS/Lambda", "Duration", 900_000, FunctionName=NAMES["IngestFunction"])
    measure("AWS/DynamoDB", "ConsumedWriteCapacityUnits", 30_000, **table)
    measure("AWS/DynamoDB", "ConsumedWriteCapacityUnits", 70, **table, GlobalSecondaryIndexName="by_facet")
    measure("AWS/DynamoDB", "ConsumedReadCapacityUnits", 400, **table)
    measure("AWS/SQS", "NumberOfEmptyReceives", 600_000, QueueName="tracker-Queue-1")
    measure("AWS/Logs", "IncomingBytes", 2**30, LogGroupName=NAMES["IngestLogs"])
    at = {"EventBusName": "tracker-hub", "RuleName": "tracker-HubBusRule-1"}
    measure("AWS/Events", "MatchedEvents", 800_000, **at)
    usage = usage_of(client(), "tracker", 12, NOW)

    assert usage.events.amount == 1_500_000
    assert usage.forwarded.amount == 800_000
    assert usage.requests.amount == 1.2 * 1_500_000 + 600_000
    assert usage.invocations.amount == 4_004
    assert usage.gb_seconds.amount == 450
    assert (usage.writes.amount, usage.index_writes.amount, usage.reads.amount) == (30_000, 70, 400)
    assert usage.logs_gb.amount == 1
    assert usage.principals == 12
    assert {line.item: line.dollars for line in bill(usage)}["events of other regions"] == pytest.approx(0.80)


LOG_ROAD = {
    "LogFunction": "tracker-LogFunction-1",
    "LogLogs": "tracker-LogLogs-1",
    "LogQueue": "https://sqs.us-east-1.amazonaws.com/123456789012/tracker-LogQueue-1",
    "LogDeadLetterQueue": "https://sqs.us-east-1.amazonaws.com/123456789012/tracker-LogDeadLetterQueue-1",
}


@pytest.fixture
def read_logs(measure):
    measure("LastActivity", "Messages", 1_000, service="logs")
    measure("LastActivity", "Objects", 1_200, service="logs")
    measure("LastActivity", "Sightings", 90_000, service="logs")
    measure("AWS/SQS", "NumberOfEmptyReceives", 600_000, QueueName="tracker-LogQueue-1")
    measure("AWS/SQS", "NumberOfMessagesSent", 7, QueueName="tracker-LogDeadLetterQueue-1")
    measure("AWS/Lambda", "Invocations", 40, FunctionName=LOG_ROAD["LogFunction"])
    measure("AWS/Lambda", "Duration", 8_000, FunctionName=LOG_ROAD["LogFunction"])
    measure("AWS/Logs", "IncomingBytes", 2**30, LogGroupName=LOG_ROAD["LogLogs"])


def test_the_log_road_of_a_stack_is_priced_too(client, measure, read_logs):
    measure("LastActivity", "Messages", 100_000, service="ingest")
    usage = usage_of(client(NAMES | LOG_ROAD), "tracker", 12, NOW)

    assert usage.roads is Roads.BOTH
    assert usage.events.amount == 100_000
    assert usage.reading.objects.amount == 1_200
    assert usage.reading.requests.amount == 1_000 * 1.2 + 600_000 + 7
    assert usage.reading.told.amount == 0
    assert (usage.reading.invocations.amount, usage.reading.gb_seconds.amount) == (40, 4)
    assert usage.reading.logs_gb.amount == 1
    assert {line.item: line.dollars for line in bill(usage)}["log files read"] == pytest.approx(0.00048)


def test_a_stack_that_only_reads_log_files_has_what_they_sighted_as_its_events(client, read_logs):
    usage = usage_of(client(NAMES | LOG_ROAD), "tracker", 12, NOW)

    assert usage.roads is Roads.LOGS
    assert usage.events.amount == 90_000
    assert {each.name for each in limits(usage)} == {"log function", "table"}


def test_cloudtrails_topic_is_counted_where_the_stack_subscribes_to_it(client, read_logs):
    names = NAMES | LOG_ROAD | {"LogSubscription": "arn:aws:sns:us-east-1:123456789012:trail:1"}

    assert usage_of(client(names), "tracker", 12, NOW).reading.told.amount == 1_000


def test_a_stack_without_the_log_road_has_no_line_of_it(client, measure):
    measure("LastActivity", "Messages", 1, service="ingest")
    usage = usage_of(client(), "tracker", 12, NOW)

    assert (usage.roads, usage.reading) == (Roads.EVENTS, None)


def test_a_rule_that_is_counted_without_its_bus_is_counted_too(client, measure):
    measure("LastActivity", "Messages", 1, service="ingest")
    measure("AWS/Events", "MatchedEvents", 5, RuleName="tracker-HubBusRule-1")

    assert usage_of(client(), "tracker", 1, NOW).forwarded.amount == 5


def test_without_a_number_the_principals_are_those_of_the_account(client, measure, aws):
    measure("LastActivity", "Messages", 1, service="ingest")
    for name in ("alice", "bob"):
        aws("iam").create_user(UserName=name)
    aws("iam").create_role(RoleName="deploy", AssumeRolePolicyDocument="{}")

    assert usage_of(client(), "tracker", None, NOW).principals == 3


def test_a_stack_that_heard_nothing_is_not_priced_as_free(client):
    with pytest.raises(Unpriceable, match="tracker has counted no events in the last 30 days: give --events"):
        usage_of(client(), "tracker", None, NOW)


def test_another_stack_is_told_from_ours(client):
    names = {name: each for name, each in NAMES.items() if "Hub" not in name}

    with pytest.raises(Unpriceable, match="not a stack of this template: it has no HubBus, HubBusRule"):
        usage_of(client(names), "tracker", None, NOW)


def test_no_such_stack_is_one_line(aws):
    cloudformation = aws("cloudformation")
    stubber = Stubber(cloudformation)
    stubber.add_client_error("list_stack_resources", "ValidationError", "Stack with id nobody does not exist")
    stubber.activate()

    with pytest.raises(
        Unpriceable, match=r"cannot read what nobody used: .*Stack with id nobody does not exist$"
    ):
        usage_of(lambda service: cloudformation, "nobody", None, NOW)


def test_a_name_that_no_stack_can_have_is_one_line(client):
    with pytest.raises(Unpriceable) as refused:
        usage_of(client(), "", None, NOW)

    assert "\n" not in str(refused.value)


def test_the_resources_that_are_asked_about_are_the_templates():
    template = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]

    assert set(NEEDED) <= template.keys()
    assert {*log_metrics.NAMES, "LogSubscription"} <= template.keys()
    assert set(LOG_ROAD) == set(log_metrics.NAMES)
    assert set(NAMES) == set(NEEDED)
