"""A page of ours in a browser."""

import pytest
from browser import chromium, started

from reporter.publishing.page import page


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = chromium()
    if not program:
        pytest.skip("no Chromium is installed (looked for chromium, google-chrome and Playwright's)")
    with started(program, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a report; call what it gives with an expression for what that comes to in the page."""

    def open_it(report, kind="page"):
        path = tmp_path / "report.html"
        path.write_text(page(report, kind), encoding="utf-8")
        browser.open(path)
        return browser.run

    yield open_it
    for method in "Emulation.clearDeviceMetricsOverride", "Emulation.setEmulatedMedia":
        browser.ask(method)
