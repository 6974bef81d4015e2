"""A finding's lasting id, as people give it: `<account>:<kind>:<unique id or access key id>`."""

import re
from typing import NamedTuple

from activity.finding_events import finding_id

_ID = re.compile(r"([0-9]{12}):(user|password|access_key|role):([A-Za-z0-9]{1,128})")


class FindingId(NamedTuple):
    """`held`: the unique id of the user or role, or the access key id."""

    account: str
    kind: str
    held: str

    def __str__(self) -> str:
        return finding_id(*self)


def parse(text: str) -> FindingId | None:
    found = _ID.fullmatch(text)
    return FindingId(*found.groups()) if found else None
