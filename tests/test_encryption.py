"""What is stored is encrypted, by AWS's keys or by the customer's, and moves by TLS alone."""

import json
import re

import pytest
import templates
from builders import ROOT
from policy_sentry.querying.actions import get_action_data
from templates import KEYED, KEYLESS

KEY = {"Ref": "KmsKeyArn"}
FORWARDED = {"HasTopic": False}
TEMPLATES = [pytest.param(templates.hub(), id="hub"), pytest.param(templates.forwarder(), id="forwarder")]


def made(template, **conditions):
    """(name, type, properties) of each resource."""
    for name, each in templates.resources(template, FORWARDED | conditions).items():
        yield name, each["Type"], each.get("Properties", {})


def encrypted_by(kind, each):
    match kind:
        case "AWS::SQS::Queue":
            return each.get("KmsMasterKeyId", "sse-sqs" if each.get("SqsManagedSseEnabled") else None)
        case "AWS::DynamoDB::Table":
            sse = each["SSESpecification"]
            assert (sse["SSEEnabled"], sse["SSEType"]) == (True, "KMS")
            return sse.get("KMSMasterKeyId", "aws/dynamodb")
        case "AWS::S3::Bucket":
            (rule,) = each["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            default = rule["ServerSideEncryptionByDefault"]
            assert ("KMSMasterKeyID" in default) == (default["SSEAlgorithm"] == "aws:kms")
            assert ("KMSMasterKeyID" in default) == rule.get("BucketKeyEnabled", False)
            return default.get("KMSMasterKeyID", default["SSEAlgorithm"])
        case "AWS::SNS::Topic":
            return each["KmsMasterKeyId"]
        case "AWS::Logs::LogGroup":
            return each.get("KmsKeyId", "aws/logs")
        case "AWS::Lambda::Function":
            return each.get("KmsKeyArn", "aws/lambda")
    return None


HOLDERS = {
    "AWS::SQS::Queue": "sse-sqs",
    "AWS::DynamoDB::Table": "aws/dynamodb",
    "AWS::S3::Bucket": "AES256",
    "AWS::SNS::Topic": {"Ref": "TopicKey"},
    "AWS::Logs::LogGroup": "aws/logs",
    "AWS::Lambda::Function": "aws/lambda",
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_all_that_holds_data_is_encrypted_by_the_customers_key_where_there_is_one(template):
    both_roads = templates.LOGS | {"HasKey": True, "HasNoKey": False}
    by = {
        name: encrypted_by(kind, each) for name, kind, each in made(template, **both_roads) if kind in HOLDERS
    }

    assert by
    assert all(key == KEY for key in by.values()), by


@pytest.mark.parametrize("template", TEMPLATES)
def test_all_that_holds_data_is_encrypted_without_one_too(template):
    for name, kind, each in made(template, **KEYLESS):
        if kind in HOLDERS:
            assert encrypted_by(kind, each) == HOLDERS[kind], name


def test_the_hubs_own_key_is_made_only_where_it_is_needed():
    keys = [
        [name for name, kind, _ in made(templates.hub(), **choice) if kind == "AWS::KMS::Key"]
        for choice in (KEYLESS, KEYED)
    ]

    assert keys == [["TopicKey"], []]


def test_only_the_parameter_decides():
    for template in (templates.hub(), templates.forwarder()):
        assert template["Parameters"]["KmsKeyArn"]["Default"] == ""
        assert template["Conditions"]["HasKey"] == {"Fn::Not": [{"Fn::Equals": [KEY, ""]}]}
    assert templates.hub()["Conditions"]["HasNoKey"] == {"Fn::Equals": [KEY, ""]}


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    ("arn", "is_taken"),
    [
        ("", True),
        ("arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", True),
        ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab", True),
        ("arn:aws:kms:eu-west-1:123456789012:alias/mine", False),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", False),
    ],
)
def test_a_key_is_named_by_its_arn(template, arn, is_taken):
    """Of an alias, IAM would allow the use to nobody: a policy's resource must be the key."""
    assert bool(re.fullmatch(template["Parameters"]["KmsKeyArn"]["AllowedPattern"], arn)) == is_taken


# What each role may do with the key


def key_actions(policies):
    return {
        action
        for policy in policies
        for statement in policy["Statement"]
        if statement["Resource"] == KEY
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }


def test_each_role_may_do_with_the_key_what_it_needs_and_no_more():
    keyed = {name: (kind, each) for name, kind, each in made(templates.hub(), **KEYED)}
    allowed = {
        name: key_actions(policy["PolicyDocument"] for policy in each.get("Policies", []))
        for name, (kind, each) in keyed.items()
        if kind == "AWS::IAM::Role"
    }
    for name in ("InvestigatorPolicy", "SnoozePolicy"):
        allowed[name] = key_actions([keyed[name][1]["PolicyDocument"]])

    assert allowed == {
        "IngestRole": {"kms:Decrypt"},  # The queue, and the table.
        "AwakenedRole": {
            "kms:Decrypt",
            "kms:GenerateDataKey",
        },  # The table; and the topic, and its dead letters.
        "ReporterRole": {"kms:Decrypt", "kms:GenerateDataKey"},  # The table; and the topic, and the bucket.
        "InvestigatorPolicy": {"kms:Decrypt"},
        "SnoozePolicy": {"kms:Decrypt"},
        "ScheduleRole": set(),
    }


def test_without_a_key_only_those_who_publish_may_use_the_topics():
    statements = json.dumps(templates.resources(templates.hub(), KEYLESS))

    assert "KmsKeyArn" not in statements
    assert statements.count('"kms:Decrypt", "kms:GenerateDataKey"]') == 2


# The key's own policy, as the page has it


PAGE = (ROOT / "docs" / "customer-key.md").read_text()
(KEY_POLICY,) = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))


def test_the_documented_key_policy_lets_in_each_service_that_writes_by_itself():
    services = {
        statement["Principal"]["Service"]: statement["Action"]
        for statement in KEY_POLICY["Statement"]
        if "Service" in statement["Principal"]
    }

    assert services == {
        # The rules, to the queues, and to the topic.
        "events.amazonaws.com": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "cloudwatch.amazonaws.com": ["kms:Decrypt", "kms:GenerateDataKey*"],  # The alarms, to the topic.
        "logs.REGION.amazonaws.com": [
            "kms:Decrypt*",
            "kms:Describe*",
            "kms:Encrypt*",
            "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
        ],
    }
    assert KEY_POLICY["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::ACCOUNT:root"}


def test_the_documented_key_policys_actions_exist():
    assert_kms_has(
        {action for statement in KEY_POLICY["Statement"] for action in statement["Action"]} - {"kms:*"}
    )


def assert_kms_has(actions):
    for action in actions:
        names = ["ReEncryptFrom"] if action == "kms:ReEncrypt*" else [action.partition(":")[2].rstrip("*")]
        names = ["DescribeKey"] if names == ["Describe"] else names
        assert all(get_action_data("kms", name) for name in names), action


def test_who_deploys_is_told_what_dynamodb_asks_of_them():
    (sentence,) = re.findall(r"Who deploys needs (.+?)\.\n", PAGE)
    named = set(re.findall(r"`(kms:\w+\*?)`", sentence))

    assert_kms_has(named)
    assert named == {
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",  # Also GenerateDataKeyWithoutPlaintext.
        "kms:ReEncrypt*",
    }


def test_in_china_the_logs_have_another_principal_and_is_told():
    (logs,) = (
        service
        for statement in KEY_POLICY["Statement"]
        if (service := statement["Principal"].get("Service", "")).startswith("logs.")
    )

    assert f"the principal of the fourth statement is `{logs}.cn`" in PAGE
    assert KEY_POLICY["Statement"][3]["Principal"] == {"Service": logs}


# By TLS alone


def covered(template, kind, listed):
    """Names in policies of a kind that refuse whatever does not come by TLS."""
    for _, each, properties in made(template, **KEYLESS):
        if each == kind:
            for statement in properties["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Deny":
                    assert statement["Principal"] == "*"
                    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                    names = properties[listed]
                    yield from (each["Ref"] for each in (names if isinstance(names, list) else [names]))


@pytest.mark.parametrize(
    ("kind", "policy", "listed"),
    [
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket"),
    ],
)
@pytest.mark.parametrize("template", TEMPLATES)
def test_queues_topic_and_bucket_take_nothing_but_tls(template, kind, policy, listed):
    there = [name for name, each, _ in made(template, **KEYLESS) if each == kind]

    assert sorted(covered(template, policy, listed)) == sorted(there)


def test_a_denial_names_the_queues_that_its_policy_is_of():
    """A queue has one policy: in two, the second would take the first's place."""
    policies = [each for _, kind, each in made(templates.hub(), **KEYLESS) if kind == "AWS::SQS::QueuePolicy"]
    named = [queue["Ref"] for policy in policies for queue in policy["Queues"]]

    assert len(named) == len({*named})
    for policy in policies:
        denial = policy["PolicyDocument"]["Statement"][-1]
        assert denial["Action"] == "sqs:*"
        assert denial["Resource"] == [{"Fn::GetAtt": [queue["Ref"], "Arn"]} for queue in policy["Queues"]]


def test_alarms_and_rules_may_publish_to_the_topic_by_its_policy_and_nobody_else():
    policy = templates.hub()["Resources"]["ReportTopicPolicy"]["Properties"]["PolicyDocument"]
    allowed = [each for each in policy["Statement"] if each["Effect"] == "Allow"]

    assert [each["Principal"] for each in allowed] == [
        {"Service": "cloudwatch.amazonaws.com"},
        {"Service": "events.amazonaws.com"},
    ]
    assert {each["Action"] for each in allowed} == {"sns:Publish"}
    assert "Condition" not in allowed[1]  # It would not work with EventBridge.
    assert allowed[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
