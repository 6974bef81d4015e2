"""A stream of CloudTrail events as a working account might make them, wrapped by EventBridge.

What is assumed, by nobody's account and fixed by the seed; `make bench` prints the mix that comes of it:

- 700 principals: 580 machine roles, 55 users with access keys, 45 users at the console, and 20 Identity Center
  roles with three people each. Zipf's law with exponent 1.1 draws who acts, all kinds dealt over its ranks.
- A principal calls 1 to 6 of 40 services, from 1 to 3 addresses, in 1 or 2 of 4 regions, each as likely.
- Of 100 calls 6 are refused; 8 assume a role, of anybody alike, and half of those are made by AWS services; 6
  are made by AWS services or foreign accounts, and sight nobody. Of the calls of people at the console and of
  Identity Center roles, one in 100 is a sign-in.
- Calls are spread evenly over one hour, and each arrives up to 30 seconds later than another of its second.
"""

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
    "ec2 s3 sts iam kms lambda sqs sns dynamodb logs monitoring cloudformation ssm secretsmanager ecr ecs eks"
    " rds elasticloadbalancing autoscaling route53 cloudfront apigateway athena glue kinesis firehose states"
    " events config tagging organizations cloudtrail elasticache redshift batch backup sagemaker codebuild"
    " codepipeline"
).split()
REGIONS = ("eu-west-1", "us-east-1", "eu-central-1", "us-west-2")
VERBS = ("Describe", "List", "Get", "Put", "Update")
AGENT = (
    "Boto3/1.43.102 md/Botocore#1.43.106 ua/2.1 os/linux#6.1.0-amazon md/arch#aarch64 lang/python#3.13.7"
    " md/pyimpl#CPython m/Z,b,E cfg/retry-mode#standard Botocore/1.43.106"
)

ALWAYS = {
    "eventVersion": "1.11",
    "userAgent": AGENT,
    "responseElements": None,
    "readOnly": True,
    "eventType": "AwsApiCall",
    "managementEvent": True,
    "eventCategory": "Management",
}
TLS = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}

Call = tuple[str, str, dict[str, Any], str]  # Service, name, identity and address.


class Principal:
    def __init__(self, number: int, rng: random.Random, account: str) -> None:
        self.number = number
        self.account = account
        self.services = rng.sample(SERVICES, rng.randint(1, 6))
        self.regions = rng.sample(REGIONS, rng.randint(1, 2))
        self.addresses = [f"198.51.{number % 256}.{rng.randint(1, 254)}" for _ in range(rng.randint(1, 3))]
        self.sessions = rng.randint(1, 8)
        share = (number * 89 + 60) % 140  # Deals the kinds over the ranks of Zipf's law; a role comes first.
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
                "arn": f"arn:aws:iam::{self.account}:user/people/{name}",
                "accountId": self.account,
                "accessKeyId": f"AKIA{number[1:]}"
                if self.kind == "key"
                else f"ASIA{rng.randrange(10**16):016}",
                "userName": name,
            }
            return identity if self.kind == "key" else identity | {"sessionContext": {"attributes": session}}
        path = "/aws-reserved/sso.amazonaws.com/eu-west-1" if self.kind == "sso" else "/service"
        role = f"AWSReservedSSO_{name}" if self.kind == "sso" else name
        session_number = rng.randrange(3 if self.kind == "sso" else self.sessions)
        people, machine = f"person{session_number}@example.com", f"i-{number[5:]}{session_number:05}"
        who = people if self.kind == "sso" else machine
        return {
            "type": "AssumedRole",
            "principalId": f"AROA{number}:{who}",
            "arn": f"arn:aws:sts::{self.account}:assumed-role/{role}/{who}",
            "accountId": self.account,
            "accessKeyId": f"ASIA{rng.randrange(10**16):016}",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROA{number}",
                    "arn": f"arn:aws:iam::{self.account}:role{path}/{role}",
                    "accountId": self.account,
                    "userName": role,
                },
                "attributes": session,
            },
        }


def events(
    count: int, *, seed: int = 7, principals: int = PRINCIPALS, accounts: int = 1
) -> Iterator[dict[str, Any]]:
    """EventBridge envelopes of about 2 KB each, in the order in which they arrive.

    The principals are dealt to the accounts by turns.
    """
    rng = random.Random(seed)
    people = [Principal(number, rng, f"{int(ACCOUNT) + number % accounts:012}") for number in range(principals)]
    weights = list(accumulate(1 / (rank + 1) ** 1.1 for rank in range(principals)))
    arrivals = sorted((HOUR * n / count + rng.uniform(0, JITTER), HOUR * n / count) for n in range(count))
    for _, second in arrivals:
        (principal,) = rng.choices(people, cum_weights=weights)
        yield _event(principal, BEGAN + timedelta(seconds=int(second)), rng, people)


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
    elif kind < 0.15 and who.kind in ("console", "sso"):
        service, name = "signin", "ConsoleLogin"
        more = {"eventType": "AwsConsoleSignIn", "responseElements": {"ConsoleLogin": "Success"}}
    elif 0.15 <= kind < 0.21:
        identity = rng.choice(
            (
                {"type": "AWSService", "invokedBy": "config.amazonaws.com"},
                {"type": "AWSAccount", "accountId": "2" * 12},
            )
        )
    return _envelope(who, at, rng, (service, name, identity, address), more)


def _assumption(role: Principal, rng: random.Random) -> dict[str, Any]:
    identity = role.identity(rng)
    issuer = identity.get("sessionContext", {}).get("sessionIssuer")
    arn = issuer["arn"] if issuer else f"arn:aws:iam::{role.account}:role/target-{role.number}"
    session = identity["arn"].rpartition("/")[2]
    return {
        "requestParameters": {"roleArn": arn, "roleSessionName": session, "durationSeconds": 3600},
        "responseElements": {
            "credentials": {"accessKeyId": f"ASIA{rng.randrange(10**16):016}", "sessionToken": "REDACTED" * 40},
            "assumedRoleUser": {
                "assumedRoleId": f"AROA{role.number:017}:{session}",
                "arn": f"arn:aws:sts::{role.account}:assumed-role/{arn.rpartition('/')[2]}/{session}",
            },
        },
    }


def _envelope(
    who: Principal, at: datetime, rng: random.Random, call: Call, more: dict[str, Any]
) -> dict[str, Any]:
    (service, name, identity, address), region = call, rng.choice(who.regions)
    ids = [f"{rng.getrandbits(128):032x}" for _ in range(3)]
    detail = {
        **ALWAYS,
        "recipientAccountId": who.account,
        "userIdentity": identity,
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": address,
        "requestParameters": {
            "filterSet": {"items": [{"name": f"tag:Name{n}", "value": ids[0]} for n in range(12)]}
        },
        "requestID": ids[0],
        "eventID": ids[1],
        "tlsDetails": TLS | {"clientProvidedHostHeader": f"{service}.{region}.amazonaws.com"},
    }
    return {
        "version": "0",
        "id": ids[2],
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{service}",
        "account": who.account,
        "time": detail["eventTime"],
        "region": region,
        "resources": [],
        "detail": detail | more,
    }
