"""The shortest ways through the deployed stack that need a function's permissions.

Each answers how it shows that something is amiss: an error, a gap in the report, or an alarm. Nothing if all is well.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from builders import ACCOUNT, alice, envelope, record
from e2e.server import eventually
from e2e.stack import NAME, Queue, Stack
from logfiles import key, log

from activity.flags import Flags
from activity.item import Flag
from activity.model import Activity, Evidence, id_facet, key_facet, to_text
from activity.table import ActivityTable

NUMBERS = count(1)
LASTSEEN, AWS = (Path(sys.executable).with_name(name) for name in ("lastseen", "aws"))
INVESTIGATOR = "investigator"
# By which metric of the reporter's log which alarm goes off.
ALARMS = {
    "TrackerSilent": "SilentAlarm",
    "NotRemembered": "NotRememberedAlarm",
    "EventsNotSent": "EventsNotSentAlarm",
}


def someone():
    """A user of whom nobody has heard yet."""
    name = f"user{next(NUMBERS):012}"  # As long as ids are.
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return alice(arn=arn, userName=name, principalId=f"AIDA{name.upper()}", accessKeyId=f"AKIA{name.upper()}")


def key_of(user):
    return user["arn"], key_facet(user["accessKeyId"])


def id_of(user):
    return user["arn"], id_facet(user["principalId"])


def invoke(stack, function, event):
    """The answer, or the error as text."""
    name, payload = stack.resources[function], json.dumps(event).encode()
    answer = stack.server.client("lambda").invoke(FunctionName=name, Payload=payload)
    said = json.load(answer["Payload"])
    return f"error: {said['errorMessage'][:100]}" if "FunctionError" in answer else said


@dataclass(frozen=True, eq=False)
class Recording:
    """An event on the queue comes into the table, or in the end into the queue of the alarm."""

    stack: Stack

    def __call__(self):
        queue, user = self.stack.queue(), someone()
        dead = queue.dead_letters()
        at = to_text(datetime.now(UTC) - timedelta(minutes=1))
        queue.send([json.dumps(envelope(record(user, eventTime=at, awsRegion="eu-north-1")))])

        def outcome():
            return "recorded" if key_of(user) in self.stack.items() else dead.take() and "UnrecordedAlarm"

        told = eventually(outcome, "it is recorded, or dead", within=60)
        return "" if told == "recorded" else told


@dataclass(frozen=True, eq=False)
class ReadingLogs:
    """Of a log object on the way of the queue, one record comes into the table, and another to the dead letters."""

    stack: Stack

    def __call__(self):
        queue, user, name = self.queue, someone(), key(n=next(NUMBERS))
        dead = queue.dead_letters()
        at = to_text(datetime.now(UTC) - timedelta(minutes=1))
        content = log(record(user, eventTime=at, awsRegion="eu-north-1"), {"eventTime": 1})
        self.stack.server.client("s3").put_object(Bucket="trail", Key=name, Body=content)
        queue.send([json.dumps({"s3Bucket": "trail", "s3ObjectKey": [name]})])
        letters = eventually(dead.take, "a record or the whole object is set aside", within=60)
        is_by_itself = [json.loads(each).get("place") for each in letters] == ["record 2"]
        return "" if is_by_itself and key_of(user) in self.stack.items() else "LogUnrecordedAlarm"

    @property
    def queue(self):
        return Queue(self.stack.server.client("sqs"), self.stack.outputs["LogQueueArn"])


@dataclass(frozen=True, eq=False)
class Announcing:
    """Changes of the table, as the stream has them: given to the function, or left for the stream to give."""

    stack: Stack

    @property
    def table(self):
        return ActivityTable(self._client, self._name)

    @property
    def flags(self):
        return Flags(self._client, self._name)

    def use_of_what_is_flagged(self):
        user = someone()
        before = self._flagged(key_of(user))
        self._use(key_of(user), user)
        return self._announced(key_of(user), self._change(key_of(user), before))

    def use_by_another_name(self):
        user, renamed = someone(), someone()
        self._flagged(id_of(user))
        new = renamed["arn"], id_of(user)[1]
        self._use(new, user)
        return self._announced(id_of(user), self._change(new))

    def what_cannot_be_read(self):
        user = someone()
        self._use(key_of(user), user)
        poison = self._change(key_of(user))
        poison["dynamodb"]["NewImage"]["last_seen"] = {"S": "yesterday"}
        said, letters = self._given(poison), self.stack.resources["AwakenedDeadLetterQueue"]
        assert said or Queue(self.stack.server.client("sqs"), f"x:{letters.rpartition('/')[2]}").take()
        return said

    def by_the_stream(self):
        user = someone()
        self._flagged(key_of(user))
        self._use(key_of(user), user)
        eventually(lambda: self._is_awake(key_of(user)), "it is announced", within=60)
        return ""

    def is_flagged_and_used(self, user):
        """The function is not given it."""
        self._flagged(key_of(user))
        self._use(key_of(user), user)
        self._use(id_of(user), user)

    def _announced(self, key, change):
        said = self._given(change)
        assert said or self._is_awake(key)
        return said or self._set_aside()

    def _set_aside(self):
        """What the alarm would say of a notice that not everybody got."""
        letters = self.stack.resources["AwakenedDeadLetterQueue"].rpartition("/")[2]
        found = Queue(self.stack.server.client("sqs"), f"x:{letters}").take()
        return f"UnannouncedAlarm; {json.loads(found[0])['reason'][:100]}" if found else ""

    def _given(self, change):
        said = invoke(self.stack, "AwakenedFunction", {"Records": [change]})
        if isinstance(said, str):
            return said
        return "the record comes again for 12 hours, then UnannouncedAlarm" if said["batchItemFailures"] else ""

    def _is_awake(self, key):
        return self.flags.of(ACCOUNT)[key].awakened_at

    def _flagged(self, key):
        at = datetime.now(UTC) - timedelta(days=7)
        self.flags.flag(key, ACCOUNT, Flag(at, at - timedelta(days=200)), now=at)
        return self._item(key)

    def _use(self, key, user):
        at = datetime.now(UTC).replace(microsecond=0)
        evidence = Evidence(f"event-{user['userName']}", principal_id=user["principalId"])
        self.table.record(Activity(*key, at, at, evidence))

    def _change(self, key, before=None):
        images = {"NewImage": self._item(key)} | ({"OldImage": before} if before else {})
        return {
            "eventName": "MODIFY" if before else "INSERT",
            "dynamodb": {"Keys": _plain(key), **images, "SequenceNumber": "100"},
        }

    def _item(self, key):
        return self._client.get_item(TableName=self._name, Key=_plain(key))["Item"]

    @property
    def _name(self):
        return self.stack.outputs["ActivityTableName"]

    @property
    def _client(self):
        return self.stack.server.client("dynamodb")


def flag_what_is_gone(stack):
    """The user, who is not in IAM. The next report has something that is resolved, and sends an event."""
    at, user = datetime.now(UTC) - timedelta(days=7), someone()
    flags = Flags(stack.server.client("dynamodb"), stack.outputs["ActivityTableName"])
    flags.flag(id_of(user), ACCOUNT, Flag(at, at - timedelta(days=200)), now=at)
    return user


def _plain(key):
    return {"principal": {"S": key[0]}, "facet": {"S": key[1]}}


@dataclass(frozen=True, eq=False)
class Reporting:
    """A report of an account in which there is something to look for of each kind."""

    stack: Stack

    def __call__(self):
        flag_what_is_gone(self.stack)
        before = len(self._measured())
        said = invoke(self.stack, "ReporterFunction", {})
        if isinstance(said, str):
            return f"ReporterErrorsAlarm; {said}"
        metrics = eventually(lambda: self._measured()[before:], "it has measured", within=20)[-1]
        # That the run before could mail nothing is told by the next: it is of another permission.
        gaps = [each["what"] for each in said["gaps"] if not each["what"].startswith("the last report, begun")]
        alarms = (alarm for metric, alarm in ALARMS.items() if metrics[metric][0])
        return "; ".join([*(f"gap: {each}" for each in gaps), *self._refusals(), *alarms])

    def _refusals(self):
        """What the last report notes beside gaps: where it could do without an answer."""
        s3, bucket = self.stack.server.client("s3"), self.stack.outputs["ReportBucketName"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        every = [
            each for page in pages for each in page.get("Contents", []) if each["Key"].endswith("report.json")
        ]
        last = max(every, key=lambda each: each["Key"], default=None)
        if last is None:
            return []
        notes = json.loads(s3.get_object(Bucket=bucket, Key=last["Key"])["Body"].read())["notes"]
        return [f"note: {each}" for each in notes if "AccessDenied" in each or "not authorized" in each]

    def _measured(self):
        group = self.stack.resources["ReporterLogs"]
        events = self.stack.server.client("logs").filter_log_events(logGroupName=group)["events"]
        lines = [each["message"] for each in events]
        return [json.loads(line) for line in lines if line.startswith("{") and '"TrackerSilent"' in line]


@dataclass(frozen=True, eq=False)
class Investigating:
    """The questions of the README and of docs/investigate.md that need each of the permissions, by `lastseen`."""

    stack: Stack
    user: dict
    session: dict
    unseen: str

    def __call__(self):
        """What the first that is refused says. `unseen`: a key of a user of IAM that was never used."""
        name = self.user["userName"]
        for words in (
            ["who", self.user["accessKeyId"]],
            ["who", name, "--all"],
            ["list"],
            ["list", "--flagged"],
            ["list", "--flagged", "--account", ACCOUNT],
        ):
            said = self._run(LASTSEEN, *words, "--stack", NAME)
            if said:
                return f"lastseen {' '.join(words).replace(name, 'NAME')}: {said}"
        for words in (["who", self.unseen], ["who", "user/nobody"], ["who", "role/nobody"], ["coverage"]):
            if refused := re.search(
                "not allowed to call .*", self._done(LASTSEEN, *words, "--stack", NAME).stdout
            ):
                return f"lastseen {words[0]}: {refused[0]}"
        return self._run(AWS, "cloudtrail", "lookup-events")

    def _run(self, *words):
        done = self._done(*words)
        return done.stderr.strip().splitlines()[-1] if done.returncode else ""

    def _done(self, *words):
        return subprocess.run(
            words,
            env=self.stack.server.environment() | self.session,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


def make_unseen(iam):
    """The id of a key that no event tells of."""
    iam.create_user(UserName="unseen")
    return iam.create_access_key(UserName="unseen")["AccessKey"]["AccessKeyId"]


def make_investigator(stack):
    """A role that may do what the stack's policy for people allows; the environment of its session."""
    iam, policy = stack.server.client("iam"), stack.outputs["InvestigatorPolicyArn"]
    version = iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=policy, VersionId=version)["PolicyVersion"]["Document"]
    anybody = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [anybody]}
    role = iam.create_role(RoleName=INVESTIGATOR, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    iam.put_role_policy(RoleName=INVESTIGATOR, PolicyName="all", PolicyDocument=json.dumps(document))
    return stack.server.session(role["Arn"])


def make_twins(iam):
    """Two keys made in one second: the credential report does not tell which of its times is whose."""

    def make():
        return iam.create_access_key(UserName="twins")["AccessKey"]

    iam.create_user(UserName="twins")
    first, second = make(), make()
    while first["CreateDate"].replace(microsecond=0) != second["CreateDate"].replace(microsecond=0):
        iam.delete_access_key(UserName="twins", AccessKeyId=first["AccessKeyId"])
        first, second = second, make()
