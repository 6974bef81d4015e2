"""The templates of integrations/: what they listen to, what they may do, and who is told of what fails."""

import json
import re

import pytest
from arns import arn, listed
from builders import ROOT
from policy_sentry.querying.actions import get_action_data
from samtranslator.yaml_helper import yaml_parse
from templates import chosen

from activity.finding_events import SOURCE, DetailType

FILES = sorted((ROOT / "integrations").glob("*/template.yaml"))
TEMPLATES = {path.parent.name: yaml_parse(path.read_text()) for path in FILES}
FOLLOWED = {DetailType.OPENED, DetailType.RESOLVED}
KNOWN = {"Webhook": "arn:aws:events:eu-west-1:123456789012:api-destination/Webhook/1234"}


def resources(name, **conditions):
    decided = {"HasKey": False, "HasMembers": False} | conditions
    return {each: chosen(resource, decided) for each, resource in TEMPLATES[name]["Resources"].items()}


def of_type(name, kind):
    return {each: made["Properties"] for each, made in resources(name).items() if made["Type"] == kind}


def permissions(name, **conditions):
    made = resources(name, **conditions)
    (policy,) = made["Role"]["Properties"]["Policies"]
    return {
        (action, KNOWN.get(resource.get("Fn::GetAtt", [""])[0]) or arn(resource, made))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def test_there_are_these():
    assert [*TEMPLATES] == ["security_hub", "tickets"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_event_that_opens_or_resolves_goes_to_one_rule_and_no_other_does(name, local_aws, sent):
    events = local_aws("events")
    again = {**sent[0], "detail-type": str(DetailType.USED_AGAIN)}
    forged = {**sent[0], "source": "aws.iam"}
    patterns = [json.dumps(rule["EventPattern"]) for rule in of_type(name, "AWS::Events::Rule").values()]

    def matching(event):
        asked = (
            events.test_event_pattern(EventPattern=each, Event=json.dumps(event))["Result"] for each in patterns
        )
        return sum(asked)

    assert {each["detail-type"] for each in sent} == FOLLOWED
    assert {matching(each) for each in sent} == {1}
    assert matching(again) == matching(forged) == 0


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_listens_to_our_own_events_on_the_default_bus(name):
    for rule in of_type(name, "AWS::Events::Rule").values():
        assert rule["EventPattern"]["source"] == [SOURCE]
        assert {*rule["EventPattern"]["detail-type"]} <= FOLLOWED
        assert "EventBusName" not in rule


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_cannot_be_delivered_is_kept_and_told_of(name):
    (alarm,) = of_type(name, "AWS::CloudWatch::Alarm").values()
    targets = [target for rule in of_type(name, "AWS::Events::Rule").values() for target in rule["Targets"]]
    page = re.search(r"See (docs/[a-z-]+\.md)\.$", alarm["AlarmDescription"])[1]

    assert all(
        each["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}} for each in targets
    )
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetterQueue", "QueueName"]}}
    ]
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopicArn"}]
    assert (ROOT / page).exists()


@pytest.mark.parametrize("name", TEMPLATES)
def test_only_its_rules_may_write_to_its_queues_and_only_by_tls(name):
    rules = of_type(name, "AWS::Events::Rule")
    (policy,) = of_type(name, "AWS::SQS::QueuePolicy").values()
    allowed, denied = policy["PolicyDocument"]["Statement"]
    sources = allowed["Condition"]["ArnEquals"]["aws:SourceArn"]

    assert {*map(str, listed(sources))} == {str({"Fn::GetAtt": [each, "Arn"]}) for each in rules}
    assert policy["Queues"] == [{"Ref": each} for each in of_type(name, "AWS::SQS::Queue")]
    assert (denied["Effect"], denied["Action"]) == ("Deny", "sqs:*")


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_report_knows_its_role(name):
    (role,) = of_type(name, "AWS::IAM::Role").values()

    assert role["Tags"][0]["Key"] == "last-activity:tracker"


def test_the_role_of_tickets_posts_and_nothing_else():
    assert permissions("tickets") == {("events:InvokeApiDestination", KNOWN["Webhook"])}


OWN = {
    (
        "securityhub:BatchImportFindings",
        "arn:aws:securityhub:eu-west-1:123456789012:product/123456789012/default",
    ),
    *(
        (f"sqs:{action}", "arn:aws:sqs:eu-west-1:123456789012:Queue")
        for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    ),
    *(
        (f"logs:{action}", "arn:aws:logs:eu-west-1:123456789012:log-group:Logs:*")
        for action in ("CreateLogStream", "PutLogEvents")
    ),
}


def test_the_role_of_security_hub_imports_in_its_own_account_and_nothing_else():
    assert permissions("security_hub") == OWN


def test_with_members_it_may_become_their_role_and_with_a_key_read_by_it():
    more = {action for action, _ in permissions("security_hub", HasMembers=True, HasKey=True) - OWN}

    assert more == {"sts:AssumeRole", "kms:Decrypt"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_action_exists(name):
    for action, _ in permissions(name, HasMembers=True, HasKey=True):
        service, _, operation = action.partition(":")
        assert get_action_data(service, operation), action


def test_a_message_is_not_delivered_twice_while_the_function_has_it():
    function = TEMPLATES["security_hub"]["Resources"]["SecurityHubFunction"]["Properties"]
    mapping = function["Events"]["Queue"]["Properties"]
    queue = TEMPLATES["security_hub"]["Resources"]["Queue"]["Properties"]

    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"] + mapping["MaximumBatchingWindowInSeconds"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 100
    assert function["Timeout"] >= 3 * mapping["BatchSize"]  # Each may be of another account.


def test_members_have_the_role_that_the_function_asks_for():
    member = yaml_parse((ROOT / "reporter" / "member.yaml").read_text())
    name = member["Resources"]["SecurityHubRole"]["Properties"]["RoleName"]["Fn::Sub"]
    pattern = TEMPLATES["security_hub"]["Parameters"]["MemberRoleName"]["AllowedPattern"]

    assert re.fullmatch(pattern, name.replace("${RoleName}", "last-activity-member"))
    assert not re.fullmatch(pattern, "OrganizationAccountAccessRole")
    variables = TEMPLATES["security_hub"]["Resources"]["SecurityHubFunction"]["Properties"]["Environment"]
    assert variables["Variables"].keys() == {"ACCOUNT_ID", "PARTITION", "MEMBER_ROLE_NAME", "EXTERNAL_ID"}


@pytest.mark.parametrize(
    ("parameter", "value", "is_taken"),
    [
        ("WebhookUrl", "https://api-private.atlassian.com/automation/webhooks/jira/a/1-2/3-4", True),
        ("WebhookUrl", "http://example.com/hook", False),
        ("WebhookUrl", "https://example.com/*", False),
        ("SecretArn", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:jira-AbCdEf", True),
        ("SecretArn", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a}}{{resolve:ssm:b", False),
        ("SecretVersionId", "}}", False),
    ],
)
def test_what_the_webhook_is_given_is_checked(parameter, value, is_taken):
    pattern = TEMPLATES["tickets"]["Parameters"][parameter]["AllowedPattern"]

    assert bool(re.fullmatch(pattern, value)) == is_taken
