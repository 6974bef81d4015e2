"""What somebody wants to have read of what CloudTrail files, and which of its folders that rules out."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from ingest.layout import ACCOUNT, LOGS, ORGANIZATION, READ, SKIPPED, LogName, Skipped, place_of
from ingest.wire import Record

# Named for the minute of its delivery; the clock that dated a record may be ahead of that by as much.
_EARLY = timedelta(minutes=15)
# CloudTrail mostly delivers within minutes. What it delivers later than this, an end date leaves out.
LATE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Skipped.UNWANTED, and whose it is, as far as its name tells."""

    account: str
    region: str


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
        account, kind, region = place_of(folder)
        if account and not ACCOUNT.fullmatch(account):
            return Folder.OPEN  # Somebody else's, who calls a folder by that name, too.
        if kind and kind not in READ:
            return Folder.SKIPPED if kind in SKIPPED else Folder.FOREIGN
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
        account, _, region = place_of(folder)
        return Unwanted(account, region)
    return Skipped.NOT_CLOUDTRAIL if verdict in (Folder.SKIPPED, Folder.FOREIGN) else None


def region_folder(folder: str) -> str:
    """Of a folder that is DATED: the part of its path that ends in the region."""
    parts = folder.split("/")
    start = len(parts) - parts[::-1].index(LOGS)
    return "/".join(parts[: start + (4 if ORGANIZATION.fullmatch(parts[start]) else 3)]) + "/"
