"""A headless Chromium, driven over a pipe by the DevTools protocol; no package needed."""

import json
import os
import shutil
from contextlib import contextmanager
from fcntl import F_DUPFD_CLOEXEC, fcntl
from pathlib import Path
from select import select
from signal import SIGKILL
from time import monotonic

_NAMES = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"
_ELSEWHERE = (
    (Path("/Applications"), "Google Chrome.app/Contents/MacOS/Google Chrome"),
    (Path.home() / ".cache/ms-playwright", "chromium-*/chrome-linux*/chrome"),
)
_SECONDS = 15
# No sandbox: it opens pages of ours alone, and containers often forbid one. No window, only the page: building the
# address bar's popup takes longer than most of our pages.
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-startup-window",
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--remote-debugging-pipe",
)


def chromium():
    """The program, or None where none is installed."""
    found = (path for folder, pattern in _ELSEWHERE for path in sorted(folder.glob(pattern)))
    return next(filter(None, map(shutil.which, _NAMES)), None) or next(map(str, found), None)


@contextmanager
def started(program, profile):
    browser = Browser(program, profile)
    try:
        browser.attach()
        yield browser
    finally:
        browser.end()


class Browser:
    """One tab. `events` are all that Chromium has told unasked."""

    def __init__(self, program, profile):
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4; what is above 9 is neither.
        high = [fcntl(each, F_DUPFD_CLOEXEC, 10) for each in (commands, answers)]
        self._process = os.posix_spawn(
            program,
            [program, *_OPTIONS, f"--user-data-dir={profile}"],
            os.environ,
            file_actions=[
                *((os.POSIX_SPAWN_DUP2, each, to) for to, each in enumerate(high, 3)),
                *((os.POSIX_SPAWN_OPEN, to, os.devnull, os.O_WRONLY, 0) for to in (1, 2)),
            ],
        )
        for each in (commands, answers, *high):
            os.close(each)
        self._rest = b""
        self._last = 0
        self._session = None
        self.events = []

    def attach(self):
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network":
            self.ask(f"{domain}.enable")

    def open(self, path):
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        until = monotonic() + _SECONDS
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._message(until))

    def run(self, script):
        """What an expression comes to in the page; the page's own policy does not forbid it."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key):
        """Enter, as from the keyboard, on what has the focus; or any text."""
        if key != "Enter":
            self.ask("Input.insertText", text=key)
            return
        for kind in "keyDown", "keyUp":
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=13, text="\r"
            )

    def ask(self, method, **parameters):
        self._last += 1
        session = {"sessionId": self._session} if self._session else {}
        command = {"id": self._last, "method": method, "params": parameters} | session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        until = monotonic() + _SECONDS
        while (message := self._message(until)).get("id") != self._last:
            self.events.append(message)
        assert "error" not in message, message["error"]
        return message["result"]

    def _message(self, until):
        while b"\0" not in self._rest:
            ready, _, _ = select([self._read], [], [], max(0, until - monotonic()))
            more = os.read(self._read, 1 << 20) if ready else b""
            assert more, "Chromium did not answer"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    def end(self):
        os.kill(self._process, SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._read)
        os.close(self._write)
