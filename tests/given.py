"""The fixtures, and what else all tests need; `conftest` loads it only where tests run."""

import os
import time
from contextlib import closing
from unittest.mock import patch

import boto3
import pytest
from hypothesis import settings
from quicker import quicken

from activity.flags import Flags
from activity.item import Flag
from activity.table import ActivityTable
from lastseen.casefile.file import CaseFile
from lastseen.demo.local_aws import local_aws, make_table, make_trail

REGION = "us-east-1"

quicken()
# What reports say is in UTC, wherever the machine is. (time_machine sets UTC for a test that travels to a UTC time.)
os.environ["TZ"] = "LINT-14"  # Kiritimati, also where there is no list of zones.
time.tzset()
# No example fails because the machine is busy.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True, scope="session")
def no_real_credentials():
    """Nothing of the machine's AWS configuration reaches a test; each test restores what it changes."""
    ours = "AWS_", "ACTIVITY_", "STALE_"
    keep = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    fake = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": REGION}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    with patch.dict(os.environ, keep | fake | nowhere, clear=True):
        yield


@pytest.fixture
def aws(no_real_credentials):
    """An empty AWS in this process; call it with a service's name for a client."""
    with local_aws(REGION) as client:
        yield client


@pytest.fixture
def dynamodb(aws):
    client = aws("dynamodb")
    make_table(client, "activity")
    return client


@pytest.fixture
def table(dynamodb):
    """The activity table with exact times."""
    return ActivityTable(dynamodb, "activity")


@pytest.fixture
def case_file(tmp_path):
    """An empty one, open for writing."""
    with closing(CaseFile(tmp_path / "case.sqlite", makes=True)) as file:
        yield file


@pytest.fixture
def in_tokyo():
    """As where a person runs `lastseen report`; a Lambda's clock is UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def trail(aws):
    make_trail(aws("cloudtrail"), aws("s3"))


@pytest.fixture
def flags(dynamodb):
    return Flags(dynamodb, "activity")


@pytest.fixture
def flag(flags):
    """Flags a key as a report did that was made at a time."""
    return lambda key, at: flags.flag(key, "123456789012", Flag(at, at), now=at)


@pytest.fixture
def items(dynamodb):
    """All of the table, by principal and facet, as DynamoDB has it."""

    def read():
        pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName="activity")
        plain = (
            {name: next(iter(value.values())) for name, value in item.items()}
            for page in pages
            for item in page["Items"]
        )
        return {(item["principal"], item["facet"]): item for item in plain}

    return read
