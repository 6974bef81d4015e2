"""The picture of the report's page on the README's first screen: `make screenshot` takes it, from the demo's page.

It needs Chromium. The picture holds a digest of what it shows, by which a test tells that it is out of date.
"""

import struct
import sys
import tempfile
from base64 import b64decode
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import time_machine
from browser import chromium, started

from lastseen.demo import run as demo

PICTURE = Path(__file__).parent.parent / "docs" / "report.png"
# When the README's mail was printed.
THEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SIZE = {"width": 1400, "height": 860}


@cache
def outcome():
    with time_machine.travel(THEN, tick=False):
        return demo.run(THEN)


def digest(shown):
    """Of the page, its code and its data."""
    return sha256(shown.page.encode()).hexdigest()


def taken(page):
    # Chromium still writes into its profile when it is told to end.
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        started(chromium(), Path(folder) / "profile") as browser,
    ):
        file = Path(folder) / "report.html"
        file.write_text(page, encoding="utf-8")
        browser.ask("Emulation.setDeviceMetricsOverride", **SIZE, deviceScaleFactor=1, mobile=False)
        browser.ask("Emulation.setScrollbarsHidden", hidden=True)
        browser.open(file)
        return b64decode(browser.ask("Page.captureScreenshot", format="png")["data"])


def labelled(png, text):
    """With a text chunk before the end: https://www.w3.org/TR/png-3/#11tEXt"""
    chunk = b"tEXt" + b"Source\0" + text.encode()
    end = png.rindex(b"IEND") - 4
    return png[:end] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", crc32(chunk)) + png[end:]


def main():
    if not chromium():
        sys.exit("The picture is taken in Chromium, and none is installed.")
    shown = outcome()
    PICTURE.write_bytes(labelled(taken(shown.page), digest(shown)))
    print(f"{PICTURE.name} is written: look at it before you commit it.")


if __name__ == "__main__":
    main()
