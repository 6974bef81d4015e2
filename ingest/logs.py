"""The log Lambda: takes a batch of messages about log objects, and returns the messages to try again."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from ingest.delivery import Delivery
from ingest.letters import DeadLetters
from ingest.objects import LogBucket, Objects
from ingest.recording import Recorder
from ingest.wire import UnreadableRecord

recorder = Recorder("logs")


def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """Takes an SQS batch of notifications: S3's, EventBridge's or CloudTrail's, in SNS's envelope or without.

    Returns the messages that can't be read, and those of objects that can't be read or recorded, so that SQS
    delivers them again.
    """
    recorder.logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    delivery = Delivery(objects(), letters(), recorder, context, datetime.now(UTC))
    try:
        bodies = {message["messageId"]: message["body"] for message in event["Records"]}
    except KeyError as missing:
        raise UnreadableRecord(f"not a batch from SQS: no {missing}") from missing
    failed = delivery.take(bodies)
    return {"batchItemFailures": [{"itemIdentifier": message} for message in sorted(failed)]}


@cache
def objects() -> Objects:
    return Objects(LogBucket.from_env(os.environ))


@cache
def letters() -> DeadLetters:
    return DeadLetters.from_env(os.environ)
