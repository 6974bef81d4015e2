"""List prices of AWS, as of a day and in one region; no free tier, no discount."""

from dataclasses import dataclass

AS_OF = "2026-11-23"
REGION = "us-east-1"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """`dollars` for every `per` of `unit`; `is_confirmed` where a text of AWS's own was read to say so."""

    dollars: float
    per: int
    unit: str
    source: str
    is_confirmed: bool = False

    def of(self, quantity: float) -> float:
        return quantity / self.per * self.dollars

    def __str__(self) -> str:
        number = {1: "", MILLION: "million "}.get(self.per, f"{self.per:,} ")
        whole, _, fraction = f"{self.dollars:.4f}".rstrip("0").partition(".")
        return f"${whole}.{fraction:0<2}{'' if self.is_confirmed else '*'} per {number}{self.unit}"


EVENTBRIDGE = "https://aws.amazon.com/eventbridge/pricing/"
SQS = "https://aws.amazon.com/sqs/pricing/"
LAMBDA = "https://aws.amazon.com/lambda/pricing/"
DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
SNS = "https://aws.amazon.com/sns/pricing/"
KMS = "https://aws.amazon.com/kms/pricing/"
S3 = "https://aws.amazon.com/s3/pricing/"
ATHENA = "https://aws.amazon.com/athena/pricing/"
EC2 = "https://aws.amazon.com/ec2/pricing/on-demand/"
STEP_FUNCTIONS = "https://aws.amazon.com/step-functions/pricing/"
ANALYZER = (
    "https://aws.amazon.com/blogs/security/"
    "monitoring-and-optimizing-the-cost-of-the-unused-access-analyzer-in-iam-access-analyzer/"
)

FORWARDED_EVENT = Price(1.00, MILLION, "events", EVENTBRIDGE, is_confirmed=True)
TRANSFERRED_GB = Price(0.02, 1, "GB", EC2)
QUEUE_REQUEST = Price(0.40, MILLION, "requests", SQS)
INVOCATION = Price(0.20, MILLION, "requests", LAMBDA)
GB_SECOND = Price(13.3334, MILLION, "GB-seconds", LAMBDA)  # arm64, which is what the template asks for.
STATE_TRANSITION = Price(0.025, 1_000, "state transitions", STEP_FUNCTIONS, is_confirmed=True)
WRITE_UNIT = Price(0.625, MILLION, "write request units", DYNAMODB)
READ_UNIT = Price(0.125, MILLION, "read request units", DYNAMODB)
TABLE_GB = Price(0.25, 1, "GB-month", DYNAMODB)
BACKUP_GB = Price(0.20, 1, "GB-month", DYNAMODB)
STREAM_READ = Price(0.20, MILLION, "stream read request units", DYNAMODB)
METRIC = Price(0.30, 1, "metric", CLOUDWATCH)
ALARM = Price(0.10, 1, "alarm", CLOUDWATCH)
DASHBOARD = Price(3.00, 1, "dashboard", CLOUDWATCH)
LOG_GB = Price(0.50, 1, "GB taken in", CLOUDWATCH)
LOG_GB_MONTH = Price(0.03, 1, "GB-month", CLOUDWATCH)
MAIL = Price(2.00, 100_000, "mails", SNS)
PUBLISH = Price(0.50, MILLION, "publishes", SNS)
KEY = Price(1.00, 1, "key", KMS, is_confirmed=True)
KEY_REQUEST = Price(0.03, 10_000, "requests", KMS)
OBJECT_PUT = Price(0.005, 1_000, "PUT requests", S3)
OBJECT_GET = Price(0.0004, 1_000, "GET requests", S3)
OBJECT_GB = Price(0.023, 1, "GB-month", S3)
ANALYZED_PRINCIPAL = Price(0.20, 1, "role or user", ANALYZER, is_confirmed=True)
SCANNED_TB = Price(5.00, 1, "TB scanned", ATHENA)
