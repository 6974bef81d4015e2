"""IAM's answers as plain data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from activity.model import to_text
from reporter.inventory.account import (
    Credentials,
    Gap,
    KeySlot,
    Role,
    Tags,
    Undatable,
    Undated,
    Use,
    User,
)
from reporter.inventory.powers import attached_to, is_administrator

Rows = Mapping[str, Credentials]
# Service-specific credentials as IAM lists them, by the names of their users.
ByName = Mapping[str, Sequence[Any]]

# The credential report and ListUsers may round a time differently; a predecessor of that name is far apart.
_SAME_TIME = timedelta(seconds=5)


class Detail(NamedTuple):
    """What GetAccountAuthorizationDetails tells of a user."""

    tags: Tags
    groups: frozenset[str]
    is_administrator: bool
    policies: frozenset[str] = frozenset()


class Details(NamedTuple):
    """All that it tells: users by id, roles, and the groups and policies by which one may do everything."""

    users: Mapping[str, Detail]
    roles: tuple[Role, ...]
    groups: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()

    def may_do_all(self, user_id: str) -> bool:
        user = self.users.get(user_id)
        if user is None:
            return False
        return user.is_administrator or bool(user.groups & self.groups or user.policies & self.policies)


def user(listed: Any, rows: Rows | Gap, details: Details | Gap, undated: ByName | Gap) -> User:
    credentials, arn = _row(rows, listed), listed["Arn"]
    of_services = () if isinstance(undated, Gap) else undated.get(listed["UserName"], ())
    return User(
        name=listed["UserName"],
        arn=arn,
        id=listed["UserId"],
        created=listed["CreateDate"],
        password_last_used=listed.get("PasswordLastUsed"),
        credentials=credentials,
        tags=details if isinstance(details, Gap) else _tags_of(listed["UserId"], details),
        is_administrator=not isinstance(details, Gap) and details.may_do_all(listed["UserId"]),
        undated=(
            *(_service_credential(each, arn) for each in of_services),
            *_certificates(listed, credentials),
        ),
        undated_gap=undated if isinstance(undated, Gap) else None,
    )


def role(listed: Any) -> Role:
    said = listed.get("RoleLastUsed") or {}
    return Role(
        name=listed["RoleName"],
        arn=listed["Arn"],
        id=listed["RoleId"],
        path=listed["Path"],
        created=listed["CreateDate"],
        last_used=use(said.get("LastUsedDate"), said.get("Region"), None),
        tags=tags(listed.get("Tags")),
        is_administrator=is_administrator(listed),
    )


def detail(listed: Any) -> Detail:
    groups = frozenset(listed.get("GroupList") or ())
    return Detail(tags(listed.get("Tags")), groups, is_administrator(listed), attached_to(listed))


def _tags_of(user_id: str, details: Details) -> Tags:
    found = details.users.get(user_id)
    return found.tags if found else {}


def use(at: datetime | None, region: str | None, service: str | None) -> Use:
    """GetAccessKeyLastUsed says N/A for what it does not know."""
    known = {"N/A": "", None: ""}
    return Use(at, known.get(region, region or ""), known.get(service, service or ""))


def tags(listed: Any) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in listed or ()}


def ssh_public_key(listed: Any, owner: User) -> Undated:
    return Undated(
        kind=Undatable.SSH_PUBLIC_KEY,
        user=owner.name,
        arn=owner.arn,
        id=listed["SSHPublicKeyId"],
        status=listed["Status"],
        created=listed["UploadDate"],
    )


def signing_certificate(listed: Any, owner: User) -> Undated:
    return Undated(
        kind=Undatable.SIGNING_CERTIFICATE,
        user=owner.name,
        arn=owner.arn,
        id=listed["CertificateId"],
        status=listed["Status"],
        created=listed.get("UploadDate"),
    )


def joined(created: datetime, slots: Iterable[KeySlot]) -> Use | None:
    """The claim of the slot that was filled in the second the key was made; none if two were, or none was.

    A key switched off and on again has a later time there, and fits no slot.
    """
    fitting = [
        slot.last_used
        for slot in slots
        if slot.rotated and slot.rotated.replace(microsecond=0) == created.replace(microsecond=0)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _service_credential(listed: Any, arn: str) -> Undated:
    return Undated(
        kind=Undatable.SERVICE_SPECIFIC_CREDENTIAL,
        user=listed["UserName"],
        arn=arn,
        id=listed["ServiceSpecificCredentialId"],
        status=listed["Status"],
        created=listed["CreateDate"],
        service=listed.get("ServiceName", ""),
        expires=listed.get("ExpirationDate"),
    )


def _certificates(listed: Any, credentials: Credentials | Gap) -> Iterator[Undated]:
    for each in () if isinstance(credentials, Gap) else credentials.certificates:
        kind = Undatable.SIGNING_CERTIFICATE
        yield Undated(kind, listed["UserName"], listed["Arn"], "", "Active", each.rotated)


def _row(rows: Rows | Gap, listed: Any) -> Credentials | Gap:
    """The report goes by names: the row of one who had the name before is not this user's."""
    if isinstance(rows, Gap):
        return rows
    row, made = rows.get(listed["UserName"]), listed["CreateDate"]
    if row and (row.created is None or abs(row.created - made) <= _SAME_TIME):
        return row
    found = ""
    if row and row.created:
        found = f" (it has a user of that name made at {to_text(row.created)}, not at {to_text(made)})"
    why = f"not yet in the credential report{found}: IAM makes one every 4 hours"
    return Gap(f"credentials of {listed['Arn']}", why)
