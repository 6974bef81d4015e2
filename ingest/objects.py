"""The bucket of log files: which of its objects are read, and how they are fetched."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Self, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from activity import settings
from ingest.layout import why_skipped
from ingest.notifications import Told
from ingest.unpacking import UnreadableFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Why an object is not read that is of another bucket or prefix than that of the settings.
ELSEWHERE = "elsewhere"
FETCHERS = 8
_AT_ONCE = 1 << 20  # What is longer is read as it comes.
# Sessions of a role last an hour; a new one is asked for before that.
_SESSION = timedelta(minutes=50)
_PATIENCE = Config(
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=FETCHERS + 1,
    connect_timeout=2,
    read_timeout=20,
)
REASONS = {
    "NoSuchKey": "it is no longer there",
    "404": "it is no longer there",
    "AccessDenied": "access denied: s3:GetObject is needed, and kms:Decrypt where the trail encrypts by a key",
    "InvalidObjectState": "archived (Glacier): restore it first",
}


@dataclass(frozen=True, slots=True)
class LogBucket:
    """Settings: what is not of this bucket and prefix is not read, whatever a message says.

    `owner`: the account that the bucket must belong to, or ""; `role`: to read it by, or "" for the own.
    """

    name: str
    prefix: str
    owner: str
    role: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        optional = (environ.get(f"LOG_{name}", "").strip() for name in ("PREFIX", "BUCKET_OWNER", "ROLE_ARN"))
        return cls(settings.text(environ, "LOG_BUCKET"), *optional)

    def why_not_read(self, told: Told) -> str | None:
        if told.bucket != self.name or not told.key.startswith(self.prefix):
            return ELSEWHERE
        return why_skipped(told.key)

    def client(self) -> "S3Client":
        """Raises botocore's errors."""
        if not self.role:
            return boto3.client("s3", config=_PATIENCE)
        sts = boto3.client("sts", config=_PATIENCE)
        session = sts.assume_role(RoleArn=self.role, RoleSessionName="last-activity-logs")["Credentials"]
        return boto3.client(
            "s3",
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
            config=_PATIENCE,
        )


class Objects:
    """Fetches objects of the bucket, some ahead of their turn."""

    def __init__(self, bucket: LogBucket) -> None:
        self.bucket = bucket
        self._client: Any = None
        self._until: datetime | None = None

    def each(self, keys: Iterable[str], now: datetime) -> Iterator[tuple[str, "Future[BinaryIO | None]"]]:
        """The keys in order, each with its object on the way. Raises botocore's errors."""
        self._connect(now)
        with ThreadPoolExecutor(FETCHERS) as pool:
            ahead: deque[tuple[str, Future[BinaryIO | None]]] = deque()
            try:
                for key in keys:
                    ahead.append((key, pool.submit(self._small, key)))
                    if len(ahead) > FETCHERS:
                        yield ahead.popleft()
                while ahead:
                    yield ahead.popleft()
            finally:
                for _, left in ahead:
                    left.cancel()

    def opened(self, key: str, ahead: "Future[BinaryIO | None]") -> BinaryIO:
        """Raises UnreadableFile."""
        return ahead.result() or cast("BinaryIO", Streamed(self._got(key)["Body"]))

    def _small(self, key: str) -> BinaryIO | None:
        """None for one that is too long to be held while others are read."""
        answer = self._got(key)
        if answer["ContentLength"] > _AT_ONCE:
            answer["Body"].close()
            return None
        with Streamed(answer["Body"]) as body:
            return BytesIO(body.read(_AT_ONCE))

    def _got(self, key: str) -> Any:
        owner = {"ExpectedBucketOwner": self.bucket.owner} if self.bucket.owner else {}
        try:
            return self._client.get_object(Bucket=self.bucket.name, Key=key, **owner)
        except ClientError as error:
            raise UnreadableFile(REASONS.get(error.response["Error"]["Code"]) or str(error)) from error
        except BotoCoreError as error:
            raise UnreadableFile(str(error)) from error

    def _connect(self, now: datetime) -> None:
        """Before there are threads: clients are not made safely by several at once."""
        if self._client is None or (self._until and now >= self._until):
            self._client = self.bucket.client()
            self._until = now + _SESSION if self.bucket.role else None


class Streamed:
    """The body of an object; what goes wrong on the way is an error of that object alone."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._body.close()

    def read(self, size: int) -> bytes:
        try:
            return bytes(self._body.read(size))
        except BotoCoreError as error:
            raise UnreadableFile(str(error)) from error
