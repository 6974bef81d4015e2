"""For each process that runs tests, one server with one deployed stack; each test looks at its own principals."""

import fcntl
import signal
from collections import Counter

import pytest
from e2e.people import make_people, make_trail, years_pass
from e2e.server import running
from e2e.stack import build, deploy
from e2e.unenforced import ELSEWHERE, UNNOTICED


def pytest_configure():
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Who ends the run has the server ended, too.


LONGEST = "test_deploying.py", "test_organization.py"


def pytest_collection_modifyitems(items):
    """The files that take longest come first, so that no process is left alone with one in the end."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory, worker_id):
    """Built by the process that asks first."""
    if worker_id == "master":
        return build(tmp_path_factory.mktemp("build"))
    folder = tmp_path_factory.getbasetemp().parent / "build"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = folder / "build"
        return built if (built / "template.yaml").exists() else build(folder)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """With people in IAM who have been there for long."""
    folder = tmp_path_factory.mktemp("server")
    with running(folder) as young:
        make_people(young.client("iam"))
    years_pass(folder / "state" / "iam.json")
    with running(folder) as old:
        make_trail(old.client("cloudtrail"), old.client("s3"), old.client("sns"))
        yield old


@pytest.fixture(scope="session")
def stack(server, artifacts, tmp_path_factory):
    return deploy(server, artifacts, tmp_path_factory.mktemp("deploy"))


LOSSES = pytest.StashKey[list]()


@pytest.fixture(scope="session")
def losses(pytestconfig):
    """(role, action, resource, how the loss of that permission was noticed), printed in the end."""
    return pytestconfig.stash.setdefault(LOSSES, [])


def pytest_sessionfinish(session):
    """A process of several hands over what it has found."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["losses"] = session.config.stash.get(LOSSES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    node.config.stash.setdefault(LOSSES, []).extend(getattr(node, "workeroutput", {}).get("losses", []))


def pytest_terminal_summary(terminalreporter, config):
    losses = config.stash.get(LOSSES, [])
    for role, action, resource, noticed in losses:
        terminalreporter.write_line(f"{role:13} {action} on {resource}\n{'':14}{noticed}")
    for role, taken in Counter(role for role, *_ in losses).items():
        told = [noticed for each, *_, noticed in losses if each == role]
        elsewhere = sum(noticed.startswith(ELSEWHERE) for noticed in told)
        here = taken - elsewhere - told.count(UNNOTICED)
        counts = f"{taken} permissions taken away: {here} noticed, {elsewhere} enforced in other tests"
        terminalreporter.write_line(f"{role:13} {counts}, {told.count(UNNOTICED)} NOT NOTICED")
