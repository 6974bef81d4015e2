"""The tracker's three functions as they run on AWS, over an AWS in memory that refuses what it is told to."""

import json
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import boto3
import time_machine
from botocore.exceptions import ClientError
from builders import ACCOUNT
from simulation.dynamo import Dynamo
from simulation.iam import Iam

from activity.model import SIGNIN
from awakened import app as awakened
from awakened.app import NotAnnounced
from ingest import app as ingest
from lastseen.demo.local_aws import environment, forget
from reporter import app as reporter

SETTINGS = {
    "ACTIVITY_TABLE": "activity",
    "REPORT_TOPIC_ARN": "topic",
    "DEAD_LETTER_QUEUE_URL": "dead",
    "STALE_USER_DAYS": "60",
    "STALE_KEY_DAYS": "40",
    "STALE_ROLE_DAYS": "30",
}


@dataclass(frozen=True)
class Trouble:
    """What AWS refuses for a while: calls of IAM; mails; writes of a third of the items, by lot; reads."""

    iam: frozenset = frozenset()
    mails: bool = False
    writes: int | None = None
    note: bool = False
    reads: str = ""

    def refuses(self, call, what):
        if call != "UpdateItem":
            return bool(self.reads) and self.reads in (call, what)
        if what == ("report", ACCOUNT):
            return self.note
        return self.writes is not None and lot(what, self.writes) % 3 == 0


NONE = Trouble()


def lot(what, number):
    """Drawn for it, and always the same."""
    return zlib.crc32(f"{number} {what}".encode())


class Sns:
    def __init__(self):
        self.sent, self.refuses = [], False

    def publish(self, Message, **_):  # noqa: N803  # boto3's name
        if self.refuses:
            raise ClientError({"Error": {"Code": "Throttled", "Message": "later"}}, "Publish")
        self.sent.append(json.loads(json.loads(Message)["default"]))


class Bus:
    """`sent`: (detail-type, finding id) of each event."""

    def __init__(self):
        self.sent = []

    def put_events(self, Entries):  # noqa: N803  # boto3's name
        self.sent += [(each["DetailType"], json.loads(each["Detail"])["finding_id"]) for each in Entries]
        return {"Entries": [{"EventId": "1"} for _ in Entries]}


class Sqs:
    def __init__(self):
        self.sent = []

    def send_message(self, MessageBody, **_):  # noqa: N803  # boto3's name
        self.sent.append(MessageBody)


def _pages_of_regions(**_):
    return [{"Regions": [{"RegionName": "eu-west-1"}]}]


class Tracker:
    """`queue`: messages with events that were not taken off it yet; `stream`: changes not taken off either."""

    def __init__(self, account, clock):
        self.clock = clock
        self.table, self.iam, self.sns, self.sqs = Dynamo(), Iam(account, clock), Sns(), Sqs()
        self.bus = Bus()
        self.queue, self.stream, self.streamed = {}, [], 0
        trail = {"TrailARN": "all", "HomeRegion": "eu-west-1", "IsMultiRegionTrail": True}
        self._clients = {
            "dynamodb": self.table,
            "iam": self.iam,
            "sns": self.sns,
            "sqs": self.sqs,
            "events": self.bus,
            "s3": None,
            "sts": SimpleNamespace(
                meta=SimpleNamespace(region_name="eu-west-1"),
                get_caller_identity=lambda: {
                    "Account": ACCOUNT,
                    "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/reporter/run",
                    "UserId": "AROAREPORTER:run",
                },
            ),
            "account": SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=_pages_of_regions)),
            "cloudtrail": SimpleNamespace(
                meta=SimpleNamespace(region_name="eu-west-1"),
                describe_trails=lambda: {"trailList": [trail]},
                get_trail_status=lambda Name: {"IsLogging": True},  # noqa: N803
                get_event_selectors=lambda TrailName: {},  # noqa: N803
            ),
        }

    @contextmanager
    def running(self):
        """All that the functions connect to is here."""
        with ExitStack() as stack:
            stack.enter_context(environment(SETTINGS, without=("AWS_", "ACTIVITY_", "STALE_")))
            forget()
            stack.callback(forget)
            boto3.DEFAULT_SESSION = SimpleNamespace(client=lambda service, **_: self._clients[service])
            yield

    def hear(self, trouble=NONE):
        """Takes what it can off the queue; answers the names of the messages that are done."""
        messages = [{"messageId": name, "body": body} for name, body in self.queue.items()]
        if not messages:
            return set()
        with self._in(trouble):
            failed = ingest.lambda_handler({"Records": messages}, None)["batchItemFailures"]
        done = self.queue.keys() - {each["itemIdentifier"] for each in failed}
        self.queue = {name: body for name, body in self.queue.items() if name not in done}
        return done

    def report(self, trouble=NONE, meanwhile=lambda: None):
        """What was mailed, or None. `meanwhile` happens when all is read and nothing is written yet."""
        with self._in(trouble):
            refuses, left = self.table.refuses, [meanwhile]

            def begin_to_write(call, what):
                if what == ("canary", ACCOUNT) and call == "UpdateItem" and left:
                    left.pop()()
                return refuses(call, what)

            self.table.refuses = begin_to_write
            try:
                return reporter.reporter().report(self.clock()).report
            except ClientError:
                return None

    def holders(self):
        """Whose each flag is, by its key: the unique id that the item has."""
        return {key: item.get("flagged_id", {}).get("S", "") for key, item in self.table.items.items()}

    def overwritten(self, before):
        """The passwords whose flags are another's now: the item of a password goes by the name."""
        after = self.holders()
        return {
            ("password", holder)
            for key, holder in before.items()
            if key[1] == SIGNIN and holder and after.get(key, "") not in ("", holder)
        }

    def tell(self, number, most=None, trouble=NONE):
        """Hands over some of what the stream has; a shard keeps the order of an item's changes, not of all."""
        self._read()
        self.stream.sort(key=lambda change: lot(change["dynamodb"]["Keys"], number))
        records = self.stream[:most]
        if not records:
            return
        with self._in(trouble):
            try:
                failed = awakened.lambda_handler({"Records": records}, None)["batchItemFailures"]
            except NotAnnounced:
                failed = [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]
        numbers = [change["dynamodb"]["SequenceNumber"] for change in self.stream]
        done = numbers.index(failed[0]["itemIdentifier"]) if failed else len(records)
        self.stream = self.stream[done:]

    def _read(self):
        self.stream += self.table.changes[self.streamed :]
        self.streamed = len(self.table.changes)

    @property
    def is_behind(self):
        self._read()
        return bool(self.stream or self.queue)

    @contextmanager
    def _in(self, trouble):
        before = self.table.refuses, self.iam.refused, self.sns.refuses
        self.table.refuses, self.iam.refused, self.sns.refuses = trouble.refuses, trouble.iam, trouble.mails
        try:
            with time_machine.travel(self.clock(), tick=False):
                yield
        finally:
            self.table.refuses, self.iam.refused, self.sns.refuses = before
