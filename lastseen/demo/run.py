"""The main job from end to end on an AWS inside this process: events in, table, IAM's listings, mail out."""

import io
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID

from activity.finding import FindingId
from activity.finding_events import Entry
from activity.model import COVERAGE, Activity, id_facet, ip_facet, key_facet
from activity.scan import Scan
from activity.snooze import asked
from activity.snoozes import Snoozes
from activity.table import ActivityTable
from ingest import app as ingest
from lastseen.asking.calendar import Calendar, Span
from lastseen.asking.heard import Heard
from lastseen.asking.listing import Row, Wanted, rows
from lastseen.demo.account import Role, make_account
from lastseen.demo.cast import (
    ALICE_KEY,
    CONNECTED,
    DENIED,
    GRACE_KEY,
    NOT_CONNECTED,
    OFFICE,
    PEOPLE,
    QUARTERLY,
    REPORTER,
    ROLES,
    WEEK,
)
from lastseen.demo.events import Event, canary, events, happened_before
from lastseen.demo.local_aws import deny, enable, environment, local_aws, make_table, make_trail
from lastseen.demo.mails import Mail, mails_to
from lastseen.demo.planning import mail_plan
from reporter import app as reporter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "eu-west-1"
TABLE = "activity"
BUCKET = "last-activity-reports"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    events: int
    again: list[str]
    report: Mail
    plan: Mail
    answer: dict[str, Any]
    page: str
    sent: list[Entry]
    came_from_office: list[Activity]
    owner_of_key: list[Activity]
    nights: Span
    there: list[Row]
    quarterly: Calendar


def run(now: datetime) -> Outcome:
    """The demo's account as it is on `now`, the second of its weekly reports, and the plan; prints nothing."""
    with local_aws(REGION) as client:
        make_table(client("dynamodb"), TABLE)
        make_trail(client("cloudtrail"), client("s3"))
        client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        topic = client("sns").create_topic(Name="reports")["TopicArn"]
        client("iam").create_account_alias(AccountAlias="acme-prod")
        make_account(client("iam"), PEOPLE, ROLES, now=now)
        settings = {"ACTIVITY_TABLE": TABLE, "REPORT_TOPIC_ARN": topic, "REPORT_BUCKET": BUCKET}
        settings |= {"CHAT_FORMAT": "true"} | _credentials_of_the_reporter(client("sts"))
        defaults = "RESOLUTION", "DETAIL_", "RETENTION_", "STALE_", "EXEMPT_", "GRACE_", "MAX_PER_RUN"
        sent: list[Entry] = []
        with environment(settings, without=defaults), _quiet():
            boto3.setup_default_session()  # with the reporter's credentials
            enable(boto3.DEFAULT_SESSION, (*CONNECTED, NOT_CONNECTED))
            deny(reporter.reporter().sources.iam.client, "ListAccessKeys", DENIED)
            _keep_events(reporter.reporter().bus.client, sent)
            everything = list(events(now))
            before = [event for event in everything if happened_before(event, now - WEEK)]
            again = _ingest(before)
            reporter.reporter().report(now - WEEK)
            _snooze(client("dynamodb"), now - 6 * DAY)
            client("iam").delete_role(RoleName="old-importer")
            again += _ingest(event for event in everything if event not in before)
            answer = reporter.lambda_handler({}, None)
            # Now it is connected: else quarantine would plan nothing.
            again += _ingest([canary(NOT_CONNECTED, now - timedelta(seconds=4))])
            mail_plan(now)
        _, report, plan = mails_to(topic)
        return Outcome(
            events=len(everything),
            again=again,
            report=report,
            plan=plan,
            answer=answer,
            page=_last_page(client("s3")),
            sent=sent,
            **_look_ups(client("dynamodb"), now),
        )


def _snooze(client: "DynamoDBClient", at: datetime) -> None:
    """As alice does it, by `lastseen snooze`."""
    finding = FindingId(DEFAULT_ACCOUNT_ID, "access_key", GRACE_KEY)
    by = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:user/people/alice"
    Snoozes(client, TABLE).put(asked(finding, (at + 44 * DAY).date(), "moves in December", by=by, at=at))


def _look_ups(client: "DynamoDBClient", now: datetime) -> dict[str, Any]:
    """What an outcome has of them."""
    table, nights = ActivityTable(client, TABLE), Span(now.date() - 3 * DAY, now.date() - 2 * DAY)
    return {
        "came_from_office": _holders(table, ip_facet(OFFICE)),
        "owner_of_key": _profile(table, table.principals_with(key_facet(ALICE_KEY))[0]),
        "nights": nights,
        "there": rows(Scan(client, TABLE).recencies(), Wanted(then=nights), now),
        "quarterly": _calendar(table, QUARTERLY),
    }


def _calendar(table: ActivityTable, role: Role) -> Calendar:
    (itself,) = table.of(f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/{role.name}", facet_begins=id_facet(role.id))
    return Calendar(itself.days, heard=Heard(tuple(table.of(COVERAGE))).days(DEFAULT_ACCOUNT_ID))


def _holders(table: ActivityTable, facet: str) -> list[Activity]:
    """Everybody seen with `facet`, the last seen first."""
    keys = ((principal, facet) for principal in table.principals_with(facet))
    found = [item.activity for item in table.get(keys).values() if item.activity]
    return sorted(found, key=lambda activity: activity.last_seen, reverse=True)


def _profile(table: ActivityTable, principal: str) -> list[Activity]:
    """All that a principal was seen with, the last seen first."""
    return sorted(table.of(principal), key=lambda activity: activity.last_seen, reverse=True)


def _ingest(those: Iterable[Event]) -> list[str]:
    """What comes back to be delivered again."""
    messages = [{"messageId": name, "body": json.dumps(event)} for name, event in those]
    answer = ingest.lambda_handler({"Records": messages}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def _credentials_of_the_reporter(sts: Any) -> dict[str, str]:
    arn = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/{REPORTER.name}"
    session = sts.assume_role(RoleArn=arn, RoleSessionName="report")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }


def _keep_events(client: Any, sent: list[Entry]) -> None:
    """Adds to `sent` whatever is put on a bus from now on."""

    def keep(params: Any, **_: object) -> None:
        sent.extend(params["Entries"])

    client.meta.events.register("provide-client-params.events.PutEvents", keep)


def _last_page(s3: Any) -> str:
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    last = max(key for key in keys if key.endswith(".html"))
    return str(s3.get_object(Bucket=BUCKET, Key=last)["Body"].read().decode())


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the Lambdas' metrics and log lines, which go to standard output, out of the demo's."""
    logging.disable()
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)
