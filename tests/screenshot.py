"""The docs' pictures, of the demo's report and of its messages for chat channels: `make screenshot` takes them.

It needs Chromium. A picture holds a digest of what it shows, by which a test tells that it is out of date.
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

import chat_picture
import time_machine
from browser import chromium, started

from awakened.chat import chat
from lastseen.demo import run as demo
from lastseen.demo.examples import notice

DOCS = Path(__file__).parent.parent / "docs"
PICTURE, CHAT_PICTURE = DOCS / "report.png", DOCS / "chat.png"
# When the README's mail was printed.
THEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SIZE = {"width": 1400, "height": 860, "deviceScaleFactor": 1}
# As tall as what it shows.
CHAT_SIZE = {"width": 820, "height": 0, "deviceScaleFactor": 1}


@cache
def outcome():
    with time_machine.travel(THEN, tick=False):
        return demo.run(THEN)


def chat_messages():
    """Pairs of what to call it and its JSON: of the demo's report, and of a use of nina's key."""
    return [("A report", outcome().report.chat), ("A notice", chat(notice(THEN)))]


def chat_page():
    return chat_picture.page(chat_messages())


def digest(page):
    """Of the page, its code and its data."""
    return sha256(page.encode()).hexdigest()


def taken(page, size):
    # Chromium still writes into its profile when it is told to end.
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        started(chromium(), Path(folder) / "profile") as browser,
    ):
        file = Path(folder) / "page.html"
        file.write_text(page, encoding="utf-8")
        browser.ask("Emulation.setDeviceMetricsOverride", **size, mobile=False)
        browser.ask("Emulation.setScrollbarsHidden", hidden=True)
        browser.open(file)
        if not size["height"]:
            whole = size | {"height": browser.run("document.body.offsetHeight")}
            browser.ask("Emulation.setDeviceMetricsOverride", **whole, mobile=False)
        return b64decode(browser.ask("Page.captureScreenshot", format="png")["data"])


def labelled(png, text):
    """With a text chunk before the end: https://www.w3.org/TR/png-3/#11tEXt"""
    chunk = b"tEXt" + b"Source\0" + text.encode()
    end = png.rindex(b"IEND") - 4
    return png[:end] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", crc32(chunk)) + png[end:]


def main():
    if not chromium():
        sys.exit("The pictures are taken in Chromium, and none is installed.")
    shown = (PICTURE, outcome().page, SIZE), (CHAT_PICTURE, chat_page(), CHAT_SIZE)
    for picture, page, size in shown:
        picture.write_bytes(labelled(taken(page, size), digest(page)))
        print(f"{picture.name} is written: look at it before you commit it.")


if __name__ == "__main__":
    main()
