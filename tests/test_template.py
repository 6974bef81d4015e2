"""The templates, held together with the code that they deploy."""

import ast
import json
import re

import botocore.handlers
import localaws
import pytest
import templates
from asking import ask
from awakened_changes import CAROL, CAROL_KEY, FLAG, ROOT_USER, seen
from builders import ALICE, ROOT, activity, at, sample
from templates import calls

from activity.finding_events import SOURCE, DetailType
from activity.flags import BY_FLAG, Flags
from activity.item import typed
from activity.keeping import Keeping
from activity.model import COVERAGE, SNOOZED
from activity.table import BY_FACET, ActivityTable
from awakened.app import PAUSE, SETTLE
from ingest.cloudtrail import read
from ingest.wire import envelope
from lastseen.demo.local_aws import make_table
from reporter.judgement.subjects import Limits

ACCOUNT, REGION = "123456789012", "eu-west-1"
ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
SAMPLES = sorted(path.stem for path in (ROOT / "events").iterdir())


@pytest.fixture(scope="module")
def template():
    return templates.hub()


@pytest.fixture(scope="module")
def resources(template):
    made = templates.resources(template, templates.KEYLESS)
    return {name: resource.get("Properties", {}) for name, resource in made.items()}


@pytest.fixture(scope="module")
def forwarder():
    return templates.forwarder()["Resources"]


@pytest.fixture(scope="module")
def server():
    with localaws.serving() as clients:
        yield clients


@pytest.fixture(scope="module")
def matches(server):
    """Whether an event matches a pattern, by a server whose rule engine keeps to AWS's."""
    client = server("events")

    def matches(rule, event):
        pattern = json.dumps(rule["EventPattern"])
        return client.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"]

    return matches


# What the roles are called that CloudFormation would name, and of whom each rule is not to hear.
NAMES = {"IngestRole": "ingest-role", "AwakenedRole": "awakened-role", "Role": "forward-role"}
OWN = {"DefaultBusRule": ["ingest-role", "awakened-role"], "Rule": ["forward-role"]}


@pytest.fixture(scope="module")
def default_rule(resources):
    return resolved(resources["DefaultBusRule"])


@pytest.fixture(scope="module")
def forwarding_rule(forwarder):
    return resolved(forwarder["Rule"]["Properties"])


@pytest.fixture(scope="module")
def rules(default_rule, forwarding_rule):
    return {"DefaultBusRule": default_rule, "Rule": forwarding_rule}


def resolved(rule, *, partition="aws", names=NAMES):
    values = {"AWS::Partition": partition, "AWS::AccountId": ACCOUNT} | names

    def fill(value):
        if isinstance(value, dict):
            if "Fn::Sub" in value:
                return re.sub(r"\$\{([^}]+)}", lambda match: values[match[1]], value["Fn::Sub"])
            if "Fn::GetAtt" in value:
                role, attribute = value["Fn::GetAtt"]
                assert attribute == "Arn"
                return f"arn:{partition}:iam::{ACCOUNT}:role/{values[role]}"
            return {name: fill(each) for name, each in value.items()}
        return [fill(each) for each in value] if isinstance(value, list) else value

    return {**rule, "EventPattern": fill(rule["EventPattern"])}


def event(name):
    return json.loads(sample(name))


# The rules


def test_every_rule_gets_read_only_calls_too(resources, forwarder):
    rules = [resources["DefaultBusRule"], resources["HubBusRule"], forwarder["Rule"]["Properties"]]

    assert [rule["State"] for rule in rules] == [ALL_EVENTS] * 3


def test_the_hub_takes_what_the_default_bus_takes(resources):
    assert resources["HubBusRule"]["EventPattern"] == resources["DefaultBusRule"]["EventPattern"]
    assert resources["HubBusRule"]["EventBusName"] == {"Ref": "HubBus"}
    assert "EventBusName" not in resources["DefaultBusRule"]


def test_the_forwarder_takes_what_the_hub_takes_but_for_the_own_roles_of_each(resources, forwarder):
    both = resources["DefaultBusRule"], forwarder["Rule"]["Properties"]
    stranger = dict.fromkeys(NAMES, "a-role")
    here, there = (
        json.loads(once(json.dumps(resolved(rule, names=stranger)["EventPattern"]))) for rule in both
    )

    assert here == there


def once(pattern):
    """With each role once, where a list has the same one twice."""
    return re.sub(r'("arn:[^"]*")(, \1)+', r"\1", pattern)


@pytest.mark.parametrize("name", SAMPLES)
def test_what_sights_somebody_matches_the_rules_and_most_else_does_not(matches, rules, name):
    reading = read(envelope(sample(name)).detail, arrived=envelope(sample(name)).detail.event_time)
    is_never_a_sighting = reading.ignored in ("aws_service", "foreign_account", "no_identity", "insight")

    for rule in rules.values():
        if reading.sightings:
            assert matches(rule, event(name))
        if is_never_a_sighting:
            assert not matches(rule, event(name))


@pytest.mark.parametrize("name", ["assume-role-by-service", "assume-role-from-another-account"])
def test_of_services_and_foreign_accounts_only_assumed_roles_are_paid_for(matches, default_rule, name):
    other = event(name)
    other["detail"]["eventName"] = "GetCallerIdentity"

    assert matches(default_rule, event(name))
    assert not matches(default_rule, other)


def session(role, *, account=ACCOUNT, **identity):
    """A call by a session of a role; None takes a field away."""
    found = event("role-session-with-path")
    arn = f"arn:aws:sts::{account}:assumed-role/{role}/function"
    whole = found["detail"]["userIdentity"] | {"arn": arn} | identity
    found["detail"]["userIdentity"] = {name: value for name, value in whole.items() if value is not None}
    return found


def assumption(role, sample="assume-role-by-service"):
    found = event(sample)
    found["detail"]["requestParameters"]["roleArn"] = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    return found


@pytest.mark.parametrize("rule", OWN)
def test_the_reporters_test_call_passes_every_rule(matches, rules, rule):
    """It must come back from each region, whichever of the tracker's own calls are left out."""
    call = event("role-session-with-path")
    call["detail"] |= {"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity"}
    call["detail"]["userIdentity"]["arn"] = f"arn:aws:sts::{ACCOUNT}:assumed-role/reporter-role/reporter"

    assert matches(rules[rule], call | {"source": "aws.sts"})


def test_each_of_the_trackers_roles_is_tagged_as_that(resources, forwarder):
    every = resources | {name: each.get("Properties", {}) for name, each in forwarder.items()}
    tags = {name: role["Tags"][0]["Key"] for name, role in every.items() if name.endswith("Role")}

    assert tags == dict.fromkeys(
        (
            "IngestRole",
            "AwakenedRole",
            "ReporterRole",
            "ScheduleRole",
            "Role",
        ),
        "last-activity:tracker",
    )


def without(found, *path):
    """The event, with nothing at a path within its record."""
    place = found["detail"]
    for name in path[:-1]:
        place = place[name]
    del place[path[-1]]
    return found


def emptied(found, *path):
    """The event, with null at a path within its record."""
    place = found["detail"]
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = None
    return found


ROLES = [pytest.param(rule, role, id=f"{rule} {role}") for rule, roles in OWN.items() for role in roles]


@pytest.mark.parametrize(("rule", "role"), ROLES)
def test_what_the_tracker_does_itself_does_not_come_back_to_it(matches, rules, rule, role):
    assert not matches(rules[rule], session(role))
    assert not matches(rules[rule], assumption(role))
    assert not matches(rules[rule], assumption(role, "assume-role-from-another-account"))


@pytest.mark.parametrize(("rule", "role"), ROLES)
def test_who_only_looks_like_the_tracker_is_not_left_out(matches, rules, rule, role):
    others = [f"{role}-2", f"{role}2", f"x-{role}", role.upper(), role[:-1]]

    assert all(matches(rules[rule], session(other)) for other in others)
    assert all(matches(rules[rule], assumption(other)) for other in (*others, f"path/{role}"))
    assert matches(rules[rule], session(role, account="210987654321"))


@pytest.mark.parametrize(("rule", "role"), ROLES)
def test_who_of_the_account_assumes_a_role_of_the_tracker_is_not_left_out(matches, rules, rule, role):
    assert matches(rules[rule], assumption(role, "assume-role"))


@pytest.mark.parametrize("rule", OWN)
def test_what_the_reporter_does_comes_for_it_looks_for_it(matches, rules, rule):
    assert matches(rules[rule], session("reporter-role"))
    assert matches(rules[rule], assumption("reporter-role"))


@pytest.mark.parametrize("rule", OWN)
@pytest.mark.parametrize(
    ("found", "is_let_through"),
    [
        pytest.param(session("ci", arn=None), True, id="a session without an ARN"),
        pytest.param(emptied(session("ci"), "userIdentity", "arn"), True, id="with null for it"),
        pytest.param(session("ci", arn=""), True, id="with an empty one"),
        pytest.param(session("ci", type=""), True, id="an empty type"),
        pytest.param(session("ci", type=None), False, id="no type"),
        pytest.param(without(session("ci"), "userIdentity"), False, id="no identity"),
        pytest.param(emptied(session("ci"), "userIdentity"), False, id="null for it"),
        pytest.param(without(assumption("ci"), "userIdentity"), True, id="assumed by nobody told"),
        pytest.param(emptied(assumption("ci"), "userIdentity"), True, id="assumed by null"),
        pytest.param(
            without(assumption("ci"), "requestParameters", "roleArn"), True, id="assumed without a role"
        ),
        pytest.param(emptied(assumption("ci"), "requestParameters", "roleArn"), True, id="null for the role"),
        pytest.param(without(assumption("ci"), "requestParameters"), True, id="assumed without parameters"),
        pytest.param(emptied(assumption("ci"), "requestParameters"), True, id="null for the parameters"),
    ],
)
def test_what_lacks_a_part_is_left_out_only_where_it_can_sight_nobody(
    matches, rules, rule, found, is_let_through
):
    assert matches(rules[rule], found) is is_let_through


@pytest.mark.parametrize("rule", OWN)
def test_an_event_that_aws_did_not_send_does_not_match(matches, rules, rule):
    assert not matches(rules[rule], event("iam-user-access-key") | {"source": "my.app"})


@pytest.mark.parametrize("kind", DetailType)
def test_an_event_about_a_finding_is_none_for_ingest(matches, rules, kind):
    """They are on the default bus, too: a finding is no use of anything."""
    finding = event("iam-user-access-key") | {"source": SOURCE, "detail-type": str(kind)}

    for rule in rules.values():
        assert not matches(rule, finding)
        assert not matches(rule, finding | {"source": "aws.s3"})


@pytest.mark.parametrize("rule", OWN)
@pytest.mark.parametrize(
    "kind",
    [
        "AWS API Call via CloudTrail",
        "AWS Console Sign In via CloudTrail",
        "AWS Console Signin via CloudTrail",
        "AWS Console Action via CloudTrail",
        "AWS Service Event via CloudTrail",
        "AWS Network Activity Event via CloudTrail",
        "Amazon Web Services Console Sign-in via CloudTrail",
    ],
)
def test_what_comes_through_cloudtrail_matches_however_aws_calls_it(matches, rules, rule, kind):
    assert matches(rules[rule], event("console-login") | {"detail-type": kind})


@pytest.mark.parametrize("rule", OWN)
def test_what_does_not_come_through_cloudtrail_does_not_match(matches, rules, rule):
    assert not matches(rules[rule], event("console-login") | {"detail-type": "AWS Health Event"})


@pytest.mark.parametrize("rule", OWN)
def test_an_insight_event_does_not_match_even_about_assumed_roles(matches, rules, rule):
    insight = event("insight")
    insight["detail"]["insightDetails"] |= {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole"}

    assert not matches(rules[rule], insight)


def test_a_pattern_fits_into_eventbridges_quota_with_the_longest_names(resources, forwarder):
    longest = dict.fromkeys(NAMES, "r" * 64)
    for rule in (resources["DefaultBusRule"], resources["HubBusRule"], forwarder["Rule"]["Properties"]):
        filled = resolved(rule, partition="aws-us-gov", names=longest)
        assert len(json.dumps(filled["EventPattern"])) < 2048


def test_the_forwarder_goes_to_the_hub_in_one_hop_and_loses_nothing(forwarder):
    (target,) = forwarder["Rule"]["Properties"]["Targets"]
    statement = forwarder["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]

    assert target["Arn"] == statement["Resource"] == {"Ref": "HubBusArn"}
    assert statement["Action"] == "events:PutEvents"
    assert target["RoleArn"] == {"Fn::GetAtt": ["Role", "Arn"]}
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}}
    letters, _ = forwarder["DeadLetterQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert letters["Action"] == "sqs:SendMessage"
    assert letters["Resource"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    rules = [{"Fn::GetAtt": [rule, "Arn"]} for rule in ("Rule", "AlarmRule")]
    assert letters["Condition"] == {"ArnEquals": {"aws:SourceArn": rules}}


def test_the_hub_is_open_to_this_account_alone_unless_an_organization_is_named(template, resources):
    account, (condition, wider, nothing) = (
        each.get("Fn::If", each) for each in resources["HubBus"]["Policy"]["Statement"]
    )

    assert account["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    assert (condition, nothing) == ("HasOrganization", {"Ref": "AWS::NoValue"})
    assert wider["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}}
    assert account["Action"] == wider["Action"] == "events:PutEvents"
    assert account["Resource"] == wider["Resource"]
    assert template["Parameters"]["OrganizationId"]["Default"] == ""


# The alarms of forwarders


def alarm_event(forwarder, *, name="last-activity-forwarder-UnforwardedAlarm-1A2B3C4D5E6F", state="ALARM"):
    """As CloudWatch sends it when an alarm changes its state."""
    arn = f"arn:aws:cloudwatch:eu-central-1:210987654321:alarm:{name}"
    return {
        "version": "0",
        "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "210987654321",
        "time": "2026-11-23T03:12:00Z",
        "region": "eu-central-1",
        "resources": [arn],
        "detail": {
            "alarmName": name,
            "state": {
                "value": state,
                "reason": "Threshold Crossed",
                "timestamp": "2026-11-23T03:12:00.000+0000",
            },
            "previousState": {"value": "OK", "timestamp": "2026-11-20T03:12:00.000+0000"},
            "configuration": {"description": forwarder["UnforwardedAlarm"]["Properties"]["AlarmDescription"]},
        },
    }


def test_a_forwarder_has_its_alarm_whatever_it_is_given(forwarder):
    alarm = forwarder["UnforwardedAlarm"]

    assert "Condition" not in alarm
    assert alarm["Properties"]["AlarmActions"] == {
        "Fn::If": ["HasTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]
    }
    assert alarm["Properties"]["Dimensions"][0]["Value"] == {"Fn::GetAtt": ["DeadLetterQueue", "QueueName"]}


def test_a_forwarders_alarm_goes_the_way_of_its_events_and_is_kept_where_that_is_closed(forwarder):
    rule = forwarder["AlarmRule"]["Properties"]
    (target,) = rule["Targets"]

    assert "EventBusName" not in rule
    assert rule["EventPattern"]["resources"] == [{"Fn::GetAtt": ["UnforwardedAlarm", "Arn"]}]
    assert {**target, "Id": 0} == {**forwarder["Rule"]["Properties"]["Targets"][0], "Id": 0}


@pytest.mark.parametrize("state", ["ALARM", "OK", "INSUFFICIENT_DATA"])
def test_a_forwarders_alarm_is_mailed_by_the_hub_and_its_end_is_not(matches, resources, forwarder, state):
    found = alarm_event(forwarder, state=state)
    here = forwarder["AlarmRule"]["Properties"]["EventPattern"] | {"resources": found["resources"]}

    assert matches({"EventPattern": here}, found) is (state == "ALARM")
    assert matches(resources["ForwarderAlarmRule"], found) is (state == "ALARM")


def test_no_other_alarm_of_other_accounts_is_mailed(matches, resources, forwarder):
    rule = resources["ForwarderAlarmRule"]
    other = alarm_event(forwarder, name="production-TargetResponseTime")
    forged = alarm_event(forwarder) | {"source": "my.app"}

    assert not matches(rule, other)
    assert not matches(rule, forged)
    assert not matches(rule, event("iam-user-access-key"))


def test_an_alarm_that_is_passed_on_is_no_event_for_ingest(matches, default_rule, forwarder):
    assert not matches(default_rule, alarm_event(forwarder))


def test_the_hub_mails_of_a_forwarders_alarm_only_what_its_sender_cannot_choose(resources):
    rule = resources["ForwarderAlarmRule"]
    (target,) = rule["Targets"]
    told = target["InputTransformer"]

    assert rule["EventBusName"] == {"Ref": "HubBus"}
    assert target["Arn"] == {"Ref": "ReportTopic"}
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["RuleDeadLetterQueue", "Arn"]}}
    assert told["InputPathsMap"] == {name: f"$.{name}" for name in ("account", "region", "time")}
    assert set(re.findall(r"<(\w+)>", told["InputTemplate"])) == {"account", "region", "time"}
    assert all(json.loads(line) for line in told["InputTemplate"].splitlines())


# The queues


def test_only_the_rules_may_send_to_the_queue_and_to_their_dead_letters(resources):
    statement, of_alarms, _ = resources["QueuePolicy"]["PolicyDocument"]["Statement"]

    assert of_alarms["Principal"] == statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert of_alarms["Action"] == statement["Action"]
    assert of_alarms["Resource"] == {"Fn::GetAtt": ["RuleDeadLetterQueue", "Arn"]}
    assert of_alarms["Condition"] == {
        "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["ForwarderAlarmRule", "Arn"]}}
    }
    queues = ["Queue", "RuleDeadLetterQueue"]
    assert resources["QueuePolicy"]["Queues"] == [{"Ref": queue} for queue in queues]
    assert statement["Resource"] == [{"Fn::GetAtt": [queue, "Arn"]} for queue in queues]
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Condition"] == {
        "ArnEquals": {
            "aws:SourceArn": [
                {"Fn::GetAtt": ["DefaultBusRule", "Arn"]},
                {"Fn::GetAtt": ["HubBusRule", "Arn"]},
            ]
        }
    }
    for rule in ("DefaultBusRule", "HubBusRule"):
        (target,) = resources[rule]["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": ["Queue", "Arn"]}
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["RuleDeadLetterQueue", "Arn"]}}


def test_every_queue_keeps_messages_for_fourteen_days(template, resources):
    queues = [name for name, each in template["Resources"].items() if each["Type"] == "AWS::SQS::Queue"]

    by_logs = ["LogDeadLetterQueue", "LogQueue"]
    others = ["AwakenedDeadLetterQueue", "DeadLetterQueue", "Queue", "RuleDeadLetterQueue"]
    assert sorted(queues) == sorted([*by_logs, *others])
    kept = {template["Resources"][queue]["Properties"]["MessageRetentionPeriod"] for queue in queues}
    assert kept == {14 * 86_400}


def test_a_message_is_tried_five_times_and_not_while_it_is_being_tried(resources):
    source = resources["IngestFunctionQueue"]
    timeout = resources["IngestFunction"]["Timeout"]

    assert resources["Queue"]["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]},
        "maxReceiveCount": 5,
    }
    assert resources["Queue"]["VisibilityTimeout"] >= 6 * timeout + source["MaximumBatchingWindowInSeconds"]


def test_ingest_takes_large_batches_soon_and_answers_for_each_message(resources):
    source = resources["IngestFunctionQueue"]

    assert source["BatchSize"] == 10_000
    assert source["MaximumBatchingWindowInSeconds"] <= 60
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"]["MaximumConcurrency"] >= 2


# The table


def test_the_table_is_the_one_that_the_code_knows(resources, aws):
    make_table(aws("dynamodb"), "t")
    made = aws("dynamodb").describe_table(TableName="t")["Table"]
    table = resources["ActivityTable"]
    names = "IndexName", "KeySchema", "Projection"

    assert table["KeySchema"] == made["KeySchema"]
    assert table["AttributeDefinitions"] == made["AttributeDefinitions"]
    assert table["GlobalSecondaryIndexes"] == [
        {name: index[name] for name in names} for index in made["GlobalSecondaryIndexes"]
    ]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == [BY_FACET, BY_FLAG]
    assert {"StreamEnabled": True, **table["StreamSpecification"]} == made["StreamSpecification"]


def test_the_table_is_kept_recoverable_and_expires_items(template, resources):
    table = resources["ActivityTable"]

    # A first deployment that fails leaves none.
    assert template["Resources"]["ActivityTable"]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert template["Resources"]["ActivityTable"]["UpdateReplacePolicy"] == "Retain"
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


# The stream


def test_each_item_of_the_stream_comes_in_order_and_what_fails_is_tried_for_long_and_then_kept(resources):
    source = resources["AwakenedFunctionStream"]

    assert source["EventSourceArn"] == {"Fn::GetAtt": ["ActivityTable", "StreamArn"]}
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["ParallelizationFactor"] == 1
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert source["MaximumRetryAttempts"] == -1  # As often as its age allows.
    assert 3600 <= source["MaximumRecordAgeInSeconds"] < 86_400  # The stream forgets after a day.
    assert source["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["AwakenedDeadLetterQueue", "Arn"]}}
    }


def test_a_batch_of_notices_is_sent_within_the_functions_time(resources):
    source, function = resources["AwakenedFunctionStream"], resources["AwakenedFunction"]

    assert source["BatchSize"] * (PAUSE + SETTLE) * 1.5 <= function["Timeout"]
    assert source["MaximumBatchingWindowInSeconds"] <= 60  # People are to hear of it within minutes.


@pytest.fixture
def lets_through(resources, matches):
    """Whether the function is called for a record of the stream."""
    filters = resources["AwakenedFunctionStream"]["FilterCriteria"]["Filters"]
    rules = [{"EventPattern": json.loads(each["Pattern"])} for each in filters]
    return lambda record: any(matches(rule, record) for rule in rules)


@pytest.fixture
def keeper(server):
    """The activity table on the local server, that is, an ActivityTable, its Flags, and what deletes an item."""
    client = server("dynamodb")
    make_table(client, "activity")

    def delete(*key):
        client.delete_item(
            TableName="activity", Key=dict(zip(("principal", "facet"), map(typed, key), strict=True))
        )

    yield ActivityTable(client, "activity"), Flags(client, "activity"), delete
    client.delete_table(TableName="activity")


@pytest.fixture
def stream(server, keeper):
    """All records of the table's stream, without what JSON does not know."""
    streams = server("dynamodbstreams")
    arn = server("dynamodb").describe_table(TableName="activity")["Table"]["LatestStreamArn"]

    def read():
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        records = streams.get_records(ShardIterator=streams.get_shard_iterator(**start)["ShardIterator"])[
            "Records"
        ]
        return json.loads(json.dumps(records, default=str))

    return read


def test_what_is_flagged_and_was_seen_comes_through_and_what_was_never_seen_by_its_name_before(
    lets_through, keeper, stream
):
    table, flags, delete = keeper
    key = CAROL, f"KEY#{CAROL_KEY}"
    steps = {
        "FIRST USE": lambda: table.record(seen(key[1], -60)),
        "another": lambda: table.record(seen(key[1], -30)),
        "FLAGGED": lambda: flags.flag(key, ACCOUNT, FLAG, now=at(0)),
        "USED": lambda: table.record(seen(key[1], 60)),
        "awakened": lambda: flags.awaken(key, at(60)),
        "used awake": lambda: table.record(seen(key[1], 90)),
        "unflagged": lambda: flags.unflag(key),
        "flagged when never seen": lambda: flags.flag((CAROL, "SIGNIN"), ACCOUNT, FLAG, now=at(0)),
        "SEEN AT LAST": lambda: table.record(seen("SIGNIN", 60)),
        "expired": lambda: delete(CAROL, "SIGNIN"),
    }
    through, told = [], 0
    for name, step in steps.items():
        step()
        records = stream()[told:]
        assert records, name
        through += [name for record in records if lets_through(record)]
        told += len(records)

    assert through == ["FIRST USE", "FLAGGED", "USED", "SEEN AT LAST"]


@pytest.mark.parametrize(
    ("principal", "facet", "comes_through"),
    [
        (CAROL, "KEY#AKIACAROL", False),
        (CAROL, "SERVICE#s3.amazonaws.com", False),
        (CAROL, "IP#203.0.113.24", False),
        (COVERAGE, f"{ACCOUNT}#eu-west-1", False),
        (ROOT_USER, "SIGNIN", True),
        (ROOT_USER, "KEY#AKIAROOT", True),
        (ROOT_USER, "DENIED#AKIAROOT", True),
        (ROOT_USER, "SERVICE#signin.amazonaws.com", True),
        (ROOT_USER, "CHANGE#EmailUpdated#2026-11-20T12:00:00Z", True),
        (ROOT_USER, "IP#203.0.113.24", True),
        (ROOT_USER, f"ID#{ACCOUNT}", False),
        (ROOT_USER, f"DENIED#{ACCOUNT}", False),
        (ROOT_USER, "SERVICE#s3.amazonaws.com", False),
        (ROOT_USER.replace("aws", "aws-cn"), "SIGNIN", True),
        (CAROL, "SIGNIN", False),
        (f"arn:aws:iam::{ACCOUNT}:user/:root/carol", "SIGNIN", False),
        (f"arn:aws:iam::{ACCOUNT}:role/root", "SIGNIN", False),
    ],
)
def test_sign_ins_and_keys_of_the_root_user_come_through_without_a_flag(
    lets_through, keeper, stream, principal, facet, comes_through
):
    """What was never seen by its name before does once, for it may be flagged under another."""
    table, _, delete = keeper
    table.record(seen(facet, 0, principal=principal))
    table.record(seen(facet, 60, principal=principal))
    delete(principal, facet)

    is_new_name = facet.startswith(("ID#", "KEY#", "DENIED#", "SIGNIN"))
    assert [lets_through(record) for record in stream()] == [comes_through or is_new_name, comes_through, False]


def test_the_filters_ask_for_what_lambda_filters_by_and_fit_its_quota(resources):
    patterns = [each["Pattern"] for each in resources["AwakenedFunctionStream"]["FilterCriteria"]["Filters"]]

    assert all(json.loads(pattern).keys() == {"dynamodb"} for pattern in patterns)
    assert len(patterns) <= 5
    assert max(map(len, patterns)) <= 4096


# The functions


def read_from_environment(*files):
    """The names of settings that code asks for, as text in a call."""
    for name in files:
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Constant) and re.fullmatch(r"[A-Z]+(_[A-Z]+)*", str(node.value)):
                yield node.value


def test_a_function_is_given_the_settings_that_it_reads_each_from_its_own_parameter(resources):
    table = {"ACTIVITY_TABLE": {"Ref": "ActivityTable"}, "RETENTION_DAYS": {"Ref": "RetentionDays"}}
    times = {
        "RESOLUTION": {"Ref": "Resolution"},
        "DETAIL_RESOLUTION": {"Ref": "DetailResolution"},
        "DAYS_OF_PEOPLE": {"Ref": "DaysOfPeople"},
    }
    reporter = {
        "REPORT_TOPIC_ARN": {"Ref": "ReportTopic"},
        "REPORT_BUCKET": {"Ref": "ReportBucket"},
        "STALE_USER_DAYS": {"Ref": "StaleUserDays"},
        "STALE_KEY_DAYS": {"Ref": "StaleKeyDays"},
        "STALE_ROLE_DAYS": {"Ref": "StaleRoleDays"},
        "EXEMPT_TAG": "last-activity:exempt",
        "OWNER_TAGS": {"Ref": "OwnerTags"},
        "OWNER_TOPIC_ARN": "",
        "CHAT_FORMAT": {"Ref": "ChatFormat"},
        "LOG_BUCKET": "",
    }
    organization = {
        "ACCOUNT_TOPIC_ARN": "",
        "MEMBER_ROLE_NAME": {"Ref": "MemberRoleName"},
        "EXTERNAL_ID": {"Fn::Sub": "${AWS::StackName}-${AWS::AccountId}"},
        "ACCOUNTS": {"Ref": "Accounts"},
        "ORGANIZATION_ID": {"Ref": "OrganizationId"},
    }
    constants = {"S", "N", "BOOL", "HASH", "ALL_OLD", "ALL_NEW"}

    assert resources["IngestFunction"]["Environment"]["Variables"] == table | times
    assert resources["ReporterFunction"]["Environment"]["Variables"] == table | reporter | organization
    assert set(
        read_from_environment("activity/keeping.py", "activity/table.py", "ingest/recording.py")
    ) - constants == {*table, *times}
    assert set(read_from_environment("reporter/run.py")) - constants == {*reporter}
    assert set(read_from_environment("reporter/organization/run.py")) - constants == {
        *organization,
        "REPORT_TOPIC_ARN",
        "REPORT_BUCKET",
    }
    topics = {"REPORT_TOPIC_ARN": {"Ref": "ReportTopic"}, "ACCOUNT_TOPIC_ARN": ""}
    letters = {"DEAD_LETTER_QUEUE_URL": {"Ref": "AwakenedDeadLetterQueue"}}
    own = {"ACTIVITY_TABLE": {"Ref": "ActivityTable"}, "CHAT_FORMAT": {"Ref": "ChatFormat"}}
    assert resources["AwakenedFunction"]["Environment"]["Variables"] == own | topics | letters
    assert set(read_from_environment("awakened/delivery.py", "awakened/letters.py")) - {"REFUSED"} == {
        *topics,
        *letters,
        "CHAT_FORMAT",
    }


def test_notices_go_to_the_topic_of_the_accounts_if_there_are_several(template):
    made = templates.resources(template, templates.MANY)
    alone = templates.resources(template, templates.KEYLESS)
    topic = {"Ref": "AccountTopic"}
    settings = made["AwakenedFunction"]["Properties"]["Environment"]["Variables"]
    roles = [each["AwakenedRole"]["Properties"] for each in (made, alone)]

    assert settings["ACCOUNT_TOPIC_ARN"] == topic
    assert allowed(roles[0]) - allowed(roles[1]) == {("sns:Publish", json.dumps(topic))}


def test_settings_have_the_defaults_of_the_code(template, resources):
    default = {name: each.get("Default") for name, each in template["Parameters"].items()}
    keeping, limits = Keeping.from_env({}), Limits()

    assert default["Resolution"] == keeping.resolution.total_seconds()
    assert default["DetailResolution"] == keeping.detail_resolution.total_seconds()
    assert default["RetentionDays"] == keeping.retention.days
    assert [default[f"Stale{kind}Days"] for kind in ("User", "Key", "Role")] == [
        limits.user,
        limits.access_key,
        limits.role,
    ]


@pytest.mark.parametrize("name", ["AwakenedFunction", "IngestFunction", "ReporterFunction"])
def test_a_handler_is_where_the_template_says(resources, name):
    module, _, function = resources[name]["Handler"].rpartition(".")

    assert (
        resources[name]["Handler"]
        == {
            "AwakenedFunction": "awakened.app.lambda_handler",
            "IngestFunction": "ingest.app.lambda_handler",
            "ReporterFunction": "reporter.app.lambda_handler",
        }[name]
    )
    assert callable(getattr(__import__(module, fromlist=[function]), function))
    assert resources[name]["Runtime"] == "python3.13"
    assert resources[name]["Architectures"] == [{"Ref": "Architecture"}]


@pytest.mark.parametrize("name", ["Awakened", "Ingest", "Reporter"])
def test_a_functions_log_ends_some_day(resources, name):
    assert resources[f"{name}Function"]["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}Logs"}
    assert resources[f"{name}Logs"]["RetentionInDays"] == 30


def test_the_report_is_sent_on_a_schedule_in_its_time_zone(template, resources):
    schedule = resources["ReporterFunctionSchedule"]

    assert template["Resources"]["ReporterFunctionSchedule"]["Type"] == "AWS::Scheduler::Schedule"
    assert schedule["ScheduleExpression"] == {"Ref": "ReportSchedule"}
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "ReportTimezone"}


def test_between_reports_it_looks_every_day_and_mails_nothing(resources):
    watch = resources["ReporterFunctionWatch"]

    assert re.fullmatch(
        r"cron\(\d+ \d+ \* \* \? \*\)", watch["ScheduleExpression"]
    )  # rate() would run at once.
    assert json.loads(watch["Target"]["Input"]) == {"publish": False}


def test_what_has_a_name_has_the_stacks_so_that_two_stacks_fit_into_a_region(resources):
    named = [each for each in resources.values() if "Name" in each]

    assert all("${AWS::StackName}" in json.dumps(each["Name"]) for each in named)
    assert len(named) == 3


def test_the_topics_own_key_lets_alarms_through(resources):
    statements = resources["TopicKey"]["KeyPolicy"]["Statement"]

    (alarms,) = (each for each in statements if "Service" in each["Principal"])
    assert alarms["Principal"]["Service"] == ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    assert "Condition" not in alarms  # It would not work with EventBridge.
    assert alarms["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert resources["ReportSubscription"] == {
        "TopicArn": {"Ref": "ReportTopic"},
        "Protocol": "email",
        "Endpoint": {"Ref": "NotificationEmail"},
    }


def test_dead_letters_raise_an_alarm(resources):
    watched = {
        name: alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for name, alarm in resources.items()
        if name.endswith("Alarm") and alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    }

    assert watched == {
        "UnrecordedAlarm": "DeadLetterQueue",
        "UndeliveredAlarm": "RuleDeadLetterQueue",
        "UnannouncedAlarm": "AwakenedDeadLetterQueue",
    }
    for alarm in (resources[name] for name in watched):
        assert alarm["AlarmActions"] == [{"Ref": "ReportTopic"}]
        assert alarm["Statistic"] == "Maximum"
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)


# The permissions


def allowed(role):
    return {
        (action, json.dumps(resource))
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def listed(one_or_many):
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def arn(resource):
    return json.dumps({"Fn::GetAtt": [resource, "Arn"]})


def index_arn(name):
    return json.dumps({"Fn::Sub": f"${{ActivityTable.Arn}}/index/{name}"})


TABLE = arn("ActivityTable")
OWN_ACCOUNT = json.dumps({"Fn::Sub": "arn:${AWS::Partition}:account::${AWS::AccountId}:account"})
DEFAULT_BUS = json.dumps(
    {"Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"}
)
TRAILS = json.dumps({"Fn::Sub": "arn:${AWS::Partition}:cloudtrail:*:*:trail/*"})


def test_the_reporter_may_make_the_calls_that_it_makes_where_it_makes_them_and_no_others(resources):
    iam = "reporter/inventory/iam.py", "reporter/inventory/newest_report.py"
    shell = "reporter/run.py", *iam, "reporter/publishing/publisher.py"
    listening = "reporter/listening/trails.py", "reporter/listening/canaries.py"
    made = set(calls(*shell, *listening, "activity/table.py", "activity/flags.py", "activity/bus.py"))
    of_users = {
        "iam:GetAccessKeyLastUsed",
        "iam:ListAccessKeys",
        "iam:ListSSHPublicKeys",
        "iam:ListSigningCertificates",
    }
    users = json.dumps({"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"})

    assert of_users < made
    assert allowed(resources["ReporterRole"]) == {
        *((call, '"*"') for call in made if call.startswith("iam:") and call not in of_users),
        *((call, users) for call in of_users),
        ("dynamodb:BatchGetItem", TABLE),
        ("dynamodb:UpdateItem", TABLE),
        ("dynamodb:Query", TABLE),
        ("dynamodb:Query", index_arn(BY_FACET)),
        ("dynamodb:Query", index_arn(BY_FLAG)),
        ("cloudtrail:DescribeTrails", '"*"'),
        ("cloudtrail:GetEventSelectors", TRAILS),
        ("cloudtrail:GetTrailStatus", TRAILS),
        ("account:ListRegions", OWN_ACCOUNT),
        ("s3:PutObject", json.dumps({"Fn::Sub": "${ReportBucket.Arn}/*"})),
        ("s3:GetObject", json.dumps({"Fn::Sub": "${ReportBucket.Arn}/${AWS::AccountId}/trend.json"})),
        ("s3:ListBucket", arn("ReportBucket")),
        ("sns:Publish", json.dumps({"Ref": "ReportTopic"})),
        ("events:PutEvents", DEFAULT_BUS),
        ("kms:Decrypt", arn("TopicKey")),
        ("kms:GenerateDataKey", arn("TopicKey")),
        ("logs:CreateLogStream", arn("ReporterLogs")),
        ("logs:PutLogEvents", arn("ReporterLogs")),
    }
    assert {call for call in made if not call.startswith("iam:")} == {
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetTrailStatus",
        "account:ListRegions",
        "s3:PutObject",
        "s3:GetObject",
        "s3:ListBucket",
        "sns:Publish",
        "events:PutEvents",
    }


def test_ingest_may_read_and_update_the_table_and_read_the_queue_and_nothing_else(resources):
    assert allowed(resources["IngestRole"]) == {
        ("dynamodb:BatchGetItem", TABLE),
        ("dynamodb:UpdateItem", TABLE),
        ("sqs:DeleteMessage", arn("Queue")),
        ("sqs:GetQueueAttributes", arn("Queue")),
        ("sqs:ReceiveMessage", arn("Queue")),
        ("logs:CreateLogStream", arn("IngestLogs")),
        ("logs:PutLogEvents", arn("IngestLogs")),
    }


def test_awakened_may_read_the_stream_take_flags_off_and_tell_and_nothing_else(resources):
    stream = json.dumps({"Fn::GetAtt": ["ActivityTable", "StreamArn"]})

    assert allowed(resources["AwakenedRole"]) == {
        ("dynamodb:DescribeStream", stream),
        ("dynamodb:GetRecords", stream),
        ("dynamodb:GetShardIterator", stream),
        ("dynamodb:ListStreams", '"*"'),
        ("dynamodb:Query", TABLE),
        ("dynamodb:Query", index_arn(BY_FACET)),
        ("dynamodb:UpdateItem", TABLE),
        ("sns:Publish", json.dumps({"Ref": "ReportTopic"})),
        ("events:PutEvents", DEFAULT_BUS),
        ("kms:Decrypt", arn("TopicKey")),
        ("kms:GenerateDataKey", arn("TopicKey")),
        ("sqs:SendMessage", arn("AwakenedDeadLetterQueue")),
        ("logs:CreateLogStream", arn("AwakenedLogs")),
        ("logs:PutLogEvents", arn("AwakenedLogs")),
    }


def test_investigators_may_make_the_calls_of_the_look_ups_and_fetch_an_event_and_nothing_else(resources):
    statements = resources["InvestigatorPolicy"]["PolicyDocument"]
    aside = "lastseen/asking/iam.py", "lastseen/asking/expected.py", "reporter/listening/canaries.py"
    asks = "activity/table.py", "activity/flags.py", "activity/scan.py", "lastseen/connection.py", *aside
    made = set(calls(*asks))
    of_all = json.dumps({"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:*"})
    stack = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/${AWS::StackName}/*"

    assert allowed({"Policies": [{"PolicyDocument": statements}]}) == {
        ("dynamodb:BatchGetItem", TABLE),
        ("dynamodb:Query", TABLE),
        ("dynamodb:Scan", TABLE),
        *((f"dynamodb:{call}", index_arn(name)) for call in ("Query", "Scan") for name in (BY_FACET, BY_FLAG)),
        ("cloudformation:DescribeStacks", json.dumps({"Fn::Sub": stack})),
        ("cloudtrail:LookupEvents", '"*"'),
        ("organizations:ListAccounts", '"*"'),
        ("sts:GetAccessKeyInfo", '"*"'),
        ("iam:GetAccessKeyLastUsed", of_all.replace("*", "user/*")),
        ("iam:GetUser", of_all.replace("*", "user/*")),
        ("iam:ListAccessKeys", of_all.replace("*", "user/*")),
        ("iam:GetRole", of_all.replace("*", "role/*")),
        ("account:ListRegions", OWN_ACCOUNT),
    }
    assert made - {"dynamodb:UpdateItem"} == {
        "account:ListRegions",
        "iam:GetAccessKeyLastUsed",
        "iam:GetRole",
        "iam:GetUser",
        "iam:ListAccessKeys",
        "organizations:ListAccounts",
        "sts:GetAccessKeyInfo",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "cloudformation:DescribeStacks",
    }


def test_who_may_snooze_may_write_nothing_but_snoozes(resources):
    (write, *reads) = resources["SnoozePolicy"]["PolicyDocument"]["Statement"]

    assert (write["Action"], json.dumps(write["Resource"])) == ("dynamodb:UpdateItem", TABLE)
    assert write["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SNOOZED]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    assert {action for each in reads for action in listed(each["Action"])} == {
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "cloudformation:DescribeStacks",
    }


def test_look_ups_write_nothing(table, flag, monkeypatch):
    """By what they send, not by what is written of them."""
    table.record(activity(facet="SERVICE#s3.amazonaws.com"))
    flag((ALICE, "KEY#AKIAALICE"), at(0))
    sent = set()

    def note(model, params, **_):
        index = json.loads(params["body"]).get("IndexName", "table")
        sent.add((model.name, index))

    hooked = [*botocore.handlers.BUILTIN_HANDLERS, ("before-call.dynamodb", note)]
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", hooked)
    for words in (
        "who s3",
        "who 10.0.0.0/8",
        "list",
        "list --flagged",
        f"list --flagged --account {ACCOUNT}",
        "coverage",
    ):
        assert ask(*words.split()).exit_code in (0, 1)

    assert sent == {
        ("BatchGetItem", "table"),
        ("Query", "table"),
        ("Query", BY_FACET),
        ("Query", BY_FLAG),
        ("Scan", "table"),
        ("Scan", BY_FACET),
        ("Scan", BY_FLAG),
    }


def test_only_aws_services_may_be_the_roles(resources):
    trusted = {
        name: role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
        for name, role in resources.items()
        if name.endswith("Role")
    }

    assert trusted == {
        "AwakenedRole": {"Service": "lambda.amazonaws.com"},
        "IngestRole": {"Service": "lambda.amazonaws.com"},
        "ReporterRole": {"Service": "lambda.amazonaws.com"},
        "ScheduleRole": {"Service": "scheduler.amazonaws.com"},
    }


def test_no_managed_policy_and_no_way_to_change_iam(resources):
    roles = [each for name, each in resources.items() if name.endswith("Role")]
    actions = {action for role in roles for action, _ in allowed(role) if action.startswith("iam:")}

    assert not any(role.get("ManagedPolicyArns") for role in roles)
    assert all(re.match(r"iam:(Get|List|GenerateCredentialReport)", action) for action in actions)


# An organization


@pytest.fixture(scope="module")
def many(template):
    made = templates.resources(template, templates.MANY)
    return {name: resource.get("Properties", {}) for name, resource in made.items()}


def test_without_members_there_is_nothing_of_an_organization(resources, many):
    assert sorted(many.keys() - resources.keys()) == [
        "AccountTopic",
        "AccountTopicPolicy",
        "AccountsLostAlarm",
        "OrganizationAlarm",
        "OrganizationMachine",
        "OrganizationMachineRole",
        "OrganizationPolicy",
    ]


def test_with_members_both_schedules_start_the_state_machine_and_may_nothing_else(many):
    schedules = [each for each in many.values() if "ScheduleExpression" in each]

    assert [each["Target"]["Arn"] for each in schedules] == [{"Ref": "OrganizationMachine"}] * 2
    assert allowed(many["ScheduleRole"]) == {("states:StartExecution", '{"Ref": "OrganizationMachine"}')}


def test_the_role_of_the_state_machine_is_step_functions_alone(many):
    role = many["OrganizationMachineRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"] == {"Service": "states.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert role["Tags"][0]["Key"] == "last-activity:tracker"


def test_the_state_machine_goes_on_whatever_becomes_of_an_account(many):
    states = json.loads(
        many["OrganizationMachine"]["DefinitionString"]["Fn::Sub"].replace("${ReviewsAtOnce}", "20")
    )["States"]

    assert states["Review"]["ToleratedFailurePercentage"] == 100
    assert states["Review"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "SumUp"}]
    tasks = states["List"], states["SumUp"], states["Review"]["ItemProcessor"]["States"]["ReviewAccount"]
    assert [each["Retry"][-1]["ErrorEquals"] for each in tasks] == [["States.ALL"]] * 3
    assert all(each["Retry"][-1]["MaxAttempts"] == 3 for each in tasks)


# Owners


@pytest.fixture(scope="module")
def with_owners(template):
    made = templates.resources(template, templates.OWNERS)
    return {name: resource.get("Properties", {}) for name, resource in made.items()}


def test_owners_have_a_topic_of_their_own_only_if_tags_are_given(many, with_owners):
    topic = {"Ref": "OwnerTopic"}

    assert with_owners.keys() - many.keys() == {"OwnerTopic", "OwnerTopicPolicy"}
    assert with_owners["ReporterFunction"]["Environment"]["Variables"]["OWNER_TOPIC_ARN"] == topic
    assert allowed(with_owners["ReporterRole"]) - allowed(many["ReporterRole"]) == {
        ("sns:Publish", json.dumps(topic))
    }


def test_the_topic_of_owners_is_encrypted_as_the_reports_and_takes_nothing_in_the_open(with_owners):
    own, reports = with_owners["OwnerTopic"], with_owners["ReportTopic"]
    (denied,) = with_owners["OwnerTopicPolicy"]["PolicyDocument"]["Statement"]

    assert own["KmsMasterKeyId"] == reports["KmsMasterKeyId"]
    assert (denied["Sid"], denied["Effect"]) == ("OnlyByTLS", "Deny")


@pytest.mark.parametrize(
    ("tags", "is_taken"),
    [
        ("", True),
        ("owner", True),
        ("owner,team,cost-center", True),
        ("Owner E-Mail,a:b/c", True),
        ("owner,", False),
        (",owner", False),
        ("owner\n", False),
        (",".join("abcdefghijk"), False),
        ("x" * 129, False),
    ],
)
def test_owner_tags_are_keys_of_tags(template, tags, is_taken):
    pattern = template["Parameters"]["OwnerTags"]["AllowedPattern"]

    assert bool(re.fullmatch(pattern, tags) and not tags.endswith("\n")) == is_taken


# The contract


def test_the_names_that_others_rely_on_are_there(template):
    assert {
        "NotificationEmail",
        "StaleUserDays",
        "StaleKeyDays",
        "StaleRoleDays",
        "ReportSchedule",
        "RetentionDays",
        "Architecture",
    } <= template["Parameters"].keys()
    assert {
        "ActivityTableName",
        "ReportTopicArn",
        "EventBusArn",
        "InvestigatorPolicyArn",
        "SnoozePolicyArn",
    } <= template["Outputs"].keys()


def test_only_the_email_address_has_to_be_given(template):
    assert [name for name, each in template["Parameters"].items() if "Default" not in each] == [
        "NotificationEmail"
    ]


def test_no_template_assumes_a_partition():
    for name in ("template.yaml", "ingest/forwarder.yaml"):
        assert "arn:aws:" not in (ROOT / name).read_text()
