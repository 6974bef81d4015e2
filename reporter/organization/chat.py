"""The organization's report as a message in a chat channel: what is new in all accounts, or that nothing is."""

from collections.abc import Iterator
from typing import Any

from activity.chat import code, notification, text
from reporter.organization.digest import Digest
from reporter.organization.mail import subject_line
from reporter.publishing.chat import still_open
from reporter.publishing.wording import count

MOST_ROWS = 10


def chat(told: Digest, link: str = "") -> str:
    is_loud = told.total("new") or told.unread or told.silent
    title = f"{':warning:' if is_loud else ':mag:'} {text(subject_line(told))}"
    steps = [f"All accounts: {link}"] if link else []
    return notification(title, _lines(told), steps, event="organization")


def _lines(told: Digest) -> Iterator[str]:
    if told.lost:
        yield f"Not read, but read last time: {', '.join(code(each.title) for each in told.lost[:MOST_ROWS])}"
    new = [each for each in told.first if each["is_new"]][:MOST_ROWS]
    yield from map(_row, new)
    left = told.total("new") - len(new)
    if new and left:
        yield f"and {count(left, 'new finding', 'new findings')} more"
    if not told.total("new"):
        unread = " among what could be checked" if told.unread or told.gaps else ""
        yield f"Nothing is new{unread}. {still_open(told.total('open'))}"


def _row(finding: dict[str, Any]) -> str:
    key = f" {code(finding['access_key_id'])}" if "access_key_id" in finding else ""
    of = " of user" if finding["kind"] in ("access_key", "password") else ""
    what = f"{finding['kind'].replace('_', ' ')}{key}{of} {code(finding['name'])}"
    note = ", administrator" if finding["risk"] == "administrator" else ""
    idle = count(finding["idle_days"], "day", "days")
    return f"• {what} in account {finding['account']}: idle for {idle}{note}"
