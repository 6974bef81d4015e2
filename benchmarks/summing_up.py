"""Figure 10, its end: the step that makes one report of all accounts, of real summaries multiplied."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from benchmarks.bucket import Bucket
from benchmarks.member import Account, Member
from benchmarks.organization import ACCOUNT, OBJECT, OF, WAYS, running

FOLDER = f"organization/{OF['run']}"
ROWS = 500
SUM_UP = "reporter.app", {"step": "sum_up", "of": OF}


@dataclass(frozen=True, slots=True)
class Summed:
    """Memory in MB, sizes in bytes. `seconds` are those on the clock of this machine."""

    seconds: float
    processor: float
    peak: float
    index: int
    document: int
    findings: int
    mail: int


class Organization:
    """What the reviews of `accounts` have left: each what one review leaves, under another id."""

    def __init__(self, accounts: int, left: dict[str, bytes]) -> None:
        self.ids = [f"{each:012}" for each in range(100_000_000_000, 100_000_000_000 + accounts)]
        (self._summary,) = (body for key, body in left.items() if key.startswith(f"{FOLDER}/accounts/"))
        (csv,) = (body for key, body in left.items() if key.endswith(".csv"))
        head, *rows = csv.splitlines(keepends=True)
        self._csv = head + b"".join((rows * (ROWS // len(rows) + 1))[:ROWS])

    @cached_property
    def names(self) -> list[str]:
        return [f"{FOLDER}/accounts/{each}.json" for each in self.ids]

    def made(self, key: str) -> bytes | None:
        if key == f"{FOLDER}/accounts.json":
            every = [ACCOUNT | {"id": each, "name": f"workload-{each[-4:]}"} for each in self.ids]
            return json.dumps({"accounts": every, "notes": []}).encode()
        if key.startswith(f"{FOLDER}/accounts/"):
            return self._summary.replace(ACCOUNT["id"].encode(), key[-17:-5].encode())
        return self._csv if key.endswith(".csv") else None


def left_by_a_review() -> dict[str, bytes]:
    """One in two of its credentials is idle, so that there are more findings than a summary has."""
    bucket = Bucket()
    with running(Member(Account(200, 200, idle_in=2)), bucket, *WAYS["member"], 1) as lines:
        list(lines)
    return bucket.objects


def summed(accounts: int, left: dict[str, bytes]) -> Summed:
    of = Organization(accounts, left)
    bucket, wire = Bucket(OBJECT, of.made, lambda: of.names), Member(Account(1, 1))
    with running(wire, bucket, *SUM_UP, 1) as lines:
        told: dict[str, Any] = json.loads(list(lines)[-1])
    sizes = {key.rpartition("/")[2]: size for key, size in bucket.sizes.items()}
    ((_, mail),) = wire.mails
    return Summed(
        told["seconds"],
        told["processor"],
        told["peak"],
        sizes["index.html"],
        sizes["organization.json"],
        sizes["findings.csv"],
        len(mail.encode()),
    )
