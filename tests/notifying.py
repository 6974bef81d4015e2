"""Messages as S3, EventBridge, SNS and CloudTrail write them about an object."""

import json
from urllib.parse import quote_plus


def by_s3(key, bucket="trail", event="ObjectCreated:Put"):
    s3 = {"s3SchemaVersion": "1.0", "bucket": {"name": bucket}, "object": {"key": quote_plus(key), "size": 9}}
    return json.dumps(
        {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": event, "s3": s3}]}
    )


def by_eventbridge(key, bucket="trail"):
    detail = {"version": "0", "bucket": {"name": bucket}, "object": {"key": key, "size": 9}}
    return json.dumps({"version": "0", "detail-type": "Object Created", "source": "aws.s3", "detail": detail})


def by_cloudtrail(*keys, bucket="trail"):
    return json.dumps({"s3Bucket": bucket, "s3ObjectKey": list(keys)})


def in_an_envelope(message):
    arn = "arn:aws:sns:us-east-1:123456789012:trail"
    return json.dumps({"Type": "Notification", "MessageId": "x", "TopicArn": arn, "Message": message})


KINDS = {
    "S3": by_s3,
    "S3 by SNS": lambda key: in_an_envelope(by_s3(key)),
    "EventBridge": by_eventbridge,
    "EventBridge by SNS": lambda key: in_an_envelope(by_eventbridge(key)),
    "CloudTrail by SNS": lambda key: in_an_envelope(by_cloudtrail(key)),
    "CloudTrail by SNS, raw": by_cloudtrail,
}
