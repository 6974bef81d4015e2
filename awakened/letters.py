"""The queue of unreadable records. Lambda also puts there the places of the stream records that it gave up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.config import Config

from activity import settings
from awakened.stream import letter


@dataclass(frozen=True, slots=True)
class DeadLetters:
    sqs: Any
    url: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        patient = Config(
            retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=5
        )
        return cls(boto3.client("sqs", config=patient), settings.text(environ, "DEAD_LETTER_QUEUE_URL"))

    def put(self, record: Mapping[str, Any], why: str) -> None:
        """Raises botocore's errors."""
        self.sqs.send_message(QueueUrl=self.url, MessageBody=letter(record, why))
