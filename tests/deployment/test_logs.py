"""What `make deploy LOGS=s3://...` sets, from what AWS says of the bucket and its trails."""

from dataclasses import replace

import pytest
from builders import ACCOUNT
from logbuckets import ARCHIVE, ARN, KEY, OWN, ROLE, THEIRS, TOPIC, TRAIL, plan, with_trails

from deployment import files
from deployment.log_found import Address, Trail
from deployment.log_notes import lines
from deployment.logs import NONE, Way, are_alone, place
from deployment.settings import Unusable
from lastseen.checking.check import Unread

DENIED = Unread("denied", "s3:ListAllMyBuckets")
OTHER = replace(TRAIL, name="other")


def changed(found=OWN, address="s3://trail", **given):
    """The parameters that are not empty."""
    return {name: value for name, value in plan(found, address, **given).values.items() if value}


def said(*args, **more):
    return "\n".join(lines(plan(*args, **more)))


def test_all_that_is_set_are_parameters_of_the_template():
    assert NONE.keys() <= files.parameters().keys()


@pytest.mark.parametrize(
    ("address", "bucket", "prefix"),
    [
        ("s3://trail", "trail", ""),
        ("s3://trail/", "trail", ""),
        ("s3://trail/AWSLogs", "trail", "AWSLogs/"),
        ("s3://my.trail-1/a/b/", "my.trail-1", "a/b/"),
    ],
)
def test_an_address_is_a_bucket_and_perhaps_a_folder(address, bucket, prefix):
    assert Address.parse(address) == Address(bucket, prefix)


@pytest.mark.parametrize("text", ["trail", "s3:trail", "s3://", "s3://T/x", "arn:aws:s3:::trail", "S3://trail"])
def test_what_is_no_address_is_refused_with_an_example(text):
    with pytest.raises(Unusable, match=f"LOGS={text}: the address .* such as s3://BUCKET;"):
        Address.parse(text)


def test_a_bucket_of_this_account_without_more_tells_by_eventbridge():
    assert changed() == {"LogBucketArn": ARN, "LogPrefix": "AWSLogs/"}
    assert plan().way is Way.EVENTBRIDGE


def test_the_topic_and_the_key_are_the_trails():
    found = with_trails(replace(TRAIL, topic=TOPIC, key=KEY))

    assert changed(found)["LogTopicArn"] == TOPIC
    assert changed(found)["LogKeyArn"] == KEY
    assert plan(found).way is Way.TOPIC


@pytest.mark.parametrize(
    ("folders", "address", "prefix"),
    [
        pytest.param(["AWSLogs/"], "s3://trail", "AWSLogs/", id="the trail's, if none is given"),
        pytest.param(["p/AWSLogs/"], "s3://trail/p", "p/AWSLogs/", id="narrower than what is given"),
        pytest.param(["AWSLogs/"], "s3://trail/AWSLogs/o-1/", "AWSLogs/o-1/", id="given narrower"),
        pytest.param(["p/AWSLogs/", "q/AWSLogs/"], "s3://trail", "", id="of two, nothing in common"),
        pytest.param(["a/p/AWSLogs/", "a/pq/AWSLogs/"], "s3://trail", "a/", id="of two, a folder in common"),
        pytest.param(["p/AWSLogs/", "q/AWSLogs/"], "s3://trail/q", "q/AWSLogs/", id="one of two"),
        pytest.param([], "s3://trail/x", "x/", id="no trail to be seen"),
    ],
)
def test_what_is_read_is_where_the_trails_deliver(folders, address, prefix):
    found = with_trails(
        *(Trail("one", "trail", each) for each in folders), Trail("b", "bucket-b", "z/AWSLogs/")
    )

    assert plan(found, address).values["LogPrefix"] == prefix


def test_trails_with_different_topics_are_told_by_eventbridge_unless_one_is_chosen():
    found = with_trails(replace(TRAIL, topic=TOPIC), OTHER)

    assert plan(found).way is Way.EVENTBRIDGE
    assert "no topic in common. To be told by one of them, give LogTopicArn=" in said(found)
    assert plan(found, LogTopicArn=TOPIC).way is Way.TOPIC
    assert "no topic in common" not in said(found, LogTopicArn=TOPIC)


def test_what_is_given_goes_before_what_is_found():
    found = with_trails(replace(TRAIL, topic=TOPIC, key=KEY))

    assert changed(found, LogTopicArn="", LogKeyArn="mine", LogPrefix="p/") == {
        "LogBucketArn": ARN,
        "LogPrefix": "p/",
        "LogKeyArn": "mine",
    }


def test_what_aws_does_not_say_stays_as_it_was_for_the_same_bucket_alone():
    found = replace(OWN, trails=Unread("denied", "cloudtrail:DescribeTrails"))
    before = {"LogBucketArn": ARN, "LogTopicArn": TOPIC, "LogKeyArn": KEY, "LogRoleArn": ROLE}

    assert plan(found, before=before).values.items() >= before.items()
    other = plan(found, "s3://another", before)
    assert {name: value for name, value in other.values.items() if value} == {
        "LogBucketArn": "arn:aws:s3:::another"
    }


def test_another_accounts_bucket_needs_to_be_told_whose_it_is():
    with pytest.raises(
        Unusable, match=r"bucket trail belongs to another account.* give LogBucketOwner=ACCOUNT"
    ):
        plan(THEIRS)

    assert plan(THEIRS, LogBucketOwner=ARCHIVE).way is Way.S3


def test_control_towers_bucket_says_whose_it_is():
    name, topic = f"aws-controltower-logs-{ARCHIVE}-eu-west-1", f"{TOPIC}-AllConfigNotifications"
    trail = Trail("aws-controltower-BaselineCloudTrail", name, "o-1/AWSLogs/", topic)

    assert changed(with_trails(trail, found=THEIRS), f"s3://{name}") == {
        "LogBucketArn": f"arn:aws:s3:::{name}",
        "LogPrefix": "o-1/AWSLogs/",
        "LogBucketOwner": ARCHIVE,
        "LogTopicArn": topic,
    }


def test_a_bucket_of_which_nobody_knows_whose_it_is_is_taken_for_this_accounts_and_that_is_said():
    found = replace(OWN, is_own=DENIED)

    assert plan(found).is_own
    assert "Not checked: whose bucket it is; that needs s3:ListAllMyBuckets. If it is another" in said(found)


TWO_KEYS = with_trails(replace(TRAIL, key=KEY), replace(OTHER, key=f"{KEY}-2"))


@pytest.mark.parametrize(
    ("found", "address", "given", "why"),
    [
        pytest.param(replace(OWN, is_there=False), "s3://trial", {}, "there is no bucket trial: the trails here deliver to s3://trail/AWSLogs/", id="no bucket"),
        pytest.param(replace(OWN, is_there=False, trails=()), "s3://trial", {}, "there is no bucket trial: check its name", id="no bucket and no trail"),
        pytest.param(OWN, "s3://trail/logs", {}, "no trail delivers to s3://trail/logs/, but to s3://trail/AWSLogs/: give LOGS=s3://trail, or", id="another prefix than the trail's"),
        pytest.param(OWN, "s3://trail", {"LogBucketArn": f"{ARN}-2"}, "name two buckets", id="two buckets"),
        pytest.param(OWN, "s3://trail", {"Roads": "events"}, "give Roads=both or Roads=logs", id="no road for log files"),
        pytest.param(replace(OWN, home="us-east-1"), "s3://trail", {}, "is in us-east-1, the stack in eu-west-1, and EventBridge does not reach another region: deploy the stack in us-east-1, or", id="another region"),
        pytest.param(TWO_KEYS, "s3://trail", {}, "have several keys .* and LogKeyArn takes one", id="two keys"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_with_what_to_do(found, address, given, why):
    with pytest.raises(Unusable, match=why):
        plan(found, address, **given)


@pytest.mark.parametrize(
    ("found", "given"),
    [
        pytest.param(OWN, {"LogPrefix": "logs/"}, id="a prefix that no trail of this account has"),
        pytest.param(with_trails(replace(TRAIL, topic=TOPIC), found=replace(OWN, home="us-east-1")), {}, id="a topic, which reaches another region"),
        pytest.param(replace(OWN, home=""), {}, id="a region that is not known"),
        pytest.param(TWO_KEYS, {"LogRoleArn": ROLE}, id="two keys and a role"),
        pytest.param(TWO_KEYS, {"LogKeyArn": KEY}, id="one key of two"),
    ],
)  # fmt: skip
def test_what_can_work_is_not_refused(found, given):
    assert plan(found, "s3://trail", **given).values.items() >= given.items()


def test_what_was_found_is_said_in_one_line_if_all_is_known():
    assert (
        said()
        == "Log files: s3://trail/AWSLogs/ in this account, from trail all; EventBridge announces new ones"
    )
    assert said(THEIRS, LogBucketOwner=ARCHIVE) == (
        f"Log files: s3://trail/AWSLogs/ in account {ARCHIVE}, from trail all; S3's notification announces new ones"
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (replace(OWN, trails=Unread("no", "cloudtrail:DescribeTrails")), "Not checked: the topic and key of the trail; that needs cloudtrail:DescribeTrails. If it has them, give LogTopicArn=... and LogKeyArn=..."),
        (with_trails(), "No trail that this account sees delivers there: its topic and key are not known. If"),
        (replace(OWN, tells_eventbridge=Unread("no", "s3:GetBucketNotification")), "Not checked: whether the bucket sends its events to EventBridge; that needs s3:GetBucketNotification"),
        (replace(with_trails(replace(TRAIL, key=KEY)), has_bucket_key=Unread("S3 is down")), "Not checked: whether the bucket has an S3 Bucket Key; S3 is down"),
    ],
)  # fmt: skip
def test_what_could_not_be_asked_is_said(found, words):
    assert words in said(found)


def test_what_another_accounts_topic_has_to_allow_is_said_before_the_deployment():
    topic = f"arn:aws:sns:us-east-1:{ARCHIVE}:trail"

    assert said(with_trails(replace(TRAIL, topic=topic))).splitlines()[1:] == [
        f"The deployment fails unless account {ARCHIVE} allows this account to subscribe to the topic:",
        f"  aws sns add-permission --region us-east-1 --topic-arn {topic} --label last-activity-{ACCOUNT}"
        f" --aws-account-id {ACCOUNT} --action-name Subscribe",
    ]
    assert len(said(with_trails(replace(TRAIL, topic=TOPIC))).splitlines()) == 1


def test_the_past_is_read_from_where_new_files_are():
    assert place(plan().values) == "s3://trail/AWSLogs/"
    assert place({}) == place(NONE) == ""


def test_log_files_alone_need_no_forwarders():
    assert are_alone({"LogBucketArn": ARN, "Roads": "logs"})
    assert not are_alone({"LogBucketArn": ARN})
    assert not are_alone({"LogBucketArn": "", "Roads": "logs"})
