"""How CloudTrail names and files what it delivers, and what of it somebody wants to have read.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from ingest.wire import Record

# Named for the minute of its delivery; the clock that dated a record may be ahead of that by as much.
_EARLY = timedelta(minutes=15)
# CloudTrail mostly delivers within minutes. What it delivers later than this, an end date leaves out.
LATE = timedelta(days=1)

_LOGS = "AWSLogs"
_ORGANIZATION = re.compile(r"o-[a-z0-9]+")
_ACCOUNT = re.compile(r"\d{12}")
_NAME = re.compile(
    r"(?P<account>\d{12})_(?P<kind>CloudTrail(?:-[A-Za-z]+)?)_(?P<region>[a-z0-9-]+)_(?:.+_)?(?P<at>\d{8}T\d{4})"
)
_ENDINGS = (".json", ".jsonl", ".ndjson", ".gz")


class Skipped(StrEnum):
    """Why a file, or a whole folder, is not read."""

    DIGEST = "digest"
    INSIGHT = "insight"
    AGGREGATED = "aggregated"
    NOT_CLOUDTRAIL = "not_cloudtrail"
    UNWANTED = "unwanted"  # By its name it holds nothing of the accounts, regions and times that are asked for.


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Skipped.UNWANTED, and whose it is, as far as its name tells."""

    account: str
    region: str


# The folders below an account. Network activity is read: its records say who called, as all others do.
_READ = {"CloudTrail", "CloudTrail-NetworkActivity"}
_SKIPPED = {
    "CloudTrail-Digest": Skipped.DIGEST,
    "CloudTrail-Insight": Skipped.INSIGHT,
    "CloudTrail-Aggregated": Skipped.AGGREGATED,
}


@dataclass(frozen=True, slots=True)
class LogName:
    """What the name of a log file tells; `delivered` to the minute."""

    kind: str
    account: str
    region: str
    delivered: datetime


def log_name(name: str) -> LogName | None:
    """`name` without its folders; None for what CloudTrail would not call a file."""
    found = _NAME.match(name)
    if not found:
        return None
    try:
        delivered = datetime.fromisoformat(found["at"]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return LogName(found["kind"], found["account"], found["region"], delivered)


@dataclass(frozen=True, slots=True)
class Wanted:
    """From `since` on, and before `until`; no accounts or no regions are all of them."""

    since: datetime | None = None
    until: datetime | None = None
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    @property
    def is_all(self) -> bool:
        return self == Wanted()

    def takes(self, record: Record, account: str) -> bool:
        """`account`: whose log it is in, where the record itself does not say."""
        at = record.event_time
        return (
            (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
            and (not self.accounts or (record.recipient_account_id or account) in self.accounts)
            and (not self.regions or record.aws_region in self.regions)
        )

    def may_be_in(self, log: LogName) -> bool:
        """Whether a file of this name can hold anything wanted."""
        return (
            self._takes_place(log.account, log.region)
            and (self.since is None or log.delivered >= self.since - _EARLY)
            and (self.until is None or log.delivered < self.until + LATE)
        )

    def days(self) -> tuple[str, str]:
        """The first and the last day to look into, as folders: `2026/11/20`; "" where there is no end."""
        first = self.since - _EARLY if self.since else None
        last = self.until + LATE if self.until else None
        return (f"{first:%Y/%m/%d}" if first else "", f"{last:%Y/%m/%d}" if last else "")

    def within(self, other: Self) -> bool:
        """Whether all of this is in the other."""
        return (
            (other.since is None or (self.since is not None and self.since >= other.since))
            and (other.until is None or (self.until is not None and self.until <= other.until))
            and (not other.accounts or (bool(self.accounts) and self.accounts <= other.accounts))
            and (not other.regions or (bool(self.regions) and self.regions <= other.regions))
        )

    def as_dict(self) -> dict[str, Any]:
        times = {name: at and at.isoformat() for name, at in (("since", self.since), ("until", self.until))}
        return asdict(self) | times | {"accounts": sorted(self.accounts), "regions": sorted(self.regions)}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        if fields.keys() != Wanted().as_dict().keys():
            raise KeyError(f"not the conditions that this version knows: {', '.join(fields)}")
        since, until = (fields[name] and datetime.fromisoformat(fields[name]) for name in ("since", "until"))
        return cls(since, until, frozenset(fields["accounts"]), frozenset(fields["regions"]))

    def takes_folder(self, folder: str) -> "Folder":
        """What to do with a folder, by its whole path from the bucket's root, with a slash at its end."""
        account, kind, region = _place_of(folder)
        if account and not _ACCOUNT.fullmatch(account):
            return Folder.OPEN  # Somebody else's, who calls a folder by that name, too.
        if kind and kind not in _READ:
            return Folder.SKIPPED if kind in _SKIPPED else Folder.FOREIGN
        if not self._takes_place(account, region):
            return Folder.UNWANTED
        return Folder.DATED if region else Folder.OPEN

    def _takes_place(self, account: str, region: str) -> bool:
        return (not self.accounts or not account or account in self.accounts) and (
            not self.regions or not region or region in self.regions
        )


class Folder(StrEnum):
    OPEN = "look into it folder by folder"
    DATED = "of one region: its names sort by date"
    UNWANTED = "of another account or region"
    SKIPPED = "of another kind of CloudTrail's files"
    FOREIGN = "of another service"


def why_not_read(folder: str, verdict: Folder) -> Skipped | Unwanted | None:
    if verdict is Folder.UNWANTED:
        account, _, region = _place_of(folder)
        return Unwanted(account, region)
    return Skipped.NOT_CLOUDTRAIL if verdict in (Folder.SKIPPED, Folder.FOREIGN) else None


def _place_of(folder: str) -> tuple[str, str, str]:
    """The account, the kind and the region, as far as the path of a folder tells them."""
    parts = folder.strip("/").split("/")
    below = parts[len(parts) - parts[::-1].index(_LOGS) :] if _LOGS in parts else []
    if below and _ORGANIZATION.fullmatch(below[0]):
        below = below[1:]
    account, kind, region = (*below[:3], "", "", "")[:3]
    return account, kind, region


def why_skipped(path: str) -> Skipped | None:
    """Of a file or a folder, by its path."""
    *folders, name = path.rstrip("/").split("/")
    log = log_name(name)
    kinds = [log.kind] if log else [each for each in (*folders, name) if each in _SKIPPED]
    if kinds:
        return next((_SKIPPED.get(kind, Skipped.NOT_CLOUDTRAIL) for kind in kinds if kind not in _READ), None)
    return None if path.endswith("/") or name.endswith(_ENDINGS) else Skipped.NOT_CLOUDTRAIL


def region_folder(folder: str) -> str:
    """Of a folder that is DATED: the part of its path that ends in the region."""
    parts = folder.split("/")
    start = len(parts) - parts[::-1].index(_LOGS)
    return "/".join(parts[: start + (4 if _ORGANIZATION.fullmatch(parts[start]) else 3)]) + "/"
