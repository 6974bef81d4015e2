"""The dead-letter queue of log objects, for single records that can't be read in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import boto3
import msgspec

from activity import settings
from ingest.notifications import Told

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class DeadLetters:
    client: "SQSClient"
    url: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(boto3.client("sqs"), settings.text(environ, "DEAD_LETTER_QUEUE_URL"))

    def set_aside(self, told: Told, problems: Iterable[tuple[str, str]]) -> None:
        """A letter for each place and reason. Redriven to the queue, it has its object read again.

        Raises botocore's errors.
        """
        for place, reason in problems:
            letter = {"s3Bucket": told.bucket, "s3ObjectKey": [told.key], "place": place, "reason": reason}
            self.client.send_message(QueueUrl=self.url, MessageBody=msgspec.json.encode(letter).decode())
