"""What the checks are asked of: an AWS within this process."""

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, ConnectTimeoutError
from builders import ACCOUNT, sample
from checked import BUS

from lastseen.checking.aws import Aws
from lastseen.checking.buses import Buses
from lastseen.checking.check import Unread
from lastseen.checking.granted import BY_BOUNDARY, BY_DENY, BY_ORGANIZATION, Denial, Grant
from lastseen.checking.log_files import Notified, Trail
from lastseen.checking.patterns import Case, Trial
from lastseen.checking.rules import ALL_EVENTS
from lastseen.checking.simulator import Simulator
from lastseen.demo.local_aws import enable

HERE, THERE = "us-east-1", "us-east-2"
PATTERN = '{"source": [{"prefix": "aws."}], "detail-type": [{"suffix": " via CloudTrail"}]}'
ALARMS = '{"source": ["aws.cloudwatch"]}'


@pytest.fixture
def client(aws):
    """Of one session, on whose events tests may hook."""
    session = boto3.Session(region_name=HERE)
    made = {}

    def client(service, region=HERE):
        if (service, region) not in made:
            made[service, region] = session.client(service, region_name=region)
        return made[service, region]

    client.session = session
    return client


@pytest.fixture
def asked(client):
    return Aws(client, HERE)


@pytest.fixture
def buses(client):
    return Buses(client, HERE)


def refuse(client, service, operation, code="AccessDenied", said="no"):
    def refused(**_):
        raise ClientError({"Error": {"Code": code, "Message": said}}, operation)

    client(service).meta.events.register(f"before-call.{service}.{operation}", refused)


def answer(client, service, operation, body):
    """Of what the AWS in this process lacks, in the form that AWS documents."""
    http = AWSResponse("https://aws", 200, HTTPHeaders(), None)
    client(service).meta.events.register(f"before-call.{service}.{operation}", lambda **_: (http, body))


STACK = {
    "StackId": f"arn:aws:cloudformation:{HERE}:{ACCOUNT}:stack/mine/1",
    "StackStatus": "CREATE_COMPLETE",
    "Parameters": [{"ParameterKey": "NotificationEmail", "ParameterValue": "team@example.com"}],
    "Outputs": [{"OutputKey": "ReportTopicArn", "OutputValue": "arn:topic"}],
}


@pytest.fixture
def deployed(client):
    answer(client, "cloudformation", "DescribeStacks", {"Stacks": [STACK]})


def test_a_stack_is_known_with_all_that_the_checks_look_at(client, asked, deployed):
    resources = [
        {"LogicalResourceId": "ReportTopic", "PhysicalResourceId": "arn:topic"},
        {"LogicalResourceId": "X"},
    ]
    answer(client, "cloudformation", "ListStackResources", {"StackResourceSummaries": resources})
    found = asked.stack("mine")

    assert (found.name, found.region, found.account, found.status) == ("mine", HERE, ACCOUNT, "CREATE_COMPLETE")
    assert found.parameters == {"NotificationEmail": "team@example.com"}
    assert found.outputs == {"ReportTopicArn": "arn:topic"}
    assert found.known == {"ReportTopic": "arn:topic", "X": ""}


@pytest.mark.parametrize(
    ("code", "said", "action"),
    [
        ("ValidationError", "Stack with id mine does not exist", None),
        ("AccessDenied", "no", "cloudformation:DescribeStacks"),
    ],
)
def test_a_stack_that_is_not_there_is_none_and_one_that_may_not_be_asked_is_unread(
    client, asked, code, said, action
):
    refuse(client, "cloudformation", "DescribeStacks", code, said)
    found = asked.stack("mine")

    assert (found.action if found else None) == action


def test_resources_that_may_not_be_listed_leave_the_rest(client, asked, deployed):
    refuse(client, "cloudformation", "ListStackResources")
    found = asked.stack("mine")

    assert found.resources.action == "cloudformation:ListStackResources"
    assert found.known == {}
    assert found.outputs["ReportTopicArn"]


def test_an_answer_that_is_none_of_awss_is_unread(client, asked, deployed):
    answer(client, "cloudformation", "ListStackResources", {"page": "log in to the network"})

    assert "not of the form that AWS documents" in asked.stack("mine").resources.reason


def test_the_enabled_regions_are_asked_of_the_account(client, asked):
    enable(client.session, [HERE, THERE])

    assert asked.regions() == [HERE, THERE]


@pytest.mark.parametrize(
    ("code", "said", "action"),
    [
        pytest.param("AccessDenied", "no", "sns:ListSubscriptionsByTopic", id="the call's"),
        pytest.param(
            "AuthorizationError",
            "User: arn:x is not authorized to perform: SNS:ListSubscriptionsByTopic on resource: y",
            "SNS:ListSubscriptionsByTopic",
            id="as AWS names it",
        ),
        pytest.param("Throttling", "Rate exceeded", "", id="no permission"),
    ],
)
def test_a_refusal_names_the_action_that_is_missing(client, asked, code, said, action):
    refuse(client, "sns", "ListSubscriptionsByTopic", code, said)
    found = asked.subscriptions(client("sns").create_topic(Name="reports")["TopicArn"])

    assert isinstance(found, Unread)
    assert found.action == action
    assert said in found.reason


def test_what_cannot_be_reached_is_unread_and_no_permission(client, asked):
    def unreachable(**_):
        raise ConnectTimeoutError(endpoint_url="https://sqs")

    client.session.events.register("before-call.sqs.GetQueueAttributes", unreachable)
    found = asked.depth(client("sqs").create_queue(QueueName="letters")["QueueUrl"])

    assert (found.action, "timeout" in found.reason.lower()) == ("", True)


def test_letters_are_counted_those_too_that_somebody_looks_at(client, asked):
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="letters")["QueueUrl"]
    assert asked.depth(url) == 0

    sqs.send_message(QueueUrl=url, MessageBody="1")
    sqs.send_message(QueueUrl=url, MessageBody="2")
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    assert asked.depth(url) == 2


def test_a_schedule_is_in_a_state_or_gone(client, asked):
    given = {
        "ScheduleExpression": "cron(0 7 ? * MON *)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": "arn:aws:lambda:us-east-1:123456789012:function:x",
            "RoleArn": "arn:aws:iam::1:role/x",
        },
    }
    client("scheduler").create_schedule(Name="mine-report", State="DISABLED", **given)

    assert asked.schedule("mine-report") == "DISABLED"
    assert asked.schedule("mine-watch") is None


def test_alarms_have_states(client, asked):
    given = {"MetricName": "x", "Namespace": "y", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1}
    compared = {"ComparisonOperator": "GreaterThanThreshold", "Statistic": "Sum"}
    for name in ("raised", "quiet", "another's"):
        client("cloudwatch").put_metric_alarm(AlarmName=name, **given, **compared)
    client("cloudwatch").set_alarm_state(AlarmName="raised", StateValue="ALARM", StateReason="x")
    found = asked.alarms(["raised", "quiet"])

    assert found["raised"] == "ALARM"
    assert found.keys() == {"raised", "quiet"}


def make_rule(client, name, pattern, region=HERE, bus=None, targets=()):
    events = client("events", region)
    where = {"EventBusName": bus} if bus else {}
    events.put_rule(Name=name, EventPattern=pattern, State="ENABLED", **where)
    if targets:
        given = [{"Id": str(at), **each} for at, each in enumerate(targets)]
        events.put_targets(Rule=name, Targets=given, **where)


def test_the_hubs_rules_are_found_on_their_buses_and_one_that_is_gone_is_none(client, buses):
    client("events").create_event_bus(Name="mine-hub")
    make_rule(client, "R1", PATTERN, targets=[{"Arn": "arn:aws:sqs:us-east-1:123456789012:queue"}])
    make_rule(client, "R2", PATTERN, bus="mine-hub")
    physical = {
        "HubBus": "mine-hub",
        "DefaultBusRule": "R1",
        "HubBusRule": "mine-hub|R2",
        "ForwarderAlarmRule": "R3",
    }
    found = buses.hub_rules(physical)

    assert found["DefaultBusRule"].targets == {"arn:aws:sqs:us-east-1:123456789012:queue": ""}
    assert (found["HubBusRule"].name, found["HubBusRule"].bus) == ("R2", "mine-hub")
    assert found["HubBusRule"].state == "ENABLED" != ALL_EVENTS
    assert found["ForwarderAlarmRule"] is None


def test_a_buss_policy_is_text_and_none_where_the_bus_is_gone(client, buses):
    client("events").create_event_bus(Name="mine-hub")
    assert buses.policy("arn:x/mine-hub") == ""

    client("events").put_permission(
        EventBusName="mine-hub", Action="events:PutEvents", Principal=ACCOUNT, StatementId="x"
    )
    assert ACCOUNT in buses.policy("arn:x/mine-hub")
    assert buses.policy("arn:x/gone") is None


def test_forwarders_are_found_by_their_target_whatever_their_name(client, buses):
    role = "arn:aws:iam::123456789012:role/forward"
    make_rule(client, "somebodys", PATTERN, THERE, targets=[{"Arn": BUS, "RoleArn": role}])
    make_rule(client, "alarms", ALARMS, THERE, targets=[{"Arn": BUS, "RoleArn": role}])
    found = buses.forwarders([THERE, "us-west-2"], BUS)

    assert [(each.name, each.region, each.targets) for each in found[THERE]] == [
        ("somebodys", THERE, {BUS: role})
    ]
    assert found["us-west-2"] == ()


def test_one_region_that_may_not_be_asked_hides_no_other(client, buses):
    make_rule(client, "forwards", PATTERN, THERE, targets=[{"Arn": BUS}])

    def refused(request_signer, **_):
        if request_signer.region_name == "us-west-2":
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "ListRuleNamesByTarget")

    client.session.events.register("before-sign.events.ListRuleNamesByTarget", refused)
    found = buses.forwarders([THERE, "us-west-2"], BUS)

    assert len(found[THERE]) == 1
    assert found["us-west-2"].action == "events:ListRuleNamesByTarget"


def test_a_pattern_that_may_not_be_tried_is_unread(client, buses):
    make_rule(client, "R1", PATTERN)
    rule = buses.hub_rules({"DefaultBusRule": "R1"})["DefaultBusRule"]
    refuse(client, "events", "TestEventPattern")
    found = buses.tried(Trial(rule, 1, ()), [Case("x", sample("console-login"), True)])

    assert found.action == "events:TestEventPattern"


GRANT = Grant(
    "IngestRole", "arn:aws:iam::123456789012:role/i", ("sqs:ReceiveMessage", "sqs:DeleteMessage"), "arn:q"
)


@pytest.mark.parametrize(
    ("detail", "by"),
    [
        ({"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}, BY_ORGANIZATION),
        ({"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}}, BY_BOUNDARY),
        (
            {"EvalDecision": "explicitDeny", "OrganizationsDecisionDetail": {"AllowedByOrganizations": True}},
            BY_DENY,
        ),
        ({}, ""),
    ],
)
def test_who_denies_a_role_something_is_read_from_the_simulator(client, detail, by):
    """moto has no simulator: the answer is of the form that AWS documents."""
    allowed = {"EvalActionName": "sqs:ReceiveMessage", "EvalDecision": "allowed"}
    denied = {"EvalActionName": "sqs:DeleteMessage", "EvalDecision": "implicitDeny"} | detail
    asked = []

    def answer(params, **_):
        asked.append(params["body"])
        http = AWSResponse("https://iam.amazonaws.com", 200, HTTPHeaders(), None)
        return http, {"EvaluationResults": [allowed, denied], "IsTruncated": False}

    client.session.events.register("before-call.iam.SimulatePrincipalPolicy", answer)

    assert Simulator(client, HERE).denials([GRANT]) == {GRANT: [Denial("sqs:DeleteMessage", "arn:q", by)]}
    assert "aws:RequestedRegion" in asked[0].values()


def test_mappings_tell_their_state_and_the_last_result(client, asked):
    given = {
        "UUID": "1-2",
        "State": "Disabled",
        "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:queue",
        "LastProcessingResult": "No records processed",
    }
    answer(client, "lambda", "ListEventSourceMappings", {"EventSourceMappings": [given]})
    (found,) = asked.mappings("ingest")

    assert (found.uuid, found.state, found.source) == ("1-2", "Disabled", given["EventSourceArn"])
    assert found.last_result == "No records processed"


def test_without_alarms_of_its_own_no_alarm_of_the_account_is_listed(client, asked):
    client("cloudwatch").put_metric_alarm(
        AlarmName="of another stack",
        MetricName="m",
        Namespace="n",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Statistic="Sum",
    )

    assert asked.alarms([]) == {}
    assert asked.alarms(["of another stack"]).keys() == {"of another stack"}


def test_what_is_subscribed_to_a_topic_is_asked_in_its_region(client, asked):
    sns = client("sns", THERE)
    topic, other = (sns.create_topic(Name=name)["TopicArn"] for name in ("trail", "other"))
    queue = f"arn:aws:sqs:{HERE}:{ACCOUNT}:logs"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    sns.subscribe(TopicArn=other, Protocol="sqs", Endpoint=f"{queue}-other")

    assert asked.subscribed(topic) == {queue}


def test_a_bucket_says_whom_it_tells(client, asked):
    client("s3").create_bucket(Bucket="trail")
    assert asked.notified("trail") == Notified(eventbridge=False)

    answer(client, "s3", "GetBucketNotificationConfiguration", {"EventBridgeConfiguration": {}})
    assert asked.notified("trail") == Notified(eventbridge=True)


def test_the_rule_for_log_files_is_found_by_the_stacks_name_for_it(client, buses):
    make_rule(client, "mine-logs", "{}", targets=[{"Arn": "arn:aws:sqs:us-east-1:123456789012:logs"}])

    assert buses.log_rule({"LogRule": "mine-logs"}).targets == {"arn:aws:sqs:us-east-1:123456789012:logs": ""}
    assert buses.log_rule({}) is None
    assert buses.log_rule({"LogRule": "gone"}) is None


@pytest.fixture
def trail(client):
    for name in ("trail", "other"):
        client("s3").create_bucket(Bucket=name)
        client("cloudtrail").create_trail(Name=f"to-{name}", S3BucketName=name, IsMultiRegionTrail=True)


def test_the_trails_of_a_bucket_say_what_failed_last(client, asked, trail):
    answer(client, "cloudtrail", "GetTrailStatus", {"IsLogging": True, "LatestDeliveryError": "AccessDenied"})

    assert asked.delivering("trail") == [
        Trail(f"arn:aws:cloudtrail:{HERE}:{ACCOUNT}:trail/to-trail", undelivered="AccessDenied")
    ]


@pytest.mark.parametrize("operation", ["DescribeTrails", "GetTrailStatus"])
def test_trails_that_may_not_be_asked_are_left_to_the_check_of_trails(client, asked, trail, operation):
    refuse(client, "cloudtrail", operation)

    assert asked.delivering("trail") == []
