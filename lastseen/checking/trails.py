"""Whether CloudTrail's trails let events through: the reporter's own look at them, as checks."""

from collections.abc import Iterator

from lastseen.checking.check import Check, Unread, right, some, unread, wrong
from reporter.inventory.account import Gap
from reporter.listening.coverage import Trails


def trail_checks(found: Trails | Gap) -> Iterator[Check]:
    """A trail of which something is not known is taken to log all, and said to be so."""
    if isinstance(found, Gap):
        yield unread("trails", Unread.told(found.reason, "cloudtrail"))
        return
    for problem in found.problems:
        said, _, remedy = problem.partition(" Fix: ")
        yield wrong("trails", said, remedy)
    for note in found.notes:
        yield unread("trails", Unread.told(note, "cloudtrail"))
    if not (found.problems or found.notes):
        by = f", by {some(found.by)}" if found.by else ""
        yield right("trails", f"management events of all regions are logged, read and write{by}")
