"""What happens in the demo's account: in the year before, and in the week between its two reports."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from activity.model import CANARY_AGENT, from_text, to_text
from lastseen.demo.account import Person, Role
from lastseen.demo.cast import CONNECTED, PEOPLE, QUARTERLY, REPORTER, WEEK
from lastseen.samples import samples_folder

Event = tuple[str, dict[str, Any]]

_ACCOUNT = "123456789012"
_A_YEAR = 400
_A_QUARTER = 91


def events(now: datetime) -> Iterator[Event]:
    """The samples of events/, moved in time so that the newest of them has just happened; and some more."""
    samples = {path.name: json.loads(path.read_text()) for path in sorted(samples_folder().glob("*.json"))}
    newest = max(from_text(event["detail"]["eventTime"]) for event in samples.values())
    shift = now - timedelta(minutes=10) - newest
    for name, event in samples.items():
        yield name, _moved(event, from_text(event["detail"]["eventTime"]) + shift)
    for region in CONNECTED:
        yield canary(region, now - WEEK + timedelta(seconds=9))
        yield canary(region, now - timedelta(seconds=4))
    key = samples["iam-user-access-key.json"]
    yield "nina's key is used again", _moved(_by_person(key, "nina", "203.0.113.88"), now - timedelta(days=2))
    yield from _of_the_year_before(samples, now)


def canary(region: str, at: datetime) -> Event:
    """A test call by the reporter, as it comes back."""
    role = json.loads((samples_folder() / "role-session-with-path.json").read_text())
    return f"the reporter's test call in {region} at {to_text(at)}", _moved(_by_the_reporter(role, region), at)


def happened_before(event: Event, at: datetime) -> bool:
    return from_text(event[1]["detail"]["eventTime"]) < at


def _of_the_year_before(samples: dict[str, dict[str, Any]], now: datetime) -> Iterator[Event]:
    """A job of each quarter, what those did who are idle now, and the test calls that show that events came."""
    key, role = samples["iam-user-access-key.json"], samples["role-session-with-path.json"]
    by_carol = _by_person(key, "carol", "203.0.113.41")
    sign_in = _by_person(samples["console-login.json"], "carol", "203.0.113.41")
    past: list[tuple[str, dict[str, Any], Iterable[int]]] = [
        ("quarter-close runs", _by_role(role, QUARTERLY), range(90, _A_YEAR, _A_QUARTER)),
        ("carol's key is used", by_carol, (age for age in range(214, _A_YEAR) if age % 7 < 5)),
        ("carol signs in", sign_in, range(214, _A_YEAR, 13)),
        ("ines's key is used", _by_person(key, "ines", "203.0.113.52"), range(250, _A_YEAR, 50)),
        ("the reporter's test call", _by_the_reporter(role, CONNECTED[0]), range(8, _A_YEAR)),
    ]
    for what, event, ages in past:
        for age in ages:
            yield f"{what}, {age} days ago", _moved(event, now - timedelta(days=age))


def _moved(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    return event | {"time": to_text(at), "detail": event["detail"] | {"eventTime": to_text(at)}}


def _by_person(event: dict[str, Any], name: str, address: str) -> dict[str, Any]:
    """With the first of their keys, if it is by a key."""
    (person,) = (each for each in PEOPLE if each.name == name)
    by = event["detail"]["userIdentity"]
    key = {"accessKeyId": person.keys[0].id} if "accessKeyId" in by else {}
    identity = {"principalId": person.id, "arn": _arn(person), "userName": name} | key
    changed = {"userIdentity": by | identity, "eventID": name, "sourceIPAddress": address}
    return event | {"detail": event["detail"] | changed}


def _by_role(event: dict[str, Any], role: Role) -> dict[str, Any]:
    identity = event["detail"]["userIdentity"] | {
        "principalId": f"{role.id}:job",
        "arn": f"arn:aws:sts::{_ACCOUNT}:assumed-role/{role.name}/job",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role.id,
                "arn": _arn(role),
                "accountId": _ACCOUNT,
                "userName": role.name,
            }
        },
    }
    return event | {"detail": event["detail"] | {"userIdentity": identity}}


def _by_the_reporter(event: dict[str, Any], region: str) -> dict[str, Any]:
    event = _by_role(event, REPORTER)
    changed = {
        "eventSource": "sts.amazonaws.com",
        "eventName": "GetCallerIdentity",
        "userAgent": f"Boto3/1.43 {CANARY_AGENT}",
        "awsRegion": region,
        "eventID": f"reporter-{region}",
    }
    return event | {"source": "aws.sts", "region": region, "detail": event["detail"] | changed}


def _arn(of: Person | Role) -> str:
    kind = "role" if isinstance(of, Role) else "user"
    return f"arn:aws:iam::{_ACCOUNT}:{kind}{of.path}{of.name}"
