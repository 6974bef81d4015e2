"""Log files as CloudTrail names and fills them."""

import gzip
import json
from datetime import UTC, datetime

from builders import ACCOUNT, record

from lastseen.past.reading import Plan
from lastseen.past.replay import Replay
from lastseen.past.s3 import s3_client
from lastseen.past.wanted import Wanted

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def day(number, hour=0, minute=0):
    return datetime(2026, 11, number, hour, minute, tzinfo=UTC)


def log(*records):
    """The content of a log file."""
    return gzip.compress(json.dumps({"Records": records or [record()]}).encode())


def key(at="20261120T1205", account=ACCOUNT, region="eu-west-1", kind="CloudTrail", before="AWSLogs/", n=0):
    folder = f"{before}{account}/{kind}/{region}/{at[:4]}/{at[4:6]}/{at[6:8]}"
    return f"{folder}/{account}_{kind}_{region}_{at}Z_{n:016}.json.gz"


def seen(number, hour=12, user="alice", **more):
    """A record by a user of that name."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/{user}"
    identity = {"type": "IAMUser", "principalId": f"AIDA{user.upper()}", "arn": arn, "accountId": ACCOUNT}
    at = f"2026-11-{number:02}T{hour:02}:00:00Z"
    return record(identity, eventTime=at, eventID=f"{user}-{number}-{hour}", **more)


def plan(wanted=None, **more):
    return Plan(wanted or Wanted(), NOW, s3_client, **more)


def replay(sources, table, wanted=None, **more):
    most_kinds = {"most_kinds": more.pop("most_kinds")} if "most_kinds" in more else {}
    return Replay(table, plan(wanted, **most_kinds), **more).run([str(each) for each in sources])


def save(folder, files):
    """Writes {path: content} below a folder of this machine."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
