"""The organization's objects in the bucket: each run's accounts and summaries, and what the last run left."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.s3.transfer import TransferConfig

from activity.accounts import Account
from reporter.inventory.account import Gap
from reporter.inventory.answers import or_gap
from reporter.organization.digest import Before
from reporter.organization.summary import Summary, lightened
from reporter.publishing.page import page

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_FOLDER = "organization"
_BEFORE = f"{_FOLDER}/before.json"
_READERS = 16
# In the caller's own thread, so that no more than a part of some MB is in memory.
_BY_PARTS = TransferConfig(use_threads=False)
_HTML, _CSV = "text/html; charset=utf-8", "text/csv; charset=utf-8"

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Store:
    """Each method raises botocore's errors."""

    s3: "S3Client"
    bucket: str

    def put_accounts(self, run: str, accounts: Iterable[Account], notes: Iterable[str]) -> str:
        """The key of those to be reviewed, which the state machine reads, one an item."""
        every = [each.plain() for each in accounts]
        self._put(f"{_FOLDER}/{run}/accounts.json", {"accounts": every, "notes": list(notes)})
        key = f"{_FOLDER}/{run}/to-review.json"
        self._put(key, [each.plain() for each in accounts if each.is_active])
        return key

    def accounts(self, run: str) -> tuple[tuple[Account, ...], tuple[str, ...]]:
        """All that were listed, and what is to be known of that."""
        told = self._get(f"{_FOLDER}/{run}/accounts.json")
        return tuple(Account(**each) for each in told["accounts"]), tuple(told["notes"])

    def put_summary(self, run: str, summary: Summary) -> None:
        self._put(f"{_FOLDER}/{run}/accounts/{summary['account']['id']}.json", summary)

    def summaries(self, run: str) -> dict[str, Summary]:
        """By account id, as `lightened` leaves them."""
        prefix = f"{_FOLDER}/{run}/accounts/"
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
        return lightened(_each(self._get, keys))

    def has_summary(self, run: str, account: str) -> bool:
        key = f"{_FOLDER}/{run}/accounts/{account}.json"
        return bool(self.s3.list_objects_v2(Bucket=self.bucket, Prefix=key).get("Contents"))

    def before(self) -> tuple[Before, list[dict[str, Any]]]:
        """What the last report left, and the trend."""
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=_BEFORE).get("Contents")
        told = self._get(_BEFORE) if listed else {"read": [], "accounts": None, "trend": []}
        return Before(frozenset(told["read"]), told["accounts"]), told["trend"]

    def put_before(self, left: Any) -> None:
        self._put(_BEFORE, left)

    def folder(self, at: str) -> str:
        """Where the organization's files of then are, as an s3:// address ending in a slash."""
        return f"s3://{self.bucket}/{_folder(at)}"

    def put_findings(self, at: str, of_accounts: Iterable[str]) -> list[Gap]:
        """findings.csv, and what could not be read for it. It is written while it is read: it may be large.

        `of_accounts`: where the files of each account are.
        """
        unread: list[Gap] = []
        rows = io.BufferedReader(_Stream(self._rows(list(filter(None, of_accounts)), unread)))
        key = f"{_folder(at)}findings.csv"
        self.s3.upload_fileobj(rows, self.bucket, key, ExtraArgs={"ContentType": _CSV}, Config=_BY_PARTS)
        return unread

    def publish(self, at: str, document: Any) -> None:
        """The index and organization.json."""
        folder = _folder(at)
        self._put(f"{folder}organization.json", document)
        html = page(document, "organization").encode()
        self.s3.put_object(Bucket=self.bucket, Key=f"{folder}index.html", Body=html, ContentType=_HTML)

    def _rows(self, of_accounts: Sequence[str], unread: list[Gap]) -> Iterator[bytes]:
        """Of each account's report.csv all but the first line, which one has for all."""
        has_head = False
        for rows in _each(self._csv, of_accounts):
            if isinstance(rows, Gap):
                unread.append(rows)
            else:
                yield rows.partition(b"\n")[2] if has_head else rows
                has_head = True

    def _csv(self, files: str) -> bytes | Gap:
        key = f"{files.removeprefix(f's3://{self.bucket}/')}report.csv"
        return or_gap(
            f"s3://{self.bucket}/{key}",
            lambda: self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read(),
        )

    def _put(self, key: str, value: Any) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        self.s3.put_object(
            Bucket=self.bucket, Key=key, Body=body, ContentType="application/json; charset=utf-8"
        )

    def _get(self, key: str) -> Any:
        return json.loads(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())


class _Stream(io.RawIOBase):
    """Of pieces, as they come."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _each(read: Callable[[T], R], those: Sequence[T]) -> Iterator[R]:
    """In order, several at once; what is read is not kept longer than the caller does."""
    with ThreadPoolExecutor(_READERS) as pool:
        for begin in range(0, len(those), _READERS):
            yield from pool.map(read, those[begin : begin + _READERS])


def _folder(at: str) -> str:
    return f"{_FOLDER}/{at.replace(':', '')}/"
