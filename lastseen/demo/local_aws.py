"""An AWS inside this process: nothing of it leaves the machine, and nothing of the machine's AWS reaches it."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from activity.flags import BY_FLAG
from activity.table import BY_FACET
from awakened import app as awakened
from ingest import logs, recording
from reporter import app as reporter
from reporter.organization import steps


def _list_service_specific_credentials(asked: IamResponse) -> ActionResult:
    """moto lacks the call. What it answers is kept on moto's own account."""
    return ActionResult({"ServiceSpecificCredentials": getattr(asked.backend, "service_credentials", [])})


@contextmanager
def local_aws(region: str) -> Iterator[Callable[[str], Any]]:
    """An empty AWS within this process, and what makes clients of it; no real credentials are used."""
    credentials = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }
    answers: Any = IamResponse
    answers.list_service_specific_credentials = _list_service_specific_credentials
    with environment(credentials, without=("AWS_",)), mock_aws():
        forget()
        yield cache(lambda service: boto3.client(service))
    forget()


def forget() -> None:
    """What the Lambdas keep from one invocation to the next is of the AWS they were connected to."""
    ingest = recording.table, recording.memory, logs.objects, logs.letters
    reporting = reporter.reporter, steps.organization
    for kept in (awakened.herald, awakened.dead_letters, *ingest, *reporting):
        kept.cache_clear()
    boto3.DEFAULT_SESSION = None  # It keeps the credentials that it was made with.


def make_table(client: Any, name: str) -> None:
    """As template.yaml has it."""
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": "S"} for key in ("principal", "facet", "flagged")
        ],
        KeySchema=[
            {"AttributeName": "principal", "KeyType": "HASH"},
            {"AttributeName": "facet", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": BY_FACET,
                "KeySchema": [
                    {"AttributeName": "facet", "KeyType": "HASH"},
                    {"AttributeName": "principal", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": BY_FLAG,
                "KeySchema": [
                    {"AttributeName": "flagged", "KeyType": "HASH"},
                    {"AttributeName": "principal", "KeyType": "RANGE"},
                ],
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": ["first_flagged", "idle_since", "awakened_at"],
                },
            },
        ],
    )


def make_trail(cloudtrail: Any, s3: Any, bucket: str = "trail") -> None:
    """A trail that logs the management events of all regions, as events need."""
    region = s3.meta.region_name
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
    s3.create_bucket(Bucket=bucket, **where)
    cloudtrail.create_trail(Name="all", S3BucketName=bucket, IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="all")


def enable(session: Any, regions: Iterable[str]) -> None:
    """The account's regions, for those clients of `session` that are made later: moto has no ListRegions."""
    answer = {"Regions": [{"RegionName": each, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for each in regions]}
    http = AWSResponse("https://account.us-east-1.amazonaws.com", 200, HTTPHeaders(), None)
    session.events.register("before-call.account.ListRegions", lambda **_: (http, answer))


def deny(client: Any, operation: str, user: str) -> None:
    """Of this user, as a service control policy may; moto does not ask for any."""
    service = client.meta.service_model

    def refusal(params: Any, **_: object) -> None:
        if params["body"].get("UserName") == user:
            said = (
                f"not authorized to perform: {service.service_name}:{operation} on resource: user {user}"
                " with an explicit deny in a service control policy"
            )
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": said}}, operation)

    client.meta.events.register(f"before-call.{service.service_name}.{operation}", refusal)


@contextmanager
def environment(settings: dict[str, str], *, without: tuple[str, ...]) -> Iterator[None]:
    """With `settings`, and without the variables that begin with any of `without`."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(without):
            del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
