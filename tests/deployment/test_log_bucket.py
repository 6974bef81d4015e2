"""What `make deploy LOGS=s3://...` asks AWS, and what it says and sets."""

import boto3
import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT

from deployment import files
from deployment.log_bucket import look, owner_steps, settle
from deployment.log_found import Found, Trail
from deployment.settings import Settings, Unusable, given
from lastseen.checking.check import Unread

HERE = "us-east-1"
SETTINGS = Settings("last-activity", HERE)
PARAMETERS = files.parameters()
KEY = f"arn:aws:kms:{HERE}:{ACCOUNT}:key/0f0f"


def client(service, region):
    return boto3.client(service, region_name=region)


def refusing(**refused):
    """Makes clients that AWS refuses these calls, by service."""

    def deny(model, **_):
        status = {"HTTPStatusCode": 403, "HTTPHeaders": {"x-amz-bucket-region": "eu-west-1"}}
        raise ClientError({"Error": {"Code": "AccessDenied"}, "ResponseMetadata": status}, model.name)

    def made(service, region):
        found = client(service, region)
        for name in refused.get(service, ()):
            found.meta.events.register(f"before-call.{service}.{name}", deny)
        return found

    return made


@pytest.fixture
def s3(aws):
    return aws("s3")


@pytest.fixture
def bucket(s3):
    s3.create_bucket(Bucket="trail-logs")
    return "trail-logs"


def test_a_trail_says_where_it_delivers_and_what_announces_and_encrypts_it(aws, bucket):
    topic = aws("sns").create_topic(Name="trail")["TopicArn"]
    aws("cloudtrail").create_trail(
        Name="all", S3BucketName=bucket, S3KeyPrefix="p", SnsTopicName="trail", KmsKeyId=KEY
    )
    aws("cloudtrail").create_trail(Name="plain", S3BucketName=bucket)
    found = look(client, HERE, bucket)

    assert found.trails == (Trail("all", bucket, "p/AWSLogs/", topic, KEY), Trail("plain", bucket, "AWSLogs/"))


def test_a_bucket_is_asked_whose_it_is_where_it_is_and_what_it_has(bucket, s3):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})

    assert look(client, HERE, bucket) == Found(
        ACCOUNT, HERE, (), is_there=True, is_own=True, home=HERE, has_bucket_key=True
    )


def test_a_bucket_of_another_region_says_so(s3):
    s3.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    found = look(client, HERE, "far")

    assert (found.home, found.is_own, found.tells_eventbridge) == ("eu-west-1", True, False)


def test_a_bucket_that_is_not_there_is_missed_whoever_asks(aws):
    assert not look(client, HERE, "nowhere").is_there


def test_a_bucket_of_another_account_is_not_asked_for_more(bucket, s3, monkeypatch):
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "222222222222")
    found = look(client, HERE, bucket)

    assert found.is_there
    assert (found.is_own, found.tells_eventbridge, found.has_bucket_key) == (False, False, False)


def test_what_may_not_be_asked_names_the_permission_and_the_region_is_known_all_the_same(bucket):
    of_s3 = ["HeadBucket", "ListBuckets", "GetBucketNotificationConfiguration", "GetBucketEncryption"]
    found = look(refusing(s3=of_s3, cloudtrail=["DescribeTrails"]), HERE, bucket)

    unread = [found.trails, found.is_own, found.tells_eventbridge, found.has_bucket_key]
    assert (found.is_there, found.home) == (True, "eu-west-1")
    assert all(isinstance(each, Unread) for each in unread)
    assert [each.action for each in unread] == [
        "cloudtrail:DescribeTrails",
        "s3:ListAllMyBuckets",
        "s3:GetBucketNotification",
        "s3:GetEncryptionConfiguration",
    ]


def settled(*words, settings=SETTINGS):
    return dict(settle(client, settings, given(words, PARAMETERS), PARAMETERS).values)


def test_the_parameters_are_set_and_said_and_what_is_empty_is_left_out(bucket, capsys):
    values = settled(f"LOGS=s3://{bucket}/AWSLogs")

    assert values == {"LogBucketArn": f"arn:aws:s3:::{bucket}", "LogPrefix": "AWSLogs/"}
    assert capsys.readouterr().out.startswith(
        f"Log files: s3://{bucket}/AWSLogs/ in this account; EventBridge "
    )


DEPLOYED = SETTINGS.with_values({"LogBucketArn": "arn:aws:s3:::old", "LogRoleArn": "arn:x", "Roads": "logs"})


def test_an_empty_address_takes_the_log_files_away_and_leaves_the_rest(aws, capsys):
    values = settled("LOGS=", settings=DEPLOYED)

    assert values == {"LogBucketArn": "", "LogRoleArn": "", "Roads": "both"}
    assert capsys.readouterr().out == "Log files: no longer read; events come by EventBridge alone\n"


def test_without_an_address_nothing_is_asked_and_nothing_changes():
    assert settle(None, DEPLOYED, {}, PARAMETERS) == DEPLOYED
    assert list(owner_steps(None, DEPLOYED, {}, {"LogQueueArn": "x"})) == []


@pytest.mark.parametrize(
    ("word", "why"),
    [
        pytest.param("LOGS=logs", "such as s3://BUCKET", id="no address"),
        pytest.param("LOGS=s3://nowhere", "there is no bucket nowhere: check its name", id="no bucket"),
        pytest.param('LOGS=s3://trail-logs/"p', "no quotes", id="a prefix that cannot be saved"),
    ],
)
def test_an_address_that_is_of_no_use_is_refused(bucket, word, why):
    with pytest.raises(Unusable, match=why):
        settled(word)


ALONE = SETTINGS.with_values({"Roads": "logs"})


@pytest.mark.parametrize("words", [{}, {"LOGS": "", "Roads": "logs"}], ids=["no LOGS", "LOGS taken away"])
def test_log_files_as_the_only_road_need_their_bucket_and_the_trails_is_named(aws, bucket, words):
    with pytest.raises(Unusable, match=r"^Roads=logs needs LOGS=s3://BUCKET, the bucket that your trail "):
        settle(client, ALONE, words, PARAMETERS)

    aws("cloudtrail").create_trail(Name="all", S3BucketName=bucket, S3KeyPrefix="p", IsMultiRegionTrail=True)
    with pytest.raises(Unusable, match=f"^Roads=logs needs LOGS=s3://{bucket}/p$"):
        settle(client, ALONE, words, PARAMETERS)


def test_log_files_as_the_only_road_take_a_bucket_in_any_way(bucket):
    by_arn = ALONE.with_values({"LogBucketArn": f"arn:aws:s3:::{bucket}"})

    assert settle(client, by_arn, {}, PARAMETERS) == by_arn
    assert settled(f"LOGS=s3://{bucket}", settings=ALONE)["Roads"] == "logs"


def test_an_alias_of_a_key_is_refused_as_for_the_parameter_itself(aws, bucket):
    aws("cloudtrail").create_trail(Name="all", S3BucketName=bucket, KmsKeyId=KEY.replace("key/", "alias/"))

    with pytest.raises(Unusable, match=r"LogKeyArn=.*\(not of an alias"):
        settled(f"LOGS=s3://{bucket}")


def test_what_is_left_to_the_owner_has_the_names_of_the_stack(aws, bucket):
    queue, reader = f"arn:aws:sqs:{HERE}:{ACCOUNT}:q", f"arn:aws:iam::{ACCOUNT}:role/r"
    words = {"LOGS": f"s3://{bucket}", "LogBucketOwner": "222222222222", "CONFIG": "b.toml"}
    steps = owner_steps(client, SETTINGS, words, {"LogQueueArn": queue, "LogReaderArn": reader})
    (_, statement), (_, role), (_, notification) = steps

    assert f'"AWS": "{reader}"' in statement
    assert role.startswith(f"make deploy CONFIG=b.toml LOGS=s3://{bucket}/ LogRoleArn=")
    assert queue in notification


def test_a_stack_that_reads_no_log_files_leaves_nothing_to_the_owner(bucket):
    assert list(owner_steps(client, SETTINGS, {"LOGS": f"s3://{bucket}"}, {})) == []
