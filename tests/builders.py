"""Records, activities and accounts for the tests, made of as little as each needs."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from activity.days import NONE, Days
from activity.model import Activity, Evidence, has_days

ROOT = Path(__file__).parent.parent
NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
ACCOUNT = "123456789012"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ALICE_ID = "AIDAALICE"


def sample(name):
    """The text of one of events/."""
    return (ROOT / "events" / f"{name}.json").read_text()


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def activity(seconds=0, event_id="e", facet="ID#AIDAALICE", principal=ALICE, first=None, **evidence):
    """Seen on the day of its first and of its last sighting, if its days are kept."""
    when, began = at(seconds), at(seconds if first is None else first)
    days = Days.of(began.date(), when.date()) if has_days(principal, facet) else NONE
    return Activity(principal, facet, began, when, Evidence(event_id, **evidence), days)


def plain(item):
    """An item as DynamoDB has it, in plain values."""
    return {name: value for name, typed in item.items() for value in typed.values()}


def alice(**more):
    return {
        "type": "IAMUser",
        "principalId": ALICE_ID,
        "arn": ALICE,
        "accountId": ACCOUNT,
        "accessKeyId": "AKIAALICE",
        "userName": "alice",
    } | more


def record(identity=None, **more):
    """A record of an allowed call by alice, except for what is given; None leaves a field out."""
    fields = {
        "eventTime": "2026-11-20T12:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "eventType": "AwsApiCall",
        "eventID": "event-1",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2",
        "recipientAccountId": ACCOUNT,
        "userIdentity": alice() if identity is None else identity,
    } | more
    return {name: value for name, value in fields.items() if value is not None}


def envelope(detail=None, *, source="aws.s3"):
    return {"source": source, "detail-type": "AWS API Call via CloudTrail", "detail": detail or record()}


def message(name, body):
    return {"messageId": name, "body": body if isinstance(body, str) else json.dumps(body)}


CREDENTIAL_COLUMNS = """
    user arn user_creation_time password_enabled password_last_used password_last_changed
    password_next_rotation mfa_active access_key_1_active access_key_1_last_rotated
    access_key_1_last_used_date access_key_1_last_used_region access_key_1_last_used_service
    access_key_2_active access_key_2_last_rotated access_key_2_last_used_date
    access_key_2_last_used_region access_key_2_last_used_service cert_1_active cert_1_last_rotated
    cert_2_active cert_2_last_rotated additional_credentials_info
""".split()


def credential_report(*rows, columns=CREDENTIAL_COLUMNS):
    """The report as IAM answers it; each row says what is not as for alice without credentials."""
    nobody = dict.fromkeys(CREDENTIAL_COLUMNS, "N/A") | {
        "user": "alice",
        "password_enabled": "false",
        "access_key_1_active": "false",
        "access_key_2_active": "false",
        "cert_1_active": "false",
        "cert_2_active": "false",
    }
    lines = [",".join(columns), *(",".join((nobody | row)[column] for column in columns) for row in rows)]
    return "\n".join(lines).encode()
