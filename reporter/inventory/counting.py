"""How many calls a client sends."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@contextmanager
def counting(client: "IAMClient") -> Iterator[Counter[str]]:
    """What is sent meanwhile, retries too."""
    sent: Counter[str] = Counter()
    events = client.meta.events
    events.register("before-send.iam", lambda **_: sent.update(["iam"]), unique_id="count")
    try:
        yield sent
    finally:
        events.unregister("before-send.iam", unique_id="count")
