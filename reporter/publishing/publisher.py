"""Puts a report where people and machines find it: its files in S3, its mail through SNS."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from activity import arn
from activity.model import to_text
from reporter.inventory.account import Gap
from reporter.inventory.answers import or_gap
from reporter.judgement.report import Report
from reporter.publishing import console, trend
from reporter.publishing.document import document
from reporter.publishing.message import message
from reporter.publishing.page import page
from reporter.publishing.spreadsheet import rows
from reporter.publishing.trend import Point

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient


def _nothing(report: Report, files: str) -> None:
    """Nobody else is told."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """`bucket` may be empty: then there are no files.

    `noting` is told each report that is out, and where its files are, before it counts as mailed.
    `has_chat`: see `message`.
    """

    sns: "SNSClient"
    topic: str
    s3: "S3Client"
    bucket: str = ""
    noting: Callable[[Report, str], object] = _nothing
    has_chat: bool = False

    def publish(self, report: Report) -> tuple[Report, str]:
        """The report, and where its files are. Raises botocore's errors where SNS refuses."""
        where = f"s3://{self.bucket}/{_trend(report.account)}; delete it to start again"
        earlier = or_gap(f"the trend of earlier reports ({where})", lambda: self._earlier(report.account))
        stored = or_gap(f"the report's files in the bucket {self.bucket}", lambda: self._store(report, earlier))
        files = "" if isinstance(stored, Gap) else stored
        # Where nothing can be stored, that tells it all.
        gap = stored if isinstance(stored, Gap) else earlier
        if isinstance(gap, Gap):
            report = replace(report, gaps=(*report.gaps, gap))
        mail = message(report, files, self._link(files), has_chat=self.has_chat)
        self.sns.publish(TopicArn=self.topic, **mail.arguments)
        self.noting(report, files)
        return report, files

    def _link(self, files: str) -> str:
        """The page in the S3 console, for people who may read the bucket; "" where its address is not known."""
        if not files:
            return ""
        key = f"{files.removeprefix(f's3://{self.bucket}/')}report.html"
        return console.stored(self.bucket, key, self.s3.meta.region_name, arn.parts(self.topic).partition)

    def _earlier(self, account: str) -> list[Point]:
        """The trend of the reports before."""
        key = _trend(account)
        # A missing object is only told from one that may not be read to whoever may list the bucket.
        if not self.bucket or not self.s3.list_objects_v2(Bucket=self.bucket, Prefix=key)["KeyCount"]:
            return []
        return trend.parsed(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())

    def _store(self, report: Report, earlier: list[Point] | Gap) -> str:
        if not self.bucket:
            return ""
        folder = f"{report.account}/{to_text(report.at).replace(':', '')}/"
        told = document(report, () if isinstance(earlier, Gap) else earlier)
        self._put(f"{folder}report.json", "application/json", json.dumps(told, ensure_ascii=False))
        self._put(f"{folder}report.csv", "text/csv", rows(report))
        self._put(f"{folder}report.html", "text/html", page(told))
        if not isinstance(earlier, Gap):  # Else it would be lost.
            self._put(_trend(report.account), "application/json", json.dumps(told["trend"]))
        return f"s3://{self.bucket}/{folder}"

    def _put(self, key: str, kind: str, content: str) -> None:
        self.s3.put_object(
            Bucket=self.bucket, Key=key, Body=content.encode(), ContentType=f"{kind}; charset=utf-8"
        )


def _trend(account: str) -> str:
    return f"{account}/trend.json"
