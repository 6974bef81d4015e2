"""The events about findings, as EventBridge takes them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

SOURCE = "last-activity"
# Of entries and bytes, PutEvents takes so many at once; EventBridge also refuses an entry that is larger.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
MOST_ENTRIES = 10
MOST_BYTES = 256 * 1024
_TIME_BYTES = 14
# What no event is without. IAM limits how long each of these is.
KEPT = "finding_id", "account", "kind", "name", "arn", "first_flagged"
# And none of quarantine's.
KEPT_OF_STEPS = "step", "since"

Entry = dict[str, Any]


class DetailType(StrEnum):
    OPENED = "Stale Access Opened"
    RESOLVED = "Stale Access Resolved"
    USED_AGAIN = "Stale Access Used Again"
    QUARANTINE = "Stale Access Quarantine"


@dataclass(frozen=True, slots=True)
class FindingEvent:
    """`arn`: the user or role. `detail` has the names of report.json."""

    detail_type: DetailType
    at: datetime
    arn: str
    detail: Mapping[str, Any]

    def entry(self) -> Entry:
        """As PutEvents takes it: a detail that is too large loses its largest parts, and says which."""
        bare = {
            "Time": self.at,
            "Source": SOURCE,
            "DetailType": str(self.detail_type),
            "Resources": [self.arn],
            "Detail": "",
        }
        return bare | {"Detail": _fitting(self.detail, MOST_BYTES - _size(bare))}


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """As many in each as PutEvents takes at once."""
    batch: list[Entry] = []
    room = MOST_BYTES
    for entry in entries:
        size = _size(entry)
        if batch and (size > room or len(batch) == MOST_ENTRIES):
            yield batch
            batch, room = [], MOST_BYTES
        batch.append(entry)
        room -= size
    if batch:
        yield batch


def _fitting(detail: Mapping[str, Any], room: int) -> str:
    kept, cut, never = dict(detail), list[str](), {*KEPT, *KEPT_OF_STEPS}
    while len(text := json.dumps(kept | ({"truncated": cut} if cut else {}))) > room:
        largest = max(
            (name for name in kept if name not in never), key=lambda name: len(json.dumps(kept[name]))
        )
        del kept[largest]
        cut.append(largest)
    return text


def _size(entry: Entry) -> int:
    """As EventBridge counts it."""
    words = entry["Source"], entry["DetailType"], entry["Detail"], *entry["Resources"]
    return _TIME_BYTES + sum(len(each.encode()) for each in words)
