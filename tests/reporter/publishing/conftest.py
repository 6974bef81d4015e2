"""A page of ours in a browser."""

import pytest
from browser import chromium, started
from pages import AXE

from reporter.publishing.page import page


@pytest.fixture(scope="session")
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


@pytest.fixture(params=[1440, 400])
def objections(opened, browser, request):
    """What axe objects to in the open page at this width: by all rules in light colours, by those on colours in dark."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make npm)")
    size = {"width": request.param, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.ask("Emulation.setDeviceMetricsOverride", **size)

    def found():
        browser.run(f"{AXE.read_text(encoding='utf-8')}; null")
        colours = "{ runOnly: ['color-contrast', 'link-in-text-block'] }"
        for scheme, rules in (("light", "{}"), ("dark", colours)):
            browser.ask(
                "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
            )
            yield from browser.run(
                f"axe.run({rules}).then((found) => found.violations.map((each) => [each.id, each.nodes[0].html]))"
            )

    return found
