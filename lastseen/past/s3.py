"""The way to S3: light to load, since each process that reads loads it, and many read local files alone."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SCHEME = "s3://"
FETCHERS = 8


class Refused(Exception):
    """S3 answers nothing at all: no credentials, no bucket, no permission to list; the message says which."""


def known_regions() -> set[str]:
    """All that botocore knows of, in every partition."""
    from botocore.session import get_session

    partitions = get_session().get_component("data_loader").load_data("partitions")["partitions"]
    return {region for each in partitions for region in each["regions"]}


def s3_client(region: str | None = None, profile: str | None = None) -> "S3Client":
    """Raises Refused."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    from lastseen.connection import failure

    retries = Config(
        retries={"mode": "standard", "total_max_attempts": 5}, max_pool_connections=FETCHERS, read_timeout=30
    )
    try:
        return boto3.Session(region_name=region, profile_name=profile).client("s3", config=retries)
    except BotoCoreError as error:
        raise Refused(failure(error)) from error
    except ValueError as error:  # An endpoint that is no address.
        raise Refused(str(error)) from error
