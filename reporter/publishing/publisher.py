"""Puts a report where people and machines find it: its files in S3, its mail through SNS."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from activity import arn
from activity.model import to_text
from reporter.inventory.account import Gap
from reporter.inventory.iam import or_gap
from reporter.judgement.report import Report
from reporter.publishing.document import document, rows
from reporter.publishing.message import message
from reporter.publishing.page import page

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient


# By partition: https://docs.aws.amazon.com/general/latest/gr/mgmt-console.html
_CONSOLES = {
    "aws": "{region}.console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


@dataclass(frozen=True, slots=True)
class Publisher:
    """`bucket` may be empty: then there are no files."""

    sns: "SNSClient"
    topic: str
    s3: "S3Client"
    bucket: str = ""

    def publish(self, report: Report) -> tuple[Report, str]:
        """The report, and where its files are. Raises botocore's errors where SNS refuses."""
        stored = or_gap(f"the report's files in the bucket {self.bucket}", lambda: self._store(report))
        files = "" if isinstance(stored, Gap) else stored
        if isinstance(stored, Gap):
            report = replace(report, gaps=(*report.gaps, stored))
        mail = message(report, files, self._link(files))
        self.sns.publish(
            TopicArn=self.topic,
            Subject=mail.subject,
            Message=mail.text,
            MessageStructure="json",
            MessageAttributes=mail.attributes,
        )
        return report, files

    def _link(self, files: str) -> str:
        """The page in the S3 console, for people who may read the bucket; "" where its address is not known."""
        if not files:
            return ""
        partition, region = arn.parts(self.topic).partition, self.s3.meta.region_name
        console = _CONSOLES.get(partition, "").format(region=region)
        key = quote(f"{files.removeprefix(f's3://{self.bucket}/')}report.html", safe="")
        return f"https://{console}/s3/object/{self.bucket}?region={region}&prefix={key}" if console else ""

    def _store(self, report: Report) -> str:
        if not self.bucket:
            return ""
        folder = f"{report.account}/{to_text(report.at).replace(':', '')}/"
        for name, kind, content in _files(report):
            self.s3.put_object(
                Bucket=self.bucket,
                Key=folder + name,
                Body=content.encode(),
                ContentType=f"{kind}; charset=utf-8",
            )
        return f"s3://{self.bucket}/{folder}"


def _files(report: Report) -> Iterator[tuple[str, str, str]]:
    yield "report.json", "application/json", json.dumps(document(report), ensure_ascii=False)
    yield "report.csv", "text/csv", rows(report)
    yield "report.html", "text/html", page(document(report))
