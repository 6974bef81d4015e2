"""One server with one deployed stack for all tests of this folder; each looks at its own principals."""

import signal

import pytest
from e2e.people import make_people, make_trail, years_pass
from e2e.server import running
from e2e.stack import build, deploy


def pytest_configure():
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Who ends the run has the server ended, too.


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory):
    return build(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """With people in IAM who have been there for long."""
    folder = tmp_path_factory.mktemp("server")
    with running(folder) as young:
        make_people(young.client("iam"))
    years_pass(folder / "state" / "iam.json")
    with running(folder) as old:
        make_trail(old.client("cloudtrail"), old.client("s3"))
        yield old


@pytest.fixture(scope="session")
def stack(server, artifacts, tmp_path_factory):
    return deploy(server, artifacts, tmp_path_factory.mktemp("deploy"))
