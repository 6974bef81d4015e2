"""A stream of CloudTrail events as a working account makes them, wrapped by EventBridge and batched by SQS.

Assumptions, fixed by the seed: 700 principals (55 users with keys, 45 users at the console, 20 Identity Center
roles with three people each, 580 machine roles), drawn by Zipf's law with exponent 1.1; each principal has 1 to 6
services of 40, one to three addresses, and one or two regions of 4. Of the calls 6 % are refused, 8 % assume a role
(half of them made by services), 1 % are sign-ins, 6 % are by services or foreign accounts and sight nobody. Events
come in the order of time but for a jitter of up to 30 seconds, spread evenly over one hour.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

ACCOUNT = "123456789012"
BEGAN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = 3600.0
JITTER = 30.0
PRINCIPALS = 700
SERVICES = (
    "ec2 s3 sts iam kms lambda sqs sns dynamodb logs monitoring cloudformation ssm secretsmanager ecr ecs eks rds"
    " elasticloadbalancing autoscaling route53 cloudfront apigateway athena glue kinesis firehose states events"
    " config tagging organizations cloudtrail elasticache redshift batch backup sagemaker codebuild codepipeline"
).split()
REGIONS = ("eu-west-1", "us-east-1", "eu-central-1", "us-west-2")
VERBS = ("Describe", "List", "Get", "Put", "Update")
AGENT = (
    "Boto3/1.43.102 md/Botocore#1.43.106 ua/2.1 os/linux#6.1.0-amazon md/arch#aarch64 lang/python#3.13.7"
    " md/pyimpl#CPython m/Z,b,E cfg/retry-mode#standard Botocore/1.43.106"
)


class Principal:
    def __init__(self, number: int, rng: random.Random) -> None:
        self.number = number
        self.services = rng.sample(SERVICES, rng.randint(1, 6))
        self.regions = rng.sample(REGIONS, rng.randint(1, 2))
        self.addresses = [f"198.51.{number % 256}.{rng.randint(1, 254)}" for _ in range(rng.randint(1, 3))]
        self.sessions = rng.randint(1, 8)
        share = number % 140  # Kinds are spread over the ranks of Zipf's law.
        if share < 11:
            self.kind = "key"
        elif share < 20:
            self.kind = "console"
        elif share < 24:
            self.kind = "sso"
        else:
            self.kind = "role"

    def identity(self, rng: random.Random) -> dict[str, Any]:
        name, number = f"{self.kind}-{self.number}", f"{self.number:017}"
        session = {"creationDate": "2026-11-20T11:30:00Z", "mfaAuthenticated": "false"}
        if self.kind in ("key", "console"):
            identity = {
                "type": "IAMUser",
                "principalId": f"AIDA{number}",
                "arn": f"arn:aws:iam::{ACCOUNT}:user/people/{name}",
                "accountId": ACCOUNT,
                "accessKeyId": f"AKIA{number[1:]}"
                if self.kind == "key"
                else f"ASIA{rng.randrange(10**16):016}",
                "userName": name,
            }
            return identity if self.kind == "key" else identity | {"sessionContext": {"attributes": session}}
        path = "/aws-reserved/sso.amazonaws.com/eu-west-1" if self.kind == "sso" else "/service"
        role = f"AWSReservedSSO_{name}" if self.kind == "sso" else name
        who = rng.randrange(3 if self.kind == "sso" else self.sessions)
        who = f"person{who}@example.com" if self.kind == "sso" else f"i-{number[5:]}{who:05}"
        return {
            "type": "AssumedRole",
            "principalId": f"AROA{number}:{who}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{who}",
            "accountId": ACCOUNT,
            "accessKeyId": f"ASIA{rng.randrange(10**16):016}",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROA{number}",
                    "arn": f"arn:aws:iam::{ACCOUNT}:role{path}/{role}",
                    "accountId": ACCOUNT,
                    "userName": role,
                },
                "attributes": session,
            },
        }


def events(count: int, *, seed: int = 7, principals: int = PRINCIPALS) -> Iterator[dict[str, Any]]:
    """EventBridge envelopes of about 2 KB each, in the order in which they arrive."""
    rng = random.Random(seed)
    people = [Principal(number, rng) for number in range(principals)]
    weights = list(accumulate(1 / (rank + 1) ** 1.1 for rank in range(principals)))
    arrivals = sorted((HOUR * n / count + rng.uniform(0, JITTER), HOUR * n / count) for n in range(count))
    for _, second in arrivals:
        (principal,) = rng.choices(people, cum_weights=weights)
        yield _event(principal, BEGAN + timedelta(seconds=int(second)), rng, people)


def messages(count: int, **options: int) -> list[dict[str, str]]:
    """The same as SQS messages."""
    return [
        {"messageId": f"{number:036}", "body": json.dumps(event, separators=(",", ":"))}
        for number, event in enumerate(events(count, **options))
    ]


def batches(of: list[dict[str, str]], size: int = 2000) -> Iterator[dict[str, Any]]:
    for start in range(0, len(of), size):
        yield {"Records": of[start : start + size]}


def _event(who: Principal, at: datetime, rng: random.Random, people: list[Principal]) -> dict[str, Any]:
    service = rng.choice(who.services)
    identity, address = who.identity(rng), rng.choice(who.addresses)
    name = f"{rng.choice(VERBS)}{service.capitalize()}Things"
    more: dict[str, Any] = {}
    kind = rng.random()
    if kind < 0.06:
        more = {"errorCode": "AccessDenied", "errorMessage": f"User: {identity['arn']} is not authorized"}
    elif kind < 0.14:
        service, name = "sts", "AssumeRole"
        more = _assumption(rng.choice(people), rng)
        if kind < 0.10:
            identity, address = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com"
    elif kind < 0.15:
        service, name = "signin", "ConsoleLogin"
        more = {"eventType": "AwsConsoleSignIn", "responseElements": {"ConsoleLogin": "Success"}}
    elif kind < 0.21:
        identity = rng.choice(
            (
                {"type": "AWSService", "invokedBy": "config.amazonaws.com"},
                {"type": "AWSAccount", "accountId": "2" * 12},
            )
        )
    return _envelope(service, name, identity, address, at, rng.choice(who.regions), rng, more)


def _assumption(role: Principal, rng: random.Random) -> dict[str, Any]:
    identity = role.identity(rng)
    issuer = identity.get("sessionContext", {}).get("sessionIssuer")
    arn = issuer["arn"] if issuer else f"arn:aws:iam::{ACCOUNT}:role/target-{role.number}"
    session = identity["arn"].rpartition("/")[2]
    return {
        "requestParameters": {"roleArn": arn, "roleSessionName": session, "durationSeconds": 3600},
        "responseElements": {
            "credentials": {"accessKeyId": f"ASIA{rng.randrange(10**16):016}", "sessionToken": "REDACTED" * 40},
            "assumedRoleUser": {
                "assumedRoleId": f"AROA{role.number:017}:{session}",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{arn.rpartition('/')[2]}/{session}",
            },
        },
    }


def _envelope(
    service: str,
    name: str,
    identity: dict[str, Any],
    address: str,
    at: datetime,
    region: str,
    rng: random.Random,
    more: dict[str, Any],
) -> dict[str, Any]:
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    ids = [f"{rng.getrandbits(128):032x}" for _ in range(3)]
    detail = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": stamp,
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": address,
        "userAgent": AGENT,
        "requestParameters": {
            "filterSet": {"items": [{"name": f"tag:Name{n}", "value": ids[0]} for n in range(12)]}
        },
        "responseElements": None,
        "requestID": ids[0],
        "eventID": ids[1],
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{service}.{region}.amazonaws.com",
        },
    }
    return {
        "version": "0",
        "id": ids[2],
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{service}",
        "account": ACCOUNT,
        "time": stamp,
        "region": region,
        "resources": [],
        "detail": detail | more,
    }
