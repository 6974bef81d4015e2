"""Whether word of new log files comes, by what a topic, a bucket, a rule and the trails are found to do."""

from dataclasses import replace

import pytest
from builders import ACCOUNT
from checked import BUS, HERE, OUTPUTS, QUEUE, REGION, said, stack

from lastseen.checking.check import DEPLOY, RESTORE, State, Unread
from lastseen.checking.log_files import (
    Logs,
    Notified,
    Trail,
    bucket_check,
    delivery_checks,
    topic_check,
)
from lastseen.checking.notifications import Bucket
from lastseen.checking.rules import Rule

ARCHIVE = "222222222222"
TOPIC = f"arn:aws:sns:us-east-1:{ARCHIVE}:trail"
BUCKET = "arn:aws:s3:::trail"
OWN = Logs("last-activity", ACCOUNT, Bucket("trail", ACCOUNT, REGION), "AWSLogs/", "", QUEUE)
THEIRS = replace(OWN, bucket=Bucket("trail", ARCHIVE, REGION))
BY_TOPIC = replace(THEIRS, topic=TOPIC)
RULE = Rule(REGION, "last-activity-logs", "ENABLED", "{}", {QUEUE: ""})
ON = Notified(eventbridge=True)
OFF = Notified(eventbridge=False)
DENIED = Unread("no", "s3:GetBucketNotification")


def read(**parameters):
    outputs = OUTPUTS | {"LogQueueArn": QUEUE}
    return Logs.of(stack(parameters={"LogBucketArn": BUCKET} | parameters, outputs=outputs))


def test_what_a_stack_reads_is_known_by_its_parameters():
    assert read(LogPrefix="AWSLogs/") == OWN
    assert read(LogPrefix="AWSLogs/", LogBucketOwner=ARCHIVE, LogTopicArn=TOPIC) == BY_TOPIC
    assert read(Roads="logs").is_own


@pytest.mark.parametrize("parameters", [{"LogBucketArn": ""}, {"Roads": "events"}])
def test_a_stack_without_log_files_has_none_to_check(parameters):
    assert read(**parameters) is None
    assert Logs.of(stack()) is None


@pytest.mark.parametrize(
    ("configuration", "prefix", "tells"),
    [
        pytest.param({}, "AWSLogs/", True, id="of all"),
        pytest.param({"Prefix": "AWSLogs/"}, "AWSLogs/", True, id="of those that are read"),
        pytest.param({"prefix": "AWS", "suffix": ".gz"}, "AWSLogs/", True, id="of more"),
        pytest.param({"Prefix": "AWSLogs/o-1/"}, "AWSLogs/", False, id="of some of them"),
    ],
)
def test_a_queue_hears_of_all_files_or_not(configuration, prefix, tells):
    rules = [{"Name": name, "Value": value} for name, value in configuration.items()]
    queue = {"QueueArn": QUEUE, "Events": ["s3:ObjectCreated:Put"], "Filter": {"Key": {"FilterRules": rules}}}
    notified = Notified.of({"QueueConfigurations": [queue]})

    assert notified.tells(QUEUE, prefix) is tells
    assert not notified.tells(f"{QUEUE}-other", prefix)
    assert not notified.eventbridge


def test_a_queue_that_hears_of_deleted_files_alone_hears_of_no_new_ones():
    queue = {"QueueArn": QUEUE, "Events": ["s3:ObjectRemoved:*"]}

    assert not Notified.of({"QueueConfigurations": [queue]}).tells(QUEUE, "")


@pytest.mark.parametrize(
    ("logs", "notified", "rule", "state", "words"),
    [
        pytest.param(
            OWN, ON, RULE, "right", "EventBridge tells the stack's queue of new files in s3://trail/AWSLogs/",
            id="EventBridge",
        ),
        pytest.param(
            OWN, replace(OFF, queues=((QUEUE, ""),)), None, "right",
            "bucket trail tells the stack's queue of new files in s3://trail/AWSLogs/", id="S3's notification",
        ),
        pytest.param(
            THEIRS, replace(OFF, queues=((QUEUE, ""),)), None, "right",
            "bucket trail tells the stack's queue of new files in s3://trail/AWSLogs/", id="of another's bucket",
        ),
        pytest.param(
            OWN, OFF, RULE, "wrong", "EventBridge is off for bucket trail: no log files are read", id="off"
        ),
        pytest.param(OWN, ON, None, "wrong", "LogRule is gone: no log files are read", id="no rule"),
        pytest.param(
            OWN, ON, replace(RULE, state="DISABLED"), "wrong", "LogRule is DISABLED: no log files are read",
            id="rule off",
        ),
        pytest.param(
            OWN, ON, replace(RULE, targets={BUS: ""}), "wrong",
            f"LogRule does not feed {QUEUE}: no log files are read", id="rule feeds another",
        ),
        pytest.param(
            THEIRS, ON, None, "wrong", "bucket trail does not notify the stack's queue: no log files are read",
            id="another's bucket that tells EventBridge, which is that account's",
        ),
        pytest.param(OWN, DENIED, RULE, "not_permitted", "needs s3:GetBucketNotification", id="not permitted"),
        pytest.param(
            OWN, ON, Unread("no", "events:DescribeRule"), "not_permitted", "needs events:DescribeRule",
            id="rule not permitted",
        ),
        pytest.param(
            THEIRS, DENIED, None, "not_permitted",
            f"needs s3:GetBucketNotification on bucket trail of account {ARCHIVE}, to see that it notifies"
            " the stack's queue", id="another's bucket, not permitted",
        ),
        pytest.param(
            THEIRS, Unread("NoSuchBucket"), None, "wrong", "could not be checked: NoSuchBucket", id="no bucket"
        ),
    ],
)  # fmt: skip
def test_a_bucket_tells_of_new_files_or_not(logs, notified, rule, state, words):
    assert said([bucket_check(logs, notified, rule)]) == [(state, "log files", words)]


@pytest.mark.parametrize(
    ("notified", "rule", "remedy"),
    [
        (OFF, RULE, OWN.bucket.tell_eventbridge()),
        (ON, None, DEPLOY),
        (ON, replace(RULE, targets={}), RESTORE),
        (
            ON,
            replace(RULE, state="DISABLED"),
            f"aws events enable-rule --region {REGION} --name last-activity-logs",
        ),
    ],
)
def test_what_is_wrong_with_an_own_bucket_has_a_remedy(notified, rule, remedy):
    assert bucket_check(OWN, notified, rule).remedy == remedy


@pytest.mark.parametrize("notified", [OFF, DENIED])
def test_the_owner_of_another_bucket_is_to_run_what_lets_it_notify_the_queue(notified):
    remedy = bucket_check(THEIRS, notified, None).remedy

    assert f"have account {ARCHIVE} run: aws s3api put-bucket-notification-configuration" in remedy
    assert THEIRS.bucket.tell_queue("last-activity", QUEUE, "AWSLogs/") in remedy


def test_the_queue_is_subscribed_to_the_topic_or_the_remedy_does_it():
    assert topic_check(BY_TOPIC, {"arn:other", QUEUE}).state is State.RIGHT

    missing = topic_check(BY_TOPIC, {"arn:other"})
    assert (missing.state, missing.said) == (
        State.WRONG,
        f"the stack's queue is not subscribed to {TOPIC}: no log files are read",
    )
    assert missing.remedy == (
        f"aws sns subscribe --region us-east-1 --topic-arn {TOPIC} --protocol sqs"
        f" --notification-endpoint arn:aws:sqs:{HERE}:Queue --attributes RawMessageDelivery=true"
    )


def test_subscriptions_that_may_not_be_listed_are_no_clean_check():
    assert topic_check(BY_TOPIC, Unread("no", "sns:ListSubscriptions")).state is State.NOT_PERMITTED


FAILING = Trail.of(
    f"arn:aws:cloudtrail:{HERE}:trail/all",
    {"LatestDeliveryError": "AccessDenied", "LatestNotificationError": "AuthorizationError"},
)


def test_what_cloudtrail_could_not_do_is_told_in_its_words():
    assert said(delivery_checks(BY_TOPIC, [FAILING, Trail.of("arn:x/fine", {"IsLogging": True})])) == [
        ("wrong", "log files", "trail all cannot deliver to bucket trail: AccessDenied"),
        ("wrong", "log files", "trail all cannot tell its topic of new files: AuthorizationError"),
    ]
    assert all("https://docs.aws.amazon.com/" in each.remedy for each in delivery_checks(BY_TOPIC, [FAILING]))


def test_a_topic_that_the_stack_does_not_listen_to_may_fail():
    assert len(list(delivery_checks(OWN, [FAILING]))) == 1
