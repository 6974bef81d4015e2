"""People and roles of chosen ages for an AWS inside this process."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import AccessKeyLastUsed, iam_backends

_EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    made: int
    used: int | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Ages are in days before the demo; `used` of a password likewise, 0 for never, None for no password."""

    name: str
    id: str
    made: int
    password_used: int | None = None
    keys: tuple[Key, ...] = ()
    path: str = "/"
    exempt: str = ""
    is_administrator: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    id: str
    made: int
    used: int | None = None
    path: str = "/"
    exempt: str = ""
    region: str = ""


def make_account(
    iam: Any,
    people: Iterable[Person],
    roles: Iterable[Role],
    *,
    now: datetime,
    account: str = DEFAULT_ACCOUNT_ID,
) -> None:
    """Makes them in moto; ages cannot be set through IAM's API, and are set on moto's own objects."""
    backend: Any = iam_backends[account]["aws"]

    def ago(days: int) -> datetime:
        return (now - timedelta(days=days)).astimezone(UTC).replace(microsecond=0, tzinfo=None)

    _make_roles(iam, backend, roles, ago)
    for person in people:
        iam.create_user(UserName=person.name, Path=person.path, Tags=_tags(person.exempt))
        user = backend.users[person.name]
        user.id, user.create_date = person.id, ago(person.made)
        if person.is_administrator:
            iam.put_user_policy(UserName=person.name, PolicyName="everything", PolicyDocument=_EVERYTHING)
        if person.password_used is not None:
            iam.create_login_profile(UserName=person.name, Password=f"Demo-{person.id}")
            user.password_last_used = ago(person.password_used) if person.password_used else None
        for key in person.keys:
            iam.create_access_key(UserName=person.name)
            stored = user.access_keys[-1]
            stored.access_key_id, stored.create_date = key.id, ago(key.made)
            stored.status = "Active" if key.is_active else "Inactive"
            if key.used is not None:
                stored.last_used = AccessKeyLastUsed(ago(key.used), "s3", iam.meta.region_name)
    told = backend.get_credential_report
    backend.get_credential_report = lambda: (
        f"{told()}{_root(account, now)}\n"
    )  # moto's leaves out the root user.
    iam.generate_credential_report()  # The first takes a while, at moto as at AWS.


def _make_roles(iam: Any, backend: Any, roles: Iterable[Role], ago: Callable[[int], datetime]) -> None:
    for role in roles:
        iam.create_role(
            RoleName=role.name, Path=role.path, AssumeRolePolicyDocument="{}", Tags=_tags(role.exempt)
        )
        stored = backend.get_role(role.name)
        backend.roles[role.id] = backend.roles.pop(stored.id)
        stored.id, stored.create_date = role.id, ago(role.made)
        if role.used is not None:
            stored.last_used, stored.last_used_region = ago(role.used), role.region or iam.meta.region_name


def _root(account: str, now: datetime) -> str:
    """Its line of the credential report: with a password, and without keys."""
    arn, made = f"arn:aws:iam::{account}:root", (now - timedelta(days=1000)).isoformat()
    login = "not_supported,no_information,not_supported,not_supported"
    key, certificate = "false,N/A,N/A,N/A,N/A", "false,N/A"
    return ",".join(("<root_account>", arn, made, login, "true", key, key, certificate, certificate))


def _tags(exempt: str) -> list[dict[str, str]]:
    return [{"Key": "last-activity:exempt", "Value": exempt}] if exempt else []
