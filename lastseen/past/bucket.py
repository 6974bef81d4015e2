"""CloudTrail's log files in S3: listed no further than somebody wants to read, and fetched."""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from botocore.exceptions import BotoCoreError, ClientError, CredentialRetrievalError, NoCredentialsError

from ingest.layout import log_name, why_skipped
from ingest.objects import REASONS, Streamed
from ingest.unpacking import UnreadableFile
from lastseen.connection import failure
from lastseen.past.files import File, Found, Missing
from lastseen.past.s3 import SCHEME, Refused
from lastseen.past.wanted import Folder, Unwanted, Wanted, region_folder, why_not_read

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_AT_ONCE = 32 << 20  # What is longer is read as it comes.

_NO_CREDENTIALS = (NoCredentialsError, CredentialRetrievalError)
_REFUSED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "TokenRefreshRequired",
    "InvalidToken",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
}


def split(source: str) -> tuple[str, str]:
    """The bucket, and the key or the prefix."""
    bucket, _, prefix = source.removeprefix(SCHEME).partition("/")
    return bucket, prefix


def listed(client: "S3Client", source: str, wanted: Wanted) -> Iterator[Found]:
    """All under `source` that may hold what is wanted, of each page the newest first; or the one that it names.

    Raises Refused.
    """
    bucket, prefix = split(source)
    if not bucket:
        raise Refused(f"{source}: it names no bucket")
    try:
        # Keys come in the order of their names: the one that is the whole prefix before all that go on.
        first = client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("Contents", [])
        if not first:
            yield Missing(source, "there is nothing whose key begins so")
        elif first[0]["Key"] == prefix and not prefix.endswith("/"):
            yield _file(bucket, first[0])
            return
        yield from _Listing(client, bucket, wanted).under(prefix, prefix[: prefix.rfind("/") + 1])
    except ClientError as error:
        raise Refused(f"{source}: {_why(error)}") from error
    except BotoCoreError as error:
        raise Refused(f"{source}: {failure(error)}") from error


def opened(client: "S3Client", file: File) -> BinaryIO:
    """Raises UnreadableFile, or Refused where there is no use in going on with others."""
    bucket, key = split(file.name)
    try:
        body = client.get_object(Bucket=bucket, Key=key)["Body"]
        return BytesIO(body.read()) if file.size <= _AT_ONCE else cast("BinaryIO", Streamed(body))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _REFUSED:
            raise Refused(f"{file.name}: {error}") from error
        raise UnreadableFile(REASONS.get(code) or str(error)) from error
    except _NO_CREDENTIALS as error:
        raise Refused(str(error)) from error
    except BotoCoreError as error:
        raise UnreadableFile(str(error)) from error


class _Listing:
    def __init__(self, client: "S3Client", bucket: str, wanted: Wanted) -> None:
        self._pages = client.get_paginator("list_objects_v2")
        self._bucket = bucket
        self._wanted = wanted

    def under(self, prefix: str, folder: str) -> Iterator[Found]:
        """`folder` is the part of `prefix` up to its last slash."""
        verdict = self._wanted.takes_folder(folder)
        reason = (why_skipped(folder) if folder else None) or why_not_read(folder, verdict)
        if reason:
            yield reason
        elif verdict is Folder.DATED:
            yield from self._dated(prefix, region_folder(folder))
        else:
            for page in self._pages.paginate(Bucket=self._bucket, Prefix=prefix, Delimiter="/"):
                yield from self._files(page)
                for each in page.get("CommonPrefixes", []):
                    yield from self.under(each["Prefix"], each["Prefix"])

    def _dated(self, prefix: str, region: str) -> Iterator[Found]:
        """Keys come in the order of their names, and so in that of their days."""
        first, last = self._wanted.days()
        start = f"{region}{first}" if first else ""
        for page in self._pages.paginate(Bucket=self._bucket, Prefix=prefix, StartAfter=start):
            yield from self._files(page)
            keys = page.get("Contents", [])
            if last and keys and keys[-1]["Key"] > f"{region}{last}/~":
                return

    def _files(self, page: Any) -> Iterator[Found]:
        for each in reversed(page.get("Contents", [])):
            key = each["Key"]
            log = log_name(key.rpartition("/")[2])
            if key.endswith("/"):
                continue  # What consoles make to show an empty folder.
            if reason := why_skipped(key):
                yield reason
            elif log and not self._wanted.may_be_in(log):
                yield Unwanted(log.account, log.region)
            else:
                yield _file(self._bucket, each)


def _file(bucket: str, listed: Any) -> File:
    key, size = listed["Key"], listed["Size"]
    log = log_name(key.rpartition("/")[2])
    return File(f"{SCHEME}{bucket}/{key}", size, f"{size} {listed['ETag']}", log.account if log else "")


def _why(error: ClientError) -> str:
    code = error.response["Error"]["Code"]
    if code == "NoSuchBucket":
        return "there is no such bucket"
    if code in ("AccessDenied", "403", "AllAccessDisabled"):
        return "access denied: s3:ListBucket on the bucket is needed"
    return str(error)
