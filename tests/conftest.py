"""How the tests are run. The fixtures are in `given`."""

import gc
import os

import pytest

# By Python's own thresholds, a twentieth of the time goes into looking for garbage, of which tests leave little.
gc.set_threshold(100_000, 50, 1000)


def pytest_configure(config):
    """The process of xdist that hands tests out needs no fixtures, and not all that the others would tell it."""
    if config.getoption("dist", "no") == "no":
        config.pluginmanager.import_plugin("given")
    for plugin in config.pluginmanager.get_plugins():
        if type(plugin).__name__ == "WorkerInteractor":
            plugin.sendevent = _sending_what_is_shown(plugin.sendevent)


def _sending_what_is_shown(send):
    """Leaves out that a test begins and ends, and each setup and teardown that --durations would hide: under 5 ms."""

    def sendevent(name, **what):
        is_shown = name not in ("logstart", "logfinish")
        if name == "testreport":
            report = what["data"]
            is_shown = report["when"] == "call" or report["outcome"] != "passed" or report["duration"] >= 0.005
        if is_shown:
            send(name, **what)

    return sendevent


def pytest_sessionfinish(session):
    """NOTHING_SKIPPED=1: a test that was skipped, for lack of Chromium or node, fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NOTHING_SKIPPED") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(items):
    """What takes longest comes first, so that no process is left alone with it in the end.

    Then come files whose tests share a fixture that takes long: processes divide what is left at the end, and each
    would make the fixture.
    """
    items.sort(
        key=lambda item: (
            "simulation" not in item.path.parts,
            item.path.parent.name not in ("tests", "error_codes"),
        )
    )


def pytest_collection_finish():
    """What is loaded by now stays: the collector need not go through all of it again and again."""
    gc.collect()
    gc.freeze()
