"""Asks AWS about the bucket of `make deploy LOGS=s3://...`. Only reads."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from deployment import announcing, deploying, log_notes, log_owner, logs, next_steps
from deployment.forwarders import Client
from deployment.log_found import Address, Found, Trail
from deployment.log_owner import Step
from deployment.logs import Plan
from deployment.settings import Parameters, Settings, Unusable, check
from lastseen.checking.answer import asked
from lastseen.checking.aws import Aws
from lastseen.checking.check import Unread

_DENIED, _GONE = 403, 404


def settle(client: Client, settings: Settings, words: Mapping[str, str], parameters: Parameters) -> Settings:
    """With the parameters that LOGS means, if it is given; says what was found. An empty one clears them."""
    if logs.LOGS not in words:
        return _with_bucket(client, settings)
    before = dict(settings.values)
    if words[logs.LOGS]:
        plan = _plan(client, settings, words)
        values, said = plan.values, list(log_notes.lines(plan))
    else:
        values = logs.taken_away(before, words)
        said = ["Log files: no longer read; events come by EventBridge alone"]
    values = {name: value for name, value in values.items() if value or name in before}
    for name, value in values.items():
        check(name, value, parameters[name])
    settled = _with_bucket(client, settings.with_values(values))
    print("\n".join(said), flush=True)
    return settled


def _with_bucket(client: Client, settings: Settings) -> Settings:
    """Refuses Roads=logs without a bucket, which the template would take for EventBridge."""
    values = dict(settings.values)
    if values.get(logs.ROADS) == "logs" and not values.get(logs.BUCKET):
        known = deploying.logs_of(announcing.trails(client, settings.region)).rstrip("/")
        where = known or "s3://BUCKET, the bucket that your trail delivers to"
        raise Unusable(f"{logs.ROADS}=logs needs {logs.LOGS}={where}")
    return settings


def owner_steps(
    client: Client, settings: Settings, words: Mapping[str, str], outputs: Mapping[str, str]
) -> Iterator[Step]:
    """What is left to the bucket's owner as it stands now, if LOGS is given."""
    if words.get(logs.LOGS) and "LogQueueArn" in outputs:
        plan = _plan(client, settings, words)
        make = next_steps.make("deploy", words.get("CONFIG", ""))
        reader, queue = outputs["LogReaderArn"], outputs["LogQueueArn"]
        yield from log_owner.steps(plan, settings.stack, reader, queue, make)


def _plan(client: Client, settings: Settings, words: Mapping[str, str]) -> Plan:
    address = Address.parse(words[logs.LOGS])
    return logs.planned(address, look(client, settings.region, address.bucket), words, dict(settings.values))


def look(client: Client, region: str, bucket: str) -> Found:
    """Raises botocore's errors if AWS does not say who asks, or S3 fails but for a permission."""
    caller = Aws(client, region).caller()
    s3 = client("s3", region)
    home = _home(s3, bucket)
    listed = trails(client, region)
    is_own = asked("s3:ListAllMyBuckets", lambda: _is_listed(s3, bucket))
    is_asked = home is not None and is_own is not False
    return Found(
        caller.account,
        region,
        listed,
        home is not None,
        is_own,
        home or "",
        asked("s3:GetBucketNotification", lambda: _tells_eventbridge(s3, bucket)) if is_asked else False,
        asked("s3:GetEncryptionConfiguration", lambda: _has_bucket_key(s3, bucket)) if is_asked else False,
        caller.arn.split(":")[1],
    )


def trails(client: Client, region: str) -> tuple[Trail, ...] | Unread:
    found = announcing.described(client, region)
    return found if isinstance(found, Unread) else tuple(map(_trail, found))


def _trail(described: Mapping[str, Any]) -> Trail:
    prefix = described.get("S3KeyPrefix")
    return Trail(
        described["Name"],
        described["S3BucketName"],
        f"{prefix}/AWSLogs/" if prefix else "AWSLogs/",
        described.get("SnsTopicARN") or "",
        described.get("KmsKeyId") or "",
    )


def _home(s3: Any, bucket: str) -> str | None:
    """Its region; None if there is no such bucket. S3 tells it to whoever is not allowed to read, too."""
    try:
        return str(s3.head_bucket(Bucket=bucket).get("BucketRegion", ""))
    except ClientError as error:
        answer = error.response["ResponseMetadata"]
        if answer["HTTPStatusCode"] == _GONE:
            return None
        if answer["HTTPStatusCode"] == _DENIED:
            return str(answer["HTTPHeaders"].get("x-amz-bucket-region", ""))
        raise


def _is_listed(s3: Any, bucket: str) -> bool:
    """S3 lists an account's own buckets, of all regions."""
    return any(each["Name"] == bucket for each in s3.list_buckets(Prefix=bucket)["Buckets"])


def _tells_eventbridge(s3: Any, bucket: str) -> bool:
    return "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket)


def _has_bucket_key(s3: Any, bucket: str) -> bool:
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    return any(rule.get("BucketKeyEnabled") for rule in encryption["Rules"])
