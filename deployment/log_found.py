"""A bucket with CloudTrail's log files: how it is named, and what AWS says of it."""

import re
from dataclasses import dataclass
from typing import Self

from deployment.settings import Unusable
from lastseen.checking.check import Unread


@dataclass(frozen=True, slots=True)
class Address:
    bucket: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """A prefix ends at a folder's end, whether its slash is written or not."""
        found = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", text)
        if not found:
            raise Unusable(
                f"LOGS={text}: the address of the bucket with CloudTrail's log files is needed, such as"
                f" s3://BUCKET; aws cloudtrail describe-trails --query 'trailList[].S3BucketName' lists them"
            )
        prefix = found[2] or ""
        return cls(found[1], f"{prefix}/" if prefix and not prefix.endswith("/") else prefix)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"


@dataclass(frozen=True, slots=True)
class Trail:
    """`folder`: what the keys of all its files begin with."""

    name: str
    bucket: str
    folder: str
    topic: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What AWS says. `account` and `region`: the stack's. `trails`: all that it sees, of any bucket.

    `home`: the bucket's region, "" if that is not known. `tells_eventbridge`, `has_bucket_key`: asked only of a
    bucket that may be this account's.
    """

    account: str
    region: str
    trails: tuple[Trail, ...] | Unread
    is_there: bool
    is_own: bool | Unread
    home: str = ""
    tells_eventbridge: bool | Unread = False
    has_bucket_key: bool | Unread = False
    partition: str = "aws"
