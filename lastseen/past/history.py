"""CloudTrail's Event History of a region: the management events of 90 days, without a trail or a bucket."""

import io
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from activity.model import to_text
from activity.plain import line
from ingest.unpacking import UnreadableFile
from lastseen.connection import failure, wrong_with_credentials
from lastseen.past.s3 import Refused
from reporter.inventory.answers import is_denied

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient

KEPT = timedelta(days=90)
# Two requests a second for each account and region, shared with whoever else asks there:
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
_A_TURN = 0.5
_MOST = 50  # Events that one request answers with.
_TOLD_EACH = 1_000
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=5, read_timeout=30)
# A region without any event is no empty file.
_NO_RECORDS = b'{"Records": []}\n'
_TOO_OFTEN = {"ThrottlingException", "Throttling", "RequestLimitExceeded"}
_NOT_ENABLED = {"UnrecognizedClientException", "InvalidClientTokenId"}


class History(io.RawIOBase):
    """A region's events, the newest first, a record a line: to be read like a log file, a page at a time.

    Raises Refused where no region would answer, and UnreadableFile where this one does not.
    """

    def __init__(
        self,
        client: "CloudTrailClient",
        since: datetime | None,
        until: datetime | None,
        *,
        is_stopped: Callable[[], bool] = lambda: False,
        say: Callable[[str], object] = lambda _: None,
    ) -> None:
        """`say` is told how far it is, every thousand events."""
        super().__init__()
        self._pages = _pages(client, since, until)
        self._region = client.meta.region_name
        self._is_stopped, self._say = is_stopped, say
        self._left, self._count = _NO_RECORDS, 0
        self._failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        """What fails is raised at the read after: readers hold a page until then."""
        if self._failure:
            raise self._failure
        try:
            while not self._left and (page := self._next()) is not None:
                self._take(page)
        except (Refused, UnreadableFile) as error:
            self._failure = error
        size = min(len(room), len(self._left))
        room[:size], self._left = self._left[:size], self._left[size:]
        return size

    def _take(self, page: list[Any]) -> None:
        self._left = "".join(f"{each['CloudTrailEvent']}\n" for each in page).encode()
        self._count += len(page)
        if page and self._count % _TOLD_EACH < len(page):
            self._say(f"{self._region}: {self._count:,} events, back to {to_text(page[-1]['EventTime'])}")

    def _next(self) -> list[Any] | None:
        if self._is_stopped():
            raise UnreadableFile("interrupted before all of it was read")
        try:
            return next(self._pages, None)
        except NoCredentialsError as error:
            raise Refused(failure(error)) from error
        except BotoCoreError as error:
            raise UnreadableFile(failure(error)) from error
        except ClientError as error:
            raise UnreadableFile(_why(error, self._region)) from error


def cloudtrail_client(region: str | None, profile: str | None) -> "CloudTrailClient":
    """Of the session's own region, if none is named. Raises BotoCoreError."""
    session = boto3.Session(region_name=region, profile_name=profile)
    if not session.region_name:  # Also an empty one, of which botocore would make an odd address.
        raise NoRegionError
    return session.client("cloudtrail", config=_PATIENT)


def _pages(client: "CloudTrailClient", since: datetime | None, until: datetime | None) -> Iterator[list[Any]]:
    """The events of each page."""
    given = {"StartTime": since, "EndTime": until, "MaxResults": _MOST}
    asked: dict[str, Any] = {name: value for name, value in given.items() if value}
    while True:
        began = time.monotonic()
        answer = client.lookup_events(**asked)
        yield [each for each in answer.get("Events", []) if "CloudTrailEvent" in each]
        if not answer.get("NextToken"):
            return
        asked["NextToken"] = answer["NextToken"]
        time.sleep(max(0.0, began + _A_TURN - time.monotonic()))


def _why(error: ClientError, region: str) -> str:
    code = error.response["Error"]["Code"]
    if is_denied(error):
        return "not allowed to call cloudtrail:LookupEvents, which this needs"
    if code in _TOO_OFTEN:
        return "CloudTrail is asked too often by others of the account, too: try again in a few minutes"
    if code in _NOT_ENABLED:
        return f"AWS does not take these credentials ({code}): log in again, or is {region} not enabled?"
    return wrong_with_credentials(error) or line(f"CloudTrail refused LookupEvents: {code}: {error}")
