"""The demo's account: who is in it, and what happens in the week between its two reports."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from activity.model import CANARY_AGENT, from_text, to_text
from lastseen.demo.account import Key, Person, Role
from lastseen.samples import samples_folder

ALICE_KEY = "AKIAEXAMPLEALICE0001"
NINA_KEY = "AKIAEXAMPLENINA00001"
OFFICE = "198.51.100.7"
DENIED = "ines"  # Of whom a service control policy lets nobody see the keys.
WEEK = timedelta(days=7)
CONNECTED = "eu-central-1", "eu-west-1", "us-east-1"
NOT_CONNECTED = "ap-northeast-1"

PEOPLE = (
    Person("alice", "AIDAEXAMPLEALICE00001", 900, None, (Key(ALICE_KEY, 320, 1),), path="/people/"),
    Person("bob", "AIDAEXAMPLEBOB0000001", 700, None, (Key("AKIAEXAMPLEBOB000001", 700, 60),)),
    Person(
        "carol",
        "AIDAEXAMPLECAROL00001",
        800,
        214,
        (Key("AKIAEXAMPLECAROL0001", 800, 214),),
        is_administrator=True,
    ),
    Person("dave", "AIDAEXAMPLEDAVE000001", 200, None, (Key("AKIAEXAMPLEDAVE00001", 200),)),
    Person("erin", "AIDAEXAMPLEERIN000001", 5, 0, (Key("AKIAEXAMPLEERIN00001", 5),)),
    Person("frank", "AIDAEXAMPLEFRANK00001", 500, exempt="break-glass CISO until=2027-12-31"),
    Person(
        "grace",
        "AIDAEXAMPLEGRACE00001",
        600,
        3,
        (Key("AKIAEXAMPLEGRACE0001", 600, 134), Key("AKIAEXAMPLEGRACE0002", 400, 390, is_active=False)),
    ),
    Person(
        "ines", "AIDAEXAMPLEINES000001", 300, None, (Key("AKIAEXAMPLEINES00001", 300, 250),), path="/vault/"
    ),
    Person("nina", "AIDAEXAMPLENINA000001", 700, None, (Key(NINA_KEY, 700, 160),)),
)
REPORTER = Role("last-activity-reporter", "AROAEXAMPLEREPORTER01", 60)
ROLES = (
    REPORTER,
    Role("deploy", "AROAEXAMPLEDEPLOY0001", 700, 1, path="/ci/"),
    Role("thumbnails-lambda", "AROAEXAMPLETHUMBS0001", 300, None, path="/service-role/"),
    Role("auditor", "AROAEXAMPLEAUDITOR001", 800, 95),
    Role("legacy-batch", "AROAEXAMPLELEGACY0001", 93),
    Role("old-importer", "AROAEXAMPLEIMPORTER01", 600, 300),
    Role("backup-tokyo", "AROAEXAMPLETOKYO00001", 600, 3, region="ap-northeast-1"),
    Role("dr-failover", "AROAEXAMPLEFAILOVER01", 500, 400, exempt="disaster recovery until=next year"),
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

Event = tuple[str, dict[str, Any]]


def events(now: datetime) -> Iterator[Event]:
    """The samples of events/, moved in time so that the newest of them has just happened; and some more."""
    samples = {path.name: json.loads(path.read_text()) for path in sorted(samples_folder().glob("*.json"))}
    newest = max(from_text(event["detail"]["eventTime"]) for event in samples.values())
    shift = now - timedelta(minutes=10) - newest
    for name, event in samples.items():
        yield name, _moved(event, from_text(event["detail"]["eventTime"]) + shift)
    key, role = samples["iam-user-access-key.json"], samples["role-session-with-path.json"]
    for region in CONNECTED:
        for called in (now - WEEK + timedelta(seconds=9), now - timedelta(seconds=4)):
            name = f"the reporter's test call in {region} at {to_text(called)}"
            yield name, _moved(_by_the_reporter(role, region), called)
    yield "nina's key is used again", _moved(_by_nina(key), now - timedelta(days=2))


def happened_before(event: Event, at: datetime) -> bool:
    return from_text(event[1]["detail"]["eventTime"]) < at


def _moved(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    return event | {"time": to_text(at), "detail": event["detail"] | {"eventTime": to_text(at)}}


def _by_nina(event: dict[str, Any]) -> dict[str, Any]:
    identity = event["detail"]["userIdentity"] | {
        "principalId": "AIDAEXAMPLENINA000001",
        "arn": "arn:aws:iam::123456789012:user/nina",
        "accessKeyId": NINA_KEY,
        "userName": "nina",
    }
    changed = {"userIdentity": identity, "eventID": "nina", "sourceIPAddress": "203.0.113.88"}
    return event | {"detail": event["detail"] | changed}


def _by_the_reporter(event: dict[str, Any], region: str) -> dict[str, Any]:
    identity = event["detail"]["userIdentity"] | {
        "principalId": f"{REPORTER.id}:report",
        "arn": f"arn:aws:sts::123456789012:assumed-role/{REPORTER.name}/report",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": REPORTER.id,
                "arn": f"arn:aws:iam::123456789012:role/{REPORTER.name}",
                "accountId": "123456789012",
                "userName": REPORTER.name,
            }
        },
    }
    changed = {
        "userIdentity": identity,
        "eventSource": "sts.amazonaws.com",
        "eventName": "GetCallerIdentity",
        "userAgent": f"Boto3/1.43 {CANARY_AGENT}",
        "awsRegion": region,
        "eventID": f"reporter-{region}",
    }
    return event | {"source": "aws.sts", "region": region, "detail": event["detail"] | changed}
