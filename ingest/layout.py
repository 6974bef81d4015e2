"""How CloudTrail names what it delivers to S3.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

LOGS = "AWSLogs"
ORGANIZATION = re.compile(r"o-[a-z0-9]+")
ACCOUNT = re.compile(r"\d{12}")
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


# The folders below an account. Network activity is read: its records say who called, as all others do.
READ = {"CloudTrail", "CloudTrail-NetworkActivity"}
SKIPPED = {
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


def place_of(folder: str) -> tuple[str, str, str]:
    """The account, the kind and the region, as far as the path of a folder tells them."""
    parts = folder.split("/")
    below = parts[len(parts) - parts[::-1].index(LOGS) :] if LOGS in parts else []
    if below and ORGANIZATION.fullmatch(below[0]):
        below = below[1:]
    account, kind, region = (*below, "", "", "")[:3]
    return account, kind, region


def why_skipped(path: str) -> Skipped | None:
    """Of a file or a folder, by its path."""
    *folders, name = path.split("/")
    log = log_name(name)
    kinds = [log.kind] if log else [each for each in folders if each in SKIPPED]
    account, kind, _ = place_of("/".join(folders))
    if not kinds and kind and ACCOUNT.fullmatch(account):
        kinds = [kind]
    if kinds:
        return next((SKIPPED.get(kind, Skipped.NOT_CLOUDTRAIL) for kind in kinds if kind not in READ), None)
    return None if path.endswith("/") or name.endswith(_ENDINGS) else Skipped.NOT_CLOUDTRAIL
