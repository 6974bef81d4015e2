"""What a message of the queue says: which objects are new in the bucket."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import msgspec

# CloudTrail publishes it when a trail gets a topic:
# https://github.com/aws/aws-cloudtrail-processing-library
_VALIDATION = "CloudTrail validation message."
_json = msgspec.json.Decoder()


class UnknownMessage(Exception):
    """A message that doesn't tell of objects in any known way; says what it is."""


class Told(NamedTuple):
    bucket: str
    key: str


def objects(body: str) -> list[Told]:
    """Raises UnknownMessage. A message that is known to tell of no log object gives none."""
    message = _decoded(body)
    if message.get("Type") == "Notification" and isinstance(text := message.get("Message"), str):
        if text == _VALIDATION:
            return []
        message = _decoded(text)
    try:
        return _told(message)
    except (KeyError, TypeError, AttributeError) as error:
        raise UnknownMessage(f"a message of a known kind that lacks something: {error!r}") from error


def _told(message: Mapping[str, Any]) -> list[Told]:
    if message.get("Event") == "s3:TestEvent":
        return []
    if "messageType" in message:
        # AWS Config shares Control Tower's topic, and tells of its own objects in much the same way:
        # https://docs.aws.amazon.com/config/latest/developerguide/example-configuration-history-notification.html
        return []
    if "s3ObjectKey" in message:
        # Keys as they are: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
        return [Told(message["s3Bucket"], key) for key in _all_text(message["s3ObjectKey"])]
    if message.get("detail-type") == "Object Created" and message.get("source") == "aws.s3":
        # Keys as they are: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
        detail = message["detail"]
        return [Told(detail["bucket"]["name"], *_all_text([detail["object"]["key"]]))]
    if "Records" in message:
        return [_of_s3(each) for each in message["Records"]]
    what = message.get("Type") or message.get("detail-type") or ", ".join(sorted(message)[:5]) or "{}"
    raise UnknownMessage(f"it tells of no object: {what}")


def _of_s3(record: Mapping[str, Any]) -> Told:
    """Keys are URL-encoded: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    if record.get("eventSource") != "aws:s3" or not record["eventName"].startswith("ObjectCreated:"):
        raise UnknownMessage(f"it tells of {record.get('eventName')}, not of a new object")
    s3 = record["s3"]
    return Told(s3["bucket"]["name"], unquote_plus(s3["object"]["key"]))


def _all_text(keys: Any) -> list[str]:
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise UnknownMessage("its keys are not a list of text")
    return keys


def _decoded(body: str) -> Mapping[str, Any]:
    try:
        message = _json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UnknownMessage(f"it is not JSON: {error}") from error
    if not isinstance(message, dict):
        raise UnknownMessage("it is not a JSON object")
    return message
