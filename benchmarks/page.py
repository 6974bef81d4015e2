"""The index of 1,000 accounts with 500 findings each: how large it is, and how soon Chromium has it open."""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from browser import chromium, started
from organizations import large

from reporter.organization import index
from reporter.publishing.page import page

TIMES = 10


def main() -> None:
    program = chromium()
    if not program:
        raise SystemExit("no Chromium is installed")
    told = large(1000, 500, unread=20)
    document = index.document(told, [], bucket="reports", region="eu-west-1", partition="aws")
    with TemporaryDirectory() as folder, started(program, f"{folder}/profile") as browser:
        path = Path(folder, "index.html")
        path.write_text(page(document, "organization"), encoding="utf-8")
        size, seconds = path.stat().st_size, []
        for _ in range(TIMES):
            began = perf_counter()
            browser.open(path)
            seconds.append(perf_counter() - began)
        found = browser.run("document.getElementById('found').textContent")
    print(f"{size:,} bytes; {found};")
    print(f"open after {min(seconds):.2f} to {max(seconds):.2f} s, {TIMES} times")


if __name__ == "__main__":
    main()
