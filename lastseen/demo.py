"""The main job from end to end on an AWS inside this process: events in, table, IAM's listings, mail out."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from activity.model import Activity, from_text, ip_facet, key_facet, to_text
from activity.table import ActivityTable
from ingest import app as ingest
from lastseen.account import Key, Person, Role, make_account
from lastseen.local_aws import environment, local_aws, make_table
from lastseen.lookup import holders, profile
from reporter import app as reporter

REGION = "eu-west-1"
TABLE = "activity"
ALICE_KEY = "AKIAEXAMPLEALICE0001"
OFFICE = "198.51.100.7"

PEOPLE = (
    Person("alice", "AIDAEXAMPLEALICE00001", 900, 2, (Key(ALICE_KEY, 320, 1),), path="/people/"),
    Person("bob", "AIDAEXAMPLEBOB0000001", 700, None, (Key("AKIAEXAMPLEBOB000001", 700, 150),)),
    Person("carol", "AIDAEXAMPLECAROL00001", 800, 214, (Key("AKIAEXAMPLECAROL0001", 800, 214),)),
    Person("dave", "AIDAEXAMPLEDAVE000001", 200, 0, (Key("AKIAEXAMPLEDAVE00001", 200),)),
    Person("erin", "AIDAEXAMPLEERIN000001", 5, 0, (Key("AKIAEXAMPLEERIN00001", 5),)),
    Person("frank", "AIDAEXAMPLEFRANK00001", 500, 0, exempt="break-glass CISO until=2027-12-31"),
    Person(
        "grace",
        "AIDAEXAMPLEGRACE00001",
        600,
        3,
        (Key("AKIAEXAMPLEGRACE0001", 600, 134), Key("AKIAEXAMPLEGRACE0002", 400, 390, is_active=False)),
    ),
)
ROLES = (
    Role("deploy", "AROAEXAMPLEDEPLOY0001", 700, 1, path="/ci/"),
    Role("thumbnails-lambda", "AROAEXAMPLETHUMBS0001", 300, None, path="/service-role/"),
    Role("auditor", "AROAEXAMPLEAUDITOR001", 800, 95),
    Role("legacy-batch", "AROAEXAMPLELEGACY0001", 350),
    Role("federated-admins", "AROAEXAMPLEFEDADMIN01", 900, 4),
    Role(
        "AWSServiceRoleForSupport",
        "AROAEXAMPLESUPPORT001",
        950,
        path="/aws-service-role/support.amazonaws.com/",
    ),
    Role(
        "AWSReservedSSO_Admin_0123456789abcdef",
        "AROAEXAMPLESSOADMIN01",
        300,
        1,
        path="/aws-reserved/sso.amazonaws.com/eu-west-1/",
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    events: int
    again: list[str]
    subject: str
    mail: str
    answer: dict[str, Any]
    came_from_office: list[Activity]
    owner_of_key: list[Activity]


def run(now: datetime) -> Outcome:
    """The demo's account and events as they are on `now`; prints nothing."""
    with local_aws(REGION) as client:
        make_table(client("dynamodb"), TABLE)
        topic = client("sns").create_topic(Name="reports")["TopicArn"]
        client("iam").create_account_alias(AccountAlias="acme-prod")
        make_account(client("iam"), PEOPLE, ROLES, now=now)
        settings = {"ACTIVITY_TABLE": TABLE, "REPORT_TOPIC_ARN": topic}
        with (
            environment(settings, without=("RESOLUTION", "DETAIL_", "RETENTION_", "STALE_", "EXEMPT_")),
            _quiet(),
        ):
            messages = [{"messageId": name, "body": json.dumps(event)} for name, event in _events(now)]
            answer = ingest.lambda_handler({"Records": messages}, None)
            report = reporter.lambda_handler({}, None)
        table = ActivityTable(client("dynamodb"), TABLE)
        sent: Any = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[topic].sent_notifications
        _, mail, subject, *_ = sent[0]
        return Outcome(
            events=len(messages),
            again=[failure["itemIdentifier"] for failure in answer["batchItemFailures"]],
            subject=subject,
            mail=mail,
            answer=report,
            came_from_office=holders(table, ip_facet(OFFICE)),
            owner_of_key=profile(table, table.principals_with(key_facet(ALICE_KEY))[0]),
        )


def _events(now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """The samples of events/, moved in time so that the newest of them has just happened."""
    samples = {path.name: json.loads(path.read_text()) for path in sorted(samples_folder().glob("*.json"))}
    newest = max(from_text(event["detail"]["eventTime"]) for event in samples.values())
    shift = now - timedelta(minutes=10) - newest
    for name, event in samples.items():
        moved = to_text(from_text(event["detail"]["eventTime"]) + shift)
        event["time"] = event["detail"]["eventTime"] = moved
        yield name, event


def samples_folder() -> Path:
    """In a checkout events/ stands beside this package; installed, it is inside."""
    inside = Path(__file__).parent / "events"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "events"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the Lambdas' metrics and log lines, which go to standard output, out of the demo's."""
    logging.disable()
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)
