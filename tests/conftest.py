"""How the tests are run; what they ask for by name is in `given`."""

import gc
import os

import pytest

# A twentieth of the time went into looking for garbage, of which tests leave little.
gc.set_threshold(100_000, 50, 1000)


def pytest_configure(config):
    """xdist's process that hands tests out runs none; of what the others would tell it, most is never shown."""
    if config.getoption("dist", "no") == "no":
        config.pluginmanager.import_plugin("given")
    for plugin in config.pluginmanager.get_plugins():
        if type(plugin).__name__ == "WorkerInteractor":
            plugin.sendevent = _if_it_is_shown(plugin.sendevent)


def _if_it_is_shown(send):
    """Not that a test begins and ends, nor that a fixture was made or left at once: --durations begins at 5 ms."""

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
