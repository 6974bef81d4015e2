import gc
import os
import time
from contextlib import closing
from functools import cache, lru_cache
from unittest.mock import patch

import boto3
import botocore.client
import botocore.hooks
import botocore.session
import moto.core.base_backend
import moto.core.models
import moto.core.responses
import pytest
from moto.core.serialize import XFormedAttributePicker

from activity.flags import Flags
from activity.item import Flag
from activity.table import ActivityTable
from lastseen.casefile.file import CaseFile
from lastseen.demo.local_aws import local_aws, make_table, make_trail

REGION = "us-east-1"


def pytest_sessionfinish(session):
    """NOTHING_SKIPPED=1: a test that was skipped, for lack of Chromium or node, fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NOTHING_SKIPPED") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_finish():
    """What is loaded by now stays: the collector would go through all of it again and again, a tenth of the time."""
    gc.collect()
    gc.freeze()


# Each test has a session and clients of its own, which would find out anew what is always the same: the descriptions
# of all services, the classes of their clients, their addresses, which handlers take keywords, what events were named before, and which
# calls moto answers. It would also listen, anew for each test, for calls of another library than botocore.
_alias, _aliaser = botocore.hooks.EventAliaser._alias_event_name, botocore.hooks.EventAliaser(None)
_aliases, _takes = cache(lambda name: _alias(_aliaser, name)), lru_cache(500)(botocore.hooks.accepts_kwargs)
botocore.session.create_loader = cache(botocore.session.create_loader)
botocore.hooks.EventAliaser._alias_event_name = lambda _, name: _aliases(name)
botocore.hooks.accepts_kwargs = lambda handler: _takes(getattr(handler, "__func__", handler))
_class_of, _classes = botocore.client.ClientCreator._create_client_class, {}
botocore.client.ClientCreator._create_client_class = lambda self, name, model: (
    _classes.get(name) or _classes.setdefault(name, _class_of(self, name, model))
)
_urls_of, _urls = moto.core.base_backend.BaseBackend.urls.fget, {}
moto.core.base_backend.BaseBackend.urls = property(
    lambda self: _urls.get(type(self)) or _urls.setdefault(type(self), _urls_of(self))
)
moto.core.models.RESPONSES_METHODS.clear()
moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)


_names = {}


class PickerWithMemory(XFormedAttributePicker):
    """Picks an answer's members; moto would find out for each one anew by which names it may go."""

    def get_possible_keys(self, context):
        member = type(context.obj), context.shape, context.key
        found = _names.get(member) or _names.setdefault(
            member, [*dict.fromkeys(super().get_possible_keys(context))]
        )
        # Of a dict, those that it has: most members of most answers have no value.
        return [name for name in found if name in context.obj] if type(context.obj) is dict else found


moto.core.responses.XFormedAttributePicker = PickerWithMemory


@pytest.fixture(autouse=True)
def no_real_credentials():
    """Nothing of the machine's AWS configuration reaches a test."""
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
